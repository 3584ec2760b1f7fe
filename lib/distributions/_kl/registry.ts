// Which function computes the KL divergence of which pair of classes.
import { NotImplementedError } from '../../_errors'
import { warn } from '../../_warnings'
import { type_name } from '../../_typename'
import type { Tensor } from '../../tensor'
import { Distribution, type DistributionClass } from '../distribution'

/** Computes KL(p || q). */
export type Divergence<P extends Distribution, Q extends Distribution> = (p: P, q: Q) => Tensor

type AnyDivergence = Divergence<Distribution, Distribution>
type Class = DistributionClass

interface Entry {
  types: readonly [p: Class, q: Class]
  compute: AnyDivergence
}

let entries: Entry[] = []
const chosen = new Map<unknown, Map<unknown, AnyDivergence | null>>()

function is_subclass(type: Class, of: Class): boolean {
  return type === of || type.prototype instanceof (of as unknown as abstract new () => object)
}

function check_class(name: string, type: unknown): void {
  if (typeof type === 'function' && is_subclass(type as unknown as Class, Distribution)) return
  throw new TypeError(`Expected ${name} to be a Distribution subclass but got ${typeof type === 'function' ? type.name : String(type)}`)
}

/**
 * Says how to compute the KL divergence of a pair of classes and of those that extend them.
 *
 * @returns a function that takes the one that computes it, and gives it back
 * @example register_kl(Normal, Normal)((p, q) => ...)
 * @throws {TypeError} for a class that is no distribution's.
 * @see torch.distributions.kl.register_kl
 */
export function register_kl<P extends Distribution, Q extends Distribution>(
  type_p: DistributionClass<P>, type_q: DistributionClass<Q>,
): <F extends Divergence<P, Q>>(compute: F) => F {
  check_class('type_p', type_p)
  check_class('type_q', type_q)
  return compute => {
    const entry: Entry = { types: [type_p, type_q], compute: compute as unknown as AnyDivergence }
    const place = entries.findIndex(({ types: [p, q] }) => p === type_p && q === type_q)
    entries = place < 0 ? [...entries, entry] : entries.with(place, entry)
    chosen.clear()
    return compute
  }
}

/** The pairs that have been registered. */
export function registered_pairs(): (readonly [p: Class, q: Class])[] {
  return entries.map(({ types }) => types)
}

// Whether pair a is more special than pair b, by the first class before the second.
function precedes(a: readonly Class[], b: readonly Class[]): boolean {
  for (let i = 0; i < 2; i++) {
    if (!is_subclass(a[i], b[i])) return false
    if (a[i] !== b[i]) return true
  }
  return false
}

function most_special(matches: readonly Entry[], order: (entry: Entry) => readonly Class[]): Entry {
  return matches.reduce((best, entry) => (precedes(order(entry), order(best)) ? entry : best))
}

function dispatch(type_p: Class, type_q: Class): AnyDivergence | null {
  const matches = entries.filter(({ types: [p, q] }) => is_subclass(type_p, p) && is_subclass(type_q, q))
  if (matches.length === 0) return null
  const left = most_special(matches, ({ types }) => types)
  const right = most_special(matches, ({ types: [p, q] }) => [q, p])
  if (left.compute !== right.compute) {
    warn(`Ambiguous kl_divergence(${type_p.name}, ${type_q.name}). Please register_kl(${left.types[0].name}, ${right.types[1].name})`,
      'RuntimeWarning')
  }
  return left.compute
}

/**
 * The Kullback-Leibler divergence `KL(p || q) = E_p[log p(x) - log q(x)]`, for each distribution of the batch.
 *
 * @throws {NotImplementedError} for a pair of classes that was not registered with {@link register_kl}.
 * @see torch.distributions.kl_divergence
 */
export function kl_divergence(p: Distribution, q: Distribution): Tensor {
  let of_p = chosen.get(p.constructor)
  if (of_p === undefined) chosen.set(p.constructor, of_p = new Map())
  let compute = of_p.get(q.constructor)
  if (compute === undefined) {
    compute = dispatch(p.constructor as unknown as Class, q.constructor as unknown as Class)
    of_p.set(q.constructor, compute)
  }
  if (compute === null) {
    throw new NotImplementedError(`No KL(p || q) is implemented for p type ${type_name(p)} and q type ${type_name(q)}`)
  }
  return compute(p, q)
}
