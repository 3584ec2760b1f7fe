// Set-up, then a program of this repository: node scripts/run.mjs examples/mnist --epochs 1
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'
import { setup } from './setup.mjs'
import { StepError, is_main, main } from './step.mjs'

/**
 * Runs a compiled program in this terminal. Resolves with its exit code; ends by the same signal if one ended it.
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function run(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], { stdio: 'inherit' })
    const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
    // A terminal sends Ctrl-C to the child too, which must not get it twice.
    const forward = /** @param {NodeJS.Signals} signal */ signal => signal === 'SIGINT' && process.stdin.isTTY || child.kill(signal)
    for (const signal of signals) process.on(signal, forward)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      if (signal) process.kill(process.pid, signal)
      else resolve(code ?? 1)
    })
  })
}

if (is_main(import.meta.url)) {
  await main(async () => {
    const [name, ...args] = process.argv.slice(2)
    const source = name && path.join(root, `${name}.ts`)
    if (!source || !existsSync(source)) {
      throw new StepError(name ? `There is no program ${name}.ts.` : 'No program was named.', 'For instance: node scripts/run.mjs examples/mnist')
    }
    await setup()
    return run(path.join(root, 'dist', `${name}.js`), args)
  })
}
