// Random functions and generators: torch.random, and every random operator against Python's numbers.
import torch from 'torch-ts'
import { python_torch } from './helpers/python'
import { evaluate } from './helpers/python_expression'

// Python expressions; `@` is where a generator may stand. x, p, w, r are tensors that both sides have.
const EXPRESSIONS = `
torch.rand(3, 4@)
torch.rand((2, 3)@)
torch.rand([]@)
torch.rand(0@)
torch.rand(5, dtype=torch.float64@)
torch.rand(5, dtype=torch.float16@)
torch.rand(5, dtype=torch.bfloat16@)
torch.rand(3, dtype=torch.complex64@)
torch.randn(15@)
torch.randn(16@)
torch.randn(1000@)
torch.randn(40, dtype=torch.float64@)
torch.randn(40, dtype=torch.bfloat16@)
torch.randn(5, dtype=torch.complex128@)
torch.randint(10, (8,)@)
torch.randint(3, 9, (8,)@)
torch.randint(-5, 5, (3, 3), dtype=torch.int32@)
torch.randint(0, 2 ** 40, (8,)@)
torch.randint(0, 5, (4,), dtype=torch.float32@)
torch.randint(2, size=(4,)@)
torch.randint(high=7, size=(4,)@)
torch.randint(low=-3, high=7, size=(4,)@)
torch.randperm(0@)
torch.randperm(20@)
torch.randperm(5000@)
torch.randperm(20, dtype=torch.int32@)
torch.normal(0.5, 2.0, (17,)@)
torch.normal(0, 1, size=(3,)@)
torch.normal(x, 2.0@)
torch.normal(x@)
torch.normal(0.5, p@)
torch.normal(x, p@)
torch.normal(mean=x, std=p@)
torch.bernoulli(p@)
torch.bernoulli(p, 0.3@)
torch.multinomial(w, 3@)
torch.multinomial(w, 9, True@)
torch.multinomial(w, num_samples=9, replacement=True@)
torch.poisson(r@)
torch.binomial(r.round(), p@)
torch.ops.aten._standard_gamma(r@)
torch.ops.aten._sample_dirichlet(w@)
torch.rand_like(x@)
torch.rand_like(x, dtype=torch.float64@)
torch.randn_like(x@)
torch.randn_like(x, dtype=torch.complex64@)
torch.randint_like(x, 7@)
torch.randint_like(x, 3, 9@)
torch.randint_like(x, high=9, low=3@)
torch.empty(20).uniform_(-1, 2@)
torch.empty(20, dtype=torch.float16).uniform_(@)
torch.empty(20).normal_(1.0, 0.5@)
torch.empty(4, 5).t().normal_(@)
torch.empty(20, dtype=torch.float64).normal_(mean=1, std=0.5@)
torch.empty(20).exponential_(@)
torch.empty(20).exponential_(2.5@)
torch.empty(20, dtype=torch.float64).exponential_(lambd=0.5@)
torch.empty(20).cauchy_(@)
torch.empty(20).cauchy_(1.0, 2.0@)
torch.empty(20).log_normal_(@)
torch.empty(20).log_normal_(0.5, 0.25@)
torch.empty(20).geometric_(0.3@)
torch.empty(20, dtype=torch.int64).geometric_(0.3@)
torch.empty(20).bernoulli_(@)
torch.empty(20).bernoulli_(0.4@)
torch.empty(20, dtype=torch.bool).bernoulli_(p=0.4@)
torch.empty(2, 3).bernoulli_(p@)
torch.empty(20, dtype=torch.int64).random_(@)
torch.empty(20, dtype=torch.int8).random_(@)
torch.empty(20, dtype=torch.bool).random_(@)
torch.empty(20, dtype=torch.uint8).random_(@)
torch.empty(20).random_(@)
torch.empty(20, dtype=torch.float16).random_(@)
torch.empty(20, dtype=torch.float64).random_(@)
torch.empty(20, dtype=torch.int64).random_(100@)
torch.empty(20, dtype=torch.int64).random_(-5, 9@)
torch.empty(20).random_(5, to=9@)
torch.empty(20, dtype=torch.int64).random_(0, None@)
torch.dropout(torch.ones(40), 0.3, True)
torch.dropout(torch.ones(40), 0.3, train=False)
torch.dropout_(torch.ones(40), 0.3, True)
torch.alpha_dropout(x, 0.3, True)
torch.feature_dropout(torch.ones(3, 4, 2), 0.5, True)
torch.feature_alpha_dropout(torch.ones(3, 4, 2), 0.5, True)
torch.native_dropout(torch.ones(40), 0.3, True)[0]
torch.rrelu(x, 0.1, 0.3, True)
torch.rrelu_(x.clone(), training=True)
`.trim().split('\n')

