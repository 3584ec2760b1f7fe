import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { default_limits, fetch_http, type Limits, type Progress } from '../../lib/vision/datasets/_http'
import { proxy_for } from '../../lib/vision/datasets/_proxy'
import { dead_url, Loopback, type Route } from '../helpers/loopback'
import { temporary_folder } from '../helpers/temporary'

const body = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251)
const quiet: Progress = { begin: () => undefined, advance: () => undefined }
const quick: Limits = { ...default_limits, retry_delay: 1, connect_timeout: 2000, idle_timeout: 150, attempts: 3 }

describe('fetch_http', () => {
  const folder = temporary_folder()
  let server: Loopback
  afterEach(() => server?.stop())

  async function serve(route: Route, more: Record<string, Route> = {}): Promise<string> {
    server = await Loopback.start({ '/file': route, ...more })
    return server.url + 'file'
  }
  const part = (): string => folder('file.part')
  const got = (): Buffer => fs.readFileSync(part())
  function fetch(url: string, limits: Partial<Limits> = {}): Promise<void> {
    return fetch_http(url, part(), { ...quick, ...limits }, quiet)
  }

  it('writes the bytes and tells its progress', async () => {
    const url = await serve({ body })
    const told: unknown[] = []
    let sum = 0
    await fetch_http(url, part(), quick, { begin: (...what) => told.push(what), advance: (n) => (sum += n) })
    expect(got().equals(body)).toBe(true)
    expect(told).toEqual([[100_000, 0]])
    expect(sum).toBe(100_000)
  })

  it('continues a cut download when the server has the same version', async () => {
    const url = await serve({ body, etag: '"v1"', cut: [40_000, 20_000] })
    await fetch(url)
    expect(got().equals(body)).toBe(true)
    expect(await server.requests()).toEqual([
      { url: '/file' },
      { url: '/file', range: 'bytes=40000-', if_range: '"v1"' },
      { url: '/file', range: 'bytes=60000-', if_range: '"v1"' },
    ])
  })

  it('starts anew when the server ignores Range', async () => {
    const url = await serve({ body, etag: '"v1"', ranges: false, cut: [40_000] })
    await fetch(url)
    expect(got().equals(body)).toBe(true)
  })

  it('starts anew when the file has changed since', async () => {
    const url = await serve({ body, etag: '"v2"' })
    fs.writeFileSync(part(), 'old bytes')
    fs.writeFileSync(part() + '.json', JSON.stringify({ url, validator: '"v1"' }))
    await fetch(url)
    expect(got().equals(body)).toBe(true)
    expect(await server.requests()).toEqual([{ url: '/file', range: 'bytes=9-', if_range: '"v1"' }])
  })

  it.each<[string, Route]>([
    ['sends a range of another version', { body, etag: '"v2"', ignores_if_range: true }],
    ['sends another range than asked for', { body, etag: '"v1"', range_shift: 1 }],
  ])('starts anew when the server %s', async (_, route) => {
    const url = await serve(route)
    fs.writeFileSync(part(), 'old bytes')
    fs.writeFileSync(part() + '.json', JSON.stringify({ url, validator: '"v1"' }))
    await fetch(url)
    expect(got().equals(body)).toBe(true)
    expect((await server.requests()).map(({ range }) => range)).toEqual(['bytes=9-', undefined])
  })

  it('does not continue what came from another URL', async () => {
    const url = await serve({ body, etag: '"v1"' })
    fs.writeFileSync(part(), 'other')
    fs.writeFileSync(part() + '.json', JSON.stringify({ url: url + '2', validator: '"v1"' }))
    await fetch(url)
    expect(await server.requests()).toEqual([{ url: '/file' }])
    expect(got().equals(body)).toBe(true)
  })

  it('takes a part that is complete as it is', async () => {
    const url = await serve({ body, etag: '"v1"' })
    fs.writeFileSync(part(), body)
    fs.writeFileSync(part() + '.json', JSON.stringify({ url, validator: '"v1"' }))
    await fetch(url)
    expect(got().equals(body)).toBe(true)
    expect(await server.requests()).toHaveLength(1)
  })

  it('starts anew when the part is longer than the file', async () => {
    const url = await serve({ body, etag: '"v1"' })
    fs.writeFileSync(part(), Buffer.alloc(100_001))
    fs.writeFileSync(part() + '.json', JSON.stringify({ url, validator: '"v1"' }))
    await fetch(url)
    expect(got().equals(body)).toBe(true)
  })

  it('gives up on a connection that is cut each time', async () => {
    const url = await serve({ body, cut: [10, 10, 10, 10] })
    await expect(fetch(url)).rejects.toThrow('the connection was cut after 10 of 100000 bytes')
    expect(await server.requests()).toHaveLength(3)
  })

  it('takes an announced length that never comes for a cut', async () => {
    const url = await serve({ body, length: 100_001, cut: [100_000, 100_000, 100_000] })
    await expect(fetch(url)).rejects.toThrow('the connection was cut after 100000 of 100001 bytes')
  })

  it('reads a body without an announced length', async () => {
    await fetch(await serve({ body, chunked: true }))
    expect(got().equals(body)).toBe(true)
  })

  it('tries again when the server is busy', async () => {
    await fetch(await serve({ body, busy: 2 }))
    expect(got().equals(body)).toBe(true)
  })

  it('tries again when the server hangs up, but not for ever', async () => {
    const url = await serve({ hang_up: true })
    await expect(fetch(url)).rejects.toThrow('socket hang up')
    expect(await server.requests()).toHaveLength(3)
  })

  it('does not repeat a request for what is not there', async () => {
    const url = await serve({ body })
    await expect(fetch(url + '2')).rejects.toThrow('HTTP Error 404: Not Found')
    expect(await server.requests()).toHaveLength(1)
  })

  it('leaves a server that falls silent', async () => {
    const url = await serve({ body, stall: true })
    await expect(fetch(url)).rejects.toThrow('nothing came for 0.15 s')
    expect(await server.requests()).toHaveLength(3)
  })

  it('leaves a server that never answers', async () => {
    const url = await serve({ silent: true })
    await expect(fetch(url)).rejects.toThrow('nothing came for 0.15 s')
    expect(await server.requests()).toHaveLength(1)
  })

  it('leaves a machine that does not accept the connection', async () => {
    const connect = jest.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (this: net.Socket) {
      return Object.assign(this, { connecting: true })
    })
    try {
      await expect(fetch(dead_url, { connect_timeout: 50 })).rejects.toMatchObject({ message: 'no connection within 0.05 s', unreachable: true })
    } finally {
      connect.mockRestore()
    }
  })

  it('reports a machine that refuses the connection', async () => {
    await expect(fetch(dead_url)).rejects.toMatchObject({ message: 'connect ECONNREFUSED 127.0.0.1:9', unreachable: true })
  })

  it('follows redirects, relative ones too', async () => {
    await fetch(await serve({ location: '/a' }, { '/a': { location: 'b' }, '/b': { body } }))
    expect(got().equals(body)).toBe(true)
  })

  it('leaves a redirect loop', async () => {
    const url = await serve({ location: '/file' })
    await expect(fetch(url)).rejects.toThrow(`Request to ${url} exceeded 3 redirects. The last redirect points to ${url}.`)
    expect(await server.requests()).toHaveLength(4)
  })

  it.each([['file:///etc/hostname', 'file'], ['ftp://127.0.0.1/x', 'ftp']])('refuses a redirect to %s', async (location, scheme) => {
    await expect(fetch(await serve({ location }))).rejects.toThrow(`unknown url type: ${scheme}`)
  })

  it.each([['announced', {}], ['not announced', { chunked: true }]])('bounds the size, %s', async (_, route) => {
    const url = await serve({ body, ...route })
    await expect(fetch(url, { max_bytes: 99_999 })).rejects.toThrow('the file is larger than 99999 bytes')
    expect(fs.existsSync(part()) ? got().length : 0).toBeLessThan(100_000)
  })

  it('does not blame the server for a disk error', async () => {
    const url = await serve({ body, etag: '"v1"' })
    await expect(fetch_http(url, path.join(folder(), 'no', 'folder'), quick, quiet)).rejects.toThrow('ENOENT')
  })
})

