// Everything between a fresh clone and a running program: npm's packages, libtorch, the addon, compiled TypeScript. Each step
// looks first whether it has anything to do, and says so only if it has. Needs nothing but Node to start.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensure_addon, select_build } from './build.mjs'
import { ensure_libtorch } from './libtorch.mjs'
import { with_lock } from './lock.mjs'
import { root } from './paths.mjs'
import { StepError, is_main, known_cause, main, say, stream } from './step.mjs'

/** Does whatever is left to do. */
export async function setup() {
  await setup_native()
  await ensure_compiled()
}

/** All of it but TypeScript. */
export async function setup_native() {
  check_node()
  await ensure_packages()
  const libtorch = await ensure_libtorch()
  const { addon, loader } = await ensure_addon(libtorch)
  select_build(libtorch, addon, loader)
}

function check_node() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 17)) return
  throw new StepError(`torch-ts needs Node 20.17 or newer; this is ${process.versions.node}.`, 'Install a newer one from nodejs.org.')
}

/** npm's packages, as package-lock.json lists them. */
export async function ensure_packages() {
  if (packages_are_installed(root)) return
  say('npm: installing the packages of package-lock.json')
  // No scripts: ours would do what the next steps do, and the packages' own only report missing binaries, as npm test would.
  const { code, stderr } = await stream(...npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'), { cwd: root })
  if (code === 0) return
  throw new StepError(`npm could not install the packages. ${known_cause(stderr) ?? ''}`.trim(),
    'Its own message is above. See to the cause and run the same command again.')
}

/** The npm that runs this script, else the one in PATH. @param {string[]} args @returns {[string, string[]]} */
export function npm(...args) {
  const cli = process.env.npm_execpath
  if (cli && /npm-cli\.c?js$/.test(cli)) return [process.execPath, [cli, ...args]]
  return process.platform === 'win32' ? ['cmd', ['/d', '/s', '/c', 'npm', ...args]] : ['npm', args]
}

/**
 * Whether node_modules holds what package-lock.json asks for. Contents are compared, not times: git and npm set those at will.
 * @param {string} folder
 */
export function packages_are_installed(folder) {
  const installed = lock_of(path.join(folder, 'node_modules', '.package-lock.json'))
  const wanted = lock_of(path.join(folder, 'package-lock.json'))
  if (!installed || !wanted) return wanted === null
  return Object.entries(wanted).every(([name, entry]) => name === '' || (installed[name]
    ? installed[name].version === entry.version
    : entry.optional || entry.devOptional || entry.peer)) // other platforms' binaries
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> | null}
 */
function lock_of(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : null
}

/** dist/, compiled from lib, examples and bench, with the ES module entries. */
export async function ensure_compiled() {
  const stamp_file = path.join(root, 'dist', 'stamp')
  const is_compiled = () => existsSync(stamp_file) && readFileSync(stamp_file, 'utf8') === sources_stamp()
  if (is_compiled()) return
  mkdirSync(path.dirname(stamp_file), { recursive: true })
  await with_lock(path.join(root, 'dist', 'lock'), 'another process compiles TypeScript', async () => {
    if (is_compiled()) return
    const compiled_from = sources_stamp()
    say('typescript: compiling lib, examples and bench')
    if (await run_tsc('tsconfig.build.json')) {
      throw new StepError('TypeScript found errors (above).', 'Correct them and run the same command again.')
    }
    for (const file of sources('lib').filter(name => !name.endsWith('.ts'))) copyFileSync(path.join(root, file), path.join(root, 'dist', file))
    const { write_esm_entries } = await import('./esm.mjs')
    write_esm_entries(root)
    writeFileSync(stamp_file, compiled_from)
  })
}

/** Runs the compiler on a project, its findings to the terminal. @param {string} project @returns {Promise<number>} exit code */
export async function run_tsc(project) {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  return (await stream(process.execPath, [tsc, '--project', project, '--pretty', String(process.stderr.isTTY === true)], { cwd: root })).code
}

/** Changes whenever a TypeScript source does. */
function sources_stamp() {
  const hash = createHash('sha256')
  const files = ['lib', 'examples', 'bench'].filter(name => existsSync(path.join(root, name))).flatMap(sources)
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/esm.mjs', ...files]) {
    const { mtimeMs, size } = statSync(path.join(root, file))
    hash.update(`${file}:${mtimeMs}:${size}\n`)
  }
  return hash.digest('hex')
}

/**
 * The TypeScript, and the few CommonJS files with their types, which tsc does not copy.
 * @param {string} folder relative to the root, as are the results
 */
function sources(folder) {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
  return files.filter(file => /\.(ts|cjs|d\.cts)$/.test(file)).sort().map(file => path.join(folder, file))
}

if (is_main(import.meta.url)) await main(setup)
