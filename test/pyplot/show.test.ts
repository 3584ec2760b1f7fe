// savefig and show: files, formats, the viewer, and what importing loads.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { PNG } from 'pngjs'
import plt from 'torch-ts/pyplot'
import { temporary_folder } from '../helpers/temporary'
import '../helpers/typescript_children'

const folder = temporary_folder()

afterEach(() => plt.close('all'))

/** Runs a program that has `plt`, in the temporary folder. */
function run(program: string, env: Record<string, string> = {}) {
  const clean = { ...process.env }
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY', 'CI']) delete clean[name]
  return spawnSync(process.execPath, ['-e', `const plt = require('torch-ts/pyplot').default\n${program}`], {
    cwd: folder(), encoding: 'utf8', env: { ...clean, TORCH_TS_NO_DISPLAY: '1', ...env },
  })
}

describe('savefig', () => {
  it('writes PNG and SVG by the extension, by format, and PNG without one', () => {
    plt.plot([1, 2])
    plt.savefig(folder('a.png'))
    plt.savefig(folder('b.SVG'))
    plt.savefig(folder('c'), { dpi: 50 })
    plt.savefig({ fname: folder('d.txt'), format: 'svg' })
    expect(fs.readdirSync(folder()).sort()).toEqual(['a.png', 'b.SVG', 'c.png', 'd.txt'])
    expect(PNG.sync.read(fs.readFileSync(folder('a.png'))).width).toBe(640)
    expect(PNG.sync.read(fs.readFileSync(folder('c.png'))).width).toBe(320)
    for (const name of ['b.SVG', 'd.txt']) expect(fs.readFileSync(folder(name), 'utf8')).toMatch(/^<svg width="460" height="345" /)
  })

  it('writes clean SVG: no scripts, styles or marks of the library', () => {
    plt.plot([1, 2], 'o-')
    plt.savefig(folder('a.svg'))
    expect(fs.readFileSync(folder('a.svg'), 'utf8')).not.toMatch(/<style|class=|ecmeta|pointer-events/)
  })

  it('refuses other formats in matplotlib\'s words', () => {
    expect(() => plt.savefig(folder('a.pdf'))).toThrow(expect.objectContaining({
      name: 'ValueError', message: "Format 'pdf' is not supported (supported formats: png, svg)",
    }))
    expect(() => plt.savefig(3 as never)).toThrow(new TypeError('savefig(): fname must be a path, not number'))
    expect(fs.readdirSync(folder())).toEqual([])
  })

  it('says which folder is missing', () => {
    const file = folder('missing', 'a.png')
    expect(() => plt.savefig(file)).toThrow(expect.objectContaining({ message: `[Errno 2] No such file or directory: '${file}'`, code: 'ENOENT' }))
  })

  it('replaces a file whole and leaves nothing else behind, even when it fails', () => {
    fs.writeFileSync(folder('a.png'), 'old')
    plt.savefig(folder('a.png'))
    expect(PNG.sync.read(fs.readFileSync(folder('a.png'))).height).toBe(480)
    fs.mkdirSync(folder('b.png'))
    expect(() => plt.savefig(folder('b.png'))).toThrow()
    expect(fs.readdirSync(folder()).sort()).toEqual(['a.png', 'b.png'])
  })

  it('refuses pictures that no memory holds', () => {
    plt.figure({ figsize: [1e5, 1e5] })
    expect(() => plt.savefig(folder('a.png'))).toThrow(
      'Image size of 10000000x10000000 pixels is too large. It must be less than 2^16 in each direction and 10^8 altogether.')
    plt.figure({ figsize: [0, 1] })
    expect(() => plt.savefig(folder('a.png'))).toThrow('cannot write empty image')
  })

  it('can be transparent', () => {
    plt.savefig(folder('a.png'), { transparent: true })
    expect(PNG.sync.read(fs.readFileSync(folder('a.png'))).data[3]).toBe(0)
  })
})

