// Resumable downloads over HTTP with bounds on redirects, time and size. What urllib does for torchvision.datasets.utils.
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { DownloadError } from './_files'
import { type Proxy, bare, proxy_for } from './_proxy'

/** Bounds of a download; times in milliseconds. */
export interface Limits {
  /** Size of any one file, compressed or not. */
  max_bytes: number
  /** Redirects followed from one URL. */
  max_hops: number
  /** Time until the connection stands. */
  connect_timeout: number
  /** Time without a byte. */
  idle_timeout: number
  /** Tries per URL, when the connection is cut or the server is busy. */
  attempts: number
  /** Pause before the second try; doubles each time. */
  retry_delay: number
}

export const default_limits: Limits = {
  max_bytes: 4 * 2 ** 30,
  max_hops: 3,
  connect_timeout: 20_000,
  idle_timeout: 30_000,
  attempts: 5,
  retry_delay: 500,
}

/** What a download tells while it runs. */
export interface Progress {
  /** A response came: the file's size if the server says it, and how much of it was there before. */
  begin(total: number | undefined, present: number): void
  /** `n` bytes more. */
  advance(n: number): void
}

interface Sidecar {
  url: string
  validator: string
}

/** The server's name for this version of the file that If-Range accepts, if it gives one. */
function validator_of(response: http.IncomingMessage): string | undefined {
  const { etag } = response.headers
  return etag !== undefined && !etag.startsWith('W/') ? etag : response.headers['last-modified']
}

function sidecar_path(part: string): string {
  return part + '.json'
}

/** Forgets a partial download. */
export function drop_part(part: string): void {
  fs.rmSync(part, { force: true })
  fs.rmSync(sidecar_path(part), { force: true })
}

/** Where an earlier download of the same URL stopped, or null. */
function resume_point(part: string, url: string): { offset: number; validator: string } | null {
  try {
    const { url: old, validator } = JSON.parse(fs.readFileSync(sidecar_path(part), 'utf8')) as Sidecar
    const offset = fs.statSync(part).size
    return old === url && typeof validator === 'string' && offset > 0 ? { offset, validator } : null
  } catch {
    return null
  }
}

function describe(error: NodeJS.ErrnoException): string {
  if (error.message !== '') return error.message
  const { errors } = error as { errors?: Error[] } // Node tries each address of a host, and then says nothing itself
  return errors?.map((each) => each.message).join('; ') || error.code || 'unknown network error'
}

/** One request; resolves with the response's head. */
async function open(url: URL, headers: Record<string, string>, limits: Limits): Promise<http.IncomingMessage> {
  const proxy = proxy_of(url)
  if (proxy === null) return head_of((url.protocol === 'https:' ? https : http).get(url, { headers, agent: false }), limits)
  const path = `${url.origin}${url.pathname}${url.search}`
  if (url.protocol === 'http:') return head_of(ask_proxy(proxy, { path }, { host: url.host, ...headers }), limits)
  const socket = await tunnel(proxy, url, limits)
  const host = bare(url.hostname)
  const createConnection = (): net.Socket => tls.connect({ socket, host, servername: net.isIP(host) ? '' : host })
  return head_of(https.get(url, { headers: { host: url.host, ...headers }, createConnection }), limits)
}

function proxy_of(url: URL): Proxy | null {
  try {
    return proxy_for(url)
  } catch (error) {
    throw new DownloadError((error as Error).message)
  }
}

function ask_proxy(proxy: Proxy, options: http.RequestOptions, headers: Record<string, string>): http.ClientRequest {
  const { protocol, hostname, port } = proxy
  return (protocol === 'https:' ? https : http).request({ ...options, hostname, port, agent: false, headers: { ...headers, ...proxy.headers } }).end()
}

/** A connection to the URL's host through a proxy that passes on what it cannot read. */
async function tunnel(proxy: Proxy, url: URL, limits: Limits): Promise<net.Socket> {
  const host = `${url.hostname}:${url.port || 443}`
  const head = await head_of(ask_proxy(proxy, { method: 'CONNECT', path: host }, { host }), limits)
  if (head.statusCode === 200) return head.socket.setTimeout(0)
  head.destroy()
  throw new DownloadError(`Tunnel connection failed: ${head.statusCode} ${head.statusMessage}`)
}

