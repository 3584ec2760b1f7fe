// Parametrizations that are there to use: torch.nn.utils.parametrizations.
import { type Args, bind } from '../../_args'
import { is_tensor } from '../../_dispatch'
import { AssertionError, IndexError, NotImplementedError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { finfo } from '../../_type_info'
import { value_text } from '../../_typename'
import { no_grad } from '../../autograd/grad_mode'
import { householder_product, solve } from '../../generated/linalg'
import { add, allclose, cat, eye, geqrf, matrix_exp, mv, norm_except_dim, randn, vdot, zeros_like } from '../../generated/torch_functions'
import { contiguous_format } from '../../layout'
import type { Tensor } from '../../tensor'
import { normalize } from '../_functional/normalization'
import { get_attr } from '../modules/_members'
import { _ConvTransposeNd } from '../modules/conv'
import { Module } from '../modules/module'
import { register_parametrization } from './parametrize'

const weight_norm_op = aten('_weight_norm')

function tensor_of(module: Module, name: string): Tensor {
  const weight = get_attr(module, name)
  if (!is_tensor(weight)) throw new ValueError(`Module '${String(module)}' has no parameter or buffer with name '${name}'`)
  return weight as Tensor
}

// ---- orthogonal ----

/** How an orthogonal matrix is made of any other. */
export type OrthogonalMap = 'matrix_exp' | 'cayley' | 'householder'

function is_orthogonal(Q: Tensor): boolean {
  const identity = eye(Q.size(-1), { dtype: Q.dtype, device: Q.device })
  return allclose(Q.mH.matmul(Q), identity, { atol: 10 * Q.size(-2) * finfo(Q.dtype).eps })
}

function make_orthogonal(A: Tensor): Tensor {
  const { a, tau } = geqrf(A)
  return householder_product(a, tau).mul_(a.diagonal({ dim1: -2, dim2: -1 }).sgn().unsqueeze(-2))
}

class _Orthogonal extends Module {
  readonly shape: Tensor['shape']
  readonly orthogonal_map: OrthogonalMap
  declare base?: Tensor | null

  constructor(weight: Tensor, orthogonal_map: OrthogonalMap, use_trivialization: boolean) {
    super()
    if (weight.is_complex() && orthogonal_map === 'householder') throw new ValueError('The householder parametrization does not support complex tensors.')
    this.shape = weight.shape
    this.orthogonal_map = orthogonal_map
    if (use_trivialization) this.register_buffer('base', null)
  }

  forward(given: Tensor): Tensor {
    const transposed = given.size(-2) < given.size(-1)
    const X = transposed ? given.mT : given
    const made = this.orthogonal_map === 'householder' ? this.reflect(X) : this.rotate(X)
    const Q = 'base' in this ? this.base!.matmul(made) : made
    return transposed ? Q.mT : Q
  }

  // The exponential or Cayley map of the skew-symmetric matrix of X's lower triangle.
  private rotate(X: Tensor): Tensor {
    const [n, k] = [X.size(-2), X.size(-1)]
    let lower = X.tril()
    if (n !== k) lower = cat([lower, lower.new_zeros([n, n - k]).expand([...lower.shape.slice(0, -2), -1, -1])], -1)
    const A = lower.sub(lower.mH)
    let Q: Tensor
    if (this.orthogonal_map === 'matrix_exp') {
      Q = matrix_exp(A)
    } else {
      const identity = eye(n, { dtype: A.dtype, device: A.device })
      Q = solve(add(identity, A, { alpha: -0.5 }), add(identity, A, { alpha: 0.5 }))
    }
    return n === k ? Q : Q.narrow(-1, 0, k)
  }

  // A product of Householder reflections; the diagonal of X holds the signs of Q's columns.
  private reflect(X: Tensor): Tensor {
    const A = X.tril(-1)
    const tau = A.mul(A).sum(-2).add(1).reciprocal().mul(2)
    return householder_product(A, tau).mul(X.diagonal({ dim1: -2, dim2: -1 }).int().unsqueeze(-2))
  }

  right_inverse(value: Tensor): Tensor {
    if (String(value.shape) !== String(this.shape)) {
      throw new ValueError(`Expected a matrix or batch of matrices of shape ${String(this.shape)}. Got a tensor of shape ${String(value.shape)}.`)
    }
    return no_grad(() => {
      const transpose = value.size(-2) < value.size(-1)
      const Q = transpose ? value.mT : value
      return 'base' in this ? this.rebase(Q, value) : this.reflections(Q, transpose)
    })
  }

  private reflections(Q: Tensor, transpose: boolean): Tensor {
    if (this.orthogonal_map !== 'householder') {
      throw new NotImplementedError('It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.')
    }
    const { a: A, tau } = geqrf(Q)
    const diagonal = A.diagonal({ dim1: -2, dim2: -1 })
    diagonal.sign_()
    const none = tau.eq(0)
    diagonal.set_at(none, diagonal.at(none).mul_(-1))
    return transpose ? A.mT : A
  }

  // The value becomes the base; what is to learn starts at what gives the identity.
  private rebase(Q: Tensor, value: Tensor): Tensor {
    const [n, k] = [Q.size(-2), Q.size(-1)]
    if (n === k) {
      this.base = is_orthogonal(Q) ? Q.clone() : make_orthogonal(Q)
    } else {
      const more = randn([...Q.shape.slice(0, -2), n, n - k], { dtype: Q.dtype, device: Q.device })
      this.base = make_orthogonal(cat([Q, more], -1))
    }
    const start = zeros_like(value)
    start.diagonal({ dim1: -2, dim2: -1 }).fill_(-1)
    return start
  }
}

const orthogonal_names = ['module', 'name', 'orthogonal_map'] as const

/**
 * Keeps a matrix (or a batch) orthogonal, or unitary if it is complex; one that is not square has orthonormal rows or columns.
 *
 * @param name - of the tensor. Default: 'weight'.
 * @param orthogonal_map - 'matrix_exp', 'cayley' or 'householder'. Default: matrix_exp for square and complex ones, else householder.
 * @param use_trivialization - relative to a base that is the value assigned last, which training likes better. Default: true.
 * @throws {ValueError} if the tensor is no matrix, or for another map.
 * @see torch.nn.utils.parametrizations.orthogonal
 */
export function orthogonal<M extends Module>(
  ...args: Args<[module: M, name?: string, orthogonal_map?: OrthogonalMap | null], typeof orthogonal_names, { use_trivialization?: boolean }>
): M {
  const { module, name = 'weight', orthogonal_map = null, use_trivialization = true }
    = bind<{ module: M, name?: string, orthogonal_map?: OrthogonalMap | null, use_trivialization?: boolean }>(
      'orthogonal', orthogonal_names, 1, args, ['use_trivialization'])
  const weight = tensor_of(module, name)
  if (weight.dim() < 2) throw new ValueError(`Expected a matrix or batch of matrices. Got a tensor of ${weight.dim()} dimensions.`)
  const map = orthogonal_map ?? (weight.size(-2) === weight.size(-1) || weight.is_complex() ? 'matrix_exp' : 'householder')
  if (!['matrix_exp', 'cayley', 'householder'].includes(map)) {
    throw new ValueError(`orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: ${value_text(map)}`)
  }
  return register_parametrization(module as Module, name, new _Orthogonal(weight, map, use_trivialization), { unsafe: true }) as M
}

// ---- weight_norm ----

class _WeightNorm extends Module {
  readonly dim: number

  constructor(dim: number | null = 0) {
    super()
    this.dim = dim ?? -1
  }

  forward(weight_g: Tensor, weight_v: Tensor): Tensor {
    return weight_norm_op([weight_v, weight_g, this.dim]) as Tensor
  }

  right_inverse(weight: Tensor): [Tensor, Tensor] {
    return [norm_except_dim(weight, 2, this.dim), weight]
  }
}

const norm_names = ['module', 'name', 'dim'] as const

/**
 * Makes a tensor `g * v / |v|`: `original0` is its norm g, `original1` its direction v.
 *
 * @param name - of the tensor. Default: 'weight'.
 * @param dim - the dimension whose slices have a norm each; null: one norm for all. Default: 0.
 * @see torch.nn.utils.parametrizations.weight_norm
 */
export function weight_norm<M extends Module>(...args: Args<[module: M, name?: string, dim?: number | null], typeof norm_names>): M {
  const { module, name = 'weight', dim = 0 } = bind<{ module: M, name?: string, dim?: number | null }>('weight_norm', norm_names, 1, args)
  register_parametrization(module as Module, name, new _WeightNorm(dim), { unsafe: true })
  // Checkpoints of the older nn.utils.weight_norm have other names.
  module.register_load_state_dict_pre_hook((_module, state_dict: Record<string, unknown>, prefix) => {
    const [g, v] = [`${prefix}${name}_g`, `${prefix}${name}_v`]
    if (!(g in state_dict && v in state_dict)) return
    state_dict[`${prefix}parametrizations.${name}.original0`] = state_dict[g]
    state_dict[`${prefix}parametrizations.${name}.original1`] = state_dict[v]
    delete state_dict[g]
    delete state_dict[v]
  })
  return module
}

// ---- spectral_norm ----

class _SpectralNorm extends Module {
  readonly dim: number
  readonly eps: number
  declare n_power_iterations: number
  declare _u: Tensor
  declare _v: Tensor

  constructor(weight: Tensor, n_power_iterations = 1, dim = 0, eps = 1e-12) {
    super()
    const ndim = weight.dim()
    if (dim >= ndim || dim < -ndim) {
      throw new IndexError(`Dimension out of range (expected to be in range of [-${ndim}, ${ndim - 1}] but got ${dim})`)
    }
    if (n_power_iterations <= 0) {
      throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`)
    }
    this.dim = dim >= 0 ? dim : dim + ndim
    this.eps = eps
    if (ndim > 1) this.start(weight, n_power_iterations)
  }

  private start(weight: Tensor, n_power_iterations: number): void {
    this.n_power_iterations = n_power_iterations
    const matrix = this.matrix_of(weight)
    const u = matrix.new_empty([matrix.size(0)]).normal_(0, 1)
    const v = matrix.new_empty([matrix.size(1)]).normal_(0, 1)
    this.register_buffer('_u', normalize(u, { dim: 0, eps: this.eps }))
    this.register_buffer('_v', normalize(v, { dim: 0, eps: this.eps }))
    this.iterate(matrix, 15)
  }

  private matrix_of(weight: Tensor): Tensor {
    const ndim = weight.dim()
    if (ndim <= 1) throw new AssertionError(`Expected weight to have more than 1 dimension, got ${ndim}`)
    return dim_first(weight, this.dim).flatten(1)
  }

  // The power method: u and v approach the singular vectors of the largest singular value.
  private iterate(matrix: Tensor, times: number): void {
    no_grad(() => {
      for (let i = 0; i < times; i++) {
        normalize(mv(matrix, this._v), { dim: 0, eps: this.eps, out: this._u })
        normalize(mv(matrix.H, this._u), { dim: 0, eps: this.eps, out: this._v })
      }
    })
  }

  forward(weight: Tensor): Tensor {
    if (weight.dim() === 1) return normalize(weight, { dim: 0, eps: this.eps })
    const matrix = this.matrix_of(weight)
    if (this.training) this.iterate(matrix, this.n_power_iterations)
    // Backward needs u and v as they are now; the next call changes them in place.
    const u = this._u.clone({ memory_format: contiguous_format })
    const v = this._v.clone({ memory_format: contiguous_format })
    return weight.div(vdot(u, mv(matrix, v)))
  }

  right_inverse(value: Tensor): Tensor {
    return value
  }
}

/** A tensor with one of its dimensions before the others. */
export function dim_first(weight: Tensor, dim: number): Tensor {
  if (dim === 0) return weight
  const others = Array.from({ length: weight.dim() }, (_, d) => d).filter(d => d !== dim)
  return weight.permute([dim, ...others])
}

const spectral_names = ['module', 'name', 'n_power_iterations', 'eps', 'dim'] as const

/**
 * Divides a tensor by the largest singular value of it as a matrix, which a power iteration estimates, in training mode at each use.
 *
 * @param name - of the tensor. Default: 'weight'.
 * @param n_power_iterations - how many each time. Default: 1.
 * @param eps - the least norm to divide by. Default: 1e-12.
 * @param dim - the dimension that is the matrix's rows. Default: 1 for transposed convolutions, else 0.
 * @see torch.nn.utils.parametrizations.spectral_norm
 */
export function spectral_norm<M extends Module>(
  ...args: Args<[module: M, name?: string, n_power_iterations?: number, eps?: number, dim?: number | null], typeof spectral_names>
): M {
  const { module, name = 'weight', n_power_iterations = 1, eps = 1e-12, dim = null }
    = bind<{ module: M, name?: string, n_power_iterations?: number, eps?: number, dim?: number | null }>('spectral_norm', spectral_names, 1, args)
  const weight = tensor_of(module, name)
  const rows = dim ?? (module instanceof _ConvTransposeNd ? 1 : 0)
  return register_parametrization(module as Module, name, new _SpectralNorm(weight, n_power_iterations, rows, eps)) as M
}
