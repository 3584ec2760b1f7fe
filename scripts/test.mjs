// npm test: set-up, then the type check, the linter and jest; each failing the run. Arguments go to jest.
// The last line is the count that CI reads; the type check and the linter add to it only when they fail.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from './paths.mjs'
import { ensure_compiled, run_tsc, setup_native } from './setup.mjs'
import { StepError, main, say, stream } from './step.mjs'

/** @param {string} name of a package @param {string} program @param {string[]} args */
async function tool(name, program, ...args) {
  return (await stream(process.execPath, [path.join(root, 'node_modules', name, program), ...args], { cwd: root })).code
}

/** Runs jest and counts. @param {string[]} args */
async function run_jest(args) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torch-ts-jest-'))
  try {
    const file = path.join(folder, 'results.json')
    const code = await tool('jest', 'bin/jest.js', '--json', `--outputFile=${file}`, ...args)
    const counts = JSON.parse(readFileSync(file, 'utf8'))
    return {
      code,
      passed: counts.numPassedTests,
      failed: counts.numFailedTests + counts.numRuntimeErrorTestSuites, // the latter: files that could not be loaded
      skipped: counts.numPendingTests + counts.numTodoTests
    }
  } catch {
    return { code: 1, passed: 0, failed: 1, skipped: 0 } // jest wrote no results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Type checks, the compilation into dist/ included; whether all passed. */
async function check_types() {
  const compiled = await ensure_compiled().then(() => true, error => {
    if (!(error instanceof StepError)) throw error
    return false
  })
  const tests = compiled && await run_tsc('tsconfig.json') === 0 // it would find the same again
  return await run_tsc('tsconfig.scripts.json') === 0 && tests
}

/** The line that CI reads. @param {{ passed: number, failed: number, skipped: number }} counts */
function print_counts({ passed, failed, skipped }) {
  process.stdout.write(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
}

await main(async () => {
  try {
    await setup_native()
  } catch (error) {
    process.once('exit', () => print_counts({ passed: 0, failed: 1, skipped: 0 })) // after what main says about it
    throw error
  }
  say('types: tsc')
  const types = await check_types()
  say('lint: eslint')
  const lint = await tool('eslint', 'bin/eslint.js', '.', '--max-warnings=0')
  say('tests: jest')
  const jest = await run_jest(process.argv.slice(2))
  if (!types) say('the type check failed')
  if (lint) say('the linter failed')
  const failed = jest.failed + Number(!types) + Number(lint !== 0)
  print_counts({ ...jest, failed })
  return failed > 0 || jest.code !== 0 ? 1 : 0
})
