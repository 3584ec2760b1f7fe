// Trading computation for memory: torch.utils.checkpoint.
import { is_kwargs, is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { ThreadState } from '../_thread_state'
import type { StateGuard } from '../_thread_state'
import { warn } from '../_warnings'
import { is_grad_enabled } from '../autograd/grad_mode'
import { Sequential } from '../nn/modules/container'
import type { Tensor } from '../tensor'
import { type DeterminismCheck, Frame, metadata_of, record } from './_checkpoint_frame'
import { surroundings } from './_checkpoint_state'
import { CheckpointFunction } from './_checkpoint_function'

export { CheckpointError } from './_checkpoint_frame'
export { CheckpointFunction, check_backward_validity, detach_variable } from './_checkpoint_function'

/** A context: it runs what it is given, with something around it. */
export type Context = <T>(run: () => T) => T

/** Keywords of {@link checkpoint}. */
export interface CheckpointOptions {
  /** Recompute by a backward inside backward. Say it; PyTorch recommends false. Default: true, with a warning. */
  use_reentrant?: boolean | null
  /** Give the recomputation the random numbers of the first run. Default: true. */
  preserve_rng_state?: boolean
  /** Gives two contexts: of the first run and of the recomputation. Not with use_reentrant. */
  context_fn?: () => readonly [forward: Context, recompute: Context]
  /** What is compared of the tensors of both runs: 'default' (shape, dtype, device) or 'none'. Not with use_reentrant. */
  determinism_check?: DeterminismCheck
  /** Not there: must be false. */
  debug?: boolean
  /** End the recomputation as soon as what backward needs is there. Not with use_reentrant. Default: true. */
  early_stop?: boolean
}

const option_names = ['use_reentrant', 'preserve_rng_state', 'context_fn', 'determinism_check', 'debug', 'early_stop']

const nothing_around: Context = run => run()

/** Two contexts that do nothing. @see torch.utils.checkpoint.noop_context_fn */
export function noop_context_fn(): readonly [Context, Context] {
  return [nothing_around, nothing_around]
}

let early_stop_for_all: boolean | null = null
const early_stop_state = new ThreadState<boolean | null>(() => early_stop_for_all, to => { early_stop_for_all = to })

/**
 * Says for all checkpoints of a callback, or until the result is disposed of, whether their recomputation stops early.
 *
 * @see torch.utils.checkpoint.set_checkpoint_early_stop
 */
export function set_checkpoint_early_stop(enable: boolean): StateGuard
export function set_checkpoint_early_stop<T>(enable: boolean, callback: () => T): T
export function set_checkpoint_early_stop<T>(enable: boolean, callback?: () => T): T | StateGuard {
  return early_stop_state.scoped(enable, callback, 'utils.checkpoint.set_checkpoint_early_stop')
}

/**
 * Runs a function without keeping what its operations save for backward: backward runs it again to have it.
 *
 * The last argument may hold options; what is none of {@link CheckpointOptions} goes to the function as its own keyword arguments, which
 * only works with `use_reentrant: false`.
 *
 * @param fn - must do the same in both runs; random numbers are the same by preserve_rng_state.
 * @returns what the function returns
 * @throws {CheckpointError} in backward, if the second run differs from the first
 * @example const y = torch.utils.checkpoint.checkpoint(x => block(x), x, { use_reentrant: false })
 * @see torch.utils.checkpoint.checkpoint
 */
export function checkpoint<A extends readonly unknown[], R>(
  fn: (...args: A) => R, ...args: [...A, options?: CheckpointOptions & Record<string, unknown>]): R
export function checkpoint<R>(fn: (...args: never[]) => R, ...args: unknown[]): R
export function checkpoint(fn: (...args: never[]) => unknown, ...all: unknown[]): unknown {
  const last = all.at(-1)
  const { options, kwargs } = divided(is_kwargs(last) ? last : {})
  const args = is_kwargs(last) ? all.slice(0, -1) : all
  const reentrant = is_reentrant(options, kwargs)
  const run = fn as (...given: unknown[]) => unknown
  if (reentrant) return CheckpointFunction.apply(run, options.preserve_rng_state ?? true, ...args)
  return without_reentrant(kwargs === null ? run : (...given) => run(...given, kwargs), args, options)
}

function divided(given: Readonly<Record<string, unknown>>): { options: CheckpointOptions, kwargs: Record<string, unknown> | null } {
  const entries = Object.entries(given)
  const rest = entries.filter(([name]) => !option_names.includes(name))
  return {
    options: Object.fromEntries(entries.filter(([name]) => option_names.includes(name))),
    kwargs: rest.length === 0 ? null : Object.fromEntries(rest),
  }
}

function is_reentrant({ use_reentrant, context_fn, debug }: CheckpointOptions, kwargs: Record<string, unknown> | null): boolean {
  if (use_reentrant == null) {
    warn('torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling checkpoint '
      + 'without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to preserve the current default '
      + 'behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the two variants.')
  }
  if (use_reentrant === false) return false
  if (kwargs !== null) throw new ValueError(`Unexpected keyword arguments: ${Object.keys(kwargs).join(',')}`)
  if (context_fn !== undefined && context_fn !== noop_context_fn || debug === true) {
    throw new ValueError('Passing `context_fn` or `debug` is only supported when use_reentrant=False.')
  }
  return true
}

// The graph holds this function, so it must know nothing of the graph: not even share a scope with the result.
function run_again(run: (...args: unknown[]) => unknown, around: (run: () => void) => void, context: Context): (args: readonly unknown[]) => void {
  return args => { around(() => { context(() => run(...args)) }) }
}

function without_reentrant(run: (...args: unknown[]) => unknown, args: readonly unknown[], options: CheckpointOptions): unknown {
  const { preserve_rng_state = true, context_fn = noop_context_fn, determinism_check = 'default', debug = false, early_stop = true } = options
  if (debug) throw new ValueError('torch.utils.checkpoint: debug=True is not supported here')
  const metadata = metadata_of(determinism_check)
  const [forward_context, recompute_context] = context_fn()
  const same_surroundings = surroundings(args, preserve_rng_state)
  if (!is_grad_enabled()) return run(...args)
  const frame = new Frame(run_again(run, same_surroundings, recompute_context), args, early_stop_for_all ?? early_stop, metadata)
  let done = false
  let result: unknown
  record(frame, () => {
    forward_context(() => {
      result = run(...args)
      done = true
    })
  })
  if (!done) {
    throw new RuntimeError('torch.utils.checkpoint: the forward context provided by context_fn suppressed an exception raised during the '
      + 'checkpointed forward. This is not supported because checkpoint cannot return a value for a failed forward.')
  }
  frame.forward_completed = true
  return result
}

type Layer = (input: Tensor) => Tensor

/**
 * Runs layers one after another in `segments` pieces, each but the last under {@link checkpoint}.
 *
 * @param functions - a Sequential, or an array of modules and functions.
 * @throws {ValueError} for another keyword
 * @see torch.utils.checkpoint.checkpoint_sequential
 */
export function checkpoint_sequential(functions: Sequential | readonly Layer[], segments: number, input: Tensor,
  { use_reentrant = null, preserve_rng_state = true, ...others }: Pick<CheckpointOptions, 'use_reentrant' | 'preserve_rng_state'> = {}): Tensor {
  if (use_reentrant === null) {
    warn('torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In version 2.9 we will raise '
      + 'an exception if use_reentrant is not passed. use_reentrant=False is recommended, but if you need to preserve the current default '
      + 'behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the two variants.')
  }
  const unknown_names = Object.keys(others)
  if (unknown_names.length > 0) throw new ValueError(`Unexpected keyword arguments: ${unknown_names.join(',')}`)
  if (!Number.isInteger(segments) || segments < 1) throw new ValueError(`checkpoint_sequential(): argument 'segments' must be a positive int, but got ${segments}`)
  const layers = (functions instanceof Sequential ? [...functions.children()] : [...functions]) as Layer[]
  const through = (start: number, end: number): Layer => x => layers.slice(start, end).reduce((y, layer) => layer(y), x)
  const size = Math.floor(layers.length / segments)
  let [start, x] = [0, input]
  for (; start < size * (segments - 1); start += size) {
    x = checkpoint(through(start, start + size), x, { use_reentrant: use_reentrant ?? true, preserve_rng_state })
  }
  if (!is_tensor(x)) throw new AssertionError('checkpoint_sequential: layers must give a Tensor')
  return through(start, layers.length)(x)
}
