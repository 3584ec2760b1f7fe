import { spawn, type ChildProcess } from 'node:child_process'
import crypto from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import zlib from 'node:zlib'
import * as tar from 'tar'
import type { Job } from '../../lib/vision/datasets/_jobs'
import {
  calculate_md5, check_integrity, check_md5, download_and_extract_archive, download_url, extract_archive, run_blocking,
  verify_str_arg,
} from '../../lib/vision/datasets/utils'
import { captured_children } from '../helpers/captured_children'
import { Loopback, type Route } from '../helpers/loopback'
import { temporary_folder } from '../helpers/temporary'
import '../helpers/typescript_children'
import { make_zip } from '../helpers/zip'

const body = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251)
const md5 = (data: Uint8Array): string => crypto.createHash('md5').update(data).digest('hex')

/** The bytes with some of them set to 255. */
function damaged(data: Buffer, from: number, to?: number): Buffer {
  data.subarray(from, to).fill(255)
  return data
}

const folder = temporary_folder()
const said = captured_children()
let server: Loopback | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

async function serve(routes: Record<string, Route>): Promise<string> {
  server = await Loopback.start(routes)
  return server.url
}

/** Names of the files in the test's folder, hidden ones too. */
const listing = (): string[] => fs.readdirSync(folder()).sort()

/** A download in a process of its own, that the test can kill. */
function start(job: Job): ChildProcess {
  const program = path.join(__dirname, '../../lib/vision/datasets/_download_main.ts')
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'pipe'], env: process.env })
  child.stdin?.end(JSON.stringify(job))
  return child
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

describe('download_url', () => {
  it('puts the file into the folder, and says so', async () => {
    const url = (await serve({ '/a/data.bin': { body } })) + 'a/data.bin'
    download_url(url, folder('new', 'folder'), null, md5(body))
    expect(fs.readFileSync(folder('new', 'folder', 'data.bin')).equals(body)).toBe(true)
    expect(fs.readdirSync(folder('new', 'folder'))).toEqual(['data.bin'])
    expect(said()).toContain(`Downloading ${url} to ${folder('new', 'folder', 'data.bin')}\n`)
    expect(said()).toContain('data.bin: 100%|')
    expect(said()).toContain('| 100k/100k [')
  })

  it('does not ask for what is there with the right sum', async () => {
    const url = (await serve({})) + 'data.bin'
    fs.writeFileSync(folder('data.bin'), body)
    download_url(url, folder(), 'data.bin', md5(body))
    expect(await server?.requests()).toEqual([])
  })

  it('rejects another sum, and keeps the file that was there', async () => {
    const url = (await serve({ '/data.bin': { body } })) + 'data.bin'
    fs.writeFileSync(folder('data.bin'), 'old')
    expect(() => download_url(url, folder(), 'data.bin', md5(Buffer.from('other')))).toThrow('File not found or corrupted.')
    expect(fs.readFileSync(folder('data.bin'), 'utf8')).toBe('old')
    expect(listing()).toEqual(['data.bin'])
  })

  it('limits redirects', async () => {
    const url = (await serve({ '/a': { location: '/b' }, '/b': { location: '/c' }, '/c': { body } })) + 'a'
    expect(() => download_url(url, folder(), 'x', null, 1)).toThrow(`Request to ${url} exceeded 1 redirects.`)
    download_url(url, folder(), 'x', null, 2)
    expect(check_md5(folder('x'), md5(body))).toBe(true)
  })

  it('copies file: URLs', () => {
    fs.writeFileSync(folder('from'), body)
    download_url(pathToFileURL(folder('from')).href, folder(), 'to', md5(body))
    expect(check_integrity(folder('to'), md5(body))).toBe(true)
    expect(() => download_url(pathToFileURL(folder('none')).href, folder(), 'to2')).toThrow('ENOENT')
    expect(listing()).toEqual(['from', 'to'])
  })

  it.each([['ftp://127.0.0.1/x', 'unknown url type: ftp'], ['no url', "unknown url type: 'no url'"]])('refuses %s', (url, message) => {
    expect(() => download_url(url, folder(), 'x')).toThrow(message)
  })

  it('leaves the old file when it is killed, and the next call goes on', async () => {
    const url = (await serve({ '/data.bin': { body, etag: '"v1"', stall: true } })) + 'data.bin'
    fs.writeFileSync(folder('data.bin'), 'old')
    const child = start({ kind: 'url', url, folder: folder(), filename: 'data.bin', md5: md5(body) })
    await until(() => fs.existsSync(folder('data.bin.part')) && fs.statSync(folder('data.bin.part')).size === 50_000)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(fs.readFileSync(folder('data.bin'), 'utf8')).toBe('old')
    // The same address, so that the part counts: the stalled server sends half of the rest, and is given up on.
    const again: Job = { kind: 'url', url, folder: folder(), filename: 'data.bin', md5: md5(body), limits: { idle_timeout: 100, attempts: 1 } }
    expect(() => run_blocking(again)).toThrow('nothing came for 0.1 s')
    expect((await server?.requests())?.at(-1)).toEqual({ url: '/data.bin', range: 'bytes=50000-', if_range: '"v1"' })
    expect(fs.readFileSync(folder('data.bin.part')).equals(body.subarray(0, 75_000))).toBe(true)
    expect(fs.readFileSync(folder('data.bin'), 'utf8')).toBe('old')
  })

  it('says so when the process that downloads is killed', async () => {
    const url = (await serve({ '/data.bin': { body, stall: true } })) + 'data.bin'
    const job: Job = { kind: 'url', url, folder: folder(), filename: 'data.bin', md5: null }
    // A second child kills the first: this thread is blocked meanwhile.
    const lock = folder('.download.lock')
    const killer = `const fs = require('fs'); setInterval(() => { try {
      const pid = Number(fs.readFileSync(${JSON.stringify(lock)}, 'utf8')); if (pid) { process.kill(pid, 'SIGKILL'); process.exit() } } catch {} }, 10)`
    const child = spawn(process.execPath, ['-e', killer])
    const exit = once(child, 'exit')
    expect(() => run_blocking(job)).toThrow('The process that downloads ended early (SIGKILL); the next call goes on from there')
    await exit
  })

  it('waits for another process that fills the same folder', async () => {
    const url = (await serve({ '/data.bin': { body } })) + 'data.bin'
    fs.writeFileSync(folder('.download.lock'), String(process.pid))
    const child = start({ kind: 'url', url, folder: folder(), filename: 'data.bin', md5: null })
    const [line] = (await once(child.stderr!, 'data')) as [Buffer]
    expect(String(line)).toBe(
      `Waiting for process ${process.pid}, which is filling ${folder()} (remove ${folder('.download.lock')} if it is not)\n`)
    expect(fs.existsSync(folder('data.bin'))).toBe(false)
    fs.rmSync(folder('.download.lock'))
    await once(child, 'exit')
    expect(listing()).toEqual(['data.bin'])
  })

  it('takes over the lock of a process that is gone', async () => {
    const url = (await serve({ '/data.bin': { body } })) + 'data.bin'
    const gone = spawn(process.execPath, ['-e', ''])
    await once(gone, 'exit')
    fs.writeFileSync(folder('.download.lock'), String(gone.pid))
    download_url(url, folder())
    expect(listing()).toEqual(['data.bin'])
  })
})

