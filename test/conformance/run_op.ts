// Runs one golden case of an operator: its result, its other spellings and its gradients.
import fs from 'node:fs'
import path from 'node:path'
import torch from 'torch-ts'
import { python_torch } from '../helpers/python'
import { type TensorValue, type Tolerance, decode, decode_fields, decode_tensor, difference, lookup, make_call } from './values'

export interface OpCase {
  id: string
  group: string
  op: string
  call: string
  kind: 'function' | 'method' | 'property' | 'set'
  args: unknown[]
  kwargs: Record<string, unknown>
  outputs: unknown
  tolerance: Tolerance
  grad_tolerance?: Tolerance
  grads?: Record<string, unknown>
  wgrads?: Record<string, unknown>
  also?: string[]
  seed?: number
  compare?: 'meta'
}

// Functions whose numbers are data, by the place of the number: whole numbers are ints there in Python, so bigints here
// (docs/differences.md, Numbers).
const DATA: Record<string, number> = {
  tensor: 0, as_tensor: 0, asarray: 0, scalar_tensor: 0, full: 1, full_like: 1, new_tensor: 1, new_full: 2, set_at: 2,
}

function as_data(value: unknown): unknown {
  if (Number.isInteger(value)) return BigInt(value as number)
  if (Array.isArray(value)) return value.map(as_data)
  return typeof value === 'object' && value !== null && 'tuple' in value ? { tuple: as_data(value.tuple) } : value
}

const is_module = (value: Record<string, unknown>): unknown => ('function' in value ? lookup(value.function as string) : undefined)

function unrecorded(value: Record<string, unknown>): unknown {
  return 't' in value ? decode_tensor({ ...value as unknown as TensorValue, requires_grad: false }) : is_module(value)
}

/** The arguments of a case; unless they are `recorded`, none of them wants a gradient, as when the outputs were written down. */
function decode_call({ call, args, kwargs }: OpCase, recorded: boolean): { args: unknown[], kwargs: Record<string, unknown> } {
  const more = recorded ? is_module : unrecorded
  const data = DATA[call.split('.').at(-1)!]
  const { fill_value, ...others } = kwargs
  const filled = fill_value === undefined ? {} : { fill_value: as_data(fill_value) }
  return {
    args: args.map((value, i) => decode(i === data ? as_data(value) : value, more)),
    kwargs: decode_fields({ ...others, ...filled }, more),
  }
}

// Python's syntax that has another form here (docs/differences.md).
const SYNTAX: Record<string, (self: torch.Tensor, args: unknown[], one: OpCase) => unknown> = {
  'Tensor.__getitem__': (self, [index], { args }) => self.at(...index_parts(index, args[1])),
  'Tensor.__setitem__': (self, [index, value], { args }) => self.set_at(index_parts(index, args[1]), value as torch.Tensor),
  'Tensor.__contains__': (self, [value]) => self.contains(value as number),
}

// A tuple holds the parts of an index; anything else is one part.
function index_parts(index: unknown, in_case: unknown): torch.IndexPart[] {
  const is_tuple = typeof in_case === 'object' && in_case !== null && 'tuple' in in_case
  return is_tuple ? index as torch.IndexPart[] : [index as torch.IndexPart]
}

/** Makes the call of a case in one spelling, such as 'torch.add', 'Tensor.add_' or 'out='. */
function make(one: OpCase, spelling: string, args: unknown[], kwargs: Record<string, unknown>): unknown {
  const self = args[0] as torch.Tensor
  if (one.kind === 'property' && spelling === one.call) return (self as unknown as Record<string, unknown>)[spelling.slice('Tensor.'.length)]
  const syntax = one.kind === 'set' ? SYNTAX['Tensor.__setitem__'] : SYNTAX[spelling]
  if (syntax) return syntax(self, args.slice(1), one)
  if (spelling === 'out=') return torch.no_grad(() => make_call(one.call, args, { ...kwargs, out: empty_like(one.outputs) }))
  const in_place = spelling !== one.call && /^Tensor\..*[^_]_$/.test(spelling)
  if (!in_place) return make_call(spelling.replace('torch.torch.', 'torch.'), args, kwargs)
  const copy = self.detach().clone({ memory_format: torch.contiguous_format })
  const result = torch.no_grad(() => make_call(spelling, [copy, ...args.slice(1)], kwargs))
  if (result !== copy) throw new Error(`${spelling} gave another tensor than its first argument`)
  return result
}

