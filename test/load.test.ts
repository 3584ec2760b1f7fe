// lib/_load.ts: which of the builds is loaded, and what a program is told that cannot load one. The addons here are none: loading
// stops at the loader, whose name is in the message.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { fake_libtorch, repository } from './helpers/clone'
import { temporary_folder } from './helpers/temporary'

const at = temporary_folder()

beforeEach(() => {
  const source = fs.readFileSync(path.join(repository, 'lib/_load.ts'), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS } })
  fs.mkdirSync(at('dist/lib'), { recursive: true })
  fs.writeFileSync(at('dist/lib/_load.js'), outputText)
})

/** A build in the manifest for each libtorch; the files of all but `missing` exist. */
function write_manifest(folders: string[], missing = ''): void {
  const builds = folders.map(root => {
    const name = path.basename(root)
    fs.mkdirSync(at('build', name), { recursive: true })
    for (const file of ['addon', 'loader']) if (name !== missing) fs.writeFileSync(at('build', name, `${file}.node`), '')
    return { addon: `build/${name}/addon.node`, loader: `build/${name}/loader.node`, libraries: [], libtorch: { root, version: '2.13.0', cuda: null } }
  })
  fs.writeFileSync(at('build/manifest.json'), JSON.stringify({ builds }))
}

/** The message of the error that loading ends with. */
function load(libtorch?: string): string {
  const program = "try { require('./dist/lib/_load.js').load_addon() } catch (error) { console.log(error.message) }"
  const env = libtorch === undefined ? {} : { LIBTORCH: libtorch }
  return spawnSync(process.execPath, ['-e', program], { cwd: at(), env, encoding: 'utf8' }).stdout.trim()
}

describe('load_addon', () => {
  it('says what to do when nothing is built', () => {
    const remedy = 'Run `npx torch-ts setup`, or `npx torch-ts env` for a diagnosis.'
    expect(load()).toBe(`torch-ts: the native addon is not built. ${remedy}`)
    write_manifest([fake_libtorch(at('first'))])
    expect(load('/elsewhere')).toBe(`torch-ts: the native addon is not built for LIBTORCH=/elsewhere. ${remedy}`)
  })

  it('takes the first build, or that of LIBTORCH, which may be a link or the folder around it', () => {
    write_manifest([fake_libtorch(at('first')), fake_libtorch(at('site-packages/torch'))])
    expect(load()).toContain('build/first/loader.node')
    expect(load(at('first'))).toContain('build/first/loader.node')
    expect(load(at('site-packages/torch'))).toContain('build/torch/loader.node')
    expect(load(at('site-packages'))).toContain('build/torch/loader.node')
    fs.symlinkSync(at('site-packages'), at('link'))
    expect(load(at('link'))).toContain('build/torch/loader.node')
  })

  it('names the library that does not load', () => {
    write_manifest([fake_libtorch(at('first'))])
    expect(load()).toMatch(/^torch-ts: a library did not load: .*loader\.node.*\. Run `npx torch-ts env` for a diagnosis\.$/)
  })

  it('names a file that was deleted', () => {
    write_manifest([fake_libtorch(at('first'))], 'first')
    expect(load()).toBe(`torch-ts: ${at('build/first/addon.node')} is missing. Run \`npx torch-ts setup\` to build it again.`)
  })
})
