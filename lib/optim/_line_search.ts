// The line search of LBFGS: the functions of torch.optim.lbfgs.
import type { Tensor } from '../tensor'
import { type Num, abs, add, div, greater, less, less_equal, lesser, mul, sub } from './_number'

/** What the line search knows of a place: how far it lies, the loss there, the gradient, and the slope along the line. */
export interface Place {
  t: Num
  f: number
  g: Tensor
  slope: Tensor
}

/** The lowest point within the bounds of the cubic through two places. */
function cubic_interpolate(one: Place, two: Place, bounds?: readonly [Num, Num]): Num {
  const { t: x1, f: f1, slope: g1 } = one
  const { t: x2, f: f2, slope: g2 } = two
  const is_ordered = less_equal(x1, x2)
  const [low, high] = bounds ?? (is_ordered ? [x1, x2] : [x2, x1])
  const d1 = sub(g1.add(g2), div(3 * (f1 - f2), sub(x1, x2))) as Tensor
  const d2_square = d1.pow(2).sub(g1.mul(g2))
  if (!less_equal(0, d2_square)) return div(add(low, high), 2)
  const d2 = d2_square.sqrt()
  const share = (g: Tensor, other: Tensor): Tensor => g.add(d2).sub(d1).div(g.sub(other).add(d2.mul(2)))
  const lowest = is_ordered ? sub(x2, mul(sub(x2, x1), share(g2, g1))) : sub(x1, mul(sub(x1, x2), share(g1, g2)))
  return lesser(greater(lowest, low), high)
}

/** Goes a distance along the line from the start, and gives the loss and the gradient there. */
export type Evaluate = (t: Num) => readonly [number, Tensor]

/** How the search ends. */
export interface Found extends Place {
  evaluations: number
}

const SUFFICIENT_DECREASE = 1e-4
const CURVATURE = 0.9
const TOLERANCE = 1e-9

/** One search along the line d from a start. */
class Search {
  readonly #slope_limit: Tensor
  readonly #norm: Tensor
  evaluations = 0

  constructor(readonly evaluate: Evaluate, readonly d: Tensor, readonly start: Place, readonly most: number) {
    this.#norm = d.abs().max()
    this.#slope_limit = start.slope.mul(-CURVATURE)
  }

  visit(t: Num): Place {
    const [f, g] = this.evaluate(t)
    this.evaluations++
    return { t, f, g, slope: g.dot(this.d) }
  }

  /** Whether the loss did not fall as far as the slope at the start promised. */
  is_too_high({ t, f }: Place): boolean {
    const { f: start, slope } = this.start
    return less(add(start, mul(mul(SUFFICIENT_DECREASE, t), slope)), f)
  }

  is_flat({ slope }: Place): boolean {
    return less_equal(abs(slope), this.#slope_limit)
  }

  is_narrow([a, b]: readonly Place[]): boolean {
    return less(mul(abs(sub(b.t, a.t)), this.#norm), TOLERANCE)
  }
}

function copied(place: Place): Place {
  return { ...place, g: place.g.clone() }
}

/** Looks for places around one that will do, or for that place itself. */
function bracket(search: Search, t: Num): { places: Place[], iterations: number } {
  let before: Place = { ...search.start, t: 0 }
  let now = search.visit(t)
  for (let i = 0; i < search.most; i++) {
    if (search.is_too_high(now) || (i > 1 && now.f >= before.f)) return { places: [before, copied(now)], iterations: i }
    if (search.is_flat(now)) return { places: [now], iterations: i }
    if (less_equal(0, now.slope)) return { places: [before, copied(now)], iterations: i }
    const least = add(now.t, mul(0.01, sub(now.t, before.t)))
    const next = cubic_interpolate(before, now, [least, mul(now.t, 10)])
    before = copied(now)
    now = search.visit(next)
  }
  return { places: [{ ...search.start, t: 0 }, now], iterations: Math.max(search.most, 0) }
}

/** A place to try between two; away from their ends if it is near one for the second time. */
function trial(places: readonly Place[], was_near: boolean): { t: Num, is_near: boolean } {
  const [one, two] = places
  const t = cubic_interpolate(one, two)
  const high = greater(one.t, two.t)
  const low = lesser(one.t, two.t)
  const margin = mul(0.1, sub(high, low))
  if (!less(lesser(sub(high, t), sub(t, low)), margin)) return { t, is_near: false }
  if (!(was_near || less_equal(high, t) || less_equal(t, low))) return { t, is_near: true }
  return { t: less(abs(sub(t, high)), abs(sub(t, low))) ? sub(high, margin) : add(low, margin), is_near: false }
}

/** The place among two with the lesser loss, and the other's. */
const order = (places: readonly Place[]): [low: number, high: number] => (places[0].f <= places.at(-1)!.f ? [0, 1] : [1, 0])

/**
 * Searches along d for a place that satisfies the strong Wolfe conditions.
 *
 * @param start - the place where t is 0
 * @param most - evaluations that it may take
 */
export function strong_wolfe(evaluate: Evaluate, d: Tensor, start: Place, t: Num, most: number): Found {
  const search = new Search(evaluate, d, { ...start, g: start.g.clone() }, most)
  const { places, iterations } = bracket(search, t)
  let [low, high] = order(places)
  let is_near = false
  let done = places.length === 1
  for (let i = iterations; !done && i < most; i++) {
    if (search.is_narrow(places)) break
    const next = trial(places, is_near)
    is_near = next.is_near
    const now = search.visit(next.t)
    if (search.is_too_high(now) || now.f >= places[low].f) {
      places[high] = copied(now);
      [low, high] = order(places)
      continue
    }
    done = search.is_flat(now)
    if (!done && less_equal(0, mul(now.slope, sub(places[high].t, places[low].t)))) places[high] = places[low]
    places[low] = copied(now)
  }
  return { ...places[low], evaluations: search.evaluations }
}
