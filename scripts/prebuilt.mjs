// The addon in an installed package: a prebuilt one if it fits this platform and libtorch, else one that is built here.
// prebuilds/torch-2.13/ has node-gyp-build's layout, so that one package can hold binaries for several libtorch releases.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ensure_addon, libraries, select_build } from './build.mjs'
import { root } from './paths.mjs'
import { say, stream } from './step.mjs'

/** @typedef {import('./libtorch.mjs').Libtorch} Libtorch */

/**
 * Folder of the binaries for a libtorch release: its ABI holds within 2.13.x, and a binary for a CPU build serves CUDA too.
 * @param {{ version: string }} libtorch
 */
export function prebuild_folder({ version }) {
  return path.join(root, 'prebuilds', `torch-${version.split('.').slice(0, 2).join('.')}`)
}

/**
 * The prebuilt addon for this platform and libtorch, or null.
 * @param {Libtorch} libtorch
 * @returns {{ addon: string, loader: string } | null}
 */
export function find_prebuild(libtorch) {
  const folder = prebuild_folder(libtorch)
  if (!existsSync(folder)) return null
  const node_gyp_build = createRequire(path.join(root, 'package.json'))('node-gyp-build')
  try {
    const addon = node_gyp_build.path(folder)
    return { addon, loader: path.join(path.dirname(addon), 'loader', 'torch_ts_loader.node') }
  } catch {
    return null // none for this platform
  }
}

/**
 * Makes the addon for this libtorch ready to load. A prebuilt one that does not load, for instance on an old system, is
 * passed over.
 * @param {Libtorch} libtorch
 */
export async function install_addon(libtorch) {
  const prebuild = find_prebuild(libtorch)
  const reason = prebuild && await load_error(libtorch, prebuild)
  if (reason) say(`addon: the prebuilt one does not load here (${reason})`)
  const { addon, loader } = prebuild && reason === '' ? prebuild : await ensure_addon(libtorch)
  select_build(libtorch, addon, loader)
  return addon
}

/**
 * Why an addon does not load, empty if it does. In a process of its own, which a bad binary may end.
 * @param {Libtorch} libtorch
 * @param {{ addon: string, loader: string }} files
 */
export async function load_error(libtorch, { addon, loader }) {
  const program = 'const [loader, addon, ...libraries] = process.argv.slice(1); for (const file of libraries) require(loader).load(file); require(addon)'
  const { code, stderr } = await stream(process.execPath, ['-e', program, loader, addon, ...libraries(libtorch)], { on_output: () => {} })
  if (code === 0) return ''
  return /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? `node ended with exit code ${code}`
}
