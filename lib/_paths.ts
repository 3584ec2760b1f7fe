// The folder for what is downloaded or built once per user; the same rule as scripts/paths.mjs. No PyTorch counterpart.
import os from 'node:os'
import path from 'node:path'

function platform_cache(): string {
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches')
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] || path.join(os.homedir(), 'AppData', 'Local')
  return path.join(os.homedir(), '.cache')
}

/**
 * Path of a file or folder in the cache: `TORCH_TS_CACHE`, else `$XDG_CACHE_HOME/torch-ts`, else the platform's
 * cache folder + `torch-ts`. Nothing is created.
 */
export function cache_dir(...parts: string[]): string {
  const own = process.env['TORCH_TS_CACHE']
  const base = own ? path.resolve(own) : path.join(process.env['XDG_CACHE_HOME'] || platform_cache(), 'torch-ts')
  return path.join(base, ...parts)
}

/** `path` with a leading `~` replaced by the home folder, as Python's `os.path.expanduser` does. */
export function expanduser(file: string): string {
  return file === '~' || file.startsWith('~/') || file.startsWith('~' + path.sep) ? os.homedir() + file.slice(1) : file
}
