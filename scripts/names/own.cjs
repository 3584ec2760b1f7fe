// Prints which of the names on standard input torch-ts has: { space: [name, ...] } in, the same out. Runs the sources as they are.
const { readFileSync } = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..', '..')
require(path.join(root, 'test', 'helpers', 'typescript_hook.cjs'))
const { default: torch } = require(path.join(root, 'lib', 'index.ts'))
const vision = require(path.join(root, 'lib', 'vision', 'index.ts'))

const inside = (start, space) => space.split('.').slice(1).reduce((owner, name) => owner?.[name], start)
const find = space => (space === 'torch.Tensor' ? torch.Tensor.prototype : inside(space.startsWith('torchvision') ? vision : torch, space))

const asked = JSON.parse(readFileSync(0, 'utf8'))
const found = Object.entries(asked).map(([space, names]) => {
  const owner = find(space)
  return [space, owner === undefined ? [] : names.filter(name => name in owner)]
})
process.stdout.write(JSON.stringify(Object.fromEntries(found)))