/** The head of a request's response. */
function head_of(request: http.ClientRequest, limits: Limits): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let response: http.IncomingMessage | undefined
    const give_up = (error: DownloadError): void => void (response ?? request).destroy(error)
    const connecting = setTimeout(() => {
      give_up(new DownloadError(`no connection within ${limits.connect_timeout / 1000} s`, { unreachable: true }))
    }, limits.connect_timeout)
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(connecting))
      else clearTimeout(connecting) // a tunnel
    })
    request.setTimeout(limits.idle_timeout, () => {
      give_up(new DownloadError(`nothing came for ${limits.idle_timeout / 1000} s`, { again: response !== undefined }))
    })
    request.on('response', (head) => resolve((response = head)))
    request.on('connect', (head) => resolve((response = head)))
    request.on('close', () => clearTimeout(connecting))
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error instanceof DownloadError) return reject(error)
      const again = error.code === 'ECONNRESET' || error.code === 'EPIPE'
      reject(new DownloadError(describe(error), { again, unreachable: !again }))
    })
  })
}

/** Checks that a URL is one we may ask for. */
function http_url(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new DownloadError(`unknown url type: '${text}'`)
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new DownloadError(`unknown url type: ${url.protocol.slice(0, -1)}`)
  }
  return url
}

/** A request that follows redirects. */
async function open_following(initial: string, headers: Record<string, string>, limits: Limits): Promise<http.IncomingMessage> {
  let url = http_url(initial)
  for (let hops = 0; ; hops++) {
    const response = await open(url, headers, limits)
    const { location } = response.headers
    if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined) return response
    response.destroy()
    url = http_url(location, url)
    if (hops === limits.max_hops) {
      throw new DownloadError(
        `Request to ${initial} exceeded ${limits.max_hops} redirects. The last redirect points to ${url.href}.`)
    }
  }
}

/** The first byte and the total of a `Content-Range` header, as far as it gives them. */
function content_range(response: http.IncomingMessage): { start?: number; total?: number } {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '')
  const number = (text: string | undefined): number | undefined => (text === undefined || text === '*' ? undefined : Number(text))
  return { start: number(match?.[1]), total: number(match?.[2]) }
}

async function write_body(
  response: http.IncomingMessage, part: string, offset: number, limits: Limits, progress: Progress,
): Promise<void> {
  const too_large = (): DownloadError => new DownloadError(`the file is larger than ${limits.max_bytes} bytes`)
  const length = response.headers['content-length']
  const total = length === undefined ? undefined : offset + Number(length)
  if (total !== undefined && total > limits.max_bytes) throw too_large()
  progress.begin(total, offset)
  const file = fs.openSync(part, offset > 0 ? 'a' : 'w')
  let size = offset
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limits.max_bytes) throw too_large()
      fs.writeSync(file, chunk)
      progress.advance(chunk.length)
    }
  } catch (error) {
    if (has_errno(error)) throw error
    if (error instanceof DownloadError) throw error
    const left = total === undefined ? '' : ` after ${size} of ${total} bytes`
    throw new DownloadError(`the connection was cut${left}`, { again: true })
  } finally {
    fs.closeSync(file)
  }
}

/** Whether this is an error of the file system (a full disk, say), which no other attempt or mirror cures. */
function has_errno(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && ['write', 'open'].includes(String(error.syscall))
}

async function fetch_once(url: string, part: string, limits: Limits, progress: Progress): Promise<void> {
  const point = resume_point(part, url)
  const headers: Record<string, string> = { 'user-agent': 'torch-ts/vision', 'accept-encoding': 'identity' }
  if (point) Object.assign(headers, { range: `bytes=${point.offset}-`, 'if-range': point.validator })
  const response = await open_following(url, headers, limits)
  try {
    const status = response.statusCode ?? 0
    const range = content_range(response)
    if (point && status === 416 && range.total === point.offset) return // it was complete
    const same_version = (validator_of(response) ?? point?.validator) === point?.validator
    if (point && status === 206 && range.start === point.offset && same_version) {
      return await write_body(response, part, point.offset, limits, progress)
    }
    if (point && (status === 206 || status === 416)) {
      drop_part(part)
      throw new DownloadError('the server could not resume the download', { again: true })
    }
    if (status !== 200) {
      throw new DownloadError(`HTTP Error ${status}: ${response.statusMessage}`, { again: status >= 500 || status === 429 })
    }
    drop_part(part)
    const validator = validator_of(response)
    if (validator !== undefined) fs.writeFileSync(sidecar_path(part), JSON.stringify({ url, validator } satisfies Sidecar))
    await write_body(response, part, 0, limits, progress)
  } finally {
    response.destroy()
  }
}

/**
 * Fetches `url` into the file `part`. What an earlier call left there is continued when the server confirms that the
 * file is the same one (Range, If-Range); else it starts anew. A cut connection is tried again.
 *
 * @throws {DownloadError} if the server fails, redirects too often, falls silent, or sends more than `max_bytes`
 */
export async function fetch_http(url: string, part: string, limits: Limits, progress: Progress): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetch_once(url, part, limits, progress)
    } catch (error) {
      if (!(error instanceof DownloadError) || !error.again || attempt >= limits.attempts) throw error
      await sleep(limits.retry_delay * 2 ** (attempt - 1))
    }
  }
}
