// torch-ts/huggingface: weights of a local folder go into a module by name, and the report says what did not fit.
import fs from 'node:fs'
import torch from 'torch-ts'
import { load_config, load_pretrained, load_weights } from 'torch-ts/huggingface'
import { save_file, save_sharded } from 'torch-ts/safetensors'
import { temporary_folder } from '../helpers/temporary'

const { nn } = torch

class Tied extends nn.Module {
  embedding: torch.nn.Embedding
  head: torch.nn.Linear

  constructor() {
    super()
    this.embedding = new nn.Embedding(5, 3)
    this.head = new nn.Linear(3, 5, { bias: false })
    this.head.weight = this.embedding.weight
  }

  forward(x: torch.Tensor): torch.Tensor {
    return this.head.forward(this.embedding.forward(x))
  }
}

describe('load_pretrained', () => {
  const file = temporary_folder()
  const source = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1))
  const names = ['0.weight', '0.bias', '1.weight', '1.bias']

  const ways: Record<string, () => void> = {
    'one safetensors file': () => save_file(source.state_dict(), file('model.safetensors'), { format: 'pt' }),
    'several safetensors files': () => void save_sharded(source.state_dict(), file(), { max_shard_size: 16 }),
    'pytorch_model.bin': () => torch.save(source.state_dict(), file('pytorch_model.bin')),
    'several .bin files': () => {
      const weight_map = Object.fromEntries(names.map((name, i) => [name, `pytorch_model-${i % 2}.bin`]))
      for (const i of [0, 1]) torch.save(Object.fromEntries(names.filter((_, k) => k % 2 === i).map(name => [name, source.state_dict()[name]])), file(`pytorch_model-${i}.bin`))
      fs.writeFileSync(file('pytorch_model.bin.index.json'), JSON.stringify({ metadata: {}, weight_map }))
    },
  }

  it.each(Object.keys(ways))('reads %s', way => {
    ways[way]()
    fs.writeFileSync(file('config.json'), '{"hidden_size": 3, "architectures": ["Net"]}')
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1))
    expect(load_pretrained(model, file(), { strict: true })).toEqual({
      config: { hidden_size: 3, architectures: ['Net'] }, missing_keys: [], unexpected_keys: [], mismatched_keys: [] })
    for (const name of names) expect(model.state_dict()[name].equal(source.state_dict()[name])).toBe(true)
    expect(Object.keys(load_weights(file())).sort()).toEqual([...names].sort())
  })

  it('reports names that are missing, unexpected or of another size, and leaves those as they were', () => {
    save_file({ 'model.0.weight': torch.ones(3, 2), 'model.1.weight': torch.ones(4, 4), 'model.extra': torch.ones(1), 'other': torch.ones(1) }, file('model.safetensors'))
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1))
    const before = model.state_dict()['1.weight'].clone()
    const rename = (name: string): string | null => (name.startsWith('model.') ? name.slice(6) : null)
    const report = load_pretrained(model, file(), { rename })
    expect(report).toEqual({ config: null, missing_keys: ['0.bias', '1.bias'], unexpected_keys: ['extra'], mismatched_keys: [{ name: '1.weight', file: [4, 4], module: [1, 3] }] })
    expect(model.state_dict()['0.weight'].tolist()).toEqual([[1, 1], [1, 1], [1, 1]])
    expect(model.state_dict()['1.weight'].equal(before)).toBe(true)
    expect(() => load_pretrained(model, file(), { rename, strict: true })).toThrow('Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: "0.bias", "1.bias". '
      + '\n\tUnexpected key(s) in state_dict: "extra". \n\tsize mismatch for 1.weight: copying a param with shape torch.Size([4, 4]) from checkpoint, '
      + 'the shape in current model is torch.Size([1, 3]).')
  })

  it('knows tied weights, and can put the file\'s own tensors into the module', () => {
    save_file({ 'embedding.weight': torch.ones(5, 3, { dtype: torch.float16 }) }, file('model.safetensors'))
    const model = new Tied()
    expect(load_pretrained(model, file(), { strict: true }).missing_keys).toEqual([])
    expect([model.head.weight.dtype, model.head.weight.sum().item()]).toEqual([torch.float32, 15])
    save_file({ weight: torch.ones(3, 3, { dtype: torch.float16 }), bias: torch.zeros(3) }, file('model.safetensors'))
    const linear = new nn.Linear(3, 3)
    load_pretrained(linear, file(), { assign: true })
    expect([linear.weight.dtype, linear.weight instanceof nn.Parameter]).toEqual([torch.float16, true])
  })

  it('refuses folders without weights, and files that are damaged', () => {
    const model = new nn.Linear(1, 1)
    expect(() => load_pretrained(model, file())).toThrow(`Error no file named model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json found in directory ${file()}.`)
    fs.writeFileSync(file('config.json'), '{')
    expect(() => load_config(file())).toThrow(`It looks like the config file at '${file('config.json')}' is not a valid JSON file`)
    fs.writeFileSync(file('config.json'), '[]')
    expect(() => load_config(file())).toThrow('holds no object')
    fs.rmSync(file('config.json'))
    fs.writeFileSync(file('model.safetensors.index.json'), JSON.stringify({ weight_map: { a: 'gone.safetensors' } }))
    expect(() => load_pretrained(model, file())).toThrow(`[Errno 2] No such file or directory: '${file('gone.safetensors')}'`)
  })
})
