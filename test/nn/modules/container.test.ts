// Containers: Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict.
import torch, { nn } from 'torch-ts'

const texts = (modules: Iterable<nn.Module>) => [...modules].map(String)

describe('nn.Sequential', () => {
  const make = () => new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1))

  it('applies its modules one after the other', () => {
    const net = make()
    const x = torch.rand(4, 2)
    expect(net(x).tolist()).toEqual(net[2](net[0](x).relu()).tolist())
    expect(new nn.Sequential()(x as never)).toBe(x)
    expect(net({ input: x }).tolist()).toEqual(net(x).tolist())
  })

  it('has names for its modules if they are given', () => {
    const net = new nn.Sequential({ fc: new nn.Linear(2, 3), act: new nn.ReLU() })
    expect(Object.keys(net.state_dict())).toEqual(['fc.weight', 'fc.bias'])
    expect(net.get_submodule('act')).toBe(net.at(1))
    const other = new nn.Sequential(new Map<string, nn.Module>([['z', new nn.ReLU()], ['a', new nn.Tanh()]]))
    expect(texts(other)).toEqual(['ReLU()', 'Tanh()'])
  })

  it('is indexed and sliced as in Python', () => {
    const net = make()
    expect([net.length, net.at(0) === net[0], net.at(-1) === net[2]]).toEqual([3, true, true])
    expect(texts(net.slice(1))).toEqual(['ReLU()', 'Linear(in_features=3, out_features=1, bias=True)'])
    expect(Object.keys(net.slice(2).state_dict())).toEqual(['2.weight', '2.bias'])
    expect(texts(net.slice(null, null, -2)).map(text => text.slice(0, 20))).toEqual(['Linear(in_features=3', 'Linear(in_features=2'])
    expect(net.slice(5)).toHaveLength(0)
    expect(() => net.at(3)).toThrow(new torch.IndexError('index 3 is out of range'))
    expect(() => net.at(-4)).toThrow('index -4 is out of range')
    expect(() => net.at(1.5)).toThrow("'float' object cannot be interpreted as an integer")
    expect(() => net.slice(0, 1, 0)).toThrow('slice step cannot be zero')
  })

  it('grows and shrinks', () => {
    const net = new nn.Sequential() as nn.Sequential
    expect(net.append(new nn.ReLU()).append(new nn.Tanh())).toBe(net)
    net.insert(1, new nn.Sigmoid()).insert(-3, new nn.GELU())
    expect(texts(net)).toEqual(["GELU(approximate='none')", 'ReLU()', 'Sigmoid()', 'Tanh()'])
    expect(String(net.pop(1))).toBe('ReLU()')
    net.delete_at(-1)
    net.extend([new nn.Mish()]).set_at(0, new nn.ELU())
    expect([...net.named_children()].map(([name, module]) => `${name} ${String(module)}`)).toEqual(['0 ELU(alpha=1.0)', '1 Sigmoid()', '2 Mish()'])
    expect(net[3]).toBe(undefined)
  })

  it('is added and repeated', () => {
    const act = new nn.Sequential(new nn.ReLU())
    expect(texts(act.add(new nn.Sequential(new nn.Tanh())))).toEqual(['ReLU()', 'Tanh()'])
    expect(act.mul(3)).toHaveLength(3)
    expect(act.mul_(2)).toHaveLength(2)
    expect(act[0]).toBe(act[1])
    expect(() => act.add([] as never)).toThrow('add operator supports only objects of Sequential class, but list is given.')
    expect(() => act.mul(0.5)).toThrow(TypeError)
  })

  it('takes modules only', () => {
    expect(() => new nn.Sequential(torch.ones(1) as never)).toThrow('torch.FloatTensor is not a Module subclass')
    expect(() => new nn.Sequential({ a: 3 as never })).toThrow('int is not a Module subclass')
  })
})

describe('nn.ModuleList', () => {
  it('registers the modules of an array and is iterated', () => {
    const list = new nn.ModuleList([1, 2, 3].map(size => new nn.Linear(size, size)))
    expect(list.length).toBe(3)
    expect([...list].map(layer => layer.in_features)).toEqual([1, 2, 3])
    expect([...list.parameters()]).toHaveLength(6)
    expect(texts(list.slice(1, 2))).toEqual(['Linear(in_features=2, out_features=2, bias=True)'])
    expect(list.add([new nn.Linear(4, 4)])).toHaveLength(4)
    expect(list.pop(0).in_features).toBe(1)
    expect(Object.keys(list.state_dict())).toEqual(['0.weight', '0.bias', '1.weight', '1.bias'])
  })

  it('has no forward', () => {
    expect(() => { (new nn.ModuleList() as nn.Module)() }).toThrow('Module [ModuleList] is missing the required "forward" function')
  })
})

