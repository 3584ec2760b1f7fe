// The ways to make a step: operator by operator for each parameter, for lists of parameters (foreach), or in one kernel (fused).
// Parts of torch.optim.optimizer.
import { is_tensor } from '../_dispatch'
import { RuntimeError } from '../_errors'
import { float32, float64 } from '../dtype'
import type { Tensor } from '../tensor'

/** How a group's step is made. */
export type Form = 'single' | 'foreach' | 'fused'

/** The options of a group that decide it. */
export interface FormOptions {
  /** Use operators on lists of parameters. Default: where that is the fastest way to PyTorch's bits. */
  foreach: boolean | null
  /** Use one kernel for the whole step. Its bits may differ. */
  fused?: boolean | null
  /** Record the step, for backward through it. Default: false. */
  differentiable: boolean
}

/**
 * The form of a step. PyTorch's default is foreach on CUDA and one parameter after the other on CPU. There, foreach operators
 * call the same kernels in the same order, so float32 and float64 get the same bits by fewer calls; for half precision
 * `_foreach_mul_` rounds the factor first, and would not.
 */
export function choose_form(params: readonly Tensor[], { foreach, fused, differentiable }: FormOptions): Form {
  if (fused) return 'fused'
  if (foreach != null) return foreach ? 'foreach' : 'single'
  return fused == null && !differentiable && params.every(suits_foreach) ? 'foreach' : 'single'
}

function suits_foreach(param: Tensor): boolean {
  const { dtype } = param
  return param.is_cuda || ((dtype === float32 || dtype === float64) && param.is_cpu)
}

/** Throws if options exclude each other. */
export function check_forms({ foreach, fused, differentiable }: FormOptions): void {
  if (!fused) return
  if (differentiable) throw new RuntimeError('`fused` does not support `differentiable`')
  if (foreach) throw new RuntimeError('`fused` and `foreach` cannot be `True` together.')
}

const fused_devices = ['mps', 'cuda', 'xpu', 'hpu', 'cpu', 'mtia']

/** Throws if a fused kernel cannot take the parameter. */
export function check_fused(param: Tensor): void {
  const { dtype, device } = param
  if (dtype.is_floating_point && fused_devices.includes(device.type)) return
  const devices = `[${fused_devices.map(name => `'${name}'`).join(', ')}]`
  throw new RuntimeError(`\`fused=True\` requires all the params to be floating point Tensors of supported devices: ${devices} but ${String(dtype)} and ${device.type}`)
}

type Lists = readonly (readonly unknown[])[]

/**
 * Splits lists of the same length by the device and dtype of the first list's tensors, as foreach and fused kernels of
 * accelerators need it. On the CPU they go tensor by tensor and take any mixture.
 */
export function by_device_and_dtype<L extends Lists>(lists: L): L[] {
  const [first] = lists as unknown as [readonly Tensor[]]
  if (first.every(one => one.is_cpu)) return [lists]
  const groups = new Map<string, number[]>()
  first.forEach((one, i) => {
    const key = `${String(one.device)} ${one.dtype.name}`
    const places = groups.get(key)
    if (places) places.push(i)
    else groups.set(key, [i])
  })
  if (groups.size === 1) return [lists]
  return Array.from(groups.values(), places => lists.map(list => places.map(i => list[i])) as unknown as L)
}

/**
 * Elements of the parameters that foreach operators cover at once on the CPU. With more, what one operator wrote has left the
 * cache before the next one reads it; with fewer, small parameters cost a call each.
 */
const CACHED_ELEMENTS = 2 ** 14

/** Cuts a list of places into pieces of parameters that fit into the cache; large ones stand alone. */
export function cache_sized(places: readonly number[], params: readonly Tensor[]): number[][] {
  const pieces: number[][] = []
  let elements = Infinity
  for (const i of places) {
    const size = params[i].numel()
    if (elements + size > CACHED_ELEMENTS) {
      pieces.push([])
      elements = 0
    }
    pieces.at(-1)!.push(i)
    elements += size
  }
  return pieces
}

/** A hyperparameter as a number; the value of a tensor. */
export function number_of(value: number | Tensor): number {
  return is_tensor(value) ? (value as Tensor).item() : value as number
}

/** The parameters of a group that have gradients, and these. */
export function with_gradients(params: readonly Tensor[]): { params: Tensor[], grads: Tensor[] } {
  const found: Tensor[] = []
  const grads: Tensor[] = []
  for (const param of params) {
    const { grad } = param
    if (grad === null) continue
    found.push(param)
    grads.push(grad)
  }
  return { params: found, grads }
}