function empty_like(output: unknown): unknown {
  const object = output as { t?: string, tuple?: unknown[], meta?: [string] }
  if (object.tuple) return object.tuple.map(empty_like)
  if (Array.isArray(output)) return output.map(empty_like)
  return torch.empty([0], { dtype: (torch as unknown as Record<string, torch.dtype>)[object.t ?? object.meta![0]] })
}

/** What to compare of the outputs: where memory is not initialised, the dtype and shape only. */
function wanted(one: OpCase): unknown {
  if (one.compare !== 'meta') return one.outputs
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip)
    const object = value as Record<string, unknown>
    return 't' in object ? { ...object, data: null } : 'tuple' in object ? { tuple: strip(object.tuple) } : value
  }
  return strip(one.outputs)
}

/** The result of a case's call. */
export function make_main(one: OpCase): unknown {
  const { args, kwargs } = decode_call(one, true)
  return make(one, one.call, args, kwargs)
}

function run_spelling(one: OpCase, spelling: string): string | null {
  if (one.seed !== undefined) torch.manual_seed(one.seed)
  const { args, kwargs } = decode_call(one, false)
  const result = make(one, spelling, args, kwargs)
  return differs(one, answer => difference(result, wanted(answer), one.tolerance))
}

// ---- Python on this machine ----

type Answer = Pick<OpCase, 'outputs' | 'grads' | 'wgrads'>

const answers = new Map<OpCase, Answer | null>()

// The cases come from one CPU. On another one the same libtorch may round otherwise, or choose other signs in a factorisation.
function on_this_machine(one: OpCase): Answer | null {
  const known = answers.get(one)
  if (known !== undefined) return known
  const program = fs.readFileSync(path.join(__dirname, 'this_machine.py'), 'utf8')
  const text = python_torch()?.run(program, JSON.stringify(one))
  const answer = text === undefined ? null : JSON.parse(text) as Answer
  answers.set(one, answer)
  return answer
}

/** How a result differs from the case; where it does, and a Python with torch is there, from what that gives here. */
function differs(one: OpCase, compare: (answer: OpCase) => string | null): string | null {
  const found = compare(one)
  if (found === null) return null
  const answer = on_this_machine(one)
  return answer === null || compare({ ...one, ...answer }) !== null ? found : null
}

// ---- gradients ----

function tensors_of(value: unknown): torch.Tensor[] {
  if (torch.is_tensor(value)) return [value]
  return typeof value === 'object' && value !== null && Symbol.iterator in value ? [...value as Iterable<unknown>].flatMap(tensors_of) : []
}

// ((k mod 7) + 1) / 4 over the flat index k.
function weights(like: torch.Tensor): torch.Tensor {
  return torch.arange(like.numel(), { dtype: torch.float64 }).remainder(7).add(1).div(4).to(like.dtype).view(like.shape)
}

/** The sum of all outputs that require grad, or of the outputs times {@link weights}. */
export function loss_of(outputs: unknown, weighted: boolean): torch.Tensor {
  const parts = tensors_of(outputs).filter(one => one.requires_grad)
    .flatMap(one => (one.dtype.is_complex ? [one.real, one.imag] : [one]))
  const sums = parts.map(part => (weighted ? part.mul(weights(part)) : part).sum())
  return sums.reduce((a, b) => a.add(b))
}

function run_grads(one: OpCase, name: 'grads' | 'wgrads'): string | null {
  if (one.seed !== undefined) torch.manual_seed(one.seed)
  const call = decode_call(one, true)
  loss_of(make(one, one.call, call.args, call.kwargs), name === 'wgrads').backward()
  return differs(one, answer => {
    for (const [place, gradient] of Object.entries(answer[name]!)) {
      const input = place.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], call)
      const found = difference((input as torch.Tensor).grad, gradient, one.grad_tolerance)
      if (found !== null) return `${place}: ${found}`
    }
    return null
  })
}

// ---- all of a case ----

function attempt(what: string, run: () => string | null): string[] {
  try {
    const found = run()
    return found === null ? [] : [`${what}: ${found}`]
  } catch (error) {
    return [`${what}: ${String(error)}`]
  }
}

/** The spellings of a case that are run, and its gradients. */
export function parts_of(one: OpCase): string[] {
  return [one.call, ...one.also ?? [], ...one.grads ? ['grads'] : [], ...one.wgrads ? ['wgrads'] : []]
}

/** Runs parts of a case; gives what differs from Python, one text each. */
export function run_case(one: OpCase, parts: readonly string[]): string[] {
  return parts.flatMap(part => attempt(`${one.id} ${part}`, () => {
    return part === 'grads' || part === 'wgrads' ? run_grads(one, part) : run_spelling(one, part)
  }))
}
