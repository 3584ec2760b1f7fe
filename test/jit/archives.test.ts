// TorchScript archives that Python wrote, and what is refused of archives before libtorch reads it.
import fs from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import torch from 'torch-ts'
import { BytesSource } from '../../lib/_files'
import { ZipReader } from '../../lib/_zip/reader'
import { bytes, text, zip_of } from '../serialization/files'

const archive = (name: string): Buffer => fs.readFileSync(path.join(__dirname, '..', 'fixtures', 'torchscript', `${name}.pt`))

/** An archive with one entry changed, and right checksums. */
function changed(name: string, record: string, change: (content: Buffer) => Uint8Array): Buffer {
  const zip = new ZipReader(new BytesSource(archive(name)))
  return zip_of(Object.fromEntries(zip.records.map(one => [one, one === record ? change(Buffer.from(zip.read(one))) : zip.read(one)])))
}

function replaced(content: Buffer, what: string, by: string): Buffer {
  const before = content.toString('latin1')
  if (!before.includes(what)) throw new Error(`the fixture has no ${what}`)
  return Buffer.from(before.replace(what, by), 'latin1')
}

describe('objects of custom classes', () => {
  const x = torch.ones([2, 3])

  it('come with modules, are called and go back', () => {
    const module = torch.jit.load(archive('quantized'))
    expect((module(x) as torch.Tensor).tolist()).toEqual([[0, 1.8000000715255737], [0, 1.8000000715255737]])
    expect(String(module)).toContain('(_packed_params): RecursiveScriptModule(original_name=LinearPackedParams)')
    const layer = (module as unknown as { fc: { _packed_params: { _packed_params: torch.jit.ScriptObject } } }).fc._packed_params
    const packed = layer._packed_params
    expect([packed instanceof torch.jit.ScriptObject, String(packed)]).toEqual([true, '<torch.ScriptObject of LinearPackedParamsBase>'])
    const [weight, bias] = torch.ops['quantized']!['linear_unpack']!(packed) as torch.Tensor[]
    expect([weight!.dequantize().at(1).tolist(), bias!.tolist()]).toEqual([[0.25, 3, -1], [0.5, -0.5]])
    layer._packed_params = torch.ops['quantized']!['linear_prepack']!(weight!, torch.tensor([2.5, -0.5])) as torch.jit.ScriptObject
    expect((module(x) as torch.Tensor).at(0, 0).item()).toBeCloseTo(2, 5)
  })

  it('survive a save', () => {
    const again = torch.jit.load(torch.jit.load(archive('quantized')).save_to_buffer())
    expect((again(x) as torch.Tensor).at(0).tolist()).toEqual([0, 1.8000000715255737])
  })

  it('are made by torch.classes', () => {
    expect(() => torch.classes['quantized']!['Nothing']!()).toThrow(new torch.RuntimeError('Class quantized.Nothing not registered!'))
  })
})

describe('torch.jit.Error', () => {
  it('is what scripts raise', () => {
    const { fails } = torch.jit.load(archive('flow')) as unknown as { fails(x: torch.Tensor, text?: string): void }
    expect(() => fails(torch.ones([2]))).toThrow(torch.jit.Error)
    expect(() => fails(torch.ones([2]))).toThrow(/The following operation failed in the TorchScript interpreter\.[^]*RuntimeError: AssertionError: too small/)
    expect(() => fails(torch.ones([1000, 1001]), 'told so')).toThrow('builtins.ValueError: told so')
  })

  it('is not for errors of operators', () => {
    expect(() => torch.jit.load(archive('flow'))(torch.ones([2, 5]))).toThrow(torch.RuntimeError)
  })
})

describe('enable_onednn_fusion', () => {
  it('is off, and can be turned on', () => {
    if (process.arch !== 'x64' || process.platform !== 'linux') return
    expect(torch.jit.onednn_fusion_enabled()).toBe(false)
    torch.jit.enable_onednn_fusion(true)
    expect(torch.jit.onednn_fusion_enabled()).toBe(true)
    torch.jit.enable_onednn_fusion(false)
    expect(torch.jit.onednn_fusion_enabled()).toBe(false)
  })
})

describe('torch.jit.load, of what is damaged or hostile,', () => {
  const code = (body: string) => () => changed('flow', 'code/__torch__.py', content => Buffer.concat([content, Buffer.from(body)]))
  const pickle = (...parts: (string | Buffer)[]) => () => changed('flow', 'data.pkl', () => bytes('\x80\x02', ...parts, '.'))

  it.each<[string, () => Buffer, string]>([
    ['a tensor larger than its entry', () => changed('flow', 'data/1', content => content.subarray(4)), 'the storage 1 has 48 bytes, but its entry 44'],
    ['a view past its storage', () => changed('flow', 'data.pkl', content => replaced(content, '(K\x04K\x03t', '(K\x04K\x09t')), 'are out of bounds for storage of size 48'],
    ['a line of debug information that is not there', () => changed('flow', 'code/__torch__.py.debug_pkl', content => {
      content[content.indexOf('](K') + 3] = 255
      return content
    }), 'its debug information'],
    ['a flipped bit of a weight', () => {
      const whole = archive('flow')
      whole[new ZipReader(new BytesSource(whole)).offset('data/1')! + 5]! ^= 1
      return whole
    }, 'the checksum of "flow/data/1" does not match'],
    ['brackets in brackets', code(`\nx = ${'('.repeat(1e5)}1${')'.repeat(1e5)}\n`), 'code/__torch__.py is nested too deeply'],
    ['operators without end', code(`\nx = 1${' + 1'.repeat(1e5)}\n`), 'code/__torch__.py is nested too deeply'],
    ['blocks in blocks', code(`\n${Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}if True:\n`).join('')}`), 'code/__torch__.py is nested too deeply'],
    ['tuples in tuples', pickle(')'.concat('\x85'.repeat(1e5))), 'its values are nested too deeply'],
    ['a list that holds itself', pickle(']q\x00h\x00a'), 'a value holds itself'],
    ['a type of types', pickle('ctorch.jit._pickle\nrestore_type_tag\n]', text(`${'List['.repeat(1e4)}int${']'.repeat(1e4)}`), '\x86R'), 'the name of a type is nested too deeply'],
    ['a pickle that ends early', () => changed('flow', 'data.pkl', content => content.subarray(0, 50)), 'pickle data was truncated'],
  ])('refuses %s', (_, make, message) => {
    const file = make()
    expect(() => torch.jit.load(file)).toThrow(torch.RuntimeError)
    expect(() => torch.jit.load(file)).toThrow(message)
  })

  // The stacks of threads are smaller.
  it('leaves to libtorch what is nested as deep as allowed, in a worker too', async () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
    const file = changed('constants', 'code/__torch__.py', content => replaced(content, '  return', `  deep = ${nested(195)}\n  return`))
    const run = `const torch = require(${JSON.stringify(path.join(__dirname, '..', '..', 'lib', 'index.ts'))}).default
      const { parentPort, workerData } = require('node:worker_threads')
      try { torch.jit.load(Buffer.from(workerData)); parentPort.postMessage('read') } catch (error) { parentPort.postMessage(error.name) }`
    const worker = new Worker(run, { eval: true, workerData: file, execArgv: ['-r', path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')] })
    const answer = await new Promise<unknown>((resolve, reject) => worker.on('message', resolve).on('error', reject))
    await worker.terminate()
    expect(['read', 'RuntimeError']).toContain(answer)
  })
})
