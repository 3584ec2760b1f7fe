// Installs libtorch, with Python's torch around it, into the cache by pip.
import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pythons } from './python.mjs'
import { StepError, capture, known_cause, say, stream } from './step.mjs'

/** The release that is installed when none is found. */
export const PINNED_VERSION = '2.13.0'

/** PyTorch's own index of CPU builds. */
const CPU_INDEX = 'https://download.pytorch.org/whl/cpu'

/** Bytes that an installation takes, pip's downloads included. */
const NEEDED = { cpu: 2e9, cuda: 12e9 }

/**
 * Installs the pinned torch into `<cache>/<version>-<cpu|cuda>`: into a temporary folder first, so that a cut installation
 * leaves nothing behind and an older one stays as it is. `pip install --target` makes a folder that may be renamed, which a
 * virtual environment does not allow, and Python imports it by PYTHONPATH.
 * @param {string} cache a folder that exists
 * @param {NodeJS.ProcessEnv} env TORCH_TS_CUDA=1 asks for a CUDA build
 * @param {number} free bytes that the disk has left
 */
export async function install_with_pip(cache, env, free = free_bytes(cache)) {
  remove_leftovers(cache)
  const kind = env.TORCH_TS_CUDA === '1' ? 'cuda' : 'cpu'
  if (free < NEEDED[kind]) {
    throw new StepError(`libtorch needs about ${NEEDED[kind] / 1e9} GB, and ${cache} has ${(free / 1e9).toFixed(1)} GB free.`,
      'Free some space, or set TORCH_TS_CACHE to a folder on another disk.')
  }
  const folder = path.join(cache, `${PINNED_VERSION}-${kind}`)
  const temporary = `${folder}.tmp-${process.pid}`
  try {
    mkdirSync(path.join(temporary, 'tmp'), { recursive: true })
    await fill(temporary, kind, env)
    rmSync(path.join(temporary, 'tmp'), { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true }) // only here if it held no usable libtorch
    renameSync(temporary, folder)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/**
 * @param {string} folder
 * @param {'cpu' | 'cuda'} kind
 * @param {NodeJS.ProcessEnv} env
 */
async function fill(folder, kind, env) {
  const scratch = path.join(folder, 'tmp')
  const { python, pip } = find_pip(scratch, env)
  // pip unpacks in TMPDIR, which may be a small file system of its own; a user's pip.conf must not turn --target down.
  const pip_env = { ...env, TMPDIR: scratch, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1', PYTHONPATH: '' }
  const index = kind === 'cpu' && process.platform === 'linux' && default_is_cuda(pip, scratch, pip_env) ? ['--index-url', CPU_INDEX] : []
  say(`libtorch: installing ${PINNED_VERSION} (${kind === 'cpu' ? 'CPU, about 0.9 GB' : 'CUDA, about 6 GB'}) with pip into ${path.dirname(folder)}`)
  const args = ['install', '--target', folder, '--no-compile', '--upgrade', '--no-warn-script-location', '--root-user-action', 'ignore', ...index, `torch==${PINNED_VERSION}`]
  const { code, stderr } = await stream(pip, ['-m', 'pip', ...args], { env: pip_env })
  if (code !== 0) throw pip_error(stderr, python)
  writeFileSync(path.join(folder, 'python.txt'), python + '\n')
}

/**
 * A Python, and the program to run its pip with: Debian's Python comes without pip, then a virtual environment brings it.
 * @param {string} scratch
 * @param {NodeJS.ProcessEnv} env
 */
function find_pip(scratch, env) {
  const python = pythons(env).map(name => capture(name, ['-c', 'import sys; print(sys.executable)'], env)?.trim()).find(Boolean)
  if (!python) {
    throw new StepError('No Python was found; it installs libtorch.',
      'Install Python 3.10 or newer (Debian and Ubuntu: sudo apt install python3 python3-venv), set PYTHON to one, or set LIBTORCH to a libtorch that you unpacked from pytorch.org.')
  }
  if (capture(python, ['-m', 'pip', '--version'], env) !== null) return { python, pip: python }
  const venv = path.join(scratch, 'venv')
  const pip = path.join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (capture(python, ['-m', 'venv', venv], env) === null || capture(pip, ['-m', 'pip', '--version'], env) === null) {
    throw new StepError(`${python} has neither pip nor venv; they install libtorch.`,
      'Debian and Ubuntu: sudo apt install python3-venv. Elsewhere: python3 -m ensurepip. Or set LIBTORCH to a libtorch that you unpacked from pytorch.org.')
  }
  return { python, pip }
}

/**
 * Whether pip's configured index would bring a CUDA build, told by the packages that torch requires there. PyPI's Linux builds
 * are such; a mirror may serve CPU builds. An old pip cannot tell.
 * @param {string} pip
 * @param {string} scratch
 * @param {NodeJS.ProcessEnv} env
 */
function default_is_cuda(pip, scratch, env) {
  const args = ['-m', 'pip', 'install', '--dry-run', '--ignore-installed', '--no-deps', '--quiet', '--report', '-', '--target', path.join(scratch, 'dry'), `torch==${PINNED_VERSION}`]
  const report = capture(pip, args, env)
  if (report === null) return true
  try {
    const required = JSON.parse(report).install[0].metadata.requires_dist ?? []
    return required.some(name => /^(nvidia|cuda|triton)/i.test(name) && !/extra\s*==/.test(name))
  } catch {
    return true
  }
}

/** @param {string} stderr @param {string} python */
function pip_error(stderr, python) {
  const last = stderr.trim().split('\n').filter(line => line.startsWith('ERROR:')).at(-1)?.slice(7)
  if (/No matching distribution|Could not find a version/.test(stderr) && !known_cause(stderr)) {
    const version = capture(python, ['-c', 'import platform; print(platform.python_version(), platform.machine())'])?.trim()
    return new StepError(`pip found no torch ${PINNED_VERSION} for Python ${version}.`,
      'Set PYTHON to a 64-bit Python 3.10 to 3.14, or set LIBTORCH to a libtorch that you unpacked from pytorch.org.')
  }
  const cause = known_cause(stderr) ?? (last ? `It said: ${last}` : '')
  return new StepError(`pip could not install torch ${PINNED_VERSION}. ${cause}`.trim(),
    'Nothing was left behind. See to the cause and run the same command again, or set LIBTORCH to a libtorch that you unpacked from pytorch.org.')
}

/** Removes what killed installations left. @param {string} cache */
function remove_leftovers(cache) {
  for (const name of readdirSync(cache).filter(name => name.includes('.tmp-'))) rmSync(path.join(cache, name), { recursive: true, force: true })
}

/** @param {string} folder */
function free_bytes(folder) {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
