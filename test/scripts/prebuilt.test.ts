// scripts/prebuilt.mjs: one package holds binaries for several libtorch releases, and node-gyp-build finds the one that fits.
import fs from 'node:fs'
import path from 'node:path'
import { evaluate, fake_libtorch, fake_program, make_clone, programs } from '../helpers/clone'
import { temporary_folder } from '../helpers/temporary'

const at = temporary_folder()
const platform = `${process.platform}-${process.arch}`
let clone = ''

beforeEach(() => {
  clone = make_clone(at('clone'))
  for (const [release, tuple] of [['2.13', platform], ['2.14', platform], ['2.12', 'aix-ppc64']]) {
    const folder = path.join(clone, 'prebuilds', `torch-${release}`, 'prebuilds', tuple, 'loader')
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(path.join(folder, '..', 'torch-ts.node'), '')
    fs.writeFileSync(path.join(folder, 'torch_ts_loader.node'), '')
  }
})

const find = (version: string) => evaluate(clone, 'prebuilt.mjs', `m.find_prebuild({ version: '${version}' })`, {}) as { addon: string, loader: string } | null

describe('find_prebuild', () => {
  it('goes by the minor release of libtorch, CPU or CUDA, and by the platform', () => {
    const folder = (release: string) => path.join(clone, 'prebuilds', `torch-${release}`, 'prebuilds', platform)
    expect(find('2.13.0+cpu')).toEqual({ addon: path.join(folder('2.13'), 'torch-ts.node'), loader: path.join(folder('2.13'), 'loader/torch_ts_loader.node') })
    expect(find('2.14.1+cu130')?.addon).toBe(path.join(folder('2.14'), 'torch-ts.node'))
    expect(find('2.12.0')).toBeNull()
    expect(find('2.11.0')).toBeNull()
  })
})

describe('install_addon', () => {
  it('builds the addon where the prebuilt one does not load', () => {
    const bin = programs(at('bin'), ['sh', 'mkdir', 'c++', 'g++', 'gcc', 'cc', 'make'])
    fake_program(bin, 'cmake', `case "$1" in
      -E) echo '{ "generators": [{ "name": "Unix Makefiles" }] }';;
      --build) mkdir -p "$2/Release"; : > "$2/Release/torch_ts.node"; : > "$2/Release/torch_ts_loader.node";;
    esac`)
    const env = { PATH: bin, LIBTORCH: fake_libtorch(at('libtorch')) }
    const libtorch = `{ ...(await import('${clone}/scripts/libtorch.mjs')).find_libtorch() }`
    expect(evaluate(clone, 'prebuilt.mjs', `m.install_addon(${libtorch})`, env)).toBe(path.join(clone, 'build/torch-2.13.0-cpu/Release/torch_ts.node'))
  })
})
