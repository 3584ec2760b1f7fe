// npm test: set-up, then the type check, the linter and jest; each failing the run. Arguments go to jest.
// The last line is the count that CI reads; the type check and the linter add to it only when they fail.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from './paths.mjs'
import { run_tsc, setup } from './setup.mjs'
import { main, say, stream } from './step.mjs'

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

await main(async () => {
  await setup()
  say('types: tsc')
  const types = await run_tsc('tsconfig.json') + await run_tsc('tsconfig.scripts.json')
  say('lint: eslint')
  const lint = await tool('eslint', 'bin/eslint.js', '.', '--max-warnings=0')
  say('tests: jest')
  const jest = await run_jest(process.argv.slice(2))
  if (types) say('the type check failed')
  if (lint) say('the linter failed')
  const failed = jest.failed + Number(types !== 0) + Number(lint !== 0)
  process.stdout.write(`${jest.passed} passed, ${failed} failed${jest.skipped ? `, ${jest.skipped} skipped` : ''}\n`)
  return failed > 0 || jest.code !== 0 ? 1 : 0
})
