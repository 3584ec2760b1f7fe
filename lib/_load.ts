// Finds and loads the addon: a local build that build/manifest.json lists, or a prebuilt binary. No PyTorch counterpart.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'

interface Build {
  addon: string
  loader: string
  libraries: string[]
  libtorch: { root: string, version: string, cuda: string | null }
}

/** The package's own folder: this file is in lib/ or dist/lib/. */
export function package_root(): string {
  const parent = path.dirname(__dirname)
  return path.basename(parent) === 'dist' ? path.dirname(parent) : parent
}

function builds(): Build[] {
  // Another list holds builds for tests, such as those with sanitizers.
  const file = path.resolve(package_root(), process.env['TORCH_TS_MANIFEST'] ?? 'build/manifest.json')
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { builds: Build[] }).builds
  } catch {
    return []
  }
}

/** LIBTORCH may be a link, and the folder around libtorch, as scripts/libtorch.mjs allows. */
function is_same_libtorch(wanted: string, root: string): boolean {
  return ['.', 'torch', 'libtorch'].some(part => {
    const folder = path.resolve(wanted, part)
    return existsSync(folder) && realpathSync(folder) === root
  })
}

function chosen(): Build {
  const wanted = process.env['LIBTORCH']
  const build = builds().find(one => !wanted || is_same_libtorch(wanted, one.libtorch.root))
  if (build) return build
  const what = wanted ? `is not built for LIBTORCH=${wanted}` : 'is not built'
  throw new Error(`torch-ts: the native addon ${what}. Run \`npx torch-ts setup\`, or \`npx torch-ts env\` for a diagnosis.`)
}

interface Loader { load(library: string): void }

function loader(build: Build): Loader {
  return require(path.join(package_root(), build.loader)) as Loader
}

/** Opens a shared library into the process, such as one that registers operators. */
export function open_library(file: string): void {
  loader(chosen()).load(file)
}

/** Loads libtorch, then the addon; an error says which library failed and what to do. */
export function load_addon(): unknown {
  const build = chosen()
  const file = path.join(package_root(), build.addon)
  if (!existsSync(file)) throw new Error(`torch-ts: ${file} is missing. Run \`npx torch-ts setup\` to build it again.`)
  try {
    const { load } = loader(build)
    for (const library of build.libraries) load(library)
    return require(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`torch-ts: a library did not load: ${reason}. Run \`npx torch-ts env\` for a diagnosis.`, { cause: error })
  }
}
