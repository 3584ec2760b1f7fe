// scripts/libtorch.mjs and scripts/pip.mjs: where libtorch is looked for, and how it is installed when there is none.
import fs from 'node:fs'
import path from 'node:path'
import { evaluate, fake_libtorch, fake_program, make_clone, programs, run_script, repository } from '../helpers/clone'
import { temporary_folder } from '../helpers/temporary'

const at = temporary_folder()

interface Found { root: string, version: string, cuda: string | null, source: string, python?: string }

/** What find_libtorch says in an environment with nothing else in it. */
function find(env: Record<string, string>): Found | null {
  const path_env = programs(at('bin' + Math.random()), ['sh'])
  return evaluate(repository, 'libtorch.mjs', 'm.find_libtorch()', { PATH: path_env, TORCH_TS_CACHE: at('cache'), ...env }) as Found | null
}

/** A Python program that knows a torch in this folder. */
function fake_python(folder: string, torch: string): string {
  return fake_program(folder, 'python3', `echo '${torch}/__init__.py'`)
}

describe('find_libtorch', () => {
  beforeEach(() => fs.mkdirSync(at('cache')))

  it('takes LIBTORCH first, then the cache, then an importable Python torch', () => {
    const own = fake_libtorch(at('own'))
    const cached = fake_libtorch(at('cache/libtorch/2.13.0-cpu/torch'))
    const python = fake_python(at('python'), fake_libtorch(at('site-packages/torch')))
    expect(find({ LIBTORCH: own, PYTHON: python })).toMatchObject({ root: own, source: 'LIBTORCH' })
    expect(find({ PYTHON: python })).toMatchObject({ root: cached, source: 'cache' })
    fs.rmSync(at('cache/libtorch'), { recursive: true })
    expect(find({ PYTHON: python })).toMatchObject({ root: at('site-packages/torch'), source: 'python', python })
    expect(find({})).toBeNull()
  })

  it('finds the torch of an active virtual environment', () => {
    fake_program(at('venv/bin'), 'python', `echo '${fake_libtorch(at('site/torch'))}/__init__.py'`)
    expect(find({ VIRTUAL_ENV: at('venv') })).toMatchObject({ root: at('site/torch'), source: 'python', python: at('venv/bin/python') })
  })

  it('reads version and CUDA release, of a Python package and of an unpacked archive', () => {
    const cuda = fake_libtorch(at('cuda'), '2.14.1+cu130', '13.0')
    expect(find({ LIBTORCH: cuda })).toMatchObject({ version: '2.14.1+cu130', cuda: '13.0' })
    fs.rmSync(path.join(cuda, 'version.py'))
    fs.writeFileSync(path.join(cuda, 'build-version'), '2.12.0+cu126\n')
    expect(find({ LIBTORCH: cuda })).toMatchObject({ version: '2.12.0+cu126', cuda: '12.6' })
  })

  it('prefers a CUDA build in the cache, and asks for one or the other by TORCH_TS_CUDA', () => {
    fake_libtorch(at('cache/libtorch/2.13.0-cpu/torch'))
    expect(find({ TORCH_TS_CUDA: '1' })).toBeNull()
    fake_libtorch(at('cache/libtorch/2.13.0-cuda/torch'), '2.13.0+cu130', '13.0')
    expect(find({})).toMatchObject({ cuda: '13.0' })
    expect(find({ TORCH_TS_CUDA: '1' })).toMatchObject({ cuda: '13.0' })
    expect(find({ TORCH_TS_CUDA: '0' })).toMatchObject({ cuda: null })
  })

  it('passes over a Python torch that torch-ts does not work with', () => {
    expect(find({ PYTHON: fake_python(at('python'), fake_libtorch(at('old/torch'), '2.5.1+cpu')) })).toBeNull()
  })

  it('refuses a LIBTORCH that is none, that is too old, and that has no headers', () => {
    const env = { PATH: process.env.PATH!, TORCH_TS_CACHE: at('cache') }
    const message = (folder: string) => run_script(repository, ['cli.mjs', 'setup'], { ...env, LIBTORCH: folder })
    expect(message(at('cache'))).toMatchObject({ code: 1, stdout: '',
      stderr: expect.stringMatching(/LIBTORCH=\S+ holds no libtorch \(no lib\/libtorch_cpu\.\w+ in it\)\.\n +Set it to a folder with include\/ and lib\//) })
    expect(message(fake_libtorch(at('old'), '2.10.0')).stderr).toContain('holds libtorch 2.10.0; torch-ts works with 2.11 to 2.14.')
    fs.rmSync(path.join(fake_libtorch(at('bare')), 'include'), { recursive: true })
    expect(message(at('bare')).stderr).toContain('has libraries but no headers (no include/ATen/ATen.h).')
  })
})

describe('ensure_libtorch', () => {
  let clone = ''
  beforeEach(() => {
    clone = make_clone(at('clone'))
  })

  /** Runs the installation with a Python whose `-m pip install` does `install` ($target is its --target folder). */
  function install(install: string, env: Record<string, string> = {}, program = ['libtorch.mjs', 'm.ensure_libtorch()']) {
    const python = fake_program(at('python'), 'python3', `
case "$*" in
  *importlib*) exit 0;;
  *sys.executable*) echo "$0"; exit 0;;
  *python_version*) echo "3.9.1 x86_64"; exit 0;;
  "-m pip --version") exit 0;;
esac
while [ $# -gt 0 ]; do
  case "$1" in --target) target="$2";; --dry-run) dry=1;; --index-url) index="$2";; esac
  shift
done
if [ "$dry" ]; then cat '${at('report.json')}'; exit 0; fi
${install}`)
    const [script, call] = program
    const expression = `${call}.then(one => one, error => ({ message: error.message, remedy: error.remedy }))`
    const path_env = programs(at('bin' + Math.random()), ['sh', 'mkdir', 'cp', 'cat', 'touch', 'sleep'])
    const result = evaluate(clone, script, expression, { PATH: path_env, PYTHON: python, TORCH_TS_CACHE: at('cache'), ...env })
    return result as Found & { message?: string, remedy?: string }
  }

  const cpu_report = { install: [{ metadata: { requires_dist: ['filelock', "triton; extra == 'x'"] } }] }
  const cuda_report = { install: [{ metadata: { requires_dist: ['filelock', 'nvidia-cudnn==9; platform_system == "Linux"'] } }] }
  const report = (content: unknown) => fs.writeFileSync(at('report.json'), JSON.stringify(content))
  beforeEach(() => report(cpu_report))

  it('installs into a temporary folder and renames it', () => {
    fake_libtorch(at('wheel/torch'))
    const found = install(`cp -r '${at('wheel/torch')}' "$target/torch"`)
    expect(found).toMatchObject({ root: at('cache/libtorch/2.13.0-cpu/torch'), source: 'cache', python: at('python/python3') })
    expect(fs.readdirSync(at('cache/libtorch'))).toEqual(['2.13.0-cpu'])
    expect(fs.readdirSync(at('cache/libtorch/2.13.0-cpu')).sort()).toEqual(['python.txt', 'torch'])
  })

  it('takes the CPU index only where the configured one would bring a CUDA build', () => {
    fake_libtorch(at('wheel/torch'))
    const remember = `echo "$index" > '${at('index.txt')}'; cp -r '${at('wheel/torch')}' "$target/torch"`
    install(remember)
    expect(fs.readFileSync(at('index.txt'), 'utf8')).toBe('\n')
    fs.rmSync(at('cache'), { recursive: true })
    report(cuda_report)
    install(remember)
    const expected = process.platform === 'linux' ? 'https://download.pytorch.org/whl/cpu\n' : '\n'
    expect(fs.readFileSync(at('index.txt'), 'utf8')).toBe(expected)
  })

  it('leaves an installed libtorch alone when installing another one fails', () => {
    fake_libtorch(at('cache/libtorch/2.13.0-cpu/torch'))
    const body = 'mkdir -p "$target/torch/lib"; echo "ERROR: OSError: [Errno 28] No space left on device" >&2; exit 1'
    const call = `m.install_with_pip('${at('cache/libtorch')}', process.env, 1e12)`
    const failed = install(body, { TORCH_TS_CUDA: '1' }, ['pip.mjs', call])
    expect(failed.message).toBe('pip could not install torch 2.13.0. The disk is full.')
    expect(failed.remedy).toMatch(/^Nothing was left behind\. /)
    expect(fs.readdirSync(at('cache/libtorch'))).toEqual(['2.13.0-cpu'])
    expect(find({})).toMatchObject({ root: at('cache/libtorch/2.13.0-cpu/torch') })
  })

  it('looks for space before it starts', () => {
    fs.mkdirSync(at('cache'))
    const failed = install('exit 1', {}, ['pip.mjs', `m.install_with_pip('${at('cache')}', process.env, 5e8)`])
    expect(failed).toEqual({ message: `libtorch needs about 2 GB, and ${at('cache')} has 0.5 GB free.`,
      remedy: 'Free some space, or set TORCH_TS_CACHE to a folder on another disk.' })
    expect(fs.readdirSync(at('cache'))).toEqual([])
  })

  it('names the Python that has no torch', () => {
    const failed = install('echo "ERROR: Could not find a version that satisfies the requirement torch==2.13.0" >&2; exit 1')
    expect(failed.message).toBe('pip found no torch 2.13.0 for Python 3.9.1 x86_64.')
    expect(failed.remedy).toMatch(/^Set PYTHON to a 64-bit Python 3\.10 to 3\.14, /)
  })

  it('says so when the network is down', () => {
    const failed = install('echo "Temporary failure in name resolution" >&2; echo "ERROR: No matching distribution found" >&2; exit 1')
    expect(failed.message).toBe('pip could not install torch 2.13.0. The network could not be reached.')
  })

  it('says so when pip leaves no libtorch', () => {
    expect(install('exit 0').message).toBe(`pip installed no usable libtorch in ${at('cache/libtorch')}.`)
  })

  it('removes what a killed installation left', () => {
    fake_libtorch(at('wheel/torch'))
    fs.mkdirSync(at('cache/libtorch/2.13.0-cpu.tmp-1/torch'), { recursive: true })
    install(`cp -r '${at('wheel/torch')}' "$target/torch"`)
    expect(fs.readdirSync(at('cache/libtorch'))).toEqual(['2.13.0-cpu'])
  })

  it('explains a missing Python, and a Python without pip and venv', () => {
    const env = { PATH: programs(at('bin'), ['sh', 'dirname']), TORCH_TS_CACHE: at('cache') }
    expect(run_script(clone, ['cli.mjs', 'setup'], env)).toMatchObject({ code: 1,
      stderr: expect.stringMatching(/^torch-ts: No Python was found; it installs libtorch\.\n +Install Python 3\.10 or newer/) })
    const python = fake_program(at('python'), 'python3', 'case "$*" in *sys.executable*) echo "$0";; *importlib*) ;; *) exit 1;; esac')
    expect(run_script(clone, ['cli.mjs', 'setup'], { ...env, PYTHON: python })).toMatchObject({ code: 1,
      stderr: `torch-ts: ${python} has neither pip nor venv; they install libtorch.
          Debian and Ubuntu: sudo apt install python3-venv. Elsewhere: python3 -m ensurepip. Or set LIBTORCH to a libtorch that you unpacked from pytorch.org.\n` })
  })

  it('explains a cache folder that cannot be made', () => {
    fs.writeFileSync(at('file'), '')
    expect(install('exit 0', { TORCH_TS_CACHE: at('file/cache') })).toEqual({
      message: `The cache folder ${at('file/cache/libtorch')} cannot be made (ENOTDIR).`, remedy: 'Set TORCH_TS_CACHE to a folder that you can write to.' })
  })
})
