// scripts/test.mjs in a small clone with fake tools: each check fails the run, and the last line counts.
import fs from 'node:fs'
import path from 'node:path'
import { fake_libtorch, fake_program, make_clone, programs, run_script } from '../helpers/clone'
import { temporary_folder } from '../helpers/temporary'

const at = temporary_folder()
let clone = ''
let env: Record<string, string> = {}

/** A package in node_modules whose program is this text. */
function fake_tool(name: string, program: string, text: string): void {
  const file = path.join(clone, 'node_modules', name, program)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
}

/** A jest that writes these counts and ends with this code. */
function fake_jest(counts: object, code = 0): void {
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0 }
  fake_tool('jest', 'bin/jest.js', `
    const file = process.argv.find(one => one.startsWith('--outputFile=')).slice('--outputFile='.length)
    require('fs').writeFileSync(file, '${JSON.stringify({ ...none, ...counts })}')
    console.error('jest ' + process.argv.slice(4).join(' '))
    process.exit(${code})`)
}

beforeEach(() => {
  clone = make_clone(at('clone'))
  const modules = fs.realpathSync(path.join(clone, 'node_modules'))
  fs.unlinkSync(path.join(clone, 'node_modules'))
  fs.mkdirSync(path.join(clone, 'node_modules'))
  for (const name of fs.readdirSync(modules).filter(one => !['eslint', 'jest', 'typescript'].includes(one))) {
    fs.symlinkSync(path.join(modules, name), path.join(clone, 'node_modules', name))
  }
  fake_tool('typescript', 'bin/tsc', '')
  fake_tool('eslint', 'bin/eslint.js', '')
  fake_jest({ numPassedTests: 7 })
  const bin = programs(at('bin'), ['sh', 'mkdir', 'c++', 'g++', 'gcc', 'cc', 'make'])
  fake_program(bin, 'cmake', `case "$1" in
    -E) echo '{ "generators": [{ "name": "Unix Makefiles" }] }';;
    --build) mkdir -p "$2/Release"; : > "$2/Release/torch_ts.node"; : > "$2/Release/torch_ts_loader.node";;
  esac`)
  env = { PATH: bin, TORCH_TS_CACHE: at('cache'), LIBTORCH: fake_libtorch(at('libtorch')) }
})

const test = (...args: string[]) => run_script(clone, ['test.mjs', ...args], env)

describe('npm test', () => {
  it('passes when all of it passes, and hands its arguments to jest', () => {
    const run = test('test/nn', '--verbose')
    expect(run).toMatchObject({ code: 0, stdout: '7 passed, 0 failed\n' })
    expect(run.stderr).toContain('jest test/nn --verbose\n')
  })

  it('counts failed and skipped tests, and files that jest could not load', () => {
    fake_jest({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numRuntimeErrorTestSuites: 1 }, 1)
    expect(test()).toMatchObject({ code: 1, stdout: '5 passed, 3 failed, 1 skipped\n' })
  })

  it('fails by the type check or the linter alone, and still runs the tests', () => {
    fake_tool('typescript', 'bin/tsc', "console.error('error TS1'); process.exit(2)")
    expect(test()).toMatchObject({ code: 1, stdout: '7 passed, 1 failed\n', stderr: expect.stringContaining('torch-ts: the type check failed\n') })
    fake_tool('typescript', 'bin/tsc', '')
    fake_tool('eslint', 'bin/eslint.js', 'process.exit(1)')
    expect(test()).toMatchObject({ code: 1, stdout: '7 passed, 1 failed\n', stderr: expect.stringContaining('torch-ts: the linter failed\n') })
  })

  it('fails when jest ends without results', () => {
    fake_tool('jest', 'bin/jest.js', 'process.exit(1)')
    expect(test()).toMatchObject({ code: 1, stdout: '0 passed, 1 failed\n' })
  })

  it('fails when set-up does', () => {
    env.LIBTORCH = at('nothing')
    expect(test()).toMatchObject({ code: 1, stdout: '0 passed, 1 failed\n', stderr: expect.stringContaining('holds no libtorch') })
  })
})