describe('a proxy', () => {
  const folder = temporary_folder()
  const part = (): string => folder('file.part')
  const environment = { ...process.env }
  afterEach(() => { process.env = { ...environment } })

  async function through(routes: Record<string, Route>, variable: string, run: (proxy: Loopback) => Promise<void>): Promise<void> {
    const proxy = await Loopback.start(routes)
    process.env[variable] = proxy.url.replace('//', '//me:p%40ss@')
    try {
      await run(proxy)
    } finally {
      await proxy.stop()
    }
  }

  it('is asked for the whole URL, redirects and later parts too', async () => {
    const routes = { 'http://files.example/a?b': { location: '/c' }, 'http://files.example/c': { body, etag: '"v1"', cut: [40_000] } }
    await through(routes, 'http_proxy', async proxy => {
      await fetch_http('http://files.example/a?b#d', part(), quick, quiet)
      expect(fs.readFileSync(part()).equals(body)).toBe(true)
      const told = { proxy: `Basic ${Buffer.from('me:p@ss').toString('base64')}` }
      expect(await proxy.requests()).toEqual([
        { url: 'http://files.example/a?b', ...told }, { url: 'http://files.example/c', ...told },
        { url: 'http://files.example/a?b', range: 'bytes=40000-', if_range: '"v1"', ...told },
        { url: 'http://files.example/c', range: 'bytes=40000-', if_range: '"v1"', ...told },
      ])
    })
  })

  it('makes a tunnel for https', async () => {
    await through({}, 'HTTPS_PROXY', async proxy => {
      await expect(fetch_http('https://files.example/a', part(), { ...quick, attempts: 1 }, quiet)).rejects.toThrow(/disconnected|hang up|ECONNRESET/)
      expect(await proxy.requests()).toEqual([{ url: 'files.example:443', method: 'CONNECT' }, { url: 'files.example:443', hello: true }])
    })
  })

  it('may refuse the tunnel', async () => {
    await through({ 'files.example:8443': { status: 407 } }, 'https_proxy', async () => {
      await expect(fetch_http('https://files.example:8443/a', part(), quick, quiet)).rejects.toThrow(
        'Tunnel connection failed: 407 Proxy Authentication Required')
    })
  })

  it('may be out of reach, or no address', async () => {
    process.env.http_proxy = dead_url
    await expect(fetch_http('http://files.example/a', part(), quick, quiet)).rejects.toThrow('connect ECONNREFUSED 127.0.0.1:9')
    process.env.http_proxy = 'socks5://127.0.0.1'
    await expect(fetch_http('http://files.example/a', part(), quick, quiet)).rejects.toThrow(
      "the variable http_proxy is no address of an HTTP proxy: 'socks5://127.0.0.1'")
  })

  it.each<[string, Record<string, string>, string | null]>([
    ['http://a.example/', {}, null],
    ['http://a.example/', { http_proxy: 'one:3128', HTTP_PROXY: 'two' }, 'http://one:3128'],
    ['http://a.example/', { HTTP_PROXY: 'http://two/' }, 'http://two:80'],
    ['http://a.example/', { HTTP_PROXY: 'two', REQUEST_METHOD: 'GET' }, null],
    ['http://a.example/', { http_proxy: '', HTTP_PROXY: 'two', https_proxy: 'one' }, null],
    ['https://a.example/', { https_proxy: 'https://[::1]' }, 'https://::1:443'],
    ['http://a.example/', { http_proxy: 'one', no_proxy: '*' }, null],
    ['http://a.example/', { http_proxy: 'one', NO_PROXY: 'b.example, .EXAMPLE' }, null],
    ['http://an.example/', { http_proxy: 'one', no_proxy: 'n.example' }, 'http://one:80'],
    ['http://a.example:81/', { http_proxy: 'one', no_proxy: 'a.example:80' }, 'http://one:80'],
    ['http://a.example:81/', { http_proxy: 'one', no_proxy: 'example:81' }, null],
  ])('for %s by %j is %s', (url, env, expected) => {
    const proxy = proxy_for(new URL(url), env)
    expect(proxy && `${proxy.protocol}//${proxy.hostname}:${proxy.port}`).toBe(expected)
  })
})
