// Runs one golden case of a module: its initial state, outputs, gradients, buffers and outputs in evaluation mode.
import torch, { nn } from 'torch-ts'
import { loss_of } from './run_op'
import { type TensorValue, type Tolerance, decode, decode_fields, decode_tensor, difference, lookup } from './values'

export interface ModuleValue { module: string, args: unknown[], kwargs: Record<string, unknown> }

export interface ModuleCase extends ModuleValue {
  id: string
  group: string
  seed: number
  forward_seed?: number
  lazy?: boolean
  input_args: unknown[]
  input_kwargs: Record<string, unknown>
  state_dict: Record<string, TensorValue>
  outputs: unknown
  tolerance: Tolerance
  grad_tolerance?: Tolerance
  grads?: Record<string, unknown>
  wgrads?: Record<string, unknown>
  buffers_after?: Record<string, TensorValue>
  eval_outputs?: unknown
}

type AnyModule = nn.Module & Record<string, unknown>

/** The modules that a case builds, by name, which torch-ts does not have. */
export function missing_modules(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { module } = value as { module?: unknown }
  const own = typeof module === 'string' && class_of(module) === undefined ? [module] : []
  return [...own, ...Object.values(value).flatMap(missing_modules)]
}

// The two user classes of the cases.
class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 5)
  pool = new nn.MaxPool2d(2, 2)
  fc = new nn.Sequential(new nn.Linear(16, 8), new nn.ReLU())
  scale = new nn.Parameter(torch.ones(1))
}

class Scaled extends nn.Module {
  constructor(public k: number) {
    super()
  }

  override extra_repr(): string {
    return `k=${this.k}`
  }
}

function class_of(name: string): unknown {
  const own: Record<string, unknown> = { Net, Scaled }
  return own[name.split('.').at(-1)!] ?? lookup(name)
}

function decode_more(value: Record<string, unknown>): unknown {
  if ('module' in value) return build(value as unknown as ModuleValue)
  return 'function' in value ? lookup(value.function as string) : undefined
}

/** Builds the module of a case: its arguments from left to right, then itself. */
export function build({ module, args, kwargs }: ModuleValue): AnyModule {
  const given = args.map(value => decode(value, decode_more))
  const keywords = decode_fields(kwargs, decode_more)
  const Class = class_of(module) as new (...args: unknown[]) => AnyModule
  return new Class(...given, ...(Object.keys(keywords).length > 0 ? [keywords] : []))
}

function inputs_of({ input_args, input_kwargs }: ModuleCase): { args: unknown[], kwargs: Record<string, unknown> } {
  return { args: input_args.map(value => decode(value, decode_more)), kwargs: decode_fields(input_kwargs, decode_more) }
}

function call(module: AnyModule, { args, kwargs }: { args: unknown[], kwargs: Record<string, unknown> }): unknown {
  return module(...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : [])) as unknown
}

// A new module in the state of the case, about to run.
function start(one: ModuleCase, train: boolean): AnyModule {
  const module = make(one)
  module.load_state_dict(Object.fromEntries(Object.entries(one.state_dict).map(([name, value]) => [name, decode_tensor(value)])))
  torch.manual_seed(one.forward_seed ?? 1)
  return module.train(train)
}

function make(one: ModuleCase): AnyModule {
  torch.manual_seed(one.seed)
  const module = build(one)
  if (one.lazy) torch.no_grad(() => call(module, inputs_of(one)))
  return module
}

/** How tensors by name differ from those wanted, names included. */
export function tensors_difference(got: Record<string, unknown>, want: Record<string, TensorValue>, tolerance?: Tolerance): string | null {
  const [found, wanted] = [Object.keys(got), Object.keys(want)]
  if (found.join() !== wanted.join()) return `names [${found.join()}], wanted [${wanted.join()}]`
  for (const name of wanted) {
    const one = difference(got[name], want[name], tolerance)
    if (one !== null) return `${name}: ${one}`
  }
  return null
}

function gradients(one: ModuleCase, want: Record<string, unknown>, weighted: boolean): string | null {
  const module = start(one, true)
  const inputs = inputs_of(one)
  loss_of(call(module, inputs), weighted).backward()
  for (const [path, gradient] of Object.entries(want)) {
    const [kind, ...rest] = path.split('.')
    const tensor = kind === 'params' ? module.get_parameter(rest.join('.'))
      : rest.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], kind === 'args' ? inputs.args : inputs.kwargs) as torch.Tensor
    const found = difference(tensor.grad, gradient, one.grad_tolerance)
    if (found !== null) return `${path}: ${found}`
  }
  return null
}

function buffers_after(one: ModuleCase, want: Record<string, TensorValue>): string | null {
  const module = start(one, true)
  call(module, inputs_of(one))
  const buffers = Object.fromEntries(module.named_buffers())
  return tensors_difference(Object.fromEntries(Object.keys(want).map(name => [name, buffers[name]])), want, one.tolerance)
}

function attempt(what: string, run: () => string | null): string[] {
  try {
    const found = run()
    return found === null ? [] : [`${what}: ${found}`]
  } catch (error) {
    return [`${what}: ${String(error)}`]
  }
}

/** Runs a case; gives what differs from Python, one text each. */
export function run_module_case(one: ModuleCase): string[] {
  const { id, outputs, eval_outputs = outputs, tolerance, grads, wgrads } = one
  return [
    ...attempt(`${id} state_dict`, () => tensors_difference(make(one).state_dict(), one.state_dict)),
    ...attempt(`${id} outputs`, () => difference(call(start(one, true), inputs_of(one)), outputs, tolerance)),
    ...grads ? attempt(`${id} grads`, () => gradients(one, grads, false)) : [],
    ...wgrads ? attempt(`${id} wgrads`, () => gradients(one, wgrads, true)) : [],
    ...one.buffers_after ? attempt(`${id} buffers`, () => buffers_after(one, one.buffers_after!)) : [],
    // Without gradients, as the cases were made: transformers then take their fused way, which leaves zeros for the padding.
    ...attempt(`${id} eval`, () => torch.no_grad(() => difference(call(start(one, false), inputs_of(one)), eval_outputs, tolerance))),
  ]
}
