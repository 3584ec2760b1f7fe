import { execFileSync } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { cache_dir, expanduser } from '../lib/_paths'

describe('cache_dir', () => {
  const names = ['TORCH_TS_CACHE', 'XDG_CACHE_HOME']
  const before = names.map((name) => process.env[name])
  afterEach(() => {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) delete process.env[name]
      else process.env[name] = before[i]
    }
  })

  it.each([
    [{ TORCH_TS_CACHE: '/a/cache', XDG_CACHE_HOME: '/b' }],
    [{ TORCH_TS_CACHE: 'relative' }],
    [{ XDG_CACHE_HOME: '/b' }],
    [{}],
  ])('has the rule of scripts/paths.mjs, with %p', (env: Record<string, string>) => {
    for (const name of names) delete process.env[name]
    Object.assign(process.env, env)
    const scripts = pathToFileURL(path.join(__dirname, '../scripts/paths.mjs')).href
    const program = `import(${JSON.stringify(scripts)}).then((paths) => process.stdout.write(paths.cache_dir()))`
    expect(cache_dir()).toBe(execFileSync(process.execPath, ['-e', program], { env: process.env, encoding: 'utf8' }))
    expect(cache_dir('mnist', 'raw')).toBe(path.join(cache_dir(), 'mnist', 'raw'))
  })
})

describe('expanduser', () => {
  it.each([['~', os.homedir()], ['~/data', os.homedir() + '/data'], ['~other/data', '~other/data'], ['a/~/b', 'a/~/b']])(
    'expands %s', (text, expected) => expect(expanduser(text)).toBe(expected))
})
