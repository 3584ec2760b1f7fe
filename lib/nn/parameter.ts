// Tensors that modules keep: torch.nn.parameter.
import { binding } from '../_C'
import { type Args, bind } from '../_args'
import { handle, is_tensor, own } from '../_dispatch'
import { aten } from '../_operators'
import { type_text } from '../_typename'
import { Tensor } from '../tensor'

const empty = aten('empty.memory_format')
const parameter_names = ['data', 'requires_grad'] as const
const buffer_names = ['data', 'requires_grad', 'persistent'] as const

function data_of(name: string, data: unknown): Tensor {
  if (data == null) return empty([[0]]) as Tensor
  if (!is_tensor(data)) throw new TypeError(`${name}(): argument 'data' must be Tensor, not ${type_text(data)}`)
  return data as Tensor
}

/** Makes `tensor`, which owns nothing yet, a leaf on the memory of `data`. */
function share(tensor: Tensor, data: Tensor, requires_grad: boolean): void {
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
