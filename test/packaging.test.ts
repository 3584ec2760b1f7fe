// What `npm pack` makes, in an empty project: ES modules, CommonJS and TypeScript use it, with types, and share one copy.
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { repository } from './helpers/clone'

const modules = path.join(repository, 'node_modules')
const manifest = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>, exports: Record<string, { import?: { default: string }, require?: { default: string } }>
}
interface Manifest { builds: { addon: string, loader: string, libtorch: { version: string } }[] }
let project = ''
let installed = ''

const in_project = (...parts: string[]) => path.join(project, ...parts)

function link_package(name: string): void {
  fs.mkdirSync(path.dirname(in_project('node_modules', name)), { recursive: true })
  fs.symlinkSync(path.join(modules, name), in_project('node_modules', name))
}

/** Unpacks the tarball as npm would, and links what it depends on: a test has no network. */
beforeAll(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-package-'))
  installed = in_project('node_modules', 'torch-ts')
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], { cwd: repository, encoding: 'utf8' })
  const { filename } = (JSON.parse(packed) as { filename: string }[])[0]
  fs.mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', in_project(filename), '-C', installed, '--strip-components=1'])
  for (const name of [...Object.keys(manifest.dependencies), 'node-api-headers', '@types/node', 'undici-types']) link_package(name)
  fs.writeFileSync(in_project('package.json'), '{ "name": "user", "private": true }\n')
})
afterAll(() => fs.rmSync(project, { recursive: true, force: true }))

/** Runs Node in the project; what it prints. */
function node(...args: string[]): string {
  const run = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(run.stdout + run.stderr)
  return run.stdout
}

/** Compiler's findings on files of the project; empty if there are none. */
function tsc(module: string, resolution: string, ...files: string[]): string {
  const options = ['--ignoreConfig', '--strict', '--target', 'es2022', '--module', module, '--moduleResolution', resolution, '--types', 'node', '--outDir', 'out']
  return spawnSync(process.execPath, [path.join(modules, 'typescript/bin/tsc'), ...options, ...files], { cwd: project, encoding: 'utf8' }).stdout
}

const PROGRAM = `
const x: torch.Tensor = torch.ones(2, 3)
const y: Tensor = star.zeros(2, 3)
const layer: nn.Module = new torch.nn.Linear(3, 1)
const same: torch.nn.Module = layer
console.log(x.add(y).sum().item(), x instanceof Tensor, same instanceof nn.Linear, torch.ones === ones, typeof datasets.MNIST, typeof optim.SGD)
`
const IMPORTS = `
import torch, { nn, ones, optim, Tensor } from 'torch-ts'
import * as star from 'torch-ts'
import { datasets } from 'torch-ts/vision'
import plt from 'torch-ts/pyplot'
if (typeof plt.imshow !== 'function') throw new Error('no pyplot')
`
const OUTPUT = '6 true true true function function\n'

describe('the package', () => {
  it('holds what it needs and nothing else', () => {
    expect(fs.readdirSync(installed).sort()).toEqual(expect.arrayContaining(['CMakeLists.txt', 'binding.gyp', 'dist', 'native', 'package.json', 'scripts']))
    expect(fs.readdirSync(path.join(installed, 'dist'))).toEqual(['lib'])
    expect(fs.existsSync(path.join(installed, 'test'))).toBe(false)
    expect(fs.existsSync(path.join(installed, 'build'))).toBe(false)
  })

  it('says in two lines what to do when it is installed without a libtorch, and downloads nothing', () => {
    const env = { PATH: project, TORCH_TS_CACHE: in_project('no-cache') }
    const run = spawnSync(process.execPath, [path.join(installed, 'scripts/install.mjs')], { cwd: installed, env, encoding: 'utf8' })
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: `torch-ts: No libtorch was found.
          Run this once, it finds or installs what is missing: npx torch-ts setup\n` })
    expect(fs.existsSync(in_project('no-cache'))).toBe(false)
  })

  it('tells a program that is run too early what to do', () => {
    const run = spawnSync(process.execPath, ['-e', "require('torch-ts')"], { cwd: project, encoding: 'utf8' })
    expect(run.stderr).toMatch(/torch-ts: .*npx torch-ts setup/)
  })
})

