// Finds and loads the addon: a local build that build/manifest.json lists, or a prebuilt binary. No PyTorch counterpart.
import { existsSync, readFileSync } from 'node:fs'
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
  try {
    return (JSON.parse(readFileSync(path.join(package_root(), 'build', 'manifest.json'), 'utf8')) as { builds: Build[] }).builds
  } catch {
    return []
  }
}

function chosen(): Build {
  const wanted = process.env['LIBTORCH']
  const all = builds()
  const build = (wanted && all.find(one => path.resolve(wanted) === one.libtorch.root)) || all[0]
  if (!build) throw new Error('torch-ts: the native addon is not built. Run `npx torch-ts setup`, or `npx torch-ts env` for a diagnosis.')
  return build
}

/** Loads libtorch, then the addon; an error says which library failed and what to do. */
export function load_addon(): unknown {
  const build = chosen()
  const file = path.join(package_root(), build.addon)
  if (!existsSync(file)) throw new Error(`torch-ts: ${file} is missing. Run \`npx torch-ts setup\` to build it again.`)
  const loader = require(path.join(package_root(), build.loader)) as { load(library: string): void }
  for (const library of build.libraries) {
    try {
      loader.load(library)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`torch-ts: libtorch did not load: ${reason}. Run \`npx torch-ts env\` for a diagnosis.`)
    }
  }
  return require(file)
}