describe('extract_archive', () => {
  it('gunzips beside the archive', () => {
    fs.writeFileSync(folder('a.bin.gz'), zlib.gzipSync(body))
    expect(extract_archive(folder('a.bin.gz'))).toBe(folder('a.bin'))
    expect(fs.readFileSync(folder('a.bin')).equals(body)).toBe(true)
    expect(listing()).toEqual(['a.bin', 'a.bin.gz'])
  })

  it('removes the archive when asked to', () => {
    fs.writeFileSync(folder('a.bin.gz'), zlib.gzipSync(body))
    extract_archive(folder('a.bin.gz'), folder('to'), true)
    expect(listing()).toEqual(['to'])
    expect(fs.readdirSync(folder('to'))).toEqual(['a.bin'])
  })

  it.each<[string, Buffer, string]>([
    ['cut short', zlib.gzipSync(body).subarray(0, -20), 'unexpected end of file'],
    ['no gzip at all', Buffer.from('hello'), 'incorrect header check'],
    ['damaged', damaged(zlib.gzipSync(body), -8), 'incorrect data check'],
  ])('refuses a gzip file that is %s, and keeps what was there', (_, data, message) => {
    fs.writeFileSync(folder('a.gz'), data)
    fs.writeFileSync(folder('a'), 'old')
    expect(() => extract_archive(folder('a.gz'))).toThrow(`the source of a is no valid gzip or zip data: ${message}`)
    expect(fs.readFileSync(folder('a'), 'utf8')).toBe('old')
    expect(listing()).toEqual(['a', 'a.gz'])
  })

  it('bounds what a small archive expands to', () => {
    fs.writeFileSync(folder('bomb.gz'), zlib.gzipSync(Buffer.alloc(50_000_000)))
    const job: Job = { kind: 'extract', archive: folder('bomb.gz'), folder: folder(), limits: { max_bytes: 1_000_000 } }
    expect(() => run_blocking(job)).toThrow('bomb is larger than 1000000 bytes')
    expect(listing()).toEqual(['bomb.gz'])
  })

  it('unzips, with folders and a comment', () => {
    fs.writeFileSync(folder('a.zip'), make_zip({ 'x.bin': body, 'd/': new Uint8Array(), 'd/e/y': Buffer.from('why'), empty: new Uint8Array() }, {}, 'hello'))
    expect(extract_archive(folder('a.zip'), folder('to'))).toBe(folder('to'))
    expect(fs.readFileSync(folder('to', 'x.bin')).equals(body)).toBe(true)
    expect(fs.readFileSync(folder('to', 'd', 'e', 'y'), 'utf8')).toBe('why')
    expect(fs.statSync(folder('to', 'empty')).size).toBe(0)
  })

  it('unzips stored files', () => {
    fs.writeFileSync(folder('a.zip'), make_zip({ x: body, empty: new Uint8Array() }, { method: 0 }))
    extract_archive(folder('a.zip'))
    expect(fs.readFileSync(folder('x')).equals(body)).toBe(true)
    expect(fs.statSync(folder('empty')).size).toBe(0)
  })

  it.each<[string, Buffer, string]>([
    ['that is none', Buffer.from('hello'), 'File is not a zip file'],
    ['with a wrong sum', make_zip({ x: body }, { crc: 1 }), "Bad CRC-32 for file 'x'"],
    ['with a wrong size', make_zip({ x: body }, { size: 10 }), "Bad CRC-32 for file 'x'"],
    ['that is encrypted', make_zip({ x: body }, { flags: 1 }), "File 'x' is encrypted"],
    ['of another method', make_zip({ x: body }, { method: 12 }), 'That compression method is not supported'],
    ['that leaves the folder', make_zip({ '../x': body }), 'the archive has a file outside its folder: ../x'],
    ['with an absolute path', make_zip({ '/tmp/x': body }), 'the archive has a file outside its folder: /tmp/x'],
    ['with a broken directory', damaged(make_zip({ x: body }), -69, -65), 'Bad magic number for central directory'],
    ['with a broken header', damaged(make_zip({ x: body }), 0, 4), 'Bad magic number for file header'],
    ['with a broken file', damaged(make_zip({ x: body }), 31, 35), 'the source of x is no valid gzip or zip data'],
  ])('refuses a zip archive %s', (_, data, message) => {
    fs.writeFileSync(folder('a.zip'), data)
    expect(() => extract_archive(folder('a.zip'), folder('to'))).toThrow(message)
    expect(fs.readdirSync(folder('to'))).toEqual([])
    expect(listing()).toEqual(['a.zip', 'to'])
  })

  it('bounds what a zip archive expands to', () => {
    fs.writeFileSync(folder('a.zip'), make_zip({ x: body, y: body }))
    const job: Job = { kind: 'extract', archive: folder('a.zip'), folder: folder(), limits: { max_bytes: 150_000 } }
    expect(() => run_blocking(job)).toThrow(`the contents of ${folder('a.zip')} are larger than 150000 bytes`)
  })

  it('unpacks tar archives, without their links', async () => {
    fs.mkdirSync(folder('src'))
    fs.writeFileSync(folder('src', 'x'), body)
    fs.symlinkSync('/etc/hostname', folder('src', 'link'))
    await tar.create({ file: folder('a.tar.gz'), gzip: true, cwd: folder() }, ['src'])
    extract_archive(folder('a.tar.gz'), folder('to'))
    expect(fs.readdirSync(folder('to', 'src'))).toEqual(['x'])
    const job: Job = { kind: 'extract', archive: folder('a.tar.gz'), folder: folder('to2'), limits: { max_bytes: 99_999 } }
    expect(() => run_blocking(job)).toThrow(`the contents of ${folder('a.tar.gz')} are larger than 99999 bytes`)
  })

  it('names the types it knows', () => {
    expect(() => extract_archive(folder('a.rar'))).toThrow(
      "Unknown compression or archive type: '.rar'.\nKnown suffixes are: '.tar', '.tar.gz', '.tgz', '.zip', '.gz'.")
  })
})

