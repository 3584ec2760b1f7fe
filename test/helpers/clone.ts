// A small copy of this repository, fake libtorchs and fake programs, for tests of the scripts.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(__dirname, '../..')

export interface Run { code: number | null, stdout: string, stderr: string }

/** What the scripts need of a clone: themselves, the build description, one TypeScript file; node_modules is this one's. */
export function make_clone(folder: string): string {
  fs.mkdirSync(path.join(folder, 'native'), { recursive: true })
  fs.mkdirSync(path.join(folder, 'lib'))
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'CMakeLists.txt']) {
    fs.copyFileSync(path.join(root, name), path.join(folder, name))
  }
  fs.cpSync(path.join(root, 'scripts'), path.join(folder, 'scripts'), { recursive: true })
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  fs.writeFileSync(path.join(folder, 'native', 'addon.cpp'), '// nothing\n')
  fs.writeFileSync(path.join(folder, 'lib', 'index.ts'), 'export const one = 1\n')
  return folder
}

/** A folder that looks like a libtorch of this version. */
export function fake_libtorch(folder: string, version = '2.13.0+cpu', cuda: string | null = null): string {
  fs.mkdirSync(path.join(folder, 'lib'), { recursive: true })
  fs.mkdirSync(path.join(folder, 'include', 'ATen'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'include', 'ATen', 'ATen.h'), '')
  fs.writeFileSync(path.join(folder, '__init__.py'), '')
  const file = `__version__ = '${version}'\ncuda: Optional[str] = ${cuda === null ? 'None' : `'${cuda}'`}\n`
  fs.writeFileSync(path.join(folder, 'version.py'), file)
  const [prefix, suffix] = process.platform === 'darwin' ? ['lib', '.dylib'] : ['lib', '.so']
  for (const name of cuda === null ? ['torch_cpu'] : ['torch_cpu', 'torch_cuda']) {
    fs.writeFileSync(path.join(folder, 'lib', prefix + name + suffix), '')
  }
  return folder
}

/** A shell script that stands for another program. */
export function fake_program(folder: string, name: string, body: string): string {
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, name)
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return file
}

/** Folder with links to the programs that a test leaves its script, and nothing else. */
export function programs(folder: string, names: string[]): string {
  fs.mkdirSync(folder, { recursive: true })
  for (const name of names) {
    const found = process.env.PATH!.split(path.delimiter).map(one => path.join(one, name)).find(one => fs.existsSync(one))
    if (found) fs.symlinkSync(found, path.join(folder, name))
  }
  return folder
}

/** Runs a script of a clone with exactly this environment. */
export function run_script(clone: string, args: string[], env: Record<string, string>): Run {
  const [script, ...rest] = args
  const run = spawnSync(process.execPath, [path.join(clone, 'scripts', script), ...rest], { cwd: clone, env, encoding: 'utf8' })
  return { code: run.status, stdout: run.stdout, stderr: run.stderr }
}

/** Value of an expression over a script's exports, `m`. */
export function evaluate(clone: string, script: string, expression: string, env: Record<string, string>): unknown {
  const file = JSON.stringify('file://' + path.join(clone, 'scripts', script))
  const program = `import * as m from ${file}\nconsole.log(JSON.stringify(await (${expression}) ?? null))`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: clone, env, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout)
}

/** This repository. */
export const repository = root
