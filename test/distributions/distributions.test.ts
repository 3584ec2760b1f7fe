// Every distribution, transform, constraint and KL divergence gives what Python gives for the same seed: golden values of
// scripts/goldens/distributions.py, and the same program run beside this one, where every bit is compared.
import fs from 'node:fs'
import path from 'node:path'
import torch, { distributions as D } from 'torch-ts'
import { elements } from '../../lib/_elements'
import { registered_pairs } from '../../lib/distributions/_kl/registry'
import { repository } from '../helpers/clone'
import { python_torch } from '../helpers/python'
import { evaluate } from '../helpers/python_expression'

type Seen = Record<string, unknown>

interface Golden {
  version: string
  distributions: Record<string, Seen>
  about_transform: string[]
  transforms: [transform: string, x: string, seen: unknown[]][]
  about_constraint: string[]
  constraints: [constraint: string, x: string, seen: unknown[]][]
  kl_pairs: [string, string][]
  kl_divergence: Seen
  others: Seen
}

const golden = JSON.parse(fs.readFileSync(path.join(repository, 'test/fixtures/distributions.json'), 'utf8')) as Golden

// ---- Python's words ----

let parameters: torch.Tensor[] = []

function parameter(data: unknown, dtype: torch.dtype): torch.Tensor {
  parameters.push(torch.tensor(data as number[], { dtype, requires_grad: true }))
  return parameters.at(-1)!
}

const scope: Record<string, unknown> = {
  D, P: (data: unknown) => parameter(data, torch.float32), P64: (data: unknown) => parameter(data, torch.float64), repr: String,
  same: (a: torch.distributions.Transform, b: unknown) => a.equals(b),
}

const SHORT: Record<string, string> = { float32: 'f', float64: 'd', int64: 'i', bool: 'b' }

function encode(x: unknown): unknown {
  if (torch.is_tensor(x)) {
    const values = Array.from(elements(x.detach().contiguous()) as Iterable<unknown>)
    const text = values.map(one => (one === true || one === false ? one ? 'True' : 'False' : Object.is(one, -0) ? '-0' : String(one)))
    return [SHORT[x.dtype.name] ?? x.dtype.name, `[${x.shape.join(',')}]`, ...text].join(' ')
  }
  if (x instanceof D.Distribution || x instanceof D.Transform || x instanceof D.constraints.Constraint) return String(x)
  return Array.isArray(x) ? Array.from(x, encode) : x ?? null
}

function attempt(run: () => unknown): unknown {
  try {
    return encode(run())
  } catch (error) {
    const { name, message } = error as Error
    return { error: name === 'RangeError' ? 'IndexError' : name, message }
  }
}

function value_of(code: string, more: Record<string, unknown> = {}): unknown {
  torch.manual_seed(1)
  return attempt(() => evaluate(code, { ...scope, ...more }))
}

function gradients(y: torch.Tensor): unknown {
  if (!y.requires_grad) return null
  const weights = torch.linspace(1, 2, y.numel(), { dtype: y.dtype }).view(y.shape)
  return torch.autograd.grad(y.mul(weights).sum(), parameters, { allow_unused: true })
}

type Dist = torch.distributions.Distribution

const larger = (d: Dist): Dist => d.expand([2, ...d.batch_shape])

function levels(d: Dist): torch.Tensor {
  const shape = [...d.batch_shape, ...d.event_shape]
  return torch.linspace(0.1, 0.9, 2).view([2, ...shape.map(() => 1)]).expand([2, ...shape])
}

const ABOUT: Record<string, (d: Dist) => unknown> = {
  'text': String, 'shapes': d => [d.batch_shape, d.event_shape], 'support': d => String(d.support), 'kind': d => [d.has_rsample, d.has_enumerate_support],
  'mean': d => d.mean, 'mode': d => d.mode, 'variance': d => d.variance, 'stddev': d => d.stddev, 'sample': d => d.sample(), 'samples': d => d.sample([2]),
  'rsample': d => d.rsample({ sample_shape: [2] }), 'rsample grads': d => gradients(d.rsample([2])), 'log_prob': d => d.log_prob(d.sample([2])),
  'log_prob grads': d => gradients(d.log_prob(d.sample([2]))), 'cdf': d => d.cdf(d.sample([2])), 'icdf': d => d.icdf(levels(d)),
  'entropy': d => d.entropy(), 'entropy grads': d => gradients(d.entropy()),
  'enumerate_support': d => d.enumerate_support(), 'enumerate_support, not expanded': d => d.enumerate_support({ expand: false }),
  'expanded': d => String(larger(d)), 'expanded shapes': d => [larger(d).batch_shape, larger(d).event_shape], 'expanded sample': d => larger(d).sample(),
  'expanded log_prob': d => larger(d).log_prob(d.sample()),
}

