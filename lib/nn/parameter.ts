// Tensors that modules keep: torch.nn.parameter.
import { binding } from '../_C'
import { type Args, arrange, bind } from '../_args'
import { handle, is_tensor, own } from '../_dispatch'
import { RuntimeError } from '../_errors'
import type { Size } from '../_size'
import { type_text } from '../_typename'
import type { Device, DeviceLike } from '../device'
import type { dtype } from '../dtype'
import { empty } from '../generated/torch_functions'
import { Tensor } from '../tensor'
import type { DeviceOption, DtypeOption } from './_types'

const parameter_names = ['data', 'requires_grad'] as const
const buffer_names = ['data', 'requires_grad', 'persistent'] as const

function data_of(name: string, data: unknown): Tensor {
  if (data == null) return empty([0])
  if (!is_tensor(data)) throw new TypeError(`${name}(): argument 'data' must be Tensor, not ${type_text(data)}`)
  return data as Tensor
}

/** Makes `tensor`, which owns nothing yet, a leaf on the memory of `data`. */
function share(tensor: Tensor, data: Tensor, requires_grad: boolean): void {
  if (requires_grad && !data.dtype.is_floating_point && !data.dtype.is_complex) {
    throw new RuntimeError('Only Tensors of floating point and complex dtype can require gradients')
  }
  own(tensor, out => binding.variable_data(out, handle(data)))
  if (requires_grad) tensor.requires_grad = true
}

/**
 * A tensor that is a parameter of the module which has it as a field. It shares the memory of `data`.
 *
 * @param data - Default: a tensor without elements.
 * @param requires_grad - whether backward computes its gradient. Default: true, also within no_grad.
 * @throws {RuntimeError} if data is not floating point or complex and requires_grad is true.
 * @example this.scale = new nn.Parameter(torch.ones(1))
 * @see torch.nn.Parameter
 */
export class Parameter extends Tensor {
  constructor(...args: Args<[data?: Tensor | null, requires_grad?: boolean], typeof parameter_names>) {
    super()
    const { data, requires_grad = true } = bind('Parameter', parameter_names, 0, args)
    share(this, data_of('Parameter', data), requires_grad !== false)
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}

/**
 * A tensor that is a buffer of the module which has it as a field: part of its state, but nothing to train.
 *
 * @param data - Default: a tensor without elements.
 * @param requires_grad - Default: false.
 * @param persistent - whether it is in the module's state_dict. Default: true.
 * @see torch.nn.Buffer
 */
export class Buffer extends Tensor {
  readonly persistent: boolean

  constructor(...args: Args<[data?: Tensor | null, requires_grad?: boolean, persistent?: boolean], typeof buffer_names>) {
    super()
    const { data, requires_grad, persistent = true } = bind('Buffer', buffer_names, 0, args)
    this.persistent = persistent !== false
    share(this, data_of('Buffer', data), requires_grad === true)
  }
}

// ---- tensors of lazy modules ----

const uninitialized_names = ['requires_grad', 'device', 'dtype'] as const
type UninitializedArgs = [requires_grad?: boolean, device?: DeviceOption, dtype?: DtypeOption]

const NO_SHAPE = "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load "
  + 'an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their attributes.'

function give_shape(tensor: Tensor, shape: readonly number[], device: DeviceLike | null, dtype: dtype | null, become: object): void {
  tensor.data = empty(shape, { device: device ?? tensor.device, dtype: dtype ?? tensor.dtype })
  Object.setPrototypeOf(tensor, become)
}

/** A parameter whose shape is not known yet. @see torch.nn.parameter.UninitializedParameter */
export class UninitializedParameter extends Parameter {
  constructor(...args: Args<UninitializedArgs, typeof uninitialized_names>) {
    const [requires_grad = true, device, dtype] = arrange<UninitializedArgs>('UninitializedParameter', uninitialized_names, 0, args)
    super(empty([0], { device, dtype }), requires_grad)
  }

  /** Gives it a shape, but no values; it is a {@link Parameter} from then on. */
  materialize(shape: readonly number[], device: Device | string | null = null, dtype: dtype | null = null): void {
    give_shape(this, shape, device, dtype, Parameter.prototype)
  }

  override get shape(): Size {
    throw new RuntimeError(NO_SHAPE)
  }

  override toString(): string {
    return '<UninitializedParameter>'
  }
}

/** A buffer whose shape is not known yet. @see torch.nn.parameter.UninitializedBuffer */
export class UninitializedBuffer extends Buffer {
  constructor(...args: Args<[...UninitializedArgs, persistent?: boolean], readonly [...typeof uninitialized_names, 'persistent']>) {
    const [requires_grad = false, device, dtype, persistent = true]
      = arrange<[...UninitializedArgs, persistent?: boolean]>('UninitializedBuffer', [...uninitialized_names, 'persistent'], 0, args)
    super(empty([0], { device, dtype }), requires_grad, persistent)
  }

  /** Gives it a shape, but no values; it is a plain tensor from then on. */
  materialize(shape: readonly number[], device: Device | string | null = null, dtype: dtype | null = null): void {
    give_shape(this, shape, device, dtype, Tensor.prototype)
  }

  override get shape(): Size {
    throw new RuntimeError(NO_SHAPE)
  }

  override toString(): string {
    return '<UninitializedBuffer>'
  }
}

/** Whether a tensor has no shape yet. @see torch.nn.parameter.is_lazy */
export function is_lazy(param: unknown): param is UninitializedParameter | UninitializedBuffer {
  return param instanceof UninitializedParameter || param instanceof UninitializedBuffer
}
