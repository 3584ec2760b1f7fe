// `npx torch-ts env`: what torch-ts runs with, where it comes from, and what is wrong if something is.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { read_manifest } from './build.mjs'
import { SUPPORTED, display_name, find_libtorch, find_python_torch } from './libtorch.mjs'
import { cache_dir, root } from './paths.mjs'
import { StepError } from './step.mjs'

/** @typedef {import('./libtorch.mjs').Libtorch} Libtorch */

const SOURCES = { LIBTORCH: 'LIBTORCH', cache: 'the cache', python: "Python's torch" }

/** What the loaded addon tells; run in a process of its own, since a bad library may end it. */
const PROBE = `
const { binding } = require(process.argv[1])
const devices = binding.has_cuda() ? binding.cuda_device_count() : 0
console.log(JSON.stringify({ devices, capability: binding.cpu_capability(), threads: binding.get_num_threads(), interop: binding.get_num_interop_threads() }))`

/**
 * Prints the report.
 * @returns {number} exit code: 1 if torch-ts cannot be used
 */
export function print_environment() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const found = attempt(find_libtorch)
  const build = build_in_use(found.value)
  const libtorch = build?.libtorch ?? found.value
  const python = attempt(find_python_torch).value
  const loaded = probe()
  line('torch-ts', `${version} in ${root}`)
  line('node', `${process.versions.node} (${process.platform} ${process.arch})`)
  line('libtorch', libtorch ? `${display_name(libtorch).slice('libtorch '.length)}, from ${SOURCES[libtorch.source]}` : 'none found')
  if (libtorch) line('', libtorch.root)
  line('addon', build?.addon ?? 'none built')
  line('python torch', python ? `${python.version} (${python.python})` : 'none found (only tests and benchmarks compare with it)')
  if (loaded.report) {
    const { devices, capability, threads, interop } = loaded.report
    line('devices', ['cpu', ...Array.from({ length: devices }, (_, index) => `cuda:${index}`)].join(', ') + ` (CPU capability ${capability})`)
    line('threads', `${threads} within an operator, ${interop} between operators`)
  }
  line('cache', cache_dir())
  const problem = found.error ?? diagnose(libtorch, loaded)
  if (!problem) return 0
  line('problem', problem.message)
  line('remedy', problem.remedy)
  return loaded.report ? 0 : 1
}

/**
 * The build that lib/_load.ts would load: that of LIBTORCH if it is set, else the latest.
 * @param {Libtorch | null} found
 */
function build_in_use(found) {
  const build = read_manifest().find(one => !process.env.LIBTORCH || one.libtorch.root === found?.root)
  return build && existsSync(path.join(root, build.addon)) ? build : null
}

/** @param {string} name @param {string} text */
function line(name, text) {
  process.stdout.write(`${name.padEnd(14)}${text}\n`)
}

/** @template T @param {() => T} find @returns {{ value: T | null, error: StepError | null }} */
function attempt(find) {
  try {
    return { value: find(), error: null }
  } catch (error) {
    if (error instanceof StepError) return { value: null, error }
    throw error
  }
}

/** Loads the addon as a program would. */
function probe() {
  const file = path.join(root, 'dist', 'lib', '_C.js')
  if (!existsSync(file)) return { report: null, reason: 'torch-ts is not compiled: dist/lib is missing.' }
  const run = spawnSync(process.execPath, ['-e', PROBE, file], { encoding: 'utf8' })
  if (run.status === 0) return { report: JSON.parse(run.stdout), reason: '' }
  const reason = /^\w*Error: (.*)$/m.exec(run.stderr)?.[1] ?? `Node ended (${run.signal ?? `exit code ${run.status}`}) while it loaded the addon.`
  return { report: null, reason }
}

/**
 * What is wrong, and what to do about it; null if nothing is.
 * @param {Libtorch | null} libtorch
 * @param {{ report: { devices: number } | null, reason: string }} loaded
 * @returns {{ message: string, remedy: string } | null}
 */
function diagnose(libtorch, loaded) {
  const setup = existsSync(path.join(root, 'tsconfig.json')) ? 'npm run setup' : 'npx torch-ts setup'
  if (!libtorch) return { message: `No libtorch ${SUPPORTED} was found.`, remedy: `${setup} installs one into the cache, or set LIBTORCH to its folder.` }
  if (loaded.report) {
    if (libtorch.cuda === null || loaded.report.devices > 0) return null
    return { message: `libtorch was built for CUDA ${libtorch.cuda}, but no GPU can be used.`,
      remedy: 'See whether nvidia-smi lists one, and whether its driver is new enough for that CUDA release.' }
  }
  if (/GLIBCXX|GLIBC_|CXXABI/.test(loaded.reason)) {
    return { message: loaded.reason, remedy: "The addon or libtorch was built for a newer system: build the addon here, or update the system's C++ library." }
  }
  return { message: loaded.reason, remedy: `${setup} builds what is missing.` }
}
