// Starts the HTTP server of loopback_worker.cjs.
import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

/** What the server does for one path. */
export interface Route {
  body?: Uint8Array
  status?: number
  /** Redirects there. */
  location?: string
  etag?: string
  /** false: the Range header is ignored. */
  ranges?: boolean
  /** Sends the range though If-Range names another version. */
  ignores_if_range?: boolean
  /** Added to the first byte that the answer claims to begin with. */
  range_shift?: number
  /** Bytes after which the n-th answer is cut. */
  cut?: number[]
  /** The Content-Length to claim. */
  length?: number
  /** No Content-Length. */
  chunked?: boolean
  /** Sends half, then nothing. */
  stall?: boolean
  /** Never answers. */
  silent?: boolean
  /** This many requests get 503 first. */
  busy?: number
  /** Closes the connection without an answer. */
  hang_up?: boolean
}

export interface Request {
  url: string
  range?: string
  if_range?: string
  /** Proxy-Authorization. */
  proxy?: string
  method?: 'CONNECT'
  /** Whether the first bytes in a tunnel are those of TLS for this host. */
  hello?: boolean
}

export class Loopback {
  private constructor(readonly url: string, readonly worker: Worker) {}

  static async start(routes: Record<string, Route>): Promise<Loopback> {
    const worker = new Worker(path.join(__dirname, 'loopback_worker.cjs'), { workerData: { routes } })
    const [port] = (await once(worker, 'message')) as [number]
    return new Loopback(`http://127.0.0.1:${port}/`, worker)
  }

  /** The requests so far. */
  async requests(): Promise<Request[]> {
    this.worker.postMessage(null)
    const [log] = (await once(this.worker, 'message')) as [Request[]]
    return log
  }

  async stop(): Promise<void> {
    await this.worker.terminate()
  }
}

/** A URL of this machine where nothing listens. */
export const dead_url = 'http://127.0.0.1:9/'
