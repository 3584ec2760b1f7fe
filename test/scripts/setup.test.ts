// scripts/setup.mjs, run.mjs, build.mjs and env.mjs in a small clone with a fake libtorch and a fake CMake: what is done once,
// what is not done again, and what a failing step says.
import fs from 'node:fs'
import path from 'node:path'
import { evaluate, fake_libtorch, fake_program, make_clone, programs, run_script } from '../helpers/clone'
import { temporary_folder } from '../helpers/temporary'

const at = temporary_folder()
let clone = ''
let env: Record<string, string> = {}

/** A CMake that "builds" empty addons, and counts its runs. */
const CMAKE = `
case "$1" in
  --version) echo 'cmake version 3.30';;
  -E) echo '{ "generators": [{ "name": "Unix Makefiles" }] }';;
  --build) mkdir -p "$2/Release"; : > "$2/Release/torch_ts.node"; : > "$2/Release/torch_ts_loader.node"; echo built >> cmake.txt;;
esac`

beforeEach(() => {
  clone = make_clone(at('clone'))
  const bin = programs(at('bin'), ['sh', 'mkdir', 'c++', 'g++', 'gcc', 'cc', 'clang++', 'make'])
  fake_program(bin, 'cmake', CMAKE)
  env = { PATH: bin, TORCH_TS_CACHE: at('cache'), LIBTORCH: fake_libtorch(at('libtorch')) }
})

const setup = () => run_script(clone, ['setup.mjs'], env)

