// Muon: torch.optim._muon.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { value_text } from '../_typename'
import { bfloat16 } from '../dtype'
import { addmm, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { number_of, with_gradients } from './_forms'
import { Optimizer, type ParamGroup, type Params, number_text } from './optimizer'

/** Options of {@link Muon}. */
export interface MuonOptions {
  /** Learning rate. Default: 1e-3. */
  lr: number | Tensor
  /** Decay of the parameters. Default: 0.1. */
  weight_decay: number
  /** Decay of the average gradient. Default: 0.95. */
  momentum: number
  /** Nesterov momentum. Default: true. */
  nesterov: boolean
  /** Coefficients of the Newton-Schulz polynomial. Default: [3.4445, -4.775, 2.0315]. */
  ns_coefficients: readonly [number, number, number]
  /** Least norm that a gradient is divided by. Default: 1e-7. */
  eps: number
  /** Newton-Schulz iterations, below 100. Default: 5. */
  ns_steps: number
  /** How the rate depends on the shape: 'original', which null means too, or 'match_rms_adamw'. Default: null. */
  adjust_lr_fn: 'original' | 'match_rms_adamw' | null
}

const names = [
  'params', 'lr', 'weight_decay', 'momentum', 'nesterov', 'ns_coefficients', 'eps', 'ns_steps', 'adjust_lr_fn',
] as const

/**
 * Momentum whose steps are made nearly orthogonal matrices. For the weights of hidden layers, which are matrices.
 *
 * @throws {ValueError} for a negative rate, momentum or weight decay, an unknown adjust_lr_fn, or parameters that are no matrices.
 * @see torch.optim.Muon; Jordan, Muon: An optimizer for hidden layers
 */
export class Muon extends Optimizer<MuonOptions> {
  constructor(...args: Args<[
    params: Params<MuonOptions>, lr?: number | Tensor, weight_decay?: number, momentum?: number, nesterov?: boolean,
    ns_coefficients?: readonly [number, number, number], eps?: number, ns_steps?: number, adjust_lr_fn?: MuonOptions['adjust_lr_fn'],
  ], typeof names>) {
    const { params, ...given } = bind('Muon.__init__', names, 1, args)
    const options: MuonOptions = {
      lr: 1e-3, weight_decay: 0.1, momentum: 0.95, nesterov: true, ns_coefficients: [3.4445, -4.775, 2.0315], eps: 1e-7, ns_steps: 5,
      adjust_lr_fn: null, ...given,
    }
    check(options)
    super(params as Params<MuonOptions>, options)
    for (const param of this.param_groups.flatMap(group => group.params)) {
      if (param.ndim !== 2) {
        throw new ValueError(`Muon only supports 2D parameters whereas we found a parameter with size: ${String(param.shape)}`)
      }
    }
  }

  protected override update_group(group: ParamGroup<MuonOptions>): void {
    const lr = number_of(group.lr)
    const { params, grads } = with_gradients(group.params)
    params.forEach((param, i) => {
      const grad = grads[i]
      if (param.dtype.is_complex) throw new RuntimeError('Muon does not support complex parameters')
      if (grad.is_sparse) throw new RuntimeError('Muon does not support sparse gradients')
      if (grad.ndim !== 2) throw new ValueError('Param gradient must be a 2D matrix')
      const state = this.state_of<{ momentum_buffer?: Tensor }>(param)
      const buffer = (state.momentum_buffer ??= zeros_like(grad)).lerp_(grad, 1 - group.momentum)
      const update = orthogonal(group.nesterov ? grad.lerp(buffer, group.momentum) : buffer, group)
      param.mul_(1 - lr * group.weight_decay)
      param.add_(update, { alpha: -adjusted(lr, group.adjust_lr_fn, param.shape) })
    })
  }
}

function check({ lr, momentum, weight_decay, adjust_lr_fn }: MuonOptions): void {
  if (is_tensor(lr) && lr.numel() !== 1) throw new ValueError('Tensor lr must be 1-element')
  const values = { 'Learning rate': number_of(lr), momentum, 'weight decay': weight_decay }
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0)) throw new ValueError(`${name} should be >= 0 but is: ${number_text(value)}`)
  }
  if (adjust_lr_fn !== null && !['original', 'match_rms_adamw'].includes(adjust_lr_fn)) {
    throw new ValueError(`Adjust learning rate function ${value_text(adjust_lr_fn)} is not supported`)
  }
}

/** A matrix with the same singular vectors, and singular values near 1: a polynomial of it, iterated in bfloat16. */
function orthogonal(grad: Tensor, { ns_coefficients, ns_steps, eps }: ParamGroup<MuonOptions>): Tensor {
  if (ns_steps >= 100) throw new ValueError('Number of steps must be less than 100 for computational efficiency')
  if (ns_coefficients.length !== 3) throw new ValueError('Coefficients must be a tuple of exactly 3 values')
  const [a, b, c] = ns_coefficients
  const is_tall = grad.size(0) > grad.size(1)
  const narrow = grad.to(bfloat16)
  let matrix = is_tall ? narrow.T : narrow
  // The division is in place, so a gradient that is bfloat16 already is divided itself, as in PyTorch.
  matrix.div_(matrix.norm().clamp({ min: eps }))
  for (let i = 0; i < ns_steps; i++) {
    const gram = matrix.matmul(matrix.T)
    const update = addmm(gram, gram, gram, { beta: b, alpha: c })
    matrix = addmm(matrix, update, matrix, { beta: a })
  }
  return is_tall ? matrix.T : matrix
}

function adjusted(lr: number, how: MuonOptions['adjust_lr_fn'], [rows, columns]: readonly number[]): number {
  return lr * (how === 'match_rms_adamw' ? 0.2 * Math.sqrt(Math.max(rows, columns)) : Math.sqrt(Math.max(1, rows / columns)))
}
