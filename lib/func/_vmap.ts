// The vectorizing map: torch/_functorch/vmap.py.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { type TreeSpec, broadcast_prefix, python_text, spec_text, tree_flatten, tree_map, tree_unflatten, tree_type_text } from '../_pytree'
import { cat } from '../generated/torch_functions'
import { get_rng_state, set_rng_state } from '../random'
import type { Tensor } from '../tensor'
import {
  type Callback, Transform, Wrapper, add_batch_dim, call_user, check_function, remove_batch_dim, with_level, wrapper_of,
} from './_levels'

/** A dimension, null for none, or a structure of these. */
export type Dims = number | null | readonly Dims[] | { readonly [name: string]: Dims } | ReadonlyMap<unknown, Dims>
/** What random functions do inside: throw, draw anew for each example, or draw once for all. */
export type Randomness = 'error' | 'same' | 'different'

const RANDOMNESS: readonly string[] = ['error', 'same', 'different'] // as at::functorch::RandomnessType counts them

/** A function's name in messages; a module's text. */
export function name_of(func: Callback): string {
  if (typeof (func as { forward?: unknown }).forward === 'function') return String(func)
  return func.name === '' ? '<lambda>' : func.name
}

const is_int = (value: unknown): value is number => Number.isInteger(value)

interface Inputs { batch_size: number, dims: (number | null)[], leaves: unknown[], spec: TreeSpec }

function batch_size_of(dims: readonly (number | null)[], leaves: readonly unknown[]): number {
  const sizes: number[] = []
  dims.forEach((dim, i) => { if (dim !== null) sizes.push((leaves[i] as Tensor).size(dim)) })
  if (sizes.length === 0) throw new ValueError('vmap: Expected at least one Tensor to vmap over')
  if (sizes.some(size => size !== sizes[0])) {
    throw new ValueError('vmap: Expected all tensors to have the same size in the mapped dimension, '
      + `got sizes [${sizes.join(', ')}] for the mapped dimension`)
  }
  return sizes[0]!
}

function checked_dim(place: string, arg: unknown, dim: unknown): number | null {
  if (dim === null) return null
  if (!is_int(dim)) {
    throw new ValueError(`${place}: Got in_dim=${python_text(dim)} for an input but in_dim must be either an integer dimension or None.`)
  }
  if (!is_tensor(arg)) {
    throw new ValueError(`${place}: Got in_dim=${dim} for an input but the input is of type ${tree_type_text(arg)}. `
      + 'We cannot vmap over non-Tensor arguments, please use None as the respective in_dim')
  }
  const dims = (arg as Tensor).dim()
  if (dim < -dims || dim >= dims) {
    throw new ValueError(`${place}: Got in_dim=${dim} for some input, but that input is a Tensor of dimensionality ${dims} `
      + `so expected in_dim to satisfy -${dims} <= in_dim < ${dims}.`)
  }
  return dim < 0 ? dim + dims : dim
}

function process_inputs(in_dims: unknown, args: readonly unknown[], func: Callback): Inputs {
  const name = name_of(func)
  const place = `vmap(${name}, in_dims=${typeof in_dims === 'string' ? in_dims : python_text(in_dims)}, ...)(<inputs>)`
  if (!is_int(in_dims) && !Array.isArray(in_dims)) {
    throw new ValueError(`${place}: expected \`in_dims\` to be int or a (potentially nested) tuple matching the structure of inputs, `
      + `got: ${tree_type_text(in_dims)}.`)
  }
  if (args.length === 0) {
    throw new ValueError(`vmap(${name})(<inputs>): got no inputs. Maybe you forgot to add inputs, `
      + 'or you are trying to vmap over a function with no inputs. The latter is unsupported.')
  }
  const [leaves, spec] = tree_flatten(args)
  const given = broadcast_prefix(in_dims, spec)
  if (given === null) {
    throw new ValueError(`${place}: in_dims is not compatible with the structure of \`inputs\`. in_dims has structure `
      + `${spec_text(tree_flatten(in_dims)[1])} but inputs has structure ${spec_text(spec)}.`)
  }
  const dims = leaves.map((leaf, i) => checked_dim(place, leaf, given[i]))
  return { batch_size: batch_size_of(dims, leaves), dims, leaves, spec }
}

function check_out_dims(out_dims: unknown, func: Callback): void {
  if (is_int(out_dims)) return
  tree_map(dim => {
    if (dim === null || is_int(dim)) return
    throw new ValueError(`vmap(${name_of(func)}, ..., out_dims=${python_text(out_dims)}): \`out_dims\` must be an int, None or a python `
      + 'collection of ints representing where in the outputs the vmapped dimension should appear.')
  }, out_dims)
}

function unwrap_output(name: string, output: unknown, level: number, batch_size: number, out_dim: number | null): unknown {
  if (out_dim === null) {
    if (is_tensor(output) && wrapper_of(output as Tensor)[0] === Wrapper.Batched) {
      throw new ValueError(`vmap(${name}, ...): \`${name}\` can not return a BatchedTensor when out_dim is None`)
    }
    return output
  }
  if (!is_tensor(output)) {
    throw new ValueError(`vmap(${name}, ...): \`${name}\` must only return Tensors, got type ${tree_type_text(output)}. `
      + 'Did you mean to set out_dims= to None for output?')
  }
  return remove_batch_dim(output as Tensor, level, batch_size, out_dim)
}

