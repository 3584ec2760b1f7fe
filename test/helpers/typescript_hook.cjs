// Lets a plain Node process load the .ts files of the working tree, so that child processes run the code under test.
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { version } = require('@swc/core/package.json')

// Each child process and worker thread loads the whole library, so what is compiled is kept for the next one.
const cache = path.join(os.tmpdir(), `torch-ts-test-${version}-${process.getuid?.() ?? 0}`)
fs.mkdirSync(cache, { recursive: true, mode: 0o700 })

function compile(file) {
  const source = fs.readFileSync(file, 'utf8')
  const cached = path.join(cache, createHash('sha1').update(`${file}\0${source}`).digest('hex') + '.js')
  try {
    return fs.readFileSync(cached, 'utf8')
  } catch {
    // not yet there
  }
  const { transformSync } = require('@swc/core') // takes longer than what is compiled already
  const { code } = transformSync(source, {
    filename: file,
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  })
  const temporary = `${cached}.${process.pid}-${Math.random()}`
  fs.writeFileSync(temporary, code)
  fs.renameSync(temporary, cached)
  return code
}

require.extensions['.ts'] = (module, file) => module._compile(compile(file), file)

// Programs that import the package get its sources, not what was compiled last.
const Module = require('node:module')

const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  const match = /^torch-ts(?:\/(.+))?$/.exec(request)
  if (match === null || match[1] === 'package.json') return resolve.call(this, request, ...rest)
  const base = path.join(__dirname, '..', '..', 'lib', match[1] ?? '')
  return resolve.call(this, path.join(base, 'index.ts'), ...rest)
}