describe('download_and_extract_archive', () => {
  it('does both', async () => {
    const gz = zlib.gzipSync(body)
    const url = (await serve({ '/data.bin.gz': { body: gz } })) + 'data.bin.gz'
    download_and_extract_archive(url, folder(), null, null, md5(gz))
    expect(listing()).toEqual(['data.bin', 'data.bin.gz'])
    expect(calculate_md5(folder('data.bin'))).toBe(md5(body))
  })
})

describe('check_integrity', () => {
  it('wants a file, and the sum if there is one', () => {
    fs.writeFileSync(folder('x'), body)
    expect(check_integrity(folder('x'))).toBe(true)
    expect(check_integrity(folder('x'), md5(body))).toBe(true)
    expect(check_integrity(folder('x'), md5(Buffer.from('other')))).toBe(false)
    expect(check_integrity(folder('y'))).toBe(false)
    expect(check_integrity(folder())).toBe(false)
  })
})

describe('verify_str_arg', () => {
  it('returns a known word', () => {
    expect(verify_str_arg('b', 'split', ['a', 'b'])).toBe('b')
  })

  it.each<[unknown, string]>([
    ['c', "Unknown value 'c' for argument split. Valid values are {'a', 'b'}."],
    [1, "Expected type str for argument split, but got type <class 'int'>."],
    [1.5, "Expected type str for argument split, but got type <class 'float'>."],
    [true, "Expected type str for argument split, but got type <class 'bool'>."],
    [null, "Expected type str for argument split, but got type <class 'NoneType'>."],
  ])('refuses %p', (value, message) => {
    expect(() => verify_str_arg(value, 'split', ['a', 'b'])).toThrow(message)
  })
})
