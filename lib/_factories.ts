// Functions that make tensors: the keywords of Python's torch.zeros and its like that are no arguments of the operators.
import { default_device } from './_defaults'
import { type Kwargs, type Operator, call, invoke, is_kwargs, operator } from './_dispatch'
import { RuntimeError } from './_errors'
import { type DeviceLike, device as to_device } from './device'
import { type dtype, scalar_type } from './dtype'
import { type layout, layout_type } from './layout'
import type { Tensor } from './tensor'

function check_out(out: Tensor, dtype: dtype | null | undefined, layout: layout | null | undefined, device: DeviceLike | null | undefined): void {
  const fail = (what: string, wanted: string, found: string): never => {
    throw new RuntimeError(`${what} ${wanted} does not match ${what} of out parameter (${found})`)
  }
  if (dtype != null && dtype !== out.dtype) fail('dtype', scalar_type(dtype), scalar_type(out.dtype))
  if (layout != null && layout !== out.layout) fail('layout', layout_type(layout), layout_type(out.layout))
  const type = device == null ? out.device.type : to_device(device).type
  if (type !== out.device.type) fail('device type', type, out.device.type)
}

/** A new tensor that records what is done with it. @throws {RuntimeError} if it holds no floating point or complex numbers. */
export function with_grad(made: Tensor): Tensor {
  const { is_floating_point, is_complex } = made.dtype
  if (!is_floating_point && !is_complex) throw new RuntimeError('Only Tensors of floating point and complex dtype can require gradients')
  return made.requires_grad_()
}

function make(op: Operator, args: readonly unknown[], kwargs: Kwargs): Tensor {
  const { requires_grad, ...rest } = kwargs
  let given: Kwargs = rest
  if (rest['out'] != null) {
    const { dtype, layout, device, pin_memory: _, ...others } = rest
    check_out(rest['out'] as Tensor, dtype as dtype, layout as layout, device as DeviceLike)
    given = others
  }
  const made = call(op, args, given) as Tensor
  return requires_grad ? with_grad(made) : made
}

/**
 * A function that calls an operator that makes tensors. `requires_grad` is no argument of the operator, but of Python's
 * function; with `out`, dtype, layout and device only say what `out` must be; where no device is given, it is the default one.
 *
 * @param like - the operator takes the device of its first argument.
 */
export function factory_function(name: string, like: boolean = false): (...args: unknown[]) => unknown {
  let op: Operator | undefined
  return (...args) => {
    op ??= operator(name)
    const last = args[args.length - 1]
    const kwargs = is_kwargs(last) ? last : null
    const device = like ? null : default_device()
    if (device === null && !(kwargs !== null && ('requires_grad' in kwargs || 'out' in kwargs))) return invoke(op, args)
    const positional = kwargs === null ? args : args.slice(0, -1)
    const is_default = device !== null && kwargs?.['out'] == null && kwargs?.['device'] == null
    return make(op, positional, { ...kwargs, ...is_default && { device } })
  }
}

/** A method such as `x.new_zeros`, which makes a tensor of the kind of `this`. */
export function factory_method(name: string): (this: object, ...args: unknown[]) => unknown {
  const make_like = factory_function(name, true)
  return function (...given) { return make_like(this, ...given) }
}
