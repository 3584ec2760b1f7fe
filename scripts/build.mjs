// Builds the addon with cmake-js into build/<libtorch's name>/ and lists it in build/manifest.json, which lib/_C.ts reads.
// Used by set-up; `node scripts/build.mjs` builds on its own, and with --gyp FOLDER it serves binding.gyp. A build with sanitizers
// (scripts/fuzz.mjs) has a folder and a list of its own, which TORCH_TS_MANIFEST names.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { build_name, display_name, ensure_libtorch } from './libtorch.mjs'
import { with_lock } from './lock.mjs'
import { root } from './paths.mjs'
import { StepError, capture, is_main, known_cause, main, say, stream } from './step.mjs'

/** @typedef {import('./libtorch.mjs').Libtorch} Libtorch */

const require = createRequire(path.join(root, 'package.json'))
const manifest_file = path.join(root, 'build', 'manifest.json')

/**
 * What lib/_C.ts needs to load an addon; paths of the package are relative to its root.
 * @typedef {object} Build
 * @property {string} addon torch_ts.node
 * @property {string} loader torch_ts_loader.node, which opens `libraries` first
 * @property {string[]} libraries libtorch's own, in the order in which they must be opened
 * @property {Libtorch} libtorch
 */

/** Builds that can be loaded; the first one is used unless LIBTORCH names another. @returns {Build[]} */
export function read_manifest() {
  try {
    return JSON.parse(readFileSync(manifest_file, 'utf8')).builds
  } catch {
    return []
  }
}

/**
 * Puts a build first in the manifest; writes only if that changes it.
 * @param {Libtorch} libtorch
 * @param {string} addon
 * @param {string} loader
 */
export function select_build(libtorch, addon, loader) {
  const build = build_of(libtorch, addon, loader)
  const before = read_manifest()
  const is_there = other => existsSync(path.join(root, other.addon)) && existsSync(other.libtorch.root)
  const others = before.filter(other => other.libtorch.root !== libtorch.root && is_there(other))
  const builds = [build, ...others]
  if (JSON.stringify(builds) !== JSON.stringify(before)) write_manifest(manifest_file, builds)
}

/** @param {Libtorch} libtorch @param {string} addon @param {string} loader @returns {Build} */
export function build_of(libtorch, addon, loader) {
  const relative = /** @param {string} file */ file => path.relative(root, file).split(path.sep).join('/')
  return { addon: relative(addon), loader: relative(loader), libraries: libraries(libtorch), libtorch }
}