describe('show', () => {
  it('without a display writes each figure, says where, and closes them', () => {
    const { stdout, stderr, status } = run(`
      plt.plot([1, 2])
      plt.figure(3, { figsize: [1, 1] })
      plt.show()
      console.log(plt.get_fignums())
      plt.show()`)
    const place = (name: string) => path.join(fs.realpathSync(folder()), name)
    expect(stdout.split('\n')).toEqual([`Figure 1 saved to ${place('figure_1.png')}`, `Figure 3 saved to ${place('figure_3.png')}`, '[]', ''])
    expect([stderr, status]).toEqual(['', 0])
    expect(PNG.sync.read(fs.readFileSync(folder('figure_1.png'))).width).toBe(640)
    expect(PNG.sync.read(fs.readFileSync(folder('figure_3.png'))).width).toBe(100)
  })

  const linux = process.platform === 'linux'
  // Stays until it is told to go on: show() must not wait for it.
  const viewer = '#!/bin/sh\nwhile [ ! -e "$GO" ]; do sleep 0.05; done\ncp "$1" "$SHOWN.part" && mv "$SHOWN.part" "$SHOWN"\n'

  if (linux) {
    it('with a display opens the viewer and does not wait for it', async () => {
      fs.mkdirSync(folder('bin'))
      fs.writeFileSync(folder('bin', 'xdg-open'), viewer, { mode: 0o755 })
      const { stdout, status } = run('plt.plot([1, 2])\nplt.show()', {
        TORCH_TS_NO_DISPLAY: '', DISPLAY: ':0', PATH: `${folder('bin')}:${process.env['PATH']}`, TMPDIR: folder(), SHOWN: folder('shown.png'), GO: folder('go'),
      })
      expect([stdout, status]).toEqual(['', 0])
      fs.writeFileSync(folder('go'), '')
      for (let i = 0; i < 400 && !fs.existsSync(folder('shown.png')); i++) await new Promise(resolve => setTimeout(resolve, 50))
      expect(PNG.sync.read(fs.readFileSync(folder('shown.png'))).width).toBe(640)
      expect(fs.existsSync(folder('figure_1.png'))).toBe(false)
    })
  }

  it('with a display but no viewer, or in CI, writes the file', () => {
    for (const env of [{ DISPLAY: ':0', PATH: folder() }, { DISPLAY: ':0', CI: 'true' }] as Record<string, string>[]) {
      fs.rmSync(folder('figure_1.png'), { force: true })
      const { stdout, status } = run('plt.show(plt.plot([1, 2]) && {})', linux ? { TORCH_TS_NO_DISPLAY: '', ...env } : {})
      expect([stdout, status]).toEqual([`Figure 1 saved to ${path.join(fs.realpathSync(folder()), 'figure_1.png')}\n`, 0])
      expect(fs.existsSync(folder('figure_1.png'))).toBe(true)
    }
  })
})

describe('importing torch-ts/pyplot', () => {
  it('loads no library and not the tensor core; plotting does not either, drawing does', () => {
    const { stdout } = run(`
      const names = ['echarts', 'resvg', 'pngjs', 'lib/_C', 'lib/tensor']
      const loaded = () => names.filter(name => Object.keys(require.cache).some(file => file.replaceAll('\\\\', '/').includes(name)))
      console.log(loaded())
      plt.plot([1, 2], 'r--', { label: 'a' })
      plt.legend()
      console.log(loaded())
      plt.savefig('a.png')
      console.log(loaded())
      plt.imshow([[1]])
      plt.savefig('a.png')
      console.log(loaded())`)
    expect(stdout.trim().split('\n')).toEqual(['[]', '[]', "[ 'echarts', 'resvg' ]", "[ 'echarts', 'resvg', 'pngjs' ]"])
  })

  it('works in worker threads', () => {
    const { stdout, stderr } = run(`
      const { Worker, isMainThread } = require('node:worker_threads')
      const work = "const plt = require('torch-ts/pyplot').default; plt.imshow([[1, 2]]); plt.title('t'); plt.savefig(require('node:worker_threads').workerData)"
      for (const name of ['a.png', 'b.png']) new Worker(work, { eval: true, workerData: name }).on('exit', code => console.log(code))`)
    expect([stdout, stderr]).toEqual(['0\n0\n', ''])
    expect(fs.readdirSync(folder()).sort()).toEqual(['a.png', 'b.png'])
  })

  it('gives the same functions by name and as the default', () => {
    const module = jest.requireActual<typeof import('torch-ts/pyplot')>('torch-ts/pyplot')
    const named = module as unknown as Record<string, unknown>
    for (const [name, value] of Object.entries(module.default)) expect([name, named[name]]).toEqual([name, value])
  })
})
