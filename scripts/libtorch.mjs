// Finds libtorch, or installs it into the cache. Order: LIBTORCH, the cache, an importable Python torch, installation by pip.
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { with_lock } from './lock.mjs'
import { cache_dir } from './paths.mjs'
import { install_with_pip } from './pip.mjs'
import { pythons, venv_python } from './python.mjs'
import { StepError, capture, is_main } from './step.mjs'

/**
 * @typedef {object} Libtorch
 * @property {string} root the folder with include/ and lib/
 * @property {string} lib_dir its libraries
 * @property {string} version with its build, for instance 2.13.0+cpu
 * @property {string | null} cuda the CUDA release it was built for, for instance 13.0; null for a CPU build
 * @property {'LIBTORCH' | 'cache' | 'python'} source how it was found
 * @property {string} [python] the Python program that imports it, where that is known
 */

const OLDEST = [2, 11]
const NEWEST = [2, 14]
export const SUPPORTED = `${OLDEST.join('.')} to ${NEWEST.join('.')}`

const LIBRARY = { win32: 'torch_cpu.dll', darwin: 'libtorch_cpu.dylib' }[process.platform] ?? 'libtorch_cpu.so'
const CUDA_LIBRARY = process.platform === 'win32' ? 'torch_cuda.dll' : 'libtorch_cuda.so'

/** @param {string} file */
function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/**
 * Version and build of the libtorch in a folder, or null if there is none.
 * @param {string} folder
 * @returns {{ root: string, lib_dir: string, version: string, cuda: string | null } | null}
 */