describe('npm run setup', () => {
  it('does each step once, in one line, and says nothing when there is nothing to do', () => {
    expect(setup()).toEqual({ code: 0, stdout: '', stderr: `torch-ts: addon: compiling for libtorch 2.13.0 (CPU), a minute or two (log: build/torch-2.13.0-cpu.log)
torch-ts: typescript: compiling lib, examples and bench
` })
    const written = fs.statSync(path.join(clone, 'dist/lib/index.js')).mtimeMs
    expect(setup()).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(fs.readFileSync(path.join(clone, 'cmake.txt'), 'utf8')).toBe('built\n')
    expect(fs.statSync(path.join(clone, 'dist/lib/index.js')).mtimeMs).toBe(written)
  })

  it('lists the build for lib/_load.ts, the one in use first', () => {
    setup()
    const first = env.LIBTORCH
    env.LIBTORCH = fake_libtorch(at('cuda'), '2.14.1+cu130', '13.0')
    setup()
    const { builds } = JSON.parse(fs.readFileSync(path.join(clone, 'build/manifest.json'), 'utf8')) as { builds: Record<string, unknown>[] }
    const suffix = process.platform === 'darwin' ? 'dylib' : 'so'
    expect(builds).toEqual([
      { addon: 'build/torch-2.14.1-cu130/Release/torch_ts.node', loader: 'build/torch-2.14.1-cu130/Release/torch_ts_loader.node',
        libraries: [`${env.LIBTORCH}/lib/libtorch_cpu.${suffix}`, `${env.LIBTORCH}/lib/libtorch_cuda.${suffix}`],
        libtorch: { root: env.LIBTORCH, lib_dir: `${env.LIBTORCH}/lib`, version: '2.14.1+cu130', cuda: '13.0', source: 'LIBTORCH' } },
      { addon: 'build/torch-2.13.0-cpu/Release/torch_ts.node', loader: 'build/torch-2.13.0-cpu/Release/torch_ts_loader.node',
        libraries: [`${first}/lib/libtorch_cpu.${suffix}`],
        libtorch: { root: first, lib_dir: `${first}/lib`, version: '2.13.0+cpu', cuda: null, source: 'LIBTORCH' } }
    ])
  })

  it('builds again when a native source or a TypeScript source changes, and only that', () => {
    setup()
    fs.appendFileSync(path.join(clone, 'native/addon.cpp'), '// more\n')
    expect(setup().stderr).toMatch(/^torch-ts: addon: compiling .*\n$/)
    fs.appendFileSync(path.join(clone, 'lib/index.ts'), 'export const two = 2\n')
    expect(setup().stderr).toBe('torch-ts: typescript: compiling lib, examples and bench\n')
    expect(fs.readFileSync(path.join(clone, 'dist/lib/index.mjs'), 'utf8')).toContain('$two as two')
  })

  it('waits for no process that has ended', () => {
    fs.mkdirSync(path.join(clone, 'build'))
    fs.writeFileSync(path.join(clone, 'build/torch-2.13.0-cpu.lock'), '999999999')
    expect(setup().code).toBe(0)
  })

  it('sees what node_modules lacks', () => {
    const installed = () => evaluate(clone, 'setup.mjs', `m.packages_are_installed('${at('project')}')`, env)
    const lock = (file: string, packages: object) => {
      fs.mkdirSync(path.dirname(at(file)), { recursive: true })
      fs.writeFileSync(at(file), JSON.stringify({ packages }))
    }
    const wanted = { '': { name: 'x' }, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b-win32': { version: '2.0.0', optional: true } }
    lock('project/package-lock.json', wanted)
    expect(installed()).toBe(false)
    lock('project/node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } })
    expect(installed()).toBe(true)
    lock('project/node_modules/.package-lock.json', { 'node_modules/a': { version: '0.9.0' } })
    expect(installed()).toBe(false)
  })
})

describe('a step that fails', () => {
  it('names a missing CMake', () => {
    fs.rmSync(path.join(env.PATH, 'cmake'))
    expect(setup()).toMatchObject({ code: 1, stderr: expect.stringMatching(/^torch-ts: CMake was not found; it builds the addon\.\n +Install CMake 3\.18 or newer \(.*cmake.*\), then run the same command again\.\n$/) })
  })

  it('names a missing C++ compiler', () => {
    for (const name of ['c++', 'g++', 'clang++']) fs.rmSync(path.join(env.PATH, name), { force: true })
    expect(setup()).toMatchObject({ code: 1, stderr: expect.stringMatching(/^torch-ts: No C\+\+ compiler was found \(looked for c\+\+, g\+\+, clang\+\+\)\.\n +Install one/) })
  })

  it('shows the first compile error and where the log is, and does not take the failed build for built', () => {
    fake_program(env.PATH, 'cmake', CMAKE.replace('--build)', '--build) echo "native/addon.cpp:1:2: error: boom"; exit 2;;\n  never)'))
    const failed = { code: 1, stderr: expect.stringContaining(`torch-ts: The addon could not be built. The first error is: native/addon.cpp:1:2: error: boom
          The whole output is in build/torch-2.13.0-cpu.log. A C++20 compiler is needed (GCC 11, Clang 14, Visual Studio 2022 or newer).\n`) as string }
    expect(setup()).toMatchObject(failed)
    expect(setup()).toMatchObject(failed)
    expect(fs.readFileSync(path.join(clone, 'build/torch-2.13.0-cpu.log'), 'utf8')).toContain('boom')
  })

  it('shows what TypeScript found', () => {
    fs.writeFileSync(path.join(clone, 'lib/index.ts'), "export const one: number = 'one'\n")
    expect(setup()).toMatchObject({ code: 1, stderr: expect.stringMatching(/lib\/index\.ts.*TS2322[^]*torch-ts: TypeScript found errors \(above\)\.\n/) })
    expect(setup().code).toBe(1)
  })

  it('names a folder that it may not write to', () => {
    const failing = `const error = new Error("EACCES: permission denied, mkdir 'build'"); error.code = 'EACCES'; return m.main(() => { throw error })`
    const file = path.join(clone, 'failing.mjs')
    fs.writeFileSync(file, `import * as m from './scripts/step.mjs'\nawait (async () => { ${failing} })()\n`)
    expect(run_script(clone, ['../failing.mjs'], env)).toEqual({ code: 1, stdout: '',
      stderr: "torch-ts: EACCES: permission denied, mkdir 'build'\n          Make the folder writable for you, or run it as its owner.\n" })
  })

  it('names missing packages where only the addon is built', () => {
    fs.rmSync(path.join(clone, 'node_modules'))
    expect(run_script(clone, ['build.mjs'], env)).toMatchObject({ code: 1,
      stderr: expect.stringContaining('torch-ts: cmake-js is missing; it builds the addon.\n          Install the packages first: npm ci\n') })
  })

  it('passes on what npm said', () => {
    fs.rmSync(path.join(clone, 'node_modules'))
    fake_program(env.PATH, 'npm', 'echo "npm error code ENOTFOUND" >&2; exit 1')
    expect(setup()).toMatchObject({ code: 1, stderr: `torch-ts: npm: installing the packages of package-lock.json
npm error code ENOTFOUND
torch-ts: npm could not install the packages. The network could not be reached.
          Its own message is above. See to the cause and run the same command again.\n` })
  })
})

describe('scripts/run.mjs', () => {
  it('runs a program with its arguments and passes its exit code on', () => {
    fs.mkdirSync(path.join(clone, 'examples'))
    fs.writeFileSync(path.join(clone, 'examples/hello.ts'), "import { one } from '../lib'\nconsole.log(one, process.argv.slice(2).join(' '))\nprocess.exit(3)\n")
    expect(run_script(clone, ['run.mjs', 'examples/hello', '--epochs', '2'], env)).toMatchObject({ code: 3, stdout: '1 --epochs 2\n' })
  })

  it('ends by the signal that ended the program', () => {
    fs.mkdirSync(path.join(clone, 'examples'))
    fs.writeFileSync(path.join(clone, 'examples/die.ts'), "process.kill(process.pid, 'SIGTERM')\nsetTimeout(() => undefined, 10_000)\n")
    expect(run_script(clone, ['run.mjs', 'examples/die'], env).code).toBeNull()
  })

  it('names a program that is not there', () => {
    expect(run_script(clone, ['run.mjs', 'examples/none'], env)).toEqual({ code: 1, stdout: '',
      stderr: 'torch-ts: There is no program examples/none.ts.\n          For instance: node scripts/run.mjs examples/mnist\n' })
  })
})

describe('npx torch-ts env', () => {
  it('says what is missing and what to do about it', () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(clone, 'package.json'), 'utf8')) as { version: string }
    delete env.LIBTORCH
    fs.rmSync(at('libtorch'), { recursive: true })
    expect(run_script(clone, ['cli.mjs', 'env'], env)).toEqual({ code: 1, stderr: '', stdout: `torch-ts      ${version} in ${clone}
node          ${process.versions.node} (${process.platform} ${process.arch})
libtorch      none found
addon         none built
python torch  none found (only tests and benchmarks compare with it)
cache         ${at('cache')}
problem       No libtorch 2.11 to 2.14 was found.
remedy        npm run setup installs one into the cache, or set LIBTORCH to its folder.
` })
  })

  it('tells why the addon does not load', () => {
    setup()
    fs.writeFileSync(path.join(clone, 'dist/lib/_C.js'), "throw new Error('libtorch_cpu.so: cannot open shared object file')\n")
    const { code, stdout } = run_script(clone, ['cli.mjs', 'env'], env)
    expect(code).toBe(1)
    expect(stdout).toContain(`libtorch      2.13.0 (CPU), from LIBTORCH\n              ${env.LIBTORCH}\naddon         build/torch-2.13.0-cpu/Release/torch_ts.node\n`)
    expect(stdout).toContain('problem       libtorch_cpu.so: cannot open shared object file\nremedy        npm run setup builds what is missing.\n')
  })
})
