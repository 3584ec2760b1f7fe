// The graph that backward walks: torch.autograd.graph.
import { type Handle, binding } from '../_C'
import { handle, is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { keep } from '../_memory'
import { aten } from '../_operators'
import { type StateGuard, ThreadState } from '../_thread_state'
import { type_name } from '../_typename'
import type { Device } from '../device'
import type { RemovableHandle, Tensor } from '../tensor'
import { removable } from './_hooks'
import { GradientEdge, type Node } from './_node'
import { enable_grad } from './grad_mode'

export { GradientEdge, Node, type NodeGrads } from './_node'

const empty = aten('empty')

// ---- edges ----

// The node where the tensor's gradient arrives: for a leaf the one that accumulates it, which only a use of the leaf shows.
function node_of(tensor: Tensor): Node {
  return tensor.grad_fn ?? enable_grad(() => tensor.view_as(tensor).grad_fn!.next_functions[0]![0]!)
}

/**
 * The place in the graph where the gradient of a tensor is computed: `grad(loss, get_gradient_edge(x))` is `grad(loss, x)`, and keeps
 * the graph but not the tensor.
 *
 * @throws {RuntimeError} if the tensor does not require grad.
 * @see torch.autograd.graph.get_gradient_edge
 */
export function get_gradient_edge(tensor: Tensor): GradientEdge {
  if (!tensor.requires_grad) {
    throw new RuntimeError('It is not possible to get the gradient edge for a Tensor that does not require gradients')
  }
  return new GradientEdge(node_of(tensor), tensor.output_nr)
}

/**
 * Counts a change in place that PyTorch could not see, such as one through a typed array, so that backward notices it.
 *
 * @see torch.autograd.graph.increment_version
 */
export function increment_version(tensor: Tensor | Iterable<Tensor>): void {
  const list: unknown[] = is_tensor(tensor) ? [tensor] : typeof tensor === 'object' ? Array.from(tensor) : [null]
  for (const one of list) {
    if (!is_tensor(one)) throw new RuntimeError('increment_version expect a Iterable[Tensor] as input')
    binding.increment_version(handle(one))
  }
}

// ---- hooks on several tensors ----

/** A hook of {@link register_multi_grad_hook}. */
export type MultiGradHook = (grads: (Tensor | null)[]) => void

// The nodes of tensors, without keeping them: the hook that asks hangs on them.
class Watch {
  readonly #id: Handle

  constructor(tensors: readonly Tensor[]) {
    this.#id = binding.watch(this, tensors.map(handle))
  }

  /** How many of the nodes the running backward comes by. */
  count(): number {
    return binding.watched(this.#id)
  }
}

// Counts the gradients of each run of backward; the run of the last one calls the hook.
function hook_of_all(tensors: readonly Tensor[], fn: MultiGradHook): (place: number) => (grad: Tensor) => void {
  const watch = new Watch(tensors)
  const size = tensors.length
  const runs = new Map<number, { count: number, wanted: number, grads: (Tensor | null)[] }>()
  return place => grad => {
    const id = binding.graph_task_id()
    if (id === -1) throw new AssertionError('expected this hook to be called inside a backward call')
    let run = runs.get(id)
    if (run === undefined) {
      runs.set(id, run = { count: 0, wanted: watch.count(), grads: new Array<null>(size).fill(null) })
    }
    run.grads[place] = grad
    if (++run.count < run.wanted) return
    runs.delete(id)
    fn(run.grads)
  }
}

function hook_of_any(fn: (grad: Tensor) => void): (grad: Tensor) => void {
  let last = -1
  return grad => {
    const id = binding.graph_task_id()
    if (id === -1) throw new AssertionError('expected this hook to be called inside a backward call')
    if (id === last) return
    last = id
    fn(grad)
  }
}

const modes = ['all', 'any']

/**
 * Calls a function once in each backward: with the gradients of all these tensors when the last of them is there (null for those that
 * are not computed), or with the first of them.
 *
 * @param options.mode - 'all' or 'any'. Default: 'all'.
 * @returns a handle whose remove() takes the hook away
 * @see torch.autograd.graph.register_multi_grad_hook
 */
export function register_multi_grad_hook(tensors: readonly Tensor[], fn: MultiGradHook, options?: { mode?: 'all' }): RemovableHandle
export function register_multi_grad_hook(tensors: readonly Tensor[], fn: (grad: Tensor) => void, options: { mode: 'any' }): RemovableHandle
export function register_multi_grad_hook(
  tensors: readonly Tensor[], fn: MultiGradHook | ((grad: Tensor) => void), { mode = 'all' }: { mode?: 'all' | 'any' } = {},
): RemovableHandle {
  if (typeof fn !== 'function') throw new TypeError(`register_multi_grad_hook(): argument 'fn' must be a function, not ${type_name(fn)}`)
  if (!modes.includes(mode)) throw new ValueError(`Expects mode to be one of ('all', 'any') but got ${String(mode)}`)
  const handles = mode === 'all' ? all_handles(tensors, fn as MultiGradHook) : any_handles(tensors, fn as (grad: Tensor) => void)
  return removable(() => { for (const one of handles) one.remove() })
}

function all_handles(tensors: readonly Tensor[], fn: MultiGradHook): RemovableHandle[] {
  const hook = hook_of_all(tensors, fn)
  return tensors.map((tensor, place) => tensor.register_hook(hook(place)))
}

function any_handles(tensors: readonly Tensor[], fn: (grad: Tensor) => void): RemovableHandle[] {
  const hook = hook_of_any(fn)
  return tensors.filter(tensor => tensor.requires_grad).map(tensor => tensor.register_hook(hook))
}

// ---- tensors saved for backward ----

type Hooks = readonly [pack_hook: (tensor: Tensor) => unknown, unpack_hook: (packed: never) => Tensor]

// The pairs in force on this thread, the innermost last, as C++ has them.
let pushed: readonly Hooks[] = []

function set_pushed(to: readonly Hooks[]): void {
  let same = 0
  while (same < Math.min(to.length, pushed.length) && to[same] === pushed[same]) same++
  for (; pushed.length > same; pushed = pushed.slice(0, -1)) binding.pop_saved_hooks()
  for (const [pack_hook, unpack_hook] of to.slice(same)) binding.push_saved_hooks(keep(pack_hook), keep(unpack_hook))
  pushed = to
}

const saved_hooks = new ThreadState(() => pushed, set_pushed)

function with_hooks<T>(pack_hook: Hooks[0], unpack_hook: Hooks[1], callback: (() => T) | undefined, name: string): T | StateGuard {
  for (const [argument, hook] of Object.entries({ pack_hook, unpack_hook })) {
    if (typeof hook !== 'function') throw new TypeError(`${name}(): argument '${argument}' must be a function, not ${type_name(hook)}`)
  }
  return saved_hooks.scoped([...pushed, [pack_hook, unpack_hook]], callback, `autograd.graph.${name}`)
}

/**
 * Runs a callback; each tensor that its operations save for backward is given to `pack_hook`, whose result is kept in its place, and
 * backward gets the tensor back from `unpack_hook`. Of nested pairs the innermost is used. Without a callback the hooks hold until the result
 * is disposed of.
 *
 * @param pack_hook - must not change its argument in place, nor keep it: `x => x.detach()` keeps the values.
 * @param unpack_hook - gives a tensor with the same values as the one that was packed.
 * @example saved_tensors_hooks(x => save(x), name => load(name), () => model(x)).sum().backward()
 * @see torch.autograd.graph.saved_tensors_hooks
 */
export function saved_tensors_hooks<P>(pack_hook: (tensor: Tensor) => P, unpack_hook: (packed: P) => Tensor): StateGuard
export function saved_tensors_hooks<P, T>(pack_hook: (tensor: Tensor) => P, unpack_hook: (packed: P) => Tensor, callback: () => T): T
export function saved_tensors_hooks<P, T>(
  pack_hook: (tensor: Tensor) => P, unpack_hook: (packed: P) => Tensor, callback?: () => T,
): T | StateGuard {
  return with_hooks(pack_hook, unpack_hook, callback, 'saved_tensors_hooks')
}

/** Keywords of {@link save_on_cpu}. */
export interface SaveOnCpuOptions {
  /** Keep them in page-locked memory, which is copied while the device computes. Default: false. */
  pin_memory?: boolean
  /** The device whose memory is spared. Default: 'cuda'. */
  device_type?: string
}

/**
 * Runs a callback; the tensors that its operations save for backward wait for it on the CPU. Without a callback this holds until the
 * result is disposed of.
 *
 * @see torch.autograd.graph.save_on_cpu
 */
export function save_on_cpu(options?: SaveOnCpuOptions): StateGuard
export function save_on_cpu<T>(callback: () => T): T
export function save_on_cpu<T>(options: SaveOnCpuOptions, callback: () => T): T
export function save_on_cpu<T>(options: SaveOnCpuOptions | (() => T) = {}, callback?: () => T): T | StateGuard {
  if (typeof options === 'function') return save_on_cpu({}, options)
  const { pin_memory = false } = options
  const pack = (tensor: Tensor): [Device, Tensor] => [tensor.device, pin_memory ? pinned(tensor) : tensor.cpu()]
  const unpack = ([device, tensor]: [Device, Tensor]): Tensor => tensor.to(device, { non_blocking: pin_memory })
  return with_hooks(pack, unpack, callback, 'save_on_cpu')
}

function pinned(tensor: Tensor): Tensor {
  const pin_memory = binding.cuda_device_count() > 0 && !tensor.is_sparse
  const packed = empty([tensor.shape], { dtype: tensor.dtype, layout: tensor.layout, pin_memory }) as Tensor
  return packed.copy_(tensor, pin_memory)
}

const disabled = new ThreadState<string | undefined>(() => binding.saved_hooks_disabled(), message => {
  if (message === undefined) binding.enable_saved_hooks()
  else binding.disable_saved_hooks(message)
})

/**
 * Runs a callback in which {@link saved_tensors_hooks} throws. Without a callback this holds until the result is disposed of.
 *
 * @see torch.autograd.graph.disable_saved_tensors_hooks
 */
export function disable_saved_tensors_hooks(error_message: string): StateGuard
export function disable_saved_tensors_hooks<T>(error_message: string, callback: () => T): T
export function disable_saved_tensors_hooks<T>(error_message: string, callback?: () => T): T | StateGuard {
  return disabled.scoped(error_message, callback, 'autograd.graph.disable_saved_tensors_hooks')
}

/**
 * Says whether to warn when a gradient comes on another stream than that of the leaf.
 *
 * @see torch.autograd.graph.set_warn_on_accumulate_grad_stream_mismatch
 */
export function set_warn_on_accumulate_grad_stream_mismatch(enabled: boolean): void {
  binding.set_switch('stream_mismatch_warning', enabled ? 1 : 0)
}
