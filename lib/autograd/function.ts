// Operations with a backward written in TypeScript: torch.autograd.Function.
import { binding } from '../_C'
import { type TensorBase, handle, is_tensor, made, take_values } from '../_dispatch'
import { NotImplementedError, RuntimeError } from '../_errors'
import { keep } from '../_memory'
import { write_ints } from '../_tape'
import type { Tensor } from '../tensor'
import { Node, node_handle } from './_node'
import { current_dual_level } from './forward_ad'
import { is_grad_enabled, no_grad } from './grad_mode'

type Gradient = Tensor | null | undefined
/** What backward gives: a gradient for each argument of forward; null for those without one. */
export type Gradients = Gradient | readonly Gradient[]

/**
 * What forward leaves for backward. Other fields can be set on it freely: `ctx.scale = 2`.
 *
 * @see torch.autograd.function.FunctionCtx
 */
export class FunctionCtx {
  [field: string]: unknown

  /** Which arguments of forward want a gradient. */
  needs_input_grad!: boolean[]

  /** Keeps tensors for backward, in the way that notices later changes in place. Call once, in forward or setup_context. */
  save_for_backward(...tensors: (Tensor | null)[]): void {
    for (const tensor of tensors) {
      if (tensor !== null && !is_tensor(tensor)) {
        throw new TypeError(`save_for_backward can only save variables, but argument is of type ${typeof tensor}`)
      }
    }
    state_of(this).saved = tensors
  }

  /** Keeps tensors for jvp, which finds them in saved_tensors. */
  save_for_forward(...tensors: (Tensor | null)[]): void {
    state_of(this).saved_for_forward = tensors
  }

  /** The tensors that {@link save_for_backward} kept. @throws {RuntimeError} after they were freed. */
  get saved_tensors(): Tensor[] {
    const { backward, saved, saved_for_forward } = state_of(this)
    if (backward === 0) return (saved_for_forward ?? saved) as Tensor[]
    binding.saved_tensors(backward)
    return take_values() as Tensor[]
  }

  /** Says which inputs forward changed in place. */
  mark_dirty(...tensors: Tensor[]): void {
    state_of(this).dirty = tensors
  }

  /** Says which outputs have no gradient. */
  mark_non_differentiable(...tensors: Tensor[]): void {
    state_of(this).non_differentiable = tensors
  }

  /** Whether missing gradients come to backward as zeros. Default: true. */
  set_materialize_grads(value: boolean): void {
    state_of(this).materialize = value
  }
}

interface State {
  saved_for_forward?: readonly (Tensor | null)[]
  saved: readonly (Tensor | null)[]
  dirty: readonly Tensor[]
  non_differentiable: readonly Tensor[]
  materialize: boolean
  /** The number under which C++ knows backward, and so the node; 0 without one. */
  backward: number
}

const states = new WeakMap<FunctionCtx, State>()

function state_of(ctx: FunctionCtx): State {
  return states.get(ctx)!
}

type Forward = (...args: never[]) => unknown
type WithoutContext<F> = F extends (ctx: infer C, ...rest: infer Rest) => infer R ? C extends FunctionCtx ? (...args: Rest) => R : F : never

/** What a vmap staticmethod learns of the batch. */
export interface VmapInfo {
  batch_size: number
  randomness: 'error' | 'same' | 'different'
}

/** The static side of a {@link Function}: what a subclass defines. */
export interface FunctionClass {
  readonly name: string
  forward: Forward
  backward: (ctx: FunctionCtx, ...grads: Tensor[]) => Gradients
  setup_context?: (ctx: FunctionCtx, inputs: never, output: never) => void
  /** The derivative of forward: a tangent for each output. */
  jvp?: (ctx: FunctionCtx, ...tangents: (Tensor | null)[]) => unknown
  /** The whole batch at once: gives `[output, out_dims]`. */
  vmap?: (info: VmapInfo, in_dims: (number | null)[], ...args: never[]) => unknown
  /** Let vmap call forward and backward as they are. Default: false. */
  generate_vmap_rule?: boolean
}