function about(make: string): Seen {
  const entries = Object.entries(ABOUT).map(([name, look]) => {
    parameters = []
    torch.manual_seed(1)
    const d = evaluate(make, scope) as Dist
    return [name, attempt(() => look(d))] as const
  })
  const is_there = (value: unknown): boolean => value !== null && JSON.stringify(value) !== '{"error":"NotImplementedError","message":""}'
  return Object.fromEntries(entries.filter(([, value]) => is_there(value)))
}

// ---- comparison ----

function numbers(text: string): number[] {
  return text.split(' ').slice(2).map(one => Number(({ nan: 'NaN', inf: 'Infinity', True: '1', False: '0' } as Record<string, string>)[one] ?? one.replace('inf', 'Infinity')))
}

function equal_numbers(a: string, b: string, exact: boolean): boolean {
  const [found, wanted] = [numbers(a), numbers(b)]
  const round = a.startsWith('f') ? Math.fround : Number
  const near = (x: number, y: number): boolean => Object.is(x, y) || Math.abs(x - y) <= 2e-6 + 2e-5 * Math.abs(y)
  return found.length === wanted.length && found.every((one, i) => (exact ? Object.is(round(one), round(wanted[i])) : near(one, wanted[i])))
}

const TENSOR = /^\w+ \[[\d,]*\]/

/** Where `found` differs from `wanted`, as text; numbers may differ in the last digits unless all bits are to be compared. */
function difference(found: unknown, wanted: unknown, exact: boolean, at: string): string[] {
  const [a, b] = [found, wanted].map(one => (typeof one === 'string' ? TENSOR.exec(one)?.[0] : undefined))
  if (a !== undefined && a === b) return equal_numbers(found as string, wanted as string, exact) ? [] : [`${at}: ${String(found)}; Python: ${String(wanted)}`]
  if (typeof found === 'object' && typeof wanted === 'object' && found !== null && wanted !== null) {
    const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])]
    return keys.flatMap(key => difference((found as Seen)[key], (wanted as Seen)[key], exact, `${at} ${key}`))
  }
  return found === wanted ? [] : [`${at}: ${String(found)}; Python: ${String(wanted)}`]
}

const release = torch.__version__.replace(/\+.*/, '')
const python = python_torch()
const is_golden_release = release === golden.version
const is_live = is_golden_release && python?.version.replace(/\+.*/, '') === release
if (!is_live) console.warn('distributions: no Python torch of this version here, bits are not compared')
const live = python !== null && is_live
  ? JSON.parse(python.run(fs.readFileSync(path.join(repository, 'scripts/goldens/distributions.py'), 'utf8'))) as Golden : null

// Another version of libtorch may draw other numbers.
const DRAWN = /sample|log_prob|^ cdf/

function check(found: unknown, pick: (golden: Golden) => unknown, code = ''): void {
  const lines = difference(found, pick(golden), false, code)
  expect(is_golden_release ? lines : lines.filter(line => !DRAWN.test(line))).toEqual([])
  if (live !== null) expect(difference(found, pick(live), true, 'live')).toEqual([])
}

const threads = torch.get_num_threads()
beforeAll(() => torch.set_num_threads(1))
afterAll(() => torch.set_num_threads(threads))

describe('distributions', () => {
  it.each(Object.keys(golden.distributions))('%s', make => check(about(make), from => from.distributions[make]))
})

describe('transforms', () => {
  it.each(golden.transforms.map(([t, x], i) => [t, x, i] as const))('%s of %s', (code, x, i) => {
    const variables = { t: evaluate(code, scope), x: evaluate(x) }
    const seen = golden.about_transform.map(one => value_of(one, variables))
    check(seen, from => from.transforms[i][2])
  })
})

describe('constraints', () => {
  it.each(golden.constraints.map(([c, x], i) => [c, x, i] as const))('%s of %s', (code, x, i) => {
    const variables = { c: evaluate(code, scope), x: evaluate(x) }
    const seen = golden.about_constraint.map(one => value_of(one, variables))
    check(seen, from => from.constraints[i][2])
  })
})

describe('kl_divergence', () => {
  it('is registered for the pairs that Python has', () => {
    const pairs = registered_pairs().map(([p, q]) => `${p.name} ${q.name}`).sort()
    expect(pairs).toEqual(golden.kl_pairs.map(([p, q]) => `${p} ${q}`).sort())
  })

  it.each(Object.keys(golden.kl_divergence))('%s', code => check(value_of(code), from => from.kl_divergence[code]))
})

describe('messages and functions', () => {
  it.each(Object.keys(golden.others))('%s', code => check(value_of(code), from => from.others[code], code))
})
