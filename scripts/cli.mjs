#!/usr/bin/env node
// The command torch-ts: `npx torch-ts setup` makes the addon ready, `npx torch-ts env` tells what is there and what is wrong.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { print_environment } from './env.mjs'
import { display_name, ensure_libtorch } from './libtorch.mjs'
import { root } from './paths.mjs'
import { install_addon } from './prebuilt.mjs'
import { main, say } from './step.mjs'

const USAGE = `Usage: torch-ts <command>
  setup  finds or installs libtorch (about 0.9 GB; TORCH_TS_CUDA=1 for a CUDA build) and makes the addon ready
  env    prints versions, libtorch's place, devices and threads, and what is wrong if something is
`

async function setup() {
  if (existsSync(path.join(root, 'tsconfig.json'))) {
    const { setup: setup_clone } = await import('./setup.mjs')
    await setup_clone()
  }
  const libtorch = await ensure_libtorch()
  const addon = await install_addon(libtorch)
  say(`ready: ${display_name(libtorch)} in ${libtorch.root}, addon ${path.relative(process.cwd(), addon)}`)
}

await main(async () => {
  const command = process.argv[2]
  if (command === 'setup') return setup()
  if (command === 'env') return print_environment()
  process.stdout.write(USAGE)
  return command === undefined || command === '--help' || command === 'help' ? 0 : 1
})
