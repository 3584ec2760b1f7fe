// L-BFGS: torch.optim.lbfgs.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { enable_grad, no_grad } from '../autograd/grad_mode'
import { cat, view_as_real } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { check_lr } from './_lane_optimizer'
import { strong_wolfe } from './_line_search'
import { type Num, div, less, less_equal, mul, number } from './_number'
import { type Closure, type Loss, Optimizer, type Params, outlives_scopes } from './optimizer'

/** Options of {@link LBFGS}. */
export interface LBFGSOptions {
  /** Length of the steps, or where the line search begins. Default: 1. */
  lr: number | Tensor
  /** Iterations of one step. Default: 20. */
  max_iter: number
  /** Evaluations of the closure in one step. Default: 1.25 max_iter. */
  max_eval: number
  /** A gradient whose greatest element is no greater ends the step. Default: 1e-7. */
  tolerance_grad: number
  /** A change of the loss or the parameters that is no greater ends the step. Default: 1e-9. */
  tolerance_change: number
  /** Past updates that estimate the curvature. Default: 100. */
  history_size: number
  /** Search along the line instead of a fixed step. Default: null. */
  line_search_fn: 'strong_wolfe' | null
}

interface State {
  func_evals: number
  n_iter: number
  d?: Tensor
  t?: Num
  old_dirs?: Tensor[]
  old_stps?: Tensor[]
  ro?: Tensor[]
  H_diag?: Num
  prev_flat_grad?: Tensor | null
  prev_loss?: number
  al?: (Tensor | null)[]
}

const names = [
  'params', 'lr', 'max_iter', 'max_eval', 'tolerance_grad', 'tolerance_change', 'history_size', 'line_search_fn',
] as const

