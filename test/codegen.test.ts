// The generated signatures are those of the libtorch in use.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import torch from '../lib/index'

const root = path.join(__dirname, '..')

interface Schema { params: { type: string, optional: boolean, default?: string }[] }

// The scripts are ES modules, which jest does not load.
function parse_schema(func: string): Schema {
  const program = `import { parse_schema } from './scripts/codegen/schema.mjs'; console.log(JSON.stringify(parse_schema(${JSON.stringify(func)})))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' })
  return JSON.parse(stdout) as Schema
}

describe('generated code', () => {
  it('does not change when it is generated again', () => {
    if (!torch.__version__.startsWith('2.13.')) {
      console.log(`skipped: the committed code was generated from libtorch 2.13, this is ${torch.__version__}`)
      return
    }
    const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/codegen/generate.mjs', '--check'], { cwd: root, encoding: 'utf8' })
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: expect.stringContaining('up to date') as string })
  })

  it('includes a page of modules that is up to date', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/codegen/modules.mjs', '--check'], { cwd: root, encoding: 'utf8' })
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: expect.stringContaining('up to date') as string })
  })

  it('describes operators that exist', () => {
    const lines = fs.readFileSync(path.join(root, 'scripts/codegen/summaries.txt'), 'utf8').split('\n').filter(line => /^\w/.test(line))
    const names = lines.flatMap(line => line.slice(0, line.indexOf(':')).split(' '))
    expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([])
    const unknown = names.filter(name => {
      try {
        return torch.ops['aten']![name] === undefined
      } catch {
        return true
      }
    })
    expect(unknown).toEqual([])
    expect(names.length).toBeGreaterThan(600)
  })

  it('names operators that exist', () => {
    for (const name of ['add', 'conv2d', 'max_pool2d', 'randperm', 'linalg_svd', 'fft_rfft']) expect(() => torch.ops['aten']![name]).not.toThrow()
  })
})

describe('parse_schema', () => {
  it('reads types, defaults, keywords, aliases and named results', () => {
    const schema = parse_schema('max.dim_max(Tensor self, int dim, bool keepdim=False, *, Tensor(a!) max) -> (Tensor(a!) values, Tensor(b!) indices)')
    expect(schema).toMatchObject({
      name: 'max', overload: 'dim_max',
      params: [
        { type: 'Tensor', name: 'self', keyword: false },
        { type: 'int', name: 'dim' },
        { type: 'bool', name: 'keepdim', default: 'False' },
        { type: 'Tensor', name: 'max', keyword: true, out: true },
      ],
      returns: [{ type: 'Tensor', name: 'values' }, { type: 'Tensor', name: 'indices' }],
    })
  })

  it('reads optional lists and defaults with commas', () => {
    const { params } = parse_schema("f(Tensor?[] xs, SymInt[2] stride=[1, 1], str mode='a') -> Tensor[]")
    expect(params.map(p => [p.type, p.optional, p.default])).toEqual([['Tensor?[]', false, undefined], ['SymInt[2]', false, '[1, 1]'], ['str', false, "'a'"]])
  })
})