describe('the installed package', () => {
  // Its install script would compile the addon; the same sources were compiled here, and their stamp says so.
  beforeAll(() => {
    const build = path.join(repository, 'build')
    for (const name of fs.readdirSync(build).filter(one => fs.existsSync(path.join(build, one, 'stamp')))) {
      for (const part of ['Release', 'stamp']) fs.cpSync(path.join(build, name, part), path.join(installed, 'build', name, part), { recursive: true })
    }
    const output = execFileSync(process.execPath, [path.join(installed, 'scripts/install.mjs')], { cwd: installed, encoding: 'utf8' })
    expect(output).toBe('')
  })

  it('loads as ES module and as CommonJS, one copy', () => {
    fs.writeFileSync(in_project('a.mjs'), `import { createRequire } from 'node:module'
${IMPORTS}
const common = createRequire(import.meta.url)('torch-ts')
console.log(torch.ones(2, 3).sum().item(), torch.nn === nn, star.default === torch, common.ones === ones, common.default === torch)
console.log(Object.keys(common).filter(name => !(name in star)), Object.keys(star).filter(name => !(name in common)))
`)
    expect(node('a.mjs')).toBe('6 true true true true\n[] []\n')
    fs.writeFileSync(in_project('b.cjs'), `const torch = require('torch-ts')
const { nn, optim } = require('torch-ts')
console.log(torch.ones(2, 3).sum().item(), torch.nn === nn, typeof optim.SGD, typeof require('torch-ts/vision').datasets.MNIST)
`)
    expect(node('b.cjs')).toBe('6 true function function\n')
  })

  it('exports every entry both ways', () => {
    for (const entry of Object.values(manifest.exports).filter(one => one.import)) {
      expect(fs.existsSync(path.join(installed, entry.import!.default))).toBe(true)
      expect(fs.existsSync(path.join(installed, entry.require!.default))).toBe(true)
    }
  })

  // One run of the compiler, which checks all declarations: that takes ten seconds.
  it('has types for module resolution node16, in ES modules and CommonJS, which refuse what is wrong', () => {
    for (const name of ['c.mts', 'd.cts', 'e.ts']) fs.writeFileSync(in_project(name), IMPORTS + PROGRAM)
    fs.writeFileSync(in_project('f.cts'), `import torch = require('torch-ts')
const x: torch.Tensor = torch.ones(2, 3)
const layer: torch.nn.Module = new torch.nn.Linear(3, 1)
console.log(x.sum().item(), layer instanceof torch.nn.Linear)
`)
    fs.writeFileSync(in_project('h.mts'), IMPORTS + 'torch.ones(2, 3).sum({ dims: 1 })\nconst n: number = torch.ones(1)\n')
    const findings = tsc('node16', 'node16', 'c.mts', 'd.cts', 'e.ts', 'f.cts', 'h.mts')
    expect(findings.match(/^\S+(?= error TS)/gm)).toEqual(['h.mts(7,24):', 'h.mts(8,7):'])
    for (const name of ['c.mjs', 'd.cjs', 'e.js']) expect(node('out/' + name)).toBe(OUTPUT)
    expect(node('out/f.cjs')).toBe('6 true\n')
  })

  it('has types for module resolution bundler', () => {
    fs.writeFileSync(in_project('g.ts'), IMPORTS + PROGRAM)
    expect(tsc('preserve', 'bundler', '--skipLibCheck', 'g.ts')).toBe('') // the declarations were checked above
  })

  it('takes a prebuilt addon that fits the libtorch, without compiling', () => {
    const before = JSON.parse(fs.readFileSync(path.join(installed, 'build/manifest.json'), 'utf8')) as Manifest
    const { addon, loader, libtorch } = before.builds[0]
    const release = libtorch.version.split('.').slice(0, 2).join('.')
    const folder = path.join('prebuilds', `torch-${release}`, 'prebuilds', `${process.platform}-${process.arch}`)
    fs.cpSync(path.join(installed, addon), path.join(installed, folder, 'torch-ts.node'))
    fs.cpSync(path.join(installed, loader), path.join(installed, folder, 'loader', 'torch_ts_loader.node'))
    fs.rmSync(path.join(installed, 'build'), { recursive: true })
    execFileSync(process.execPath, [path.join(installed, 'scripts/install.mjs')], { cwd: installed })
    const { builds } = JSON.parse(fs.readFileSync(path.join(installed, 'build/manifest.json'), 'utf8')) as Manifest
    expect(builds.map(one => one.addon)).toEqual([path.join(folder, 'torch-ts.node')])
    expect(node('-p', "require('torch-ts').ones(2, 3).sum().item()")).toBe('6\n')
  })

  it('describes itself by the command torch-ts env', () => {
    const output = node(path.join(installed, 'scripts/cli.mjs'), 'env')
    expect(output).toMatch(/^torch-ts +\d/)
    expect(output).toContain('\ndevices       cpu')
    expect(output).not.toContain('problem')
  })
})