/**
 * L-BFGS: Newton's method with the curvature estimated from past gradients. Its step calls the closure several times.
 *
 * @throws {ValueError} for a negative rate, or more than one group.
 * @example optimizer.step(() => { optimizer.zero_grad(); const loss = f(x); loss.backward(); return loss })
 * @see torch.optim.LBFGS
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  constructor(...args: Args<[
    params: Params<LBFGSOptions>, lr?: number | Tensor, max_iter?: number, max_eval?: number | null, tolerance_grad?: number,
    tolerance_change?: number, history_size?: number, line_search_fn?: 'strong_wolfe' | null,
  ], typeof names>) {
    const { params, ...given } = bind('LBFGS.__init__', names, 1, args)
    const options = {
      lr: 1, max_iter: 20, max_eval: null, tolerance_grad: 1e-7, tolerance_change: 1e-9, history_size: 100, line_search_fn: null, ...given,
    }
    check_lr(options.lr)
    super(params as Params<LBFGSOptions>, { ...options, max_eval: options.max_eval ?? Math.floor(options.max_iter * 5 / 4) })
    if (this.param_groups.length !== 1) throw new ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
  }

  /** @param closure - clears the gradients, computes the loss and its gradients, and gives the loss. */
  override step(closure?: null): null
  override step<L extends Loss>(closure: Closure<L>): L
  override step<L extends Loss>(closure?: Closure<L> | null): L | null {
    if (typeof closure !== 'function') throw new TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
    const { length } = this.param_groups
    if (length !== 1) throw new AssertionError(`Expected exactly one param_group, but got ${length}`)
    return outlives_scopes(() => no_grad(() => this.#step(() => enable_grad(closure))))
  }

  get #params(): Tensor[] {
    return this.param_groups[0].params
  }

  #step<L extends Loss>(closure: Closure<L>): L {
    const { lr, max_iter, max_eval, tolerance_grad, tolerance_change, line_search_fn } = this.param_groups[0]
    const rate = is_tensor(lr) ? (lr as Tensor).squeeze() : lr
    // One state for all parameters, kept with the first one, so that loading it casts its tensors.
    const state = this.state_of<State>(this.#params[0])
    state.func_evals ??= 0
    state.n_iter ??= 0
    const orig_loss = closure()
    let loss = number(orig_loss)
    let evaluations = 1
    state.func_evals++
    let flat_grad = this.#flat_grad()
    if (greatest_is_below(flat_grad, tolerance_grad)) return orig_loss
    for (let n_iter = 1; n_iter <= max_iter; n_iter++) {
      state.n_iter++
      const d = this.#direction(flat_grad, state)
      if (state.prev_flat_grad == null) state.prev_flat_grad = flat_grad.clone()
      else state.prev_flat_grad.copy_(flat_grad)
      const prev_loss = state.prev_loss = loss
      state.t = state.n_iter === 1 ? mul(at_most_one(div(1, flat_grad.abs().sum())), rate) : rate
      const slope = flat_grad.dot(d)
      if (less(-tolerance_change, slope)) break
      let is_optimal = false
      let calls = 0
      if (line_search_fn !== null) {
        if (line_search_fn !== 'strong_wolfe') throw new RuntimeError("only 'strong_wolfe' is supported")
        const start = { t: 0, f: loss, g: flat_grad, slope }
        const found = strong_wolfe(this.#evaluate(closure, d), d, start, state.t, max_eval - evaluations)
        calls = found.evaluations
        state.t = found.t
        loss = found.f
        flat_grad = found.g
        this.#move(found.t, d)
        is_optimal = greatest_is_below(flat_grad, tolerance_grad)
      } else {
        this.#move(state.t, d)
        // Not after the last iteration: nothing would use the result.
        if (n_iter !== max_iter) {
          loss = number(closure())
          flat_grad = this.#flat_grad()
          is_optimal = greatest_is_below(flat_grad, tolerance_grad)
          calls = 1
        }
      }
      evaluations += calls
      state.func_evals += calls
      if (n_iter === max_iter || evaluations >= max_eval || is_optimal) break
      if (greatest_is_below(mul(d, state.t) as Tensor, tolerance_change) || Math.abs(loss - prev_loss) < tolerance_change) break
    }
    return orig_loss
  }

  /** Where to go: the gradient by the inverse of the curvature that the history suggests. */
  #direction(flat_grad: Tensor, state: State): Tensor {
    if (state.n_iter === 1) {
      Object.assign(state, { old_dirs: [], old_stps: [], ro: [], H_diag: 1 })
      return state.d = flat_grad.neg()
    }
    const { history_size } = this.param_groups[0]
    remember(flat_grad, state, history_size)
    const { old_dirs, old_stps, ro, H_diag } = state as Required<State>
    const al = state.al ??= new Array<null>(history_size).fill(null)
    const q = flat_grad.neg()
    for (let i = old_dirs.length - 1; i >= 0; i--) {
      const share = al[i] = old_stps[i].dot(q).mul(ro[i])
      q.add_(old_dirs[i], { alpha: -share.item() })
    }
    const r = mul(q, H_diag) as Tensor
    for (let i = 0; i < old_dirs.length; i++) {
      r.add_(old_stps[i], { alpha: al[i]!.sub(old_dirs[i].dot(r).mul(ro[i])).item() })
    }
    return state.d = r
  }

  #flat_grad(): Tensor {
    return cat(this.#params.map(param => {
      const { grad } = param
      const dense = grad === null ? param.new_zeros([param.numel()]) : grad.is_sparse ? grad.to_dense() : grad
      const flat = dense.reshape([-1])
      return flat.dtype.is_complex ? view_as_real(flat).view([-1]) : flat
    }), 0)
  }

  #move(t: Num, update: Tensor): void {
    const alpha = number(t)
    let offset = 0
    for (const one of this.#params) {
      const param = one.dtype.is_complex ? view_as_real(one) : one
      const size = param.numel()
      param.add_(update.narrow(0, offset, size).view_as(param), { alpha })
      offset += size
    }
  }

  /** Evaluates the closure at a distance along d, and goes back. */
  #evaluate(closure: Closure, d: Tensor): (t: Num) => readonly [number, Tensor] {
    const start = this.#params.map(param => param.clone())
    return t => {
      this.#move(t, d)
      const loss = number(closure())
      const flat_grad = this.#flat_grad()
      this.#params.forEach((param, i) => param.copy_(start[i]))
      return [loss, flat_grad]
    }
  }
}

/** Adds the last step and what it did to the gradient to the history, unless the loss is not convex there. */
function remember(flat_grad: Tensor, state: State, most: number): void {
  const { old_dirs, old_stps, ro } = state as Required<State>
  const y = flat_grad.sub(state.prev_flat_grad!)
  const s = mul(state.d!, state.t!) as Tensor
  const ys = y.dot(s)
  if (!less(1e-10, ys)) return
  if (old_dirs.length === most) for (const list of [old_dirs, old_stps, ro]) list.shift()
  old_dirs.push(y)
  old_stps.push(s)
  ro.push(div(1, ys) as Tensor)
  state.H_diag = ys.div(y.dot(y))
}

function greatest_is_below(tensor: Tensor, limit: number): boolean {
  return less_equal(tensor.abs().max(), limit)
}

function at_most_one(value: Num): Num {
  return less(value, 1) ? value : 1
}
