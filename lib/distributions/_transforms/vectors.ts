// Transforms of vectors and matrices.
import { ValueError } from '../../_errors'
import { finfo } from '../../_type_info'
import type { Tensor } from '../../tensor'
import { cholesky } from '../../generated/linalg'
import { log_sigmoid, pad, softplus } from '../../generated/nn_functions'
import { eye } from '../../generated/torch_functions'
import * as constraints from '../constraints'
import type { Constraint } from '../constraints'
import { type Shape, size_of } from '../distribution'
import { minus, tril_matrix_to_vec, vec_to_tril_matrix } from '../utils'
import { _clipped_sigmoid } from './elementwise'
import { Transform, too_few_dimensions } from './transform'

function shifted(x: Tensor): Tensor {
  return pad(x.at('...', ':-1'), [1, 0], { value: 1 })
}

/**
 * A vector of length D (D - 1) / 2 to the Cholesky factor of a D x D correlation matrix: a lower triangular matrix with a positive
 * diagonal and rows of norm 1.
 *
 * @see torch.distributions.transforms.CorrCholeskyTransform
 */
export class CorrCholeskyTransform extends Transform {
  static override domain: Constraint = constraints.real_vector
  static override codomain: Constraint = constraints.corr_cholesky
  static override bijective = true

  override _call(x: Tensor): Tensor {
    const { eps } = finfo(x.dtype)
    const lower = vec_to_tril_matrix(x.tanh().clamp({ min: -1 + eps, max: 1 - eps }), -1)
    const left = minus(1, lower.pow(2)).sqrt().cumprod(-1)
    const r = lower.add(eye(lower.shape.at(-1)!, { dtype: lower.dtype, device: lower.device }))
    return r.mul(shifted(left))
  }

  override _inverse(y: Tensor): Tensor {
    const left = minus(1, y.mul(y).cumsum(-1))
    const y_vec = tril_matrix_to_vec(y, -1)
    const t = y_vec.div(tril_matrix_to_vec(shifted(left), -1).sqrt())
    return t.log1p().sub(t.neg().log1p()).div(2)
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    const left = minus(1, y.mul(y).cumsum(-1))
    const stick_breaking = tril_matrix_to_vec(left, -2).log().sum(-1).mul(0.5)
    const tanh = x.add(softplus(x.mul(-2))).sub(Math.LN2).sum(-1).mul(-2)
    return stick_breaking.add(tanh)
  }

  override forward_shape(shape: Shape): Shape {
    if (shape.length < 1) throw too_few_dimensions()
    const count = shape.at(-1)!
    const size = Math.round((0.25 + 2 * count) ** 0.5 + 0.5)
    if (Math.floor(size * (size - 1) / 2) !== count) throw new ValueError('Input is not a flattened lower-diagonal number')
    return size_of(shape.slice(0, -1), [size, size])
  }

  override inverse_shape(shape: Shape): Shape {
    if (shape.length < 2) throw too_few_dimensions()
    const size = shape.at(-1)!
    if (shape.at(-2) !== size) throw new ValueError('Input is not square')
    return size_of(shape.slice(0, -2), [Math.floor(size * (size - 1) / 2)])
  }
}

/** y = exp(x), normalized to sum 1; not bijective. @see torch.distributions.transforms.SoftmaxTransform */
export class SoftmaxTransform extends Transform {
  static override domain: Constraint = constraints.real_vector
  static override codomain: Constraint = constraints.simplex

  override equals(other: unknown): boolean {
    return other instanceof SoftmaxTransform
  }

  override _call(x: Tensor): Tensor {
    const probs = x.sub(x.max(-1, true).values).exp()
    return probs.div(probs.sum(-1, true))
  }

  override _inverse(y: Tensor): Tensor {
    return y.log()
  }

  override forward_shape(shape: Shape): Shape {
    if (shape.length < 1) throw too_few_dimensions()
    return shape
  }

  override inverse_shape(shape: Shape): Shape {
    return this.forward_shape(shape)
  }
}

// How many pieces are left before each break of a stick.
function pieces(like: Tensor, breaks: number, count: number): Tensor {
  return minus(count, like.new_ones([breaks]).cumsum(-1))
}

/**
 * A vector to one with sum 1 and one element more, by breaking a stick; bijective.
 *
 * @see torch.distributions.transforms.StickBreakingTransform
 */
export class StickBreakingTransform extends Transform {
  static override domain: Constraint = constraints.real_vector
  static override codomain: Constraint = constraints.simplex
  static override bijective = true

  override equals(other: unknown): boolean {
    return other instanceof StickBreakingTransform
  }

  override _call(x: Tensor): Tensor {
    const size = x.shape.at(-1)!
    const z = _clipped_sigmoid(x.sub(pieces(x, size, size + 1).log()))
    const left = minus(1, z).cumprod(-1)
    return pad(z, [0, 1], { value: 1 }).mul(pad(left, [1, 0], { value: 1 }))
  }

  override _inverse(y: Tensor): Tensor {
    const cropped = y.at('...', ':-1')
    const offset = pieces(y, cropped.shape.at(-1)!, y.shape.at(-1)!)
    const left = minus(1, cropped.cumsum(-1)).clamp({ min: finfo(y.dtype).tiny }) // y may not sum to 1 exactly
    return cropped.log().sub(left.log()).add(offset.log())
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    const size = x.shape.at(-1)!
    const moved = x.sub(pieces(x, size, size + 1).log())
    return moved.neg().add(log_sigmoid(moved)).add(y.at('...', ':-1').log()).sum(-1)
  }

  override forward_shape(shape: Shape): Shape {
    if (shape.length < 1) throw too_few_dimensions()
    return size_of(shape.slice(0, -1), [shape.at(-1)! + 1])
  }

  override inverse_shape(shape: Shape): Shape {
    if (shape.length < 1) throw too_few_dimensions()
    return size_of(shape.slice(0, -1), [shape.at(-1)! - 1])
  }
}

function with_diagonal(matrix: Tensor, change: (diagonal: Tensor) => Tensor): Tensor {
  return matrix.tril(-1).add(change(matrix.diagonal({ dim1: -2, dim2: -1 })).diag_embed())
}

/** Matrices to lower triangular ones with a positive diagonal. @see torch.distributions.transforms.LowerCholeskyTransform */
export class LowerCholeskyTransform extends Transform {
  static override domain: Constraint = constraints.independent(constraints.real, 2)
  static override codomain: Constraint = constraints.lower_cholesky

  override equals(other: unknown): boolean {
    return other instanceof LowerCholeskyTransform
  }

  override _call(x: Tensor): Tensor {
    return with_diagonal(x, diagonal => diagonal.exp())
  }

  override _inverse(y: Tensor): Tensor {
    return with_diagonal(y, diagonal => diagonal.log())
  }
}

/** Matrices to positive definite ones. @see torch.distributions.transforms.PositiveDefiniteTransform */
export class PositiveDefiniteTransform extends Transform {
  static override domain: Constraint = constraints.independent(constraints.real, 2)
  static override codomain: Constraint = constraints.positive_definite

  override equals(other: unknown): boolean {
    return other instanceof PositiveDefiniteTransform
  }

  override _call(x: Tensor): Tensor {
    const lower = new LowerCholeskyTransform()(x)
    return lower.matmul(lower.mT)
  }

  override _inverse(y: Tensor): Tensor {
    return new LowerCholeskyTransform().inv(cholesky(y))
  }
}