/**
 * An operation with its own backward. A subclass defines static `forward(ctx, ...args)` and `backward(ctx, ...grad_outputs)`, which
 * gives a gradient for each argument of forward; or `forward(...args)` and `setup_context(ctx, inputs, output)`.
 *
 * @example
 * class Exp extends torch.autograd.Function {
 *   static override forward(ctx: FunctionCtx, x: Tensor) {
 *     const y = x.exp()
 *     ctx.save_for_backward(y)
 *     return y
 *   }
 *   static override backward(ctx: FunctionCtx, grad: Tensor) {
 *     return grad.mul(ctx.saved_tensors[0]!)
 *   }
 * }
 * const y = Exp.apply(x)
 * @see torch.autograd.Function
 */
export class Function {
  static forward(..._args: never[]): unknown {
    throw new NotImplementedError('You must implement the forward function for custom autograd.Function.')
  }

  static backward(_ctx: FunctionCtx, ..._grads: Tensor[]): Gradients {
    throw new NotImplementedError('You must implement either the backward or vjp method for your custom autograd.Function '
      + 'to use it with backward mode AD.')
  }

  /** Runs forward and records the operation. Takes forward's arguments but for ctx, and gives what forward gives. */
  static apply<C extends { forward: Forward }>(this: C, ...args: Parameters<WithoutContext<C['forward']>>): ReturnType<C['forward']> {
    return function_call(this as unknown as FunctionClass, args) as ReturnType<C['forward']>
  }
}

function handles(tensors: readonly unknown[]): number[] {
  return tensors.map(tensor => (is_tensor(tensor) ? handle(tensor) : 0))
}

let function_call: (type: FunctionClass, args: readonly unknown[]) => unknown = run_function

/** Says what `apply` does; lib/func does, since transforms have to see it. */
export function set_function_call(call: typeof function_call): void {
  function_call = call
}

/** Runs forward and connects its outputs to a node, whatever transforms are active. @internal */
export function run_function(type: FunctionClass, args: readonly unknown[]): unknown {
  const ctx = new FunctionCtx()
  const state: State = { saved: [], dirty: [], non_differentiable: [], materialize: true, backward: 0 }
  states.set(ctx, state)
  ctx.needs_input_grad = args.map(arg => is_tensor(arg) && (arg as Tensor).requires_grad)
  const inputs = handles(args.filter(is_tensor))
  const backward = keep(backward_of(type, ctx, args))
  const node = Node.of(out => binding.function_node(out, inputs, backward, `${type.name}Backward`))
  const output = no_grad(() => without_tangents(() => {
    if (!type.setup_context) return (type.forward as (...all: unknown[]) => unknown)(ctx, ...args)
    const result = (type.forward as (...all: unknown[]) => unknown)(...args)
    type.setup_context(ctx, args as never, result as never)
    return result
  }))
  return connect({ type, ctx, args, node, backward, inputs }, output)
}

// The outputs' tangents come from jvp alone.
function without_tangents<T>(body: () => T): T {
  if (current_dual_level() < 0) return body()
  const before = binding.forward_ad_enabled()
  binding.set_forward_ad_enabled(false)
  try {
    return body()
  } finally {
    binding.set_forward_ad_enabled(before)
  }
}

interface Call {
  type: FunctionClass
  ctx: FunctionCtx
  args: readonly unknown[]
  node: Node | null
  backward: number
  inputs: number[]
}

function connect({ type, ctx, args, node, backward, inputs }: Call, output: unknown): unknown {
  const state = state_of(ctx)
  const several = Array.isArray(output)
  const outputs: unknown[] = several ? output : [output]
  const tensors = outputs.filter(is_tensor)
  if (!several && tensors.length === 0) throw new TypeError(`${type.name}.forward: expected Variable (got ${typeof output})`)
  const id = node === null ? 0 : node_handle(node)
  const [made, non_differentiable, dirty, saved] = [tensors, state.non_differentiable, state.dirty, state.saved].map(handles) as
    [number[], number[], number[], number[]]
  const held = held_fields(ctx, tensors)
  if (type.jvp) binding.set_function_jvp(keep(jvp_of(type, ctx, args)), state.materialize)
  binding.function_outputs(id, inputs, made, non_differentiable, dirty, saved, state.materialize, held.map(([, place]) => place))
  if (node !== null) {
    state.backward = backward
    state.saved = []
    hand_out(ctx, backward, held)
  }
  const wrapped = take_values()
  let next = 0
  const results = outputs.map(one => (is_tensor(one) ? same_or(one, wrapped[next++] as TensorBase, state) : one))
  return several ? results : results[0]
}

