// One process at a time: a lock file that holds the process id of its owner, and that outlives no owner.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { say } from './step.mjs'

/**
 * Runs `body` while this process owns `file`; waits for another owner that is alive.
 * @template T
 * @param {string} file
 * @param {string} reason what the user reads while waiting
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function with_lock(file, reason, body) {
  let told = false
  while (!acquire(file)) {
    if (!told) say(`waiting: ${reason} (${file})`)
    told = true
    await new Promise(resolve => setTimeout(resolve, 300))
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await body()
  } finally {
    process.off('exit', release)
    release()
  }
}

/** @param {string} file */
function acquire(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  const owner = Number(read(file))
  if (owner > 0 && !is_alive(owner)) rmSync(file, { force: true })
  return false
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // released in the meantime
  }
}

/** @param {number} pid */
function is_alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
