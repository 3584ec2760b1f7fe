// Folders that the scripts share: the package's root, the builds of the addon, and the cache.
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/**
 * What is downloaded or built once per user: `TORCH_TS_CACHE`, else `$XDG_CACHE_HOME/torch-ts`, else the platform's cache
 * folder. lib/_paths.ts has the same rule for the runtime (scripts are no part of it); a test compares the two.
 */
export function cache_dir(env = process.env, platform = process.platform) {
  if (env.TORCH_TS_CACHE) return path.resolve(env.TORCH_TS_CACHE)
  return path.join(env.XDG_CACHE_HOME || platform_cache(env, platform), 'torch-ts')
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 */
function platform_cache(env, platform) {
  if (platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches')
  if (platform === 'win32') return env.LOCALAPPDATA || path.join(os.homedir(), 'AppData', 'Local')
  return path.join(os.homedir(), '.cache')
}