/** Each expression without and with a generator, where it may have one. */
const sources = EXPRESSIONS.flatMap(one => {
  if (!one.includes('@')) return [one]
  const with_generator = one.replace(/(\()?@/, (_, open?: string) => (open ? '(generator=g' : ', generator=g'))
  return [one.replace('@', ''), with_generator]
})

const PROGRAM = `
import json, sys, torch
x = torch.arange(-6, 6).div(4).view(3, 4)[:, :3].contiguous()[:2]
p = torch.tensor([[.1, .5, .9], [.2, .4, .6]])
w = torch.tensor([.5, 1., 2., 3., .25, .125, 4., .5, .5, 2.])
r = torch.tensor([[.5, 4., 20.], [100., 1., 9.]])
results = []
for i, source in enumerate(json.loads(sys.argv[1])):
    torch.manual_seed(i)
    g = torch.Generator().manual_seed(1000 + i)
    result = eval(source)
    after = [torch.rand(1).item(), torch.rand(1, generator=g).item()]
    flat = result.contiguous().view(-1)
    bytes = flat.view(torch.uint8).tolist() if flat.numel() else []
    results.append([str(result.dtype), list(result.shape), bytes, after])
print(json.dumps(results))
`

type Result = [dtype: string, shape: number[], bytes: number[], after: number[]]

function run(source: string, i: number): Result {
  const x = torch.arange(-6, 6).div(4).view(3, 4).at(':', ':3').contiguous().at(':2')
  const p = torch.tensor([[0.1, 0.5, 0.9], [0.2, 0.4, 0.6]])
  const w = torch.tensor([0.5, 1, 2, 3, 0.25, 0.125, 4, 0.5, 0.5, 2])
  const r = torch.tensor([[0.5, 4, 20], [100, 1, 9]])
  torch.manual_seed(i)
  const g = new torch.Generator().manual_seed(1000 + i)
  const result = evaluate(source, { x, p, w, r, g }) as torch.Tensor
  const after: number[] = [torch.rand(1).item(), torch.rand(1, { generator: g }).item()]
  const bytes = result.numel() === 0 ? [] : result.contiguous().view(-1).view(torch.uint8).tolist<number[]>()
  return [String(result.dtype), [...result.shape], bytes, after]
}

describe('random functions, compared with Python', () => {
  it('give the same bits, and use up the same random numbers, with and without a generator', () => {
    const python = python_torch()
    if (!python) return console.log('random: no Python torch here, random functions are not compared')
    const wanted = JSON.parse(python.run(PROGRAM, JSON.stringify(sources))) as Result[]
    const failures = sources.flatMap((source, i) => {
      try {
        expect(run(source, i)).toEqual(wanted[i])
        return []
      } catch (error) {
        return [`${source}: ${String(error)}`]
      }
    })
    expect(failures).toEqual([])
  })
})

describe('torch.Generator', () => {
  it('starts again from a state', () => {
    const g = new torch.Generator().manual_seed(5)
    torch.randn(3, { generator: g })
    const state = g.get_state()
    const copy = g.clone_state()
    const drawn = torch.randn(20, { generator: g })
    expect(torch.randn(20, { generator: copy }).equal(drawn)).toBe(true)
    expect(torch.randn(20, { generator: g.set_state(state) }).equal(drawn)).toBe(true)
    expect(g.device).toBe(torch.device('cpu'))
  })

  it('keeps seeds whole, and counts negative ones back from 2^64', () => {
    const g = new torch.Generator()
    expect(g.manual_seed(3).initial_seed()).toBe(3)
    expect(g.manual_seed(-1).initial_seed()).toBe(2n ** 64n - 1n)
    expect(torch.manual_seed(-(2n ** 63n)).initial_seed()).toBe(2n ** 63n)
    expect(torch.initial_seed()).toBe(2n ** 63n)
    expect(torch.seed()).toBe(torch.initial_seed())
  })

  it('rejects seeds and states that are none', () => {
    const g = new torch.Generator()
    expect(() => g.manual_seed(2n ** 64n)).toThrow(new torch.ValueError('Overflow when unpacking long long'))
    expect(() => g.manual_seed('1' as never)).toThrow(new TypeError('manual_seed expected a long, but got string'))
    expect(() => g.set_state(3 as never)).toThrow(new TypeError('expected a torch.ByteTensor, but got number'))
    expect(() => g.set_state(torch.zeros(3))).toThrow(new TypeError('RNG state must be a torch.ByteTensor'))
    expect(() => g.set_state(torch.zeros(3, { dtype: torch.uint8 })))
      .toThrow('Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 3')
    expect(() => torch.set_rng_state(torch.zeros(5056, { dtype: torch.uint8 }))).toThrow('Invalid mt19937 state')
  })
})

describe('torch.random.fork_rng', () => {
  const next = () => torch.rand(1).item()
  const after_seed = (use: () => void) => {
    torch.manual_seed(7)
    use()
    return next()
  }
  const untouched = after_seed(() => {})

  it('sets the random state back after a callback, even one that throws', () => {
    expect(after_seed(() => torch.random.fork_rng(() => torch.rand(5)))).toBe(untouched)
    expect(after_seed(() => {
      expect(() => torch.random.fork_rng(() => { throw new Error(String(next())) })).toThrow()
    })).toBe(untouched)
    expect(torch.random.fork_rng({ devices: [] }, () => 'result')).toBe('result')
  })

  it('holds until a promise settles, or until the end of a scope', async () => {
    torch.manual_seed(7)
    await torch.random.fork_rng(async () => {
      await Promise.resolve()
      next()
    })
    expect(next()).toBe(untouched)
    expect(after_seed(() => {
      using _ = torch.random.fork_rng()
      next()
    })).toBe(untouched)
  })

  it('does nothing if it is not enabled', () => {
    expect(after_seed(() => torch.random.fork_rng({ enabled: false }, next))).not.toBe(untouched)
  })
})
