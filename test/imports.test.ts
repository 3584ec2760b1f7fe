// The direction of imports in this repository: what may import what. Imports of types alone are free, since they vanish when
// compiled, except that nothing in lib may lean on lib/index.
import fs from 'node:fs'
import path from 'node:path'
import { repository } from './helpers/clone'

interface Import { from: string, to: string, type_only: boolean, lazy: boolean }

/** Files of a folder, relative to the repository. */
function sources(folder: string): string[] {
  if (!fs.existsSync(path.join(repository, folder))) return []
  const all = fs.readdirSync(path.join(repository, folder), { recursive: true, encoding: 'utf8' })
  return all.filter(file => /\.(ts|cjs)$/.test(file)).map(file => path.posix.join(folder, file.split(path.sep).join('/')))
}

/** The file that a relative request names, or the request itself for a package. */
function resolve(from: string, request: string): string {
  if (!request.startsWith('.')) return request
  const target = path.posix.join(path.posix.dirname(from), request)
  return [`${target}.ts`, `${target}/index.ts`].find(file => fs.existsSync(path.join(repository, file))) ?? target
}

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm
const CALL = /\b(?:require|import)\((?:'([^']+)')?/g

function imports_of(file: string): Import[] {
  const text = fs.readFileSync(path.join(repository, file), 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
  const statements = [...text.matchAll(STATEMENT)].map(([, type, to]) => ({ to, type_only: type !== undefined, lazy: false }))
  const calls = [...text.matchAll(CALL)].map(([, to]) => ({ to: to ?? '<computed>', type_only: false, lazy: true }))
  return [...statements, ...calls].map(one => ({ ...one, from: file, to: resolve(file, one.to) }))
}

const imports = ['lib', 'examples', 'bench'].flatMap(sources).flatMap(imports_of)

/** Imports that a rule forbids, as text. */
function offenders(from: RegExp, to: RegExp, except?: RegExp): string[] {
  const found = imports.filter(one => !one.type_only && from.test(one.from) && to.test(one.to) && !except?.test(one.from))
  return found.map(one => `${one.from} imports ${one.to}`)
}

const NN = /^lib\/nn\//
const OPTIM = /^lib\/optim\//
const DATA = /^lib\/utils\/data\//
const OUTER = /^lib\/(vision|pyplot)\b/

describe('imports', () => {
  it('are found by this test', () => {
    expect(imports.filter(one => one.from === 'lib/_C.ts').map(one => one.to)).toEqual(expect.arrayContaining(['lib/_errors.ts', 'lib/_load.ts']))
    expect(imports.length).toBeGreaterThan(50)
  })

  it('of lib/index come from tests, examples and benchmarks only', () => {
    expect(imports.filter(one => one.from.startsWith('lib/') && one.to === 'lib/index.ts').map(one => one.from)).toEqual([])
    expect(imports.filter(one => one.from.startsWith('lib/') && one.to.startsWith('torch-ts')).map(one => one.from)).toEqual([])
  })

  it('let lib/_C.ts alone load the addon', () => {
    expect(imports.filter(one => one.to === 'lib/_load.ts').map(one => one.from)).toEqual(['lib/_C.ts'])
    const loaders = imports.filter(one => one.to === '<computed>' || one.to.endsWith('.node')).map(one => one.from)
    // Of the two, pool.ts holds the first lines of a worker's program as text.
    expect(new Set(loaders)).toEqual(new Set(['lib/_load.ts', 'lib/utils/data/_utils/pool.ts']))
  })

  it('of nn go neither to optim nor to utils/data, vision and pyplot', () => {
    expect([OPTIM, DATA, OUTER].flatMap(to => offenders(NN, to))).toEqual([])
  })

  it('of optim go neither to nn nor to utils/data, vision and pyplot', () => {
    expect([NN, DATA, OUTER].flatMap(to => offenders(OPTIM, to, /swa_utils/))).toEqual([]) // swa_utils copies modules, as in PyTorch
  })

  it('of utils/data go neither to nn nor to optim, vision and pyplot', () => {
    expect([NN, OPTIM, OUTER].flatMap(to => offenders(DATA, to))).toEqual([])
  })

  it('of the tensor and what it stands on go to nothing above it', () => {
    const base = /^lib\/(_\w+|tensor|device|dtype|layout|random|types|generated\/.*)\.ts$/
    expect([NN, OPTIM, DATA, OUTER].flatMap(to => offenders(base, to))).toEqual([])
  })

  it('of vision and pyplot never go to the addon, but for pixels', () => {
    expect(offenders(OUTER, /^lib\/_load\.ts$/)).toEqual([])
    expect(offenders(/^lib\/pyplot\b/, /^lib\/_C\.ts$/)).toEqual([])
    const callers = new Set(imports.filter(one => OUTER.test(one.from) && one.to === 'lib/_C.ts' && !one.type_only).map(one => one.from))
    const functions = [...callers].flatMap(file => [...fs.readFileSync(path.join(repository, file), 'utf8').matchAll(/\bbinding\b(?:\.(\w+)| \})?/g)])
    expect(functions.map(([text, name]) => name ?? text).filter(name => !/^(image|vips)_|^binding \}$/.test(name))).toEqual([])
  })

  it('of examples are those of a user', () => {
    expect(offenders(/^examples\//, /^lib\b/)).toEqual([])
  })

  it('make no circle', () => {
    const graph = new Map<string, string[]>()
    for (const { from, to } of imports.filter(one => !one.type_only && !one.lazy)) graph.set(from, [...graph.get(from) ?? [], to])
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, trail: string[]) => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '))
      if (trail.includes(file) || done.has(file)) return
      for (const next of graph.get(file) ?? []) visit(next, [...trail, file])
      done.add(file)
    }
    for (const file of graph.keys()) visit(file, [])
    expect(circles).toEqual([])
  })
})