function unwrap_outputs(outputs: unknown, out_dims: unknown, level: number, batch_size: number, func: Callback): unknown {
  const [leaves, spec] = tree_flatten(outputs)
  const single = is_tensor(outputs) && Array.isArray(out_dims) && out_dims.length === 1 && !Array.isArray(out_dims[0])
  const dims = single ? out_dims as unknown[] : broadcast_prefix(out_dims, spec)
  if (dims === null) {
    throw new ValueError(`vmap(${name_of(func)}, ..., out_dims=${python_text(out_dims)})(<inputs>): out_dims is not compatible with the `
      + `structure of \`outputs\`. out_dims has structure ${spec_text(tree_flatten(out_dims)[1])} but outputs has structure ${spec_text(spec)}.`)
  }
  const name = name_of(func)
  return tree_unflatten(leaves.map((leaf, i) => unwrap_output(name, leaf, level, batch_size, dims[i] as number | null)), spec)
}

function flat_vmap(func: Callback, inputs: Inputs, out_dims: unknown, randomness: string): unknown {
  const { batch_size, dims, leaves, spec } = inputs
  return with_level(Transform.Vmap, level => {
    const batched = leaves.map((leaf, i) => (dims[i] === null ? leaf : add_batch_dim(leaf as Tensor, dims[i]!, level)))
    const outputs = call_user('vmap', func, tree_unflatten(batched, spec) as unknown[])
    return unwrap_outputs(outputs, out_dims, level, batch_size, func)
  }, batch_size, RANDOMNESS.indexOf(randomness))
}

function pieces({ batch_size, dims, leaves, spec }: Inputs, chunk_size: number): Inputs[] {
  const starts: number[] = []
  for (let start = 0; start < batch_size; start += chunk_size) starts.push(start)
  return starts.map(start => {
    const length = Math.min(chunk_size, batch_size - start)
    const part = leaves.map((leaf, i) => (dims[i] === null ? leaf : (leaf as Tensor).narrow(dims[i]!, start, length)))
    return { batch_size: length, dims, leaves: part, spec }
  })
}

function chunked_vmap(func: Callback, inputs: Inputs, out_dims: unknown, randomness: string, chunk_size: number): unknown {
  const state = randomness === 'same' ? get_rng_state() : null
  const outputs = pieces(inputs, chunk_size).map(piece => {
    if (state !== null) set_rng_state(state)
    return tree_flatten(flat_vmap(func, piece, out_dims, randomness))
  })
  const spec = outputs[0]![1]
  const dims = broadcast_prefix(out_dims, spec) as number[]
  return tree_unflatten(dims.map((dim, i) => cat(outputs.map(([leaves]) => leaves[i] as Tensor), dim)), spec)
}

function check_randomness(randomness: unknown): void {
  if (RANDOMNESS.includes(randomness as string)) return
  throw new RuntimeError(`Only allowed values for randomness are 'error', 'different', or 'same'. Got ${String(randomness)}`)
}

const vmap_names = ['func', 'in_dims', 'out_dims', 'randomness'] as const

/**
 * Makes a function of batches of a function of single examples: inside it a tensor has no batch dimension, and each operation
 * does all examples at once.
 *
 * @param in_dims - which dimension of each argument is the batch's: a number for all, or an array with a number, a structure of
 *   numbers, or null (the same for all examples) for each argument. Default: 0.
 * @param out_dims - where it stands in each result; null for a result that does not depend on the example. Default: 0.
 * @param randomness - what random functions do: 'error', 'different' or 'same' for all examples. Default: 'error'.
 * @param chunk_size - do so many examples at once. Default: null, all.
 * @throws {ValueError} when it is called, if in_dims or out_dims do not fit; {TypeError} if the function is asynchronous.
 * @example torch.vmap(torch.dot)(x, y) // (N, D), (N, D) -> (N)
 * @see torch.vmap
 */
export function vmap<A extends readonly unknown[], R>(
  ...args: Args<[func: (...args: A) => R, in_dims?: Dims, out_dims?: Dims, randomness?: Randomness], typeof vmap_names,
    { chunk_size?: number | null }>
): (...args: A) => R {
  const { func, in_dims = 0, out_dims = 0, randomness = 'error', chunk_size = null } = bind<{
    func: Callback, in_dims?: unknown, out_dims?: unknown, randomness?: string, chunk_size?: number | null
  }>('vmap', vmap_names, 1, args, ['chunk_size'])
  check_function('vmap', func)
  check_randomness(randomness)
  if (chunk_size !== null && !(is_int(chunk_size) && chunk_size > 0)) {
    throw new ValueError(`vmap: chunk_size should be None or greater than 0. (got ${String(chunk_size)})`)
  }
  return (...inputs) => {
    check_out_dims(out_dims, func)
    const processed = process_inputs(in_dims, inputs, func)
    const whole = chunk_size === null || processed.batch_size === 0
    return (whole ? flat_vmap(func, processed, out_dims, randomness)
      : chunked_vmap(func, processed, out_dims, randomness, chunk_size)) as R
  }
}
