// grad, grad_and_value, vjp and jvp: torch/_functorch/eager_transforms.py.
import { binding } from '../_C'
import { bind } from '../_args'
import { is_kwargs, is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { type TreeSpec, python_text, same_structure, spec_text, star_text, tree_flatten, tree_map, tree_unflatten, tree_type_text } from '../_pytree'
import { run_grad } from '../autograd/_engine'
import { dual_level, make_dual, unpack_dual } from '../autograd/forward_ad'
import { inference_mode } from '../autograd/grad_mode'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { type Argnums, type At, places, slice_argnums } from './_argnums'
import {
  type Callback, Transform, call_user, check_function, require_grad, unwrap_for_grad, with_forward_mode, with_grad_mode, with_level,
  without_saved_tensors_hooks, wrap_all,
} from './_levels'

/** What {@link grad} and its kind take beside the function. */
export interface GradOptions<N = Argnums, H = boolean> {
  /** The argument, or the array of arguments, to differentiate with respect to. Default: 0. */
  argnums?: N
  /** The function gives `[output, aux]`, and aux comes back as it is. Default: false. */
  has_aux?: H
}

function differentiable(leaf: unknown): Tensor {
  if (is_tensor(leaf)) return require_grad(leaf as Tensor)
  throw new ValueError(`Thing passed to transform API must be Tensor, got ${tree_type_text(leaf)}`)
}

function unwrap_all(tree: unknown, level: number): unknown {
  return tree_map(leaf => {
    if (is_tensor(leaf)) return unwrap_for_grad(leaf as Tensor, level)
    throw new RuntimeError(`Expected tensors, got unsupported type ${tree_type_text(leaf)}`)
  }, tree)
}

// The gradients, where an input that the outputs do not depend on has zeros.
function gradients(
  outputs: readonly Tensor[], inputs: readonly Tensor[], grads: readonly Tensor[] | null, retain_graph: boolean, create_graph: boolean,
): Tensor[] {
  const used = outputs.map((_, i) => i).filter(i => outputs[i]!.requires_grad)
  if (used.length === 0) return inputs.map(input => zeros_like(input))
  const found = run_grad(used.map(i => outputs[i]!), inputs, grads === null ? null : used.map(i => grads[i]!), retain_graph, create_graph, true)
  return found.map((grad, i) => grad ?? zeros_like(inputs[i]!))
}

function split_aux(output: unknown, api: string): [output: unknown, aux: unknown] {
  if (Array.isArray(output) && output.length === 2) return output as [unknown, unknown]
  throw new RuntimeError(`${api}: output of function f should be a tuple: (output, aux) if has_aux is True`)
}

const GRAD_API = 'grad_and_value(f)(*args)'

function check_scalar(output: unknown): Tensor {
  if (!is_tensor(output)) throw new RuntimeError(`${GRAD_API}: Expected f(*args) to return a Tensor, got ${tree_type_text(output)}`)
  const dims = (output as Tensor).dim()
  if (dims === 0) return output as Tensor
  throw new RuntimeError(`${GRAD_API}: Expected f(*args) to return a scalar Tensor, got tensor with ${dims} dims. `
    + 'Maybe you wanted to use the vjp or jacrev APIs instead?')
}

interface GradAndValue { grad: unknown, output: unknown, aux: unknown }

function run_grad_and_value(func: Callback, argnums: Argnums, has_aux: boolean, args: readonly unknown[]): GradAndValue {
  return without_saved_tensors_hooks(() => with_level(Transform.Grad, level => with_grad_mode(true, () => {
    const wrapped = wrap_all(args, level) as unknown[]
    const inputs = slice_argnums(wrapped, argnums)
    const [leaves, spec] = tree_flatten(inputs)
    leaves.forEach(differentiable)
    const result = call_user('grad', func, wrapped)
    const [output, aux] = has_aux ? split_aux(result, GRAD_API) : [result, null]
    const grads = gradients([check_scalar(output)], leaves as Tensor[], null, false, true)
    return {
      grad: unwrap_all(tree_unflatten(grads, spec), level), output: unwrap_all(output, level), aux: has_aux ? unwrap_all(aux, level) : null,
    }
  })))
}

interface Bound { func: Callback, argnums?: Argnums, has_aux?: boolean }

const grad_names = ['func', 'argnums', 'has_aux'] as const

function bound(name: string, args: readonly unknown[]): Required<Bound> {
  const { func, argnums = 0, has_aux = false } = bind<Bound>(name, grad_names, 1, args)
  check_function(name, func)
  return { func, argnums, has_aux }
}

type Aux<R> = R extends readonly [unknown, infer X] ? X : unknown
type Main<R> = R extends readonly [infer O, unknown] ? O : unknown
type WithAux<H, G, R> = H extends true ? [grad: G, aux: Aux<R>] : G
type GradValue<H, G, R> = [grad: G, value: H extends true ? R : R]

/**
 * Makes a function that computes the gradient of `func`, which must give a tensor of no dimensions. Transforms can be nested.
 *
 * @param argnums - the argument, or the array of arguments, to differentiate with respect to; each a tensor or a structure of tensors
 *   in arrays, objects and Maps. Default: 0.
 * @param has_aux - `func` gives `[output, aux]`, and the result is `[gradient, aux]`. Default: false.
 * @returns a function of func's arguments; the gradient has the structure of the argument.
 * @throws {RuntimeError} when it is called, if argnums or the output do not fit; {TypeError} if `func` is asynchronous.
 * @example torch.func.grad((x: Tensor) => x.sin())(x) // cos(x)
 * @see torch.func.grad
 */
export function grad<A extends readonly unknown[], R, const N extends Argnums = 0, const H extends boolean = false>(
  func: (...args: A) => R, options?: GradOptions<N, H>): (...args: A) => WithAux<H, At<A, N>, R>
export function grad<A extends readonly unknown[], R, const N extends Argnums, const H extends boolean = false>(
  func: (...args: A) => R, argnums: N, has_aux?: H | { has_aux?: H }): (...args: A) => WithAux<H, At<A, N>, R>
export function grad(...args: unknown[]): (...args: unknown[]) => unknown {
  const { func, argnums, has_aux } = bound('grad', args)
  return (...inputs) => {
    const { grad, aux } = run_grad_and_value(func, argnums, has_aux, inputs)
    return has_aux ? [grad, aux] : grad
  }
}

/**
 * The same as {@link grad}, with the value: gives `[gradient, value]`, or `[gradient, [value, aux]]` with has_aux.
 *
 * @see torch.func.grad_and_value
 */
export function grad_and_value<A extends readonly unknown[], R, const N extends Argnums = 0, const H extends boolean = false>(
  func: (...args: A) => R, options?: GradOptions<N, H>): (...args: A) => GradValue<H, At<A, N>, R>
export function grad_and_value<A extends readonly unknown[], R, const N extends Argnums, const H extends boolean = false>(
  func: (...args: A) => R, argnums: N, has_aux?: H | { has_aux?: H }): (...args: A) => GradValue<H, At<A, N>, R>
export function grad_and_value(...args: unknown[]): (...args: unknown[]) => unknown {
  const { func, argnums, has_aux } = bound('grad_and_value', args)
  return (...inputs) => {
    const { grad, output, aux } = run_grad_and_value(func, argnums, has_aux, inputs)
    return [grad, has_aux ? [output, aux] : output]
  }
}

// ---- vjp ----

function check_outputs(output: readonly unknown[], api: string): void {
  if (output.length === 0 || (output.length === 1 && output[0] == null)) {
    throw new RuntimeError(`${api}: Expected f to be a function that has non-empty output (got output = [${output.map(python_text).join(', ')}])`)
  }
  for (const one of output) {
    if (!is_tensor(one)) throw new RuntimeError(`${api}: expected f(*primals) to return only tensors, got unsupported type ${tree_type_text(one)}`)
  }
}

function check_real(outputs: readonly Tensor[]): void {
  for (const { dtype } of outputs) {
    if (dtype.is_floating_point || dtype.is_complex) continue
    throw new RuntimeError(`vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype ${dtype}`)
  }
}

/** The function that {@link vjp} gives: the products for cotangents of the outputs' structure. */
export type VjpFunction<R, G> = (cotangents: R, retain_graph?: boolean, create_graph?: boolean | null) => G

// The level may have been left and inference mode be on again when the graph is used.
function outside_inference<T>(body: () => T): T {
  const INFERENCE = 2
  const before = binding.mode()
  if ((before & INFERENCE) === 0) return body()
  return inference_mode(false, () => with_grad_mode((before & 1) !== 0, body))
}

function vjp_function(outputs: readonly Tensor[], output_spec: TreeSpec, inputs: readonly Tensor[], spec: TreeSpec): VjpFunction<unknown, unknown> {
  return (cotangents, retain_graph = true, create_graph = null) => {
    const [grads, given] = tree_flatten(cotangents)
    if (!same_structure(output_spec, given)) {
      throw new RuntimeError('Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. '
        + `cotangents: ${star_text(given)}, primal output: ${star_text(output_spec)}`)
    }
    const create = create_graph ?? (binding.mode() & 1) !== 0
    return tree_unflatten(outside_inference(() => gradients(outputs, inputs, grads as Tensor[], retain_graph, create)), spec)
  }
}

/** What vjp and jacrev do; `argnums` is null for all arguments. @internal */
export function vjp_with_argnums(
  func: Callback, primals: readonly unknown[], argnums: Argnums | null, has_aux: boolean,
): [output: unknown, vjp_fn: VjpFunction<unknown, unknown>, aux: unknown] {
  return without_saved_tensors_hooks(() => with_level(Transform.Grad, level => with_grad_mode(true, () => {
    const wrapped = wrap_all(primals, level) as unknown[]
    const inputs = argnums === null ? wrapped : slice_argnums(wrapped, argnums)
    const [leaves, spec] = tree_flatten(inputs)
    leaves.forEach(differentiable)
    const result = call_user('vjp', func, wrapped)
    const [output, aux] = has_aux ? split_aux(result, 'vjp(f, *primals)') : [result, null]
    const outer_aux = has_aux ? unwrap_all(aux, level) : null
    const [outputs, output_spec] = tree_flatten(output)
    check_outputs(outputs, 'vjp(f, *primals)')
    const results = unwrap_all(output, level)
    check_real(outputs as Tensor[])
    return [results, vjp_function(outputs as Tensor[], output_spec, leaves as Tensor[], spec), outer_aux]
  })))
}

// Whether the last argument is vjp's keywords and not a primal: a structure of tensors has no boolean.
function is_options(value: unknown): value is { has_aux: boolean } {
  return is_kwargs(value) && Object.keys(value).length === 1 && typeof value['has_aux'] === 'boolean'
}

/**
 * The value of `func` and a function that multiplies vectors with its Jacobian from the left: reverse mode.
 *
 * @param primals - func's arguments: tensors or structures of tensors. An object of nothing but `has_aux` at the end is vjp's own keyword.
 * @returns `[output, vjp_fn]`, or `[output, vjp_fn, aux]` if has_aux, where `func` gives `[output, aux]`. vjp_fn takes cotangents in
 *   the structure of the output and gives an array with a gradient for each primal.
 * @example const [y, vjp_fn] = torch.func.vjp(torch.sin, x); const [gx] = vjp_fn(torch.ones_like(y))
 * @see torch.func.vjp
 */
export function vjp<A extends readonly unknown[], R>(
  func: (...args: A) => R, ...primals: [...A, options: { has_aux: true }]): [output: Main<R>, vjp_fn: VjpFunction<Main<R>, A>, aux: Aux<R>]
export function vjp<A extends readonly unknown[], R>(func: (...args: A) => R, ...primals: A): [output: R, vjp_fn: VjpFunction<R, A>]
export function vjp(func: Callback, ...args: unknown[]): unknown {
  check_function('vjp', func)
  const last = args.at(-1)
  const has_aux = is_options(last) && last.has_aux
  const [output, vjp_fn, aux] = vjp_with_argnums(func, is_options(last) ? args.slice(0, -1) : args, null, has_aux)
  return has_aux ? [output, vjp_fn, aux] : [output, vjp_fn]
}

// ---- jvp ----

const JVP = 'jvp(f, primals, tangents)'
let jvp_nesting = 0

function check_tensors(list: readonly unknown[], name: string): void {
  if (list.length === 0) throw new RuntimeError(`${JVP}: Expected ${name} to contain at least one Tensor.`)
  for (const one of list) {
    if (!is_tensor(one)) throw new RuntimeError(`${JVP}: Expected ${name} to only contain Tensors, got ${tree_type_text(one)}`)
  }
}

// The innermost jvp but one needs no level of dual numbers of its own: libtorch has one, and functorch keeps their tangents apart.
function with_dual_level<T>(body: () => T): T {
  jvp_nesting++
  try {
    return jvp_nesting === 1 ? dual_level(body) : body()
  } finally {
    jvp_nesting--
  }
}

function unpacked(dual: unknown, strict: boolean): [primal: Tensor, tangent: Tensor] {
  if (!is_tensor(dual)) throw new RuntimeError(`${JVP}: expected f(*args) to return only tensors, got unsupported type ${tree_type_text(dual)}`)
  const { primal, tangent } = unpack_dual(dual as Tensor)
  if (tangent === null && strict) {
    throw new RuntimeError('jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. '
      + 'This is not allowed with strict=True.')
  }
  return [primal, tangent ?? zeros_like(primal)]
}

/** What jvp and jacfwd do; `argnums` is null for all arguments. @internal */
export function jvp_with_argnums(
  func: Callback, primals: unknown, tangents: unknown, argnums: Argnums | null, strict: boolean, has_aux: boolean,
): [output: unknown, jvp: unknown, aux: unknown] {
  if (!Array.isArray(primals)) throw new RuntimeError(`${JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).`)
  const chosen = argnums === null ? null : places(argnums, primals.length)
  const [flat_primals, spec] = tree_flatten(chosen === null ? primals : chosen.map(place => (primals as unknown[])[place]))
  const [flat_tangents, tangents_spec] = tree_flatten(tangents)
  if (!same_structure(spec, tangents_spec)) {
    throw new RuntimeError(`${JVP}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple of 3 `
      + `tensors, tangents also must be. Got primals with structure ${spec_text(spec)} and tangents with structure ${spec_text(tangents_spec)}`)
  }
  check_tensors(flat_primals, 'primals')
  check_tensors(flat_tangents, 'tangents')
  return with_level(Transform.Jvp, level => with_forward_mode(true, () => with_dual_level(() => {
    const flat_duals = flat_primals.map((primal, i) => make_dual(primal as Tensor, flat_tangents[i] as Tensor))
    let duals = tree_unflatten(flat_duals, spec) as unknown[]
    if (chosen !== null) {
      const all = wrap_all(primals, level) as unknown[]
      chosen.forEach((place, i) => { all[place] = duals[i] })
      duals = all
    }
    const result = call_user('jvp', func, duals)
    const [output, aux] = has_aux ? split_aux(result, JVP) : [result, null]
    const outer_aux = has_aux ? unwrap_all(aux, level) : null
    const [outputs, output_spec] = tree_flatten(output)
    check_outputs(outputs, JVP)
    const pairs = outputs.map(dual => unpacked(dual, strict))
    const part = (k: 0 | 1): unknown => tree_unflatten(pairs.map(pair => unwrap_for_grad(pair[k], level)), output_spec)
    return [part(0), part(1), outer_aux]
  })))
}

const jvp_names = ['func', 'primals', 'tangents'] as const

/** Keywords of {@link jvp}. */
export interface JvpOptions<H = boolean> {
  /** Throw if an output does not depend on the inputs, in place of zeros. Default: false. */
  strict?: boolean
  /** `func` gives `[output, aux]`. Default: false. */
  has_aux?: H
}

/**
 * The value of `func` and its Jacobian times the tangents: forward mode.
 *
 * @param primals - an array of func's arguments.
 * @param tangents - a tensor for each primal, in the same structure.
 * @returns `[output, jvp]`, or `[output, jvp, aux]` if has_aux.
 * @throws {RuntimeError} if the structures differ.
 * @example const [y, dy] = torch.func.jvp(torch.sin, [x], [v])
 * @see torch.func.jvp
 */
export function jvp<A extends readonly unknown[], R>(
  func: (...args: A) => R, primals: A, tangents: A, options: JvpOptions<true> & { has_aux: true }): [output: Main<R>, jvp: Main<R>, aux: Aux<R>]
export function jvp<A extends readonly unknown[], R>(
  func: (...args: A) => R, primals: A, tangents: A, options?: JvpOptions<false>): [output: R, jvp: R]
export function jvp(...args: unknown[]): unknown {
  const { func, primals, tangents, strict = false, has_aux = false } = bind<{
    func: Callback, primals: unknown, tangents: unknown, strict?: boolean, has_aux?: boolean
  }>('jvp', jvp_names, 3, args, ['strict', 'has_aux'])
  check_function('jvp', func)
  const [output, derivative, aux] = jvp_with_argnums(func, primals, tangents, null, strict, has_aux)
  return has_aux ? [output, derivative, aux] : [output, derivative]
}
