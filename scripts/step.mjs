// What the steps of set-up share: how they speak, how they fail, and how they run other programs.
import { spawn, spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A failure that the user can do something about: `message` says what failed, `remedy` what to do. Printed without a stack. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {string} remedy
   */
  constructor(message, remedy) {
    super(message)
    this.name = 'StepError'
    this.remedy = remedy
  }
}

/** Prints one line of progress. Standard error, so that a program's own output stays clean. */
export function say(line) {
  process.stderr.write(`torch-ts: ${line}\n`)
}

/** Whether a module is the program that Node was started with. @param {string} url its import.meta.url */
export function is_main(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url)
}

/** What the system may refuse at any step, and what to do about it. */
const REFUSALS = {
  ENOSPC: 'The disk is full: free some space, or set TORCH_TS_CACHE to a folder on another disk.',
  EACCES: 'Make the folder writable for you, or run it as its owner.',
  EPERM: 'Make the folder writable for you, or run it as its owner.',
  EROFS: 'The folder is on a read-only file system: copy the package to another one.'
}

/**
 * Runs a script's main function; a StepError becomes two short lines and exit code 1, and so does a refusal of the system.
 * @param {() => Promise<number | void>} body
 */
export async function main(body) {
  try {
    process.exitCode = (await body()) || 0
  } catch (error) {
    const remedy = error instanceof StepError ? error.remedy : REFUSALS[error.code]
    if (!remedy) throw error
    process.stderr.write(`torch-ts: ${error.message}\n          ${remedy}\n`)
    process.exitCode = 1
  }
}

/**
 * Output of a short program, or null if it could not be started or failed.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export function capture(command, args, env = process.env) {
  const run = spawnSync(command, args, { env, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] })
  return run.status === 0 ? run.stdout : null
}

/**
 * Runs a program and resolves with its exit code and the end of its standard error; -1 if it could not be started.
 * Standard output goes to the terminal (progress bars need it) unless `on_output` takes it.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, on_output?: (text: string) => void }} options
 * @returns {Promise<{ code: number, stderr: string }>}
 */
export function stream(command, args, { env = process.env, cwd, on_output } = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', on_output ? 'pipe' : process.stderr, 'pipe'] })
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', on_output ?? (() => {}))
    child.stderr?.setEncoding('utf8').on('data', text => {
      stderr = (stderr + text).slice(-20000)
      if (on_output) on_output(text)
      else process.stderr.write(text)
    })
    child.on('error', error => resolve({ code: -1, stderr: error.message }))
    child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), stderr }))
  })
}

/** Words for a failure that names its usual cause, or null. @param {string} output */
export function known_cause(output) {
  if (/No space left on device|ENOSPC|disk full/i.test(output)) return 'The disk is full.'
  if (/Temporary failure in name resolution|Name or service not known|ENOTFOUND|EAI_AGAIN|Network is unreachable|Connection refused|ECONNREFUSED/i.test(output)) {
    return 'The network could not be reached.'
  }
  if (/Permission denied|EACCES/.test(output)) return 'Permission was denied.'
  return null
}
