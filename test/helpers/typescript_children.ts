// Imported for its effect: child processes of the test that imports it can load .ts files.
import path from 'node:path'

const hook = path.join(__dirname, 'typescript_hook.cjs').replaceAll('\\', '/')
process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --require "${hook}"`.trim()
