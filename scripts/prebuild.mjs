// npm run prebuild: the addon for this platform and the libtorch that is found, as prebuildify makes it:
// prebuilds/torch-2.13/prebuilds/linux-x64/torch-ts.glibc.node. Run it once for each libtorch release (LIBTORCH=...), then pack.
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ensure_addon } from './build.mjs'
import { display_name, ensure_libtorch } from './libtorch.mjs'
import { root } from './paths.mjs'
import { find_prebuild, load_error, prebuild_folder } from './prebuilt.mjs'
import { ensure_packages } from './setup.mjs'
import { StepError, is_main, known_cause, main, say, stream } from './step.mjs'

/**
 * node-gyp begins by deleting the folder build of where it runs, and with it every local build of ours. So it gets a folder of
 * its own, which looks like the package to it.
 * @param {string} stage
 * @param {string} loader
 */
function make_stage(stage, loader) {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(path.join(stage, 'artifacts', 'loader'), { recursive: true })
  for (const name of ['package.json', 'binding.gyp']) copyFileSync(path.join(root, name), path.join(stage, name))
  symlinkSync(path.join(root, 'scripts'), path.join(stage, 'scripts'), 'junction')
  copyFileSync(loader, path.join(stage, 'artifacts', 'loader', 'torch_ts_loader.node'))
}

/** @param {string} stage @param {string} out */
async function prebuildify(stage, out) {
  const require = createRequire(path.join(root, 'package.json'))
  const program = path.join(path.dirname(require.resolve('prebuildify/package.json')), 'bin.js')
  const options = ['--napi', '--strip', '--tag-libc', '--target', process.versions.node, '--name', 'torch-ts', '--cwd', stage,
    '--out', out, '--artifacts', path.join(stage, 'artifacts')]
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, TORCH_TS_RPATH: '0' }
  // node-gyp would download Node's headers, though it needs none here; where Node was installed with them it can leave that.
  const prefix = path.dirname(path.dirname(process.execPath))
  if (existsSync(path.join(prefix, 'include', 'node', 'node.h'))) env.npm_config_nodedir ??= prefix
  const { code, stderr } = await stream(process.execPath, [program, ...options], { cwd: root, env })
  if (code === 0) return
  throw new StepError(`prebuildify failed. ${known_cause(stderr) ?? ''}`.trim(), 'Its own message is above. Start it as: npm run prebuild')
}

if (is_main(import.meta.url)) {
  await main(async () => {
    await ensure_packages()
    const libtorch = await ensure_libtorch()
    const { loader } = await ensure_addon(libtorch, { rpath: false })
    const stage = path.join(root, 'build', 'prebuild')
    const out = prebuild_folder(libtorch)
    make_stage(stage, loader)
    await prebuildify(stage, out)
    rmSync(stage, { recursive: true, force: true })
    const prebuild = find_prebuild(libtorch)
    const reason = prebuild ? await load_error(libtorch, prebuild) : 'node-gyp-build does not find it'
    if (!prebuild || reason) throw new StepError(`The binary in ${out} does not load: ${reason}.`, 'Delete the folder and run it again.')
    say(`prebuild: ${path.relative(process.cwd(), prebuild.addon)} for ${display_name(libtorch)}`)
  })
}
