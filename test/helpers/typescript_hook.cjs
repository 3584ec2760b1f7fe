// Lets a plain Node process load the .ts files of the working tree, so that child processes run the code under test.
const { transformFileSync } = require('@swc/core')

require.extensions['.ts'] = (module, file) => {
  const { code } = transformFileSync(file, {
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  })
  module._compile(code, file)
}

// Programs that import the package get its sources, not what was compiled last.
const Module = require('node:module')
const path = require('node:path')

const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  const match = /^torch-ts(?:\/(.+))?$/.exec(request)
  if (match === null || match[1] === 'package.json') return resolve.call(this, request, ...rest)
  const base = path.join(__dirname, '..', '..', 'lib', match[1] ?? '')
  return resolve.call(this, path.join(base, 'index.ts'), ...rest)
}
