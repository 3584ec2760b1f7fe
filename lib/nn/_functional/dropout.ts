// Dropout functions of torch.nn.functional.
import { with_keywords } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { float_repr } from '../../_python_format'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'

const names = ['input', 'p', 'training', 'inplace'] as const
type Operator = (args: readonly unknown[]) => unknown

const ops = { feature: aten('feature_dropout'), feature_: aten('feature_dropout_') }

function check(p: number): void {
  if (p < 0 || p > 1) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${Number.isInteger(p) ? p : float_repr(p)}`)
}

function elementwise(name: string, compute: Operator, change: Operator, usually: boolean) {
  return with_keywords(name, names, (input: Tensor, p: number = 0.5, training: boolean = usually, inplace: boolean = false) => {
    check(p)
    return (inplace ? change : compute)([input, p, training]) as Tensor
  })
}

/**
 * Sets elements to zero with probability p and scales the others by 1 / (1 - p), if `training`. Default: p 0.5, training true.
 *
 * @throws {ValueError} if p is not between 0 and 1.
 * @see torch.nn.functional.dropout
 */
export const dropout = elementwise('dropout', aten('dropout'), aten('dropout_'), true)

/** Dropout that keeps mean and variance of inputs to SELU. Default: p 0.5, training false. @see torch.nn.functional.alpha_dropout */
export const alpha_dropout = elementwise('alpha_dropout', aten('alpha_dropout'), aten('alpha_dropout_'), false)

/** {@link alpha_dropout} of whole channels. @see torch.nn.functional.feature_alpha_dropout */
export const feature_alpha_dropout = elementwise('feature_alpha_dropout', aten('feature_alpha_dropout'), aten('feature_alpha_dropout_'), false)

function drop_features(input: Tensor, p: number, training: boolean, inplace: boolean, batched: boolean): Tensor {
  const with_batch = batched ? input : inplace ? input.unsqueeze_(0) : input.unsqueeze(0)
  const result = (inplace ? ops.feature_ : ops.feature)([with_batch, p, training]) as Tensor
  return batched ? result : inplace ? result.squeeze_(0) : result.squeeze(0)
}

/** Sets whole channels to zero; input (N, C, L) or (C, L), arguments as for {@link dropout}. @see torch.nn.functional.dropout1d */
export const dropout1d = with_keywords('dropout1d', names,
  (input: Tensor, p: number = 0.5, training: boolean = true, inplace: boolean = false) => {
    check(p)
    const dims = input.dim()
    if (dims !== 2 && dims !== 3) {
      throw new RuntimeError(`dropout1d: Expected 2D or 3D input, but received a ${dims}D input. Note that dropout1d exists to provide channel-wise dropout `
        + 'on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).')
    }
    return drop_features(input, p, training, inplace, dims === 3)
  })

function warn_of_dims(name: string, dims: number, spatial: number): void {
  warn(`${name}: Received a ${dims}-D input to ${name}, which is deprecated and will result in an error in a future release. `
    + 'To retain the behavior and silence this warning, please use dropout instead. '
    + `Note that ${name} exists to provide channel-wise dropout on inputs with ${spatial} spatial dimensions, `
    + `a channel dimension, and an optional batch dimension (i.e. ${spatial + 1}D or ${spatial + 2}D inputs).`)
}

/** Sets whole channels to zero; input (N, C, H, W), arguments as for {@link dropout}. @see torch.nn.functional.dropout2d */
export const dropout2d = with_keywords('dropout2d', names,
  (input: Tensor, p: number = 0.5, training: boolean = true, inplace: boolean = false) => {
    check(p)
    const dims = input.dim()
    if (dims !== 3 && dims !== 4) warn_of_dims('dropout2d', dims, 2)
    if (dims === 3) {
      warn('dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape (N, C, L), '
        + 'where C is the channel dim. This behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). '
        + 'To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead.')
    }
    return drop_features(input, p, training, inplace, true)
  })

/** Sets whole channels to zero; input (N, C, D, H, W) or (C, D, H, W), arguments as for {@link dropout}. @see torch.nn.functional.dropout3d */
export const dropout3d = with_keywords('dropout3d', names,
  (input: Tensor, p: number = 0.5, training: boolean = true, inplace: boolean = false) => {
    check(p)
    const dims = input.dim()
    if (dims !== 4 && dims !== 5) warn_of_dims('dropout3d', dims, 3)
    return drop_features(input, p, training, inplace, dims === 5)
  })
