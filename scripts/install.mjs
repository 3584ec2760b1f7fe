// package.json's install script, for those who install torch-ts from npm: uses a prebuilt addon or builds one if a libtorch is
// there. It never downloads libtorch, and never fails: `npx torch-ts setup` does or explains what is left.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { find_libtorch } from './libtorch.mjs'
import { root } from './paths.mjs'
import { install_addon } from './prebuilt.mjs'
import { StepError } from './step.mjs'

if (!process.env.TORCH_TS_SKIP_INSTALL && !existsSync(path.join(root, 'tsconfig.json'))) {
  try {
    const libtorch = find_libtorch()
    if (!libtorch) throw new StepError('No libtorch was found.', '')
    await install_addon(libtorch)
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    process.stderr.write(`torch-ts: ${error.message}\n          Run this once, it finds or installs what is missing: npx torch-ts setup\n`)
  }
}