describe('nn.ModuleDict', () => {
  it('keeps modules by name in the order of insertion, also names that are numbers', () => {
    const dict = new nn.ModuleDict([['10', new nn.ReLU()], ['2', new nn.Tanh()], ['b', new nn.ELU()]])
    expect([dict.length, dict.keys(), [...dict]]).toEqual([3, ['10', '2', 'b'], ['10', '2', 'b']])
    expect(dict.items().map(([key, module]) => `${key}: ${String(module)}`)).toEqual(['10: ReLU()', '2: Tanh()', 'b: ELU(alpha=1.0)'])
    dict.update({ 2: new nn.Mish(), c: new nn.GELU() })
    expect([dict.keys(), texts(dict.values())[1]]).toEqual([['10', '2', 'b', 'c'], 'Mish()'])
    expect([dict.contains('c'), dict.contains('keys'), String(dict.pop('c')), dict.contains('c')])
      .toEqual([true, false, "GELU(approximate='none')", false])
    dict.delete_at('10')
    dict.set_at('10', new nn.ReLU())
    expect(dict.keys()).toEqual(['2', 'b', '10'])
    dict.clear()
    expect([dict.length, String(dict)]).toEqual([0, 'ModuleDict()'])
  })

  it('refuses names that are taken and keys that are not there', () => {
    const dict = new nn.ModuleDict({ a: new nn.ReLU() })
    expect(() => dict.at('b')).toThrow(new torch.KeyError("'b'"))
    expect(() => dict.pop('b')).toThrow("'b'")
    expect(() => { dict.update({ training: new nn.ReLU() }) }).toThrow("attribute 'training' already exists")
    expect(() => { dict.update(3 as never) }).toThrow('ModuleDict.update should be called with an iterable of key/value pairs, but got int')
    expect(() => { dict.update([3] as never) }).toThrow('ModuleDict update sequence element #0 should be Iterable; is int')
  })

  it('takes another dict', () => {
    const dict = new nn.ModuleDict({ a: new nn.ReLU() })
    expect(new nn.ModuleDict(dict).at('a')).toBe(dict.at('a'))
  })
})

describe('nn.ParameterList', () => {
  it('makes parameters of tensors and keeps other values', () => {
    const list = new nn.ParameterList<unknown>([torch.ones(1), new nn.Parameter(torch.zeros(2)), 'text'])
    expect([list.length, list.at(0) instanceof nn.Parameter, list.at(-1)]).toEqual([3, true, 'text'])
    expect([...list.named_parameters()].map(([name]) => name)).toEqual(['0', '1'])
    list.append(torch.ones(3)).set_at(0, torch.zeros(4))
    expect(Object.keys(list.state_dict())).toEqual(['0', '1', '3'])
    expect([...list.slice(2)].map(value => (value as torch.Tensor).length)).toEqual([4, 3])
    expect(() => list.at(4)).toThrow('index 4 is out of range')
  })
})

describe('nn.ParameterDict', () => {
  it('keeps parameters by name; those of an object are sorted, as in PyTorch', () => {
    const dict = new nn.ParameterDict({ b: torch.ones(1), a: torch.zeros(1) })
    expect(dict.keys()).toEqual(['a', 'b'])
    expect(new nn.ParameterDict(new Map([['b', torch.ones(1)], ['a', torch.zeros(1)]])).keys()).toEqual(['b', 'a'])
    expect([...dict.named_parameters()].map(([name]) => name)).toEqual(['a', 'b'])
    expect([dict.get('c'), dict.get('c', 3), dict.setdefault('c', torch.ones(2)).length, dict.length]).toEqual([null, 3, 2, 3])
    expect([dict.popitem()[0], dict.pop('a').item(), dict.keys()]).toEqual(['c', 0, ['b']])
    expect(dict.copy().at('b')).toBe(dict.at('b'))
    expect(dict.fromkeys(['x', 'y'], torch.ones(1)).keys()).toEqual(['x', 'y'])
    dict.set_at('b', torch.full([1], 7))
    expect([dict.values()[0].item(), dict.items().length, [...dict]]).toEqual([7, 1, ['b']])
    dict.clear()
    expect(dict.length).toBe(0)
    expect(() => dict.at('b')).toThrow(torch.KeyError)
    expect(() => { dict.set_at('keys', torch.ones(1)) }).toThrow("attribute 'keys' already exists")
  })
})
