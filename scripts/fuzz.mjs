// Fuzz tests with an addon that is built with sanitizers: node scripts/fuzz.mjs [files|jit] [count] [seed]. `env` builds it and prints
// what to set for other programs: env $(node scripts/fuzz.mjs env) node program.js
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { build_of, ensure_addon, write_manifest } from './build.mjs'
import { ensure_libtorch } from './libtorch.mjs'
import { root } from './paths.mjs'
import { StepError, capture, is_main, main, say } from './step.mjs'

const SANITIZERS = 'address,undefined'
const manifest = 'build/manifest-sanitize.json'
const tests = { files: 'test/serialization/fuzz.cjs', jit: 'test/jit/fuzz.cjs' }

/** Where the compiler keeps one of its libraries. @param {string} name */
function library(name) {
  const found = capture(process.env.CXX ?? 'c++', [`-print-file-name=${name}`])?.trim() ?? name
  if (!path.isAbsolute(found) || !existsSync(found)) throw new StepError(`The compiler has no ${name}.`, 'Install its sanitizers, for instance GCC\'s libasan.')
  return found
}

/**
 * Node itself is not built with sanitizers, so their library must be loaded before it; libstdc++ too, whose throw it wraps.
 * @returns {Record<string, string>}
 */
function environment() {
  const suppressions = path.join(root, 'scripts', 'sanitizers')
  return {
    LD_PRELOAD: `${library('libasan.so')}:${library('libstdc++.so.6')}`,
    ASAN_OPTIONS: `detect_leaks=0:detect_odr_violation=0:allocator_may_return_null=1:max_allocation_size_mb=8192:suppressions=${suppressions}/address.txt`,
    UBSAN_OPTIONS: `halt_on_error=1:print_stacktrace=1:suppressions=${suppressions}/undefined.txt`,
    TORCH_TS_MANIFEST: manifest,
  }
}

if (is_main(import.meta.url)) {
  await main(async () => {
    if (process.platform !== 'linux') throw new StepError('This needs Linux.', 'Without sanitizers, TORCH_TS_FUZZ=20000 npx jest test/serialization/fuzz runs as many files.')
    const [what = 'files', count = '20000', seed = '1'] = process.argv.slice(2)
    const test = tests[/** @type {keyof typeof tests} */ (what)]
    if (!test && what !== 'env') throw new StepError(`There is no fuzz test ${what}.`, `Name one of: ${Object.keys(tests).join(', ')}`)
    const libtorch = await ensure_libtorch()
    const { addon, loader } = await ensure_addon(libtorch, { sanitize: SANITIZERS })
    write_manifest(path.join(root, manifest), [build_of(libtorch, addon, loader)])
    if (what === 'env') return void console.log(Object.entries(environment()).map(pair => pair.join('=')).join('\n'))
    say(`fuzz: ${count} mutants from seed ${seed} on, with ${SANITIZERS} sanitizers`)
    const hook = path.join(root, 'test', 'helpers', 'typescript_hook.cjs')
    const { status, signal } = spawnSync(process.execPath, ['-r', hook, path.join(root, test), count, seed], { env: { ...process.env, ...environment() }, stdio: 'inherit' })
    if (status !== 0) throw new StepError(`The test ended with ${signal ?? status}.`, 'TORCH_TS_FUZZ_VERBOSE=1 prints the number of each mutant, by which it can be repeated.')
  })
}
