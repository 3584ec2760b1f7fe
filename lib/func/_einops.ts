// Rearranging dimensions by a pattern: torch.func.rearrange, which is einops' rearrange.
import { is_kwargs, is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { python_text, tree_type_text } from '../_pytree'
import { tuple_repr } from '../_python_format'
import { stack } from '../generated/torch_functions'
import type { Tensor } from '../tensor'

const ELLIPSIS = '…'

/** One side of a pattern: for each dimension of the tensor the names of the axes that it is made of; none for '1'. */
interface Side { dims: (string[] | typeof ELLIPSIS)[], names: Set<string> }

function check_name(name: string): void {
  const reason = !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? 'not a valid python identifier'
    : name.startsWith('_') || name.endsWith('_') ? 'axis name should should not start or end with underscore' : null
  if (reason !== null) throw new ValueError(`Invalid axis identifier: ${name}\n${reason}`)
}

function expand_dots(text: string): string {
  if (!text.includes('.')) return text
  if (!text.includes('...')) throw new ValueError('Expression may contain dots only inside ellipsis (...)')
  if (text.split('.').length !== 4) throw new ValueError('Expression may contain dots only inside ellipsis (...); only one ellipsis for tensor ')
  return text.replace('...', ELLIPSIS)
}

function parse(text: string, is_left: boolean, pattern: string): Side {
  const side: Side = { dims: [], names: new Set() }
  const expression = expand_dots(text)
  let group: string[] | null = null
  for (const [token] of expression.matchAll(/[\p{L}\p{N}_…]+|[^ ]/gu)) {
    if (token === '(') {
      if (group !== null) throw new ValueError('Axis composition is one-level (brackets inside brackets not allowed)')
      group = []
    } else if (token === ')') {
      if (group === null) throw new ValueError('Brackets are not balanced')
      side.dims.push(group)
      group = null
    } else if (!/^[\p{L}\p{N}_…]+$/u.test(token)) {
      throw new ValueError(`Unknown character '${token}'`)
    } else {
      if (side.names.has(token)) throw new ValueError(`Indexing expression contains duplicate dimension '${token}'`)
      if (token === ELLIPSIS) {
        if (group !== null && is_left) throw new ValueError(`Ellipsis is parenthesis in the left side is not allowed: ${pattern}`)
        side.names.add(token)
        if (group === null) side.dims.push(ELLIPSIS)
        else group.push(token)
      } else if (token === '1') {
        if (group === null) side.dims.push([])
      } else {
        if (/^\d+$/.test(token)) throw new ValueError(token === '0' ? 'Anonymous axis should have positive length, not 0'
          : 'rearrange only supports unnamed axes of size 1')
        check_name(token)
        side.names.add(token)
        if (group === null) side.dims.push([token])
        else group.push(token)
      }
    }
  }
  if (group !== null) throw new ValueError(`Imbalanced parentheses in expression: '${expression}'`)
  return side
}

const set_text = (names: readonly string[]): string => `{${names.map(python_text).join(', ')}}`

function check(left: Side, right: Side, lengths: Readonly<Record<string, unknown>>, pattern: string): void {
  if (right.names.has(ELLIPSIS) && !left.names.has(ELLIPSIS)) {
    throw new ValueError(`Ellipsis found in right side, but not left side of a pattern ${pattern}`)
  }
  for (const length of Object.values(lengths)) {
    if (!Number.isInteger(length)) throw new TypeError(`rearrange axis lengths must be integers, got: ${tree_type_text(length)}`)
  }
  const different = [...left.names].filter(name => !right.names.has(name)).concat([...right.names].filter(name => !left.names.has(name)))
  if (different.length > 0) {
    throw new ValueError(`Identifiers only on one side of rearrange expression (should be on both): ${set_text(different)}`)
  }
  const unmatched = Object.keys(lengths).filter(name => !left.names.has(name))
  if (unmatched.length > 0) throw new ValueError(`Identifiers not found in rearrange expression: ${set_text(unmatched)}`)
}

function count_ellipsis({ dims }: Side, ndim: number): number {
  const own = dims.filter(dim => dim !== ELLIPSIS).length
  const given = dims.length > own
  if (given ? own <= ndim : own === ndim) return ndim - own
  throw new ValueError(`Number of dimensions in pattern (${own}) must be ${given ? 'less than or ' : ''}equal to the number of dimensions in `
    + `the tensor (${ndim})`)
}

// The sizes of the axes that one dimension is made of; one of them may be unknown.
function split(names: readonly string[], size: number, lengths: Readonly<Record<string, number>>): number[] {
  const known = names.map(name => lengths[name] ?? null)
  const product = known.reduce<number>((all, length) => all * (length ?? 1), 1)
  const unknown = known.filter(length => length === null).length
  if (unknown > 1) {
    throw new RuntimeError(`cannot infer the sizes of two dimensions at once ${names.filter((_, i) => known[i] === null).slice(0, 2).join(' and ')}`)
  }
  if (unknown === 0 && size !== product) {
    throw new RuntimeError(`Dimension sizes to do not match (${size} != ${product}) when matching dimension pack ${tuple_repr(names)}`)
  }
  if (unknown === 1 && (product === 0 || size % product !== 0)) {
    throw new RuntimeError(`inferred dimension does not evenly fit into larger dimension: ${size} vs ${python_text(known.map(one => one ?? '?'))}`)
  }
  return known.map(length => length ?? size / product)
}

/**
 * The same elements with their dimensions permuted, joined and split as a pattern says.
 *
 * @param tensor - a tensor, or an array of tensors, which are stacked along a new first dimension.
 * @param pattern - names of axes before and after '->'; parentheses join axes into one dimension, '...' stands for any dimensions.
 * @param axes_lengths - sizes of axes that cannot be told from the tensor.
 * @throws {ValueError} for a pattern that makes no sense; {RuntimeError} if sizes do not fit.
 * @example torch.func.rearrange(images, 'b (h h1) (w w1) c -> b h w (c h1 w1)', { h1: 2, w1: 2 })
 * @see torch.func.rearrange
 */
export function rearrange(tensor: Tensor | readonly Tensor[], pattern: string, axes_lengths: Readonly<Record<string, number>> = {}): Tensor {
  if (typeof pattern !== 'string' || !is_kwargs(axes_lengths)) throw new TypeError('rearrange(tensor, pattern, axes_lengths)')
  const input = is_tensor(tensor) ? tensor as Tensor : stack(tensor as Tensor[])
  const sides = pattern.split('->')
  if (sides.length !== 2) throw new ValueError("Pattern must contain a single '->' separator")
  const [left, right] = [parse(sides[0]!, true, pattern), parse(sides[1]!, false, pattern)]
  check(left, right, axes_lengths, pattern)
  const others = count_ellipsis(left, input.dim())
  const { shape } = input
  const sizes: number[] = []
  const places = new Map<string, number[]>()
  const ones: number[] = []
  let dim = 0
  for (const names of left.dims) {
    if (names === ELLIPSIS) {
      places.set(ELLIPSIS, Array.from({ length: others }, (_, i) => sizes.length + i))
      sizes.push(...shape.slice(dim, dim + others))
      dim += others
      continue
    }
    const size = shape[dim++]!
    if (names.length === 0) ones.push(sizes.length)
    names.forEach((name, i) => { places.set(name, [sizes.length + i]) })
    sizes.push(...names.length === 0 ? [size] : split(names, size, axes_lengths))
  }
  const groups = right.dims.flatMap(names =>
    (names === ELLIPSIS ? places.get(ELLIPSIS)!.map(place => [place]) : [names.flatMap(name => places.get(name)!)]))
  const result = input.reshape(sizes).permute([...groups.flat(), ...ones])
  const kept = ones.length === 0 ? result : result.sum(ones.map((_, i) => -1 - i))
  return kept.reshape(groups.map(group => group.reduce((size, place) => size * sizes[place]!, 1)))
}
