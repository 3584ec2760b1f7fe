// The process that downloads while the caller waits: a job on stdin, its outcome on stdout. download_url_to_file in torch/hub.py.
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tqdm, type Tqdm } from '../utils/tqdm'
import { default_limits, drop_part, fetch_http, type Limits, type Progress } from '../vision/datasets/_http'

/** What to download. */
export interface Job {
  url: string
  dst: string
  /** What the SHA-256 sum must begin with. */
  hash_prefix: string | null
  progress: boolean
  limits?: Partial<Limits>
}

/** The outcome: null, or the message of the error. */
export interface Outcome { error: string | null }

const LARGEST = 2 ** 40

function bar_of(show: boolean): Progress & { end(): void } {
  let bar: Tqdm | undefined
  return {
    begin(total, present) {
      if (!show) return
      if (bar) bar.update(present - bar.n)
      else bar = tqdm({ total, initial: present, unit: 'B', unit_scale: true })
    },
    advance: n => bar?.update(n),
    end: () => bar?.close(),
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function sync(file: string): void {
  const fd = fs.openSync(file, 'r+')
  fs.fsyncSync(fd)
  fs.closeSync(fd)
}

async function download({ url, dst, hash_prefix, progress, limits }: Job): Promise<void> {
  const part = `${dst}.${randomUUID()}.partial`
  const bar = bar_of(progress)
  try {
    await fetch_http(url, part, { ...default_limits, max_bytes: LARGEST, ...limits }, bar)
    bar.end()
    const digest = hash_prefix === null ? '' : await sha256(part)
    if (hash_prefix !== null && !digest.startsWith(hash_prefix)) throw new Error(`invalid hash value (expected "${hash_prefix}", got "${digest}")`)
    sync(part)
    fs.renameSync(part, dst)
  } finally {
    drop_part(part)
  }
}

async function main(): Promise<void> {
  let outcome: Outcome = { error: null }
  try {
    await download(JSON.parse(fs.readFileSync(0, 'utf8')) as Job)
  } catch (error) {
    outcome = { error: error instanceof Error ? error.message : String(error) }
  }
  // The caller is blocked until this process ends: do not wait for timers or sockets that a failure left.
  process.stdout.write(JSON.stringify(outcome), () => process.exit())
}

void main()