// Outputs in fields of the context: the context would hold them, they their node, and the node the context.
function held_fields(ctx: FunctionCtx, outputs: readonly TensorBase[]): [field: string, place: number][] {
  return Object.keys(ctx).flatMap(field => {
    const place = is_tensor(ctx[field]) ? outputs.indexOf(ctx[field]) : -1
    return place < 0 ? [] : [[field, place]]
  })
}

// So the node keeps them without their way back to it, and gives them out complete.
function hand_out(ctx: FunctionCtx, backward: number, held: readonly [field: string, place: number][]): void {
  held.forEach(([field], i) => {
    Object.defineProperty(ctx, field, {
      get: () => made(out => binding.held_output(out, backward, i)),
      set(value: unknown) { Object.defineProperty(ctx, field, { value, writable: true, enumerable: true, configurable: true }) },
      enumerable: true, configurable: true,
    })
  })
}

// An input that was changed in place comes back as the object that it was.
function same_or(given: TensorBase, wrapped: TensorBase, { dirty }: State): TensorBase {
  return dirty.includes(given as Tensor) && binding.same(handle(given), handle(wrapped)) ? given : wrapped
}

// What C++ calls when an input has a tangent: the inputs' tangents are on the tape, and the outputs' go there.
function jvp_of(type: FunctionClass, ctx: FunctionCtx, args: readonly unknown[]): () => number {
  return () => {
    const tangents = take_values() as (Tensor | null)[]
    let next = 0
    const result = type.jvp!(ctx, ...args.map(arg => (is_tensor(arg) ? tangents[next++]! : null)))
    const answer = handles(Array.isArray(result) ? result as unknown[] : [result])
    write_ints(answer)
    return answer.length
  }
}

// What C++ calls: the gradients are on the tape, and those of the inputs go there. The context is only held by this function,
// and this function only by the node.
function backward_of(type: FunctionClass, ctx: FunctionCtx, args: readonly unknown[]): () => number {
  const places = args.map(arg => is_tensor(arg))
  return () => {
    const grads = take_values() as Tensor[]
    const result = type.backward(ctx, ...grads)
    const list = (Array.isArray(result) ? result : [result]) as Gradient[]
    const given = list.length > places.length && list.slice(places.length).every(one => one == null) ? list.slice(0, places.length) : list
    if (given.length !== places.length) {
      throw new RuntimeError(`function ${type.name}Backward returned an incorrect number of gradients `
        + `(expected ${places.length}, got ${given.length})`)
    }
    given.forEach((one, i) => { check_gradient(type, one, places[i]!, i) })
    const answer = handles(given.filter((_, i) => places[i]))
    write_ints(answer)
    return answer.length
  }
}

function check_gradient(type: FunctionClass, gradient: unknown, wanted: boolean, i: number): void {
  if (gradient == null) return
  if (!is_tensor(gradient)) {
    throw new TypeError(`function ${type.name}Backward returned a gradient at position ${i} that is no Tensor (got ${typeof gradient})`)
  }
  if (!wanted) {
    throw new RuntimeError(`function ${type.name}Backward returned a gradient different than None at position ${i + 1}, `
      + 'but the corresponding forward input was not a Variable')
  }
}

const TWICE = 'trying to differentiate twice a function that was marked with @once_differentiable'

/**
 * Wraps a backward that is not differentiable itself: it runs without recording, and to differentiate its result throws.
 *
 * @see torch.autograd.function.once_differentiable
 */
export function once_differentiable<A extends unknown[], R extends Gradients>(backward: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const result = no_grad(() => backward(...args))
    if (!is_grad_enabled() || !args.some(arg => is_tensor(arg) && (arg as Tensor).requires_grad)) return result
    const several = Array.isArray(result)
    binding.delayed_error(TWICE, handles(several ? result : [result]))
    const wrapped = take_values()
    return (several ? wrapped : wrapped[0]) as R
  }
}
