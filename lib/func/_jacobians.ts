// jacrev, jacfwd, hessian and linearize: torch/_functorch/eager_transforms.py.
import { bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { same_structure, spec_text, tree_flatten, tree_map, tree_unflatten } from '../_pytree'
import { Size } from '../_size'
import { cat, zeros_like } from '../generated/torch_functions'
import { dual_level, make_dual, unpack_dual } from '../autograd/forward_ad'
import type { Tensor } from '../tensor'
import { type Argnums, type At, type Nest, places, slice_argnums } from './_argnums'
import { type Callback, check_function } from './_levels'
import { type GradOptions, jvp_with_argnums, vjp_with_argnums } from './_transforms'
import { type Randomness, vmap } from './_vmap'

function refuse_complex(name: string, values: readonly unknown[], is_input: boolean): void {
  const found = values.find(value => is_tensor(value) && (value as Tensor).dtype.is_complex)
  if (found === undefined) return
  throw new RuntimeError(`${name}: Expected all ${is_input ? 'inputs' : 'outputs'} to be real but received complex tensor at flattened `
    + `input idx: ${values.indexOf(found)}`)
}

/** The columns of the identity, cut into pieces of `chunk` rows and split among tensors. */
function basis_chunks(tensors: readonly Tensor[], chunk: number | null): Tensor[][] {
  const numels = tensors.map(one => one.numel())
  const total = numels.reduce((sum, numel) => sum + numel, 0)
  const size = chunk === null || chunk >= total ? total : chunk
  const rows: number[] = []
  for (let start = 0; start < total; start += size) rows.push(Math.min(size, total - start))
  if (rows.length === 0) rows.push(0)
  return rows.map((count, i) => {
    let column = 0
    return tensors.map((tensor, k) => {
      const piece = tensor.new_zeros([count, numels[k]!])
      piece.diagonal(i * size - column).fill_(1)
      column += numels[k]!
      return piece.view([count, ...tensor.shape])
    })
  })
}

interface Bound {
  func: Callback
  argnums?: Argnums
  has_aux?: boolean
  chunk_size?: number | null
  randomness?: Randomness
}

const names = ['func', 'argnums', 'has_aux'] as const

/** Keywords of {@link jacrev}. */
export interface JacrevOptions<N = Argnums, H = boolean> extends GradOptions<N, H> {
  /** So many rows at once; 1 computes them one by one without vmap. Default: null, all. */
  chunk_size?: number | null
}

/** Keywords of {@link jacfwd}. */
export interface JacfwdOptions<N = Argnums, H = boolean> extends GradOptions<N, H> {
  /** What random functions do; see vmap. Default: 'error'. */
  randomness?: Randomness
}

type Aux<R> = R extends readonly [unknown, infer X] ? X : unknown
type Main<R> = R extends readonly [infer O, unknown] ? O : unknown
type Jacobian<H, R, In> = H extends true ? [jacobian: Nest<Main<R>, In>, aux: Aux<R>] : Nest<R, In>

// A row of the Jacobian for each element of the outputs: for each input a tensor of all rows.
function jacobian_rows(vjp_fn: (cotangents: unknown) => unknown, outputs: readonly Tensor[], rebuild: (leaves: unknown[]) => unknown,
  chunk_size: number | null): Tensor[] {
  const parts = basis_chunks(outputs, chunk_size).map(basis => {
    if (chunk_size !== 1) return tree_flatten(vmap(vjp_fn)(rebuild(basis)))[0] as Tensor[]
    const [rows] = tree_flatten(vjp_fn(rebuild(basis.map(one => one.squeeze(0)))))
    return (rows as Tensor[]).map(row => row.unsqueeze(0))
  })
  return parts.length === 1 ? parts[0]! : parts[0]!.map((_, i) => cat(parts.map(part => part[i]!), 0))
}

/**
 * Makes a function that computes the Jacobian of `func` row by row, by reverse mode: good for fewer outputs than inputs.
 *
 * @param argnums - as in grad.
 * @param has_aux - `func` gives `[output, aux]`, and the result is `[jacobian, aux]`. Default: false.
 * @param chunk_size - so many rows at once; 1 computes them one by one without vmap. Default: null, all.
 * @returns a function of func's arguments. The result has the structure of the output, with the structure of the inputs in the place
 *   of each tensor, and shapes output.shape + input.shape.
 * @throws {ValueError} if chunk_size is not greater than 0; {RuntimeError} when called with complex tensors.
 * @example torch.func.jacrev(torch.sin)(x) // diag(cos(x))
 * @see torch.func.jacrev
 */
export function jacrev<A extends readonly unknown[], R, const N extends Argnums = 0, const H extends boolean = false>(
  func: (...args: A) => R, options?: JacrevOptions<N, H>): (...args: A) => Jacobian<H, R, At<A, N>>
export function jacrev<A extends readonly unknown[], R, const N extends Argnums, const H extends boolean = false>(
  func: (...args: A) => R, argnums: N, options?: JacrevOptions<never, H> | H): (...args: A) => Jacobian<H, R, At<A, N>>
export function jacrev(...args: unknown[]): (...args: unknown[]) => unknown {
  const { func, argnums = 0, has_aux = false, chunk_size = null } = bind<Bound>('jacrev', names, 1, args, ['chunk_size', '_preallocate_and_copy'])
  check_function('jacrev', func)
  if (chunk_size !== null && !(chunk_size > 0 && Number.isInteger(chunk_size))) throw new ValueError('jacrev: `chunk_size` should be greater than 0.')
  return (...inputs) => {
    refuse_complex('jacrev', tree_flatten(inputs)[0], true)
    const [output, vjp_fn, aux] = vjp_with_argnums(func, inputs, argnums, has_aux)
    const [leaves, output_spec] = tree_flatten(output)
    refuse_complex('jacrev', leaves, false)
    const outputs = leaves as Tensor[]
    const [primals, primals_spec] = tree_flatten(slice_argnums(inputs, argnums)) as [Tensor[], ReturnType<typeof tree_flatten>[1]]
    const rows = jacobian_rows(vjp_fn, outputs, basis => tree_unflatten(basis, output_spec), chunk_size)
    const numels = outputs.map(one => one.numel())
    const pieces = rows.map((all, i) => all.split(numels, 0).map((piece, k) => piece.view([...outputs[k]!.shape, ...primals[i]!.shape])))
    const jacobian = tree_unflatten(outputs.map((_, k) => tree_unflatten(pieces.map(one => one[k]), primals_spec)), output_spec)
    return has_aux ? [jacobian, aux] : jacobian
  }
}

function unflatten_last(tensor: Tensor, shape: readonly number[]): Tensor {
  return shape.length === 0 ? tensor.squeeze(-1) : tensor.unflatten(-1, [...shape])
}

/**
 * Makes a function that computes the Jacobian of `func` column by column, by forward mode: good for fewer inputs than outputs.
 *
 * @param randomness - what random functions do; see vmap. Default: 'error'.
 * @returns as {@link jacrev}
 * @see torch.func.jacfwd
 */
export function jacfwd<A extends readonly unknown[], R, const N extends Argnums = 0, const H extends boolean = false>(
  func: (...args: A) => R, options?: JacfwdOptions<N, H>): (...args: A) => Jacobian<H, R, At<A, N>>
export function jacfwd<A extends readonly unknown[], R, const N extends Argnums, const H extends boolean = false>(
  func: (...args: A) => R, argnums: N, options?: JacfwdOptions<never, H> | H): (...args: A) => Jacobian<H, R, At<A, N>>
export function jacfwd(...args: unknown[]): (...args: unknown[]) => unknown {
  const { func, argnums = 0, has_aux = false, randomness = 'error' } = bind<Bound>('jacfwd', names, 1, args, ['randomness'])
  check_function('jacfwd', func)
  return (...inputs) => {
    refuse_complex('jacfwd', tree_flatten(inputs)[0], true)
    const chosen = places(argnums, inputs.length).map(place => inputs[place])
    const [primals, spec] = tree_flatten(chosen) as [Tensor[], ReturnType<typeof tree_flatten>[1]]
    const push_jvp = (...basis: unknown[]): unknown => {
      const [output, derivative, aux] = jvp_with_argnums(func, inputs, basis, argnums, false, has_aux)
      refuse_complex('jacfwd', tree_flatten(output)[0], false)
      return has_aux ? [derivative, aux] : derivative
    }
    const [basis] = basis_chunks(primals, null)
    const results = vmap(push_jvp, { randomness })(...tree_unflatten(basis!, spec) as unknown[])
    const [derivative, aux] = has_aux ? results as [unknown, unknown] : [results, null]
    const [columns, output_spec] = tree_flatten(derivative) as [Tensor[], ReturnType<typeof tree_flatten>[1]]
    const numels = primals.map(one => one.numel())
    const jacobian = tree_unflatten(columns.map(all => {
      const pieces = all.movedim(0, -1).split(numels, -1).map((piece, i) => unflatten_last(piece, primals[i]!.shape))
      const inner = tree_unflatten(pieces, spec) as unknown[]
      return Array.isArray(argnums) ? inner : inner[0]
    }), output_spec)
    return has_aux ? [jacobian, tree_map(one => (one as Tensor).at(0), aux)] : jacobian
  }
}

/**
 * Makes a function that computes the Hessian of `func`: jacfwd of jacrev.
 *
 * @param argnums - as in grad. Default: 0.
 * @example torch.func.hessian((x: Tensor) => x.sin().sum())(x) // diag(-sin(x))
 * @see torch.func.hessian
 */
export function hessian<A extends readonly unknown[], R, const N extends Argnums = 0>(
  func: (...args: A) => R, argnums?: N | { argnums?: N }): (...args: A) => Nest<Nest<R, At<A, N>>, At<A, N>>
export function hessian(...args: unknown[]): (...args: unknown[]) => unknown {
  const { func, argnums = 0 } = bind<Bound>('hessian', ['func', 'argnums'], 1, args)
  check_function('hessian', func)
  return jacfwd(jacrev(func, argnums), argnums) as (...args: unknown[]) => unknown
}

/**
 * The value of `func` and a function that gives the derivative along tangents at the same point. It computes `func` anew at each
 * call, where PyTorch keeps a trace of it.
 *
 * @returns `[output, jvp_fn]`; jvp_fn takes a tangent for each primal and gives the structure of the output.
 * @throws {RuntimeError} when jvp_fn gets tangents of another structure, shape, device or dtype.
 * @see torch.func.linearize
 */
export function linearize<A extends readonly unknown[], R>(func: (...args: A) => R, ...primals: A): [output: R, jvp_fn: (...tangents: A) => R]
export function linearize(func: Callback, ...primals: unknown[]): unknown {
  check_function('linearize', func)
  const output = func(...primals as never[])
  const [points, spec] = tree_flatten(primals) as [Tensor[], ReturnType<typeof tree_flatten>[1]]
  const jvp_fn = (...tangents: unknown[]): unknown => {
    const [flat, given] = tree_flatten(tangents) as [Tensor[], ReturnType<typeof tree_flatten>[1]]
    if (!same_structure(given, spec)) {
      throw new RuntimeError(`Expected the tangents ${spec_text(given)} to have the same argspec as the primals ${spec_text(spec)}`)
    }
    flat.forEach((tangent, i) => { check_tangent(tangent, points[i]!, i) })
    return dual_level(() => {
      const duals = tree_unflatten(points.map((point, i) => make_dual(point, flat[i]!)), spec) as never[]
      return tree_map(dual => {
        const { primal, tangent } = unpack_dual(dual as Tensor)
        return tangent ?? zeros_like(primal)
      }, func(...duals))
    })
  }
  return [output, jvp_fn]
}

function check_tangent(tangent: Tensor, primal: Tensor, i: number): void {
  const kinds = [['shape', String(Size.of_list(tangent.shape)), String(Size.of_list(primal.shape))],
    ['device', String(tangent.device), String(primal.device)], ['dtype', String(tangent.dtype), String(primal.dtype)]] as const
  for (const [kind, given, wanted] of kinds) {
    if (given === wanted) continue
    throw new RuntimeError(`tangent:${i} with ${kind} ${given} in flattened pytree doesn't match the ${kind} ${wanted} of the corresponding primal.`)
  }
}