/** @param {string} file @param {Build[]} builds */
export function write_manifest(file, builds) {
  mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.tmp-${process.pid}`
  writeFileSync(temporary, JSON.stringify({ builds }, null, 2) + '\n')
  renameSync(temporary, file)
}

/** @param {Libtorch} libtorch */
export function libraries({ lib_dir, cuda }) {
  const [prefix, suffix] = { win32: ['', '.dll'], darwin: ['lib', '.dylib'] }[process.platform] ?? ['lib', '.so']
  const names = cuda === null ? ['torch_cpu'] : ['torch_cpu', 'torch_cuda']
  return names.map(name => path.join(lib_dir, prefix + name + suffix))
}

/**
 * Makes sure that the addon for this libtorch is built from the present sources.
 * @param {Libtorch} libtorch
 * @param {{ rpath?: boolean, sanitize?: string }} options rpath: false for a binary that leaves this machine; sanitize: names of sanitizers
 * @returns {Promise<{ addon: string, loader: string }>}
 */
export async function ensure_addon(libtorch, { rpath = true, sanitize = '' } = {}) {
  const folder = path.join(root, 'build', build_name(libtorch) + (sanitize ? '-sanitize' : rpath ? '' : '-prebuild'))
  const addon = path.join(folder, 'Release', 'torch_ts.node')
  const loader = path.join(folder, 'Release', 'torch_ts_loader.node')
  const stamp_file = path.join(folder, 'stamp')
  const is_built = () => existsSync(addon) && existsSync(loader) && existsSync(stamp_file) && readFileSync(stamp_file, 'utf8') === stamp(libtorch, sanitize)
  if (!is_built()) {
    mkdirSync(folder, { recursive: true })
    await with_lock(folder + '.lock', 'another process builds the addon', async () => {
      if (is_built()) return
      const built_from = stamp(libtorch, sanitize)
      rmSync(stamp_file, { force: true })
      await compile(libtorch, folder, { rpath, sanitize })
      writeFileSync(stamp_file, built_from)
    })
  }
  return { addon, loader }
}

/** Changes whenever the addon has to be built again. @param {Libtorch} libtorch @param {string} sanitize */
function stamp(libtorch, sanitize) {
  const hash = createHash('sha256')
  const sources = readdirSync(path.join(root, 'native'), { recursive: true, encoding: 'utf8' }).filter(name => /\.(h|cpp)$/.test(name)).sort()
  for (const file of ['CMakeLists.txt', ...sources.map(name => path.join('native', name))]) {
    hash.update(file).update('\0').update(readFileSync(path.join(root, file))).update('\0')
  }
  for (const name of ['cmake-js', 'node-api-headers', 'node-addon-api']) hash.update(version_of(name))
  return hash.update([libtorch.version, process.platform, process.arch, ...sanitize ? [sanitize] : []].join()).digest('hex')
}

/** @param {string} name of a package */
function version_of(name) {
  try {
    return require(`${name}/package.json`).version
  } catch {
    return ''
  }
}

/**
 * @param {Libtorch} libtorch
 * @param {string} folder
 * @param {{ rpath: boolean, sanitize: string }} options
 */
async function compile(libtorch, folder, { rpath, sanitize }) {
  check_tools()
  const log = folder + '.log'
  const shown = path.relative(process.cwd(), log)
  say(`addon: compiling for ${display_name(libtorch)}, a minute or two (log: ${shown})`)
  const cmake_js = path.join(path.dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js')
  const options = ['--directory', root, '--out', folder, '--config', 'Release', '--parallel', String(parallel_jobs())]
  const defines = [`--CDTORCH_ROOT=${cmake_path(libtorch.root)}`, `--CDTORCH_VERSION=${libtorch.version}`, `--CDTORCH_TS_RPATH=${rpath ? 'ON' : 'OFF'}`]
  if (sanitize) defines.push(`--CDTORCH_TS_SANITIZE=${sanitize}`)
  if (process.platform === 'win32') defines.push('--CDCMAKE_MSVC_RUNTIME_LIBRARY=MultiThreadedDLL') // as libtorch; cmake-js would link it statically
  let output = ''
  const show = progress()
  for (const command of ['configure', 'build']) {
    const { code } = await stream(process.execPath, [cmake_js, command, ...options, ...defines], {
      cwd: root,
      on_output: text => {
        output += text
        show(text)
      }
    })
    writeFileSync(log, output)
    if (code === 0) continue
    show(null)
    throw compile_error(output, shown)
  }
  show(null)
}

/** CMake takes backslashes for escapes. @param {string} folder */
function cmake_path(folder) {
  return folder.split(path.sep).join('/')
}

/** A libtorch source takes about 1.5 GB to compile. */
function parallel_jobs() {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 2e9)))
}

/** Shows the build's own counter on a terminal, in one line that is overwritten. */
function progress() {
  if (!process.stderr.isTTY) return () => {}
  return text => {
    const counter = text === null ? null : /^\[\s*(\d+%|\d+\/\d+)\]/m.exec(text)?.[1]
    if (text === null) process.stderr.write('\r\x1b[K')
    else if (counter) process.stderr.write(`\r\x1b[K          ${counter}`)
  }
}

function check_tools() {
  if (!version_of('cmake-js')) throw new StepError('cmake-js is missing; it builds the addon.', 'Install the packages first: npm ci')
  const hint = { darwin: 'xcode-select --install, and: brew install cmake', win32: 'install Visual Studio Build Tools with C++ and CMake' }[process.platform] ??
    'Debian and Ubuntu: sudo apt install g++ make cmake; Fedora: sudo dnf install gcc-c++ make cmake'
  if (capture('cmake', ['--version']) === null) {
    throw new StepError('CMake was not found; it builds the addon.', `Install CMake 3.18 or newer (${hint}), then run the same command again.`)
  }
  const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++']
  if (process.platform !== 'win32' && compilers.every(name => capture(name.split(' ')[0], ['--version']) === null)) {
    throw new StepError(`No C++ compiler was found (looked for ${compilers.join(', ')}).`, `Install one (${hint}), then run the same command again.`)
  }
}

/**
 * @param {string} output
 * @param {string} log
 */
function compile_error(output, log) {
  const line = output.split('\n').find(text => /(\berror\b|CMake Error)/i.test(text))?.trim()
  const cause = known_cause(output) ?? (line ? `The first error is: ${line.slice(0, 300)}` : '')
  return new StepError(`The addon could not be built. ${cause}`.trim(), `The whole output is in ${log}. A C++20 compiler is needed (GCC 11, Clang 14, Visual Studio 2022 or newer).`)
}

/** The gyp action: builds, then puts the addon where node-gyp and prebuildify look. @param {string} folder */
async function build_for_gyp(folder) {
  const libtorch = await ensure_libtorch()
  const { addon } = await ensure_addon(libtorch, { rpath: process.env.TORCH_TS_RPATH !== '0' })
  mkdirSync(folder, { recursive: true })
  copyFileSync(addon, path.join(folder, 'torch_ts.node'))
}

if (is_main(import.meta.url)) {
  await main(async () => {
    const gyp = process.argv.indexOf('--gyp')
    if (gyp > 0) return build_for_gyp(path.resolve(process.argv[gyp + 1]))
    const libtorch = await ensure_libtorch()
    const { addon, loader } = await ensure_addon(libtorch)
    select_build(libtorch, addon, loader)
    say(`addon: ${path.relative(process.cwd(), addon)} for ${display_name(libtorch)} in ${libtorch.root}`)
  })
}
