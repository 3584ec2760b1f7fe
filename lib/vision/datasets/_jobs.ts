// What the download process can be asked to do. Download and extraction of torchvision.datasets.mnist and utils.
import fs from 'node:fs'
import path from 'node:path'
import { RuntimeError } from '../../_errors'
import { check_integrity, DownloadError, with_lock, write_checked } from './_files'
import { default_limits, type Limits } from './_http'
import { fetch_file, Mirrors, take_local, target_of, type Reporter, type Resource, type Target } from './_sources'
import { open_zip_entry, zip_entries } from './_zip'

/** Gets one file into a folder, unless it is there with the right MD5 sum. */
export interface UrlJob {
  kind: 'url'
  url: string
  folder: string
  filename: string
  md5: string | null
}

/** Gets the raw files of a data set from the first mirror that serves each. */
export interface MirrorsJob {
  kind: 'mirrors'
  dataset: string
  folder: string
  mirrors: readonly string[]
  resources: readonly Resource[]
}

/** Unpacks an archive: all of it, or the named gzipped members of a zip file as plain files. */
export interface ExtractJob {
  kind: 'extract'
  archive: string
  folder: string
  members?: Record<string, string>
}

export type Job = (UrlJob | MirrorsJob | ExtractJob) & { limits?: Partial<Limits> }

async function run_url(job: UrlJob, limits: Limits, report: Reporter): Promise<void> {
  const to = path.join(job.folder, job.filename)
  if (!check_integrity(to, job.md5)) await fetch_file(job.url, to, job.md5, limits, report)
}

/** Whether the raw file is there, or can be made from an archive that is. */
async function is_present(target: Target, limits: Limits, report: Reporter): Promise<boolean> {
  if (check_integrity(target.raw, target.raw_md5)) return true
  if (target.archive === target.raw || !check_integrity(target.archive)) return false
  try {
    await take_local(target.archive, target, limits, report)
    return true
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error
    report.line(`${target.archive}: ${error.message}`) // a fresh one replaces it
    return false
  }
}

/** torchvision's message when no mirror serves a file, and what can be done. */
function all_failed(job: MirrorsJob, target: Target, errors: (readonly [string, Error])[]): RuntimeError {
  const tried = errors.map(([mirror, error]) => `Tried ${mirror}, got:\n${error.message}\n`).join('')
  return new RuntimeError(
    `Error downloading ${target.filename}:\n${tried}` +
    `Put the files, gzipped or not, into ${job.folder}, or add a source: ${job.dataset}.mirrors.push('file:///a/folder/')`)
}

async function run_mirrors(job: MirrorsJob, limits: Limits, report: Reporter): Promise<void> {
  const targets = job.resources.map((resource) => target_of(resource, job.folder))
  const names = new Set(targets.flatMap(({ archive, raw }) => [path.basename(archive), path.basename(raw)]))
  const mirrors = new Mirrors(job.folder, limits, report, names)
  const dead = new Set<string>() // not reached once: asked last from then on
  try {
    for (const target of targets) {
      if (await is_present(target, limits, report)) continue
      const order = [...job.mirrors].sort((a, b) => Number(dead.has(a)) - Number(dead.has(b)))
      const errors: (readonly [string, Error])[] = []
      for (const mirror of order) {
        try {
          await mirrors.get(mirror, target)
          break
        } catch (error) {
          if (!(error instanceof DownloadError)) throw error
          report.line(`Failed to get ${target.filename} from ${mirror}: ${error.message}`)
          errors.push([mirror, error])
          if (error.unreachable) dead.add(mirror)
        }
      }
      if (errors.length === order.length) throw all_failed(job, target, errors)
    }
  } finally {
    mirrors.close()
  }
}

/** The place of an archive's member inside `folder`; refuses names that lead out of it. */
function inside(folder: string, name: string): string {
  const file = path.resolve(folder, name)
  if (!file.startsWith(path.resolve(folder) + path.sep)) throw new DownloadError(`the archive has a file outside its folder: ${name}`)
  return file
}

async function extract_zip(archive: string, folder: string, limits: Limits): Promise<void> {
  const entries = zip_entries(archive).filter(({ name }) => !name.endsWith('/'))
  if (entries.reduce((sum, { size }) => sum + size, 0) > limits.max_bytes) {
    throw new DownloadError(`the contents of ${archive} are larger than ${limits.max_bytes} bytes`)
  }
  for (const entry of entries) {
    const to = inside(folder, entry.name)
    fs.mkdirSync(path.dirname(to), { recursive: true })
    await write_checked(open_zip_entry(archive, entry), to, false, limits.max_bytes)
  }
}

async function extract_members(archive: string, folder: string, members: Record<string, string>, limits: Limits): Promise<void> {
  const entries = new Map(zip_entries(archive).map((entry) => [entry.name, entry]))
  for (const [name, file] of Object.entries(members)) {
    const entry = entries.get(name)
    if (!entry) throw new DownloadError(`There is no item named '${name}' in the archive`)
    await write_checked(open_zip_entry(archive, entry), inside(folder, file), true, limits.max_bytes)
  }
}

async function extract_tar(archive: string, folder: string, limits: Limits): Promise<void> {
  const tar = await import('tar')
  let total = 0
  await tar.list({ file: archive, strict: true, onReadEntry: (entry) => (total += entry.size) })
  if (total > limits.max_bytes) throw new DownloadError(`the contents of ${archive} are larger than ${limits.max_bytes} bytes`)
  const plain = ['File', 'OldFile', 'ContiguousFile', 'Directory']
  await tar.extract({ file: archive, cwd: folder, strict: true, filter: (_, entry) => 'type' in entry && plain.includes(entry.type) })
}

async function run_extract(job: ExtractJob, limits: Limits): Promise<void> {
  const { archive, folder, members } = job
  if (members) return await extract_members(archive, folder, members, limits)
  if (/\.(tar|tgz|tar\.gz)$/.test(archive)) return await extract_tar(archive, folder, limits)
  if (archive.endsWith('.zip')) return await extract_zip(archive, folder, limits)
  const to = path.join(folder, path.basename(archive, '.gz'))
  await write_checked([fs.createReadStream(archive)], to, true, limits.max_bytes)
}

/** Does a job, while no other process works on the same folder. */
export async function run_job(job: Job, report: Reporter): Promise<void> {
  const limits = { ...default_limits, ...job.limits }
  fs.mkdirSync(job.folder, { recursive: true })
  await with_lock(job.folder, (line) => report.line(line), async () => {
    if (job.kind === 'url') await run_url(job, limits, report)
    else if (job.kind === 'mirrors') await run_mirrors(job, limits, report)
    else await run_extract(job, limits)
  })
}