export function describe_libtorch(folder) {
  const lib_dir = path.join(folder, 'lib')
  if (!existsSync(path.join(lib_dir, LIBRARY))) return null
  const python = read(path.join(folder, 'version.py')) // in a Python package
  const header = read(path.join(folder, 'include/torch/headeronly/version.h'))
  const version = /^__version__ = '(.+)'/m.exec(python)?.[1] ??
    (read(path.join(folder, 'build-version')).trim() || /#define TORCH_VERSION\s+(?:\\\s+)?"(.+)"/.exec(header)?.[1])
  if (!version) return null
  return { root: realpathSync(folder), lib_dir: path.join(realpathSync(folder), 'lib'), version, cuda: cuda_release(lib_dir, version, python) }
}

/**
 * The CUDA release of a build: the library says whether, the names say which.
 * @param {string} lib_dir
 * @param {string} version
 * @param {string} python
 */
function cuda_release(lib_dir, version, python) {
  if (!existsSync(path.join(lib_dir, CUDA_LIBRARY))) return null
  const digits = /\+cu(\d+)(\d)$/.exec(version)
  return /^cuda\b.*= '([\d.]+)'/m.exec(python)?.[1] ?? (digits ? `${digits[1]}.${digits[2]}` : 'unknown')
}

/** Whether torch-ts works with this release. @param {string} version */
export function is_supported(version) {
  const [major, minor] = version.split('.').map(Number)
  return major === OLDEST[0] && minor >= OLDEST[1] && minor <= NEWEST[1]
}

/**
 * Short name of a build, as folders use it: torch-2.13.0-cpu, torch-2.14.1-cu130.
 * @param {{ version: string, cuda: string | null }} libtorch
 */
export function build_name({ version, cuda }) {
  return `torch-${version.split('+')[0]}-${cuda === null ? 'cpu' : 'cu' + cuda.replace(/\D/g, '')}`
}

/**
 * Name for a person: libtorch 2.13.0 (CPU), libtorch 2.14.1 (CUDA 13.0).
 * @param {{ version: string, cuda: string | null }} libtorch
 */
export function display_name({ version, cuda }) {
  return `libtorch ${version.split('+')[0]} (${cuda === null ? 'CPU' : `CUDA ${cuda}`})`
}

/**
 * The libtorch to use, or null if none is installed.
 * @throws {StepError} if LIBTORCH is set and no usable libtorch is there
 * @param {NodeJS.ProcessEnv} env
 * @returns {Libtorch | null}
 */
export function find_libtorch(env = process.env) {
  return from_environment(env) ?? from_cache(env) ?? from_python(env)
}

/** @param {NodeJS.ProcessEnv} env @returns {Libtorch | null} */
function from_environment(env) {
  if (!env.LIBTORCH) return null
  const folder = path.resolve(env.LIBTORCH)
  const found = describe_libtorch(folder) ?? describe_libtorch(path.join(folder, 'torch')) ?? describe_libtorch(path.join(folder, 'libtorch'))
  if (!found) {
    throw new StepError(`LIBTORCH=${env.LIBTORCH} holds no libtorch (no lib/${LIBRARY} in it).`,
      'Set it to a folder with include/ and lib/, or unset it to let torch-ts find or install one.')
  }
  if (!is_supported(found.version)) {
    throw new StepError(`LIBTORCH=${env.LIBTORCH} holds libtorch ${found.version}; torch-ts works with ${SUPPORTED}.`,
      'Set it to a folder with one of those, or unset it to let torch-ts find or install one.')
  }
  if (!existsSync(path.join(found.root, 'include/ATen/ATen.h'))) {
    throw new StepError(`LIBTORCH=${env.LIBTORCH} has libraries but no headers (no include/ATen/ATen.h).`,
      'Unpack the whole of libtorch, or unset LIBTORCH to let torch-ts find or install one.')
  }
  return { ...found, source: 'LIBTORCH', python: python_of(found.root) }
}

/** @param {NodeJS.ProcessEnv} env @param {{ version: string, cuda: string | null }} found */
function is_wanted(env, found) {
  if (env.TORCH_TS_CUDA === '1' && found.cuda === null) return false
  return is_supported(found.version)
}

/**
 * The newest libtorch in the cache; a CUDA build comes first unless TORCH_TS_CUDA=0.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Libtorch | null}
 */
function from_cache(env) {
  const folder = path.join(cache_dir(env), 'libtorch')
  const names = existsSync(folder) ? readdirSync(folder).filter(name => !name.includes('.tmp')) : []
  const order = env.TORCH_TS_CUDA === '0' ? 1 : -1
  const builds = names.flatMap(name => describe_libtorch(path.join(folder, name, 'torch')) ?? [])
    .filter(found => is_wanted(env, found))
    .sort((a, b) => order * (Number(a.cuda !== null) - Number(b.cuda !== null)) || newest_first(a.version, b.version))
  if (builds.length === 0) return null
  const python = read(path.join(path.dirname(builds[0].root), 'python.txt')).trim() || undefined
  return { ...builds[0], source: 'cache', python }
}

/** @param {string} a @param {string} b */
function newest_first(a, b) {
  return b.localeCompare(a, 'en', { numeric: true })
}

/** @param {NodeJS.ProcessEnv} env @returns {Libtorch | null} */
function from_python(env) {
  for (const python of pythons(env)) {
    const origin = capture(python, ['-c', FIND_TORCH], env)?.trim()
    const found = origin ? describe_libtorch(path.dirname(origin)) : null
    if (found && is_wanted(env, found)) return { ...found, source: 'python', python }
  }
  return null
}

/** Looks torch up without importing it, which takes a second. */
const FIND_TORCH = 'import importlib.util as u; s = u.find_spec("torch"); print(s.origin if s and s.origin else "")'

/** The Python of the virtual environment that a torch package lies in, if it does. @param {string} root */
function python_of(root) {
  const depth = process.platform === 'win32' ? '../../..' : '../../../..'
  const python = venv_python(path.resolve(root, depth))
  return existsSync(path.join(root, '__init__.py')) && existsSync(python) ? python : undefined
}

/**
 * The libtorch to use; installs one into the cache if there is none.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Libtorch>}
 */
export async function ensure_libtorch(env = process.env) {
  const found = find_libtorch(env)
  if (found) return found
  const cache = path.join(cache_dir(env), 'libtorch')
  try {
    mkdirSync(cache, { recursive: true })
  } catch (error) {
    throw new StepError(`The cache folder ${cache} cannot be made (${error.code}).`, 'Set TORCH_TS_CACHE to a folder that you can write to.')
  }
  return with_lock(path.join(cache, 'install.lock'), 'another process installs libtorch', async () => {
    const meanwhile = from_cache(env)
    if (meanwhile) return meanwhile
    await install_with_pip(cache, env)
    const installed = from_cache(env)
    if (!installed) throw new StepError(`pip installed no usable libtorch in ${cache}.`, 'Set LIBTORCH to a folder with a libtorch that you unpacked from pytorch.org.')
    return installed
  })
}

/**
 * A Python that can `import torch`, for tests and benchmarks that compare with it: the program and the environment to run it
 * in. The torch that the addon uses comes first. Null if there is none.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ python: string, env: NodeJS.ProcessEnv, version: string } | null}
 */
export function find_python_torch(env = process.env) {
  const libtorch = find_libtorch(env)
  const is_package = libtorch !== null && existsSync(path.join(libtorch.root, '__init__.py'))
  if (is_package) {
    const folder = path.dirname(libtorch.root)
    const with_path = { ...env, PYTHONPATH: env.PYTHONPATH ? folder + path.delimiter + env.PYTHONPATH : folder }
    for (const python of [libtorch.python ?? [], pythons(env)].flat()) {
      for (const candidate of libtorch.source === 'cache' ? [with_path] : [env, with_path]) {
        const found = import_torch(python, candidate)
        if (found && realpathSync(found.folder) === libtorch.root) return { python, env: candidate, version: found.version }
      }
    }
  }
  for (const python of pythons(env)) {
    const found = import_torch(python, env)
    if (found) return { python, env, version: found.version }
  }
  return null
}

/** @param {string} python @param {NodeJS.ProcessEnv} env */
function import_torch(python, env) {
  const output = capture(python, ['-c', 'import torch; print(torch.__file__); print(torch.__version__)'], env)
  if (output === null) return null
  const [file, version] = output.trim().split(/\r?\n/)
  return { folder: path.dirname(file), version }
}

// For programs that cannot import this module, such as jest's tests: prints what find_python_torch says.
if (is_main(import.meta.url)) {
  const found = find_python_torch()
  const result = found && { python: found.python, version: found.version, PYTHONPATH: found.env.PYTHONPATH }
  process.stdout.write(JSON.stringify(result) + '\n')
}
