// The LKJ distribution of correlation matrices: torch.distributions.lkj_cholesky.
import { type Args, arrange } from '../_args'
import { ValueError } from '../_errors'
import { finfo } from '../_type_info'
import { arange, cat, mvlgamma, randn } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { Beta } from './beta'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { type Parameter, broadcast_all, minus } from './utils'

const names = ['dim', 'concentration', 'validate_args'] as const
type Params = [dim: number, concentration?: Parameter, validate_args?: boolean | null]

/**
 * Lower Cholesky factors of correlation matrices, of which the density is proportional to `det^(concentration - 1)`.
 *
 * @param dim - the size of the matrices.
 * @param concentration - 1 for the uniform distribution; positive. Default: 1.
 * @throws {ValueError} if dim is below 2.
 * @see torch.distributions.LKJCholesky
 */
export class LKJCholesky extends Distribution {
  static override _module = 'torch.distributions.lkj_cholesky'
  static override arg_constraints: Constraints = { concentration: constraints.positive }
  static override support: constraints.Constraint = constraints.corr_cholesky
  declare dim: number
  declare concentration: Tensor
  declare _beta: Beta

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [dim, concentration = 1, validate_args] = arrange<Params>('LKJCholesky.__init__', names, 1, args)
    if (dim < 2) throw new ValueError(`Expected dim to be an integer greater than or equal to 2. Found dim=${dim}.`)
    this.dim = dim
    this.concentration = broadcast_all(concentration)[0]
    const { dtype, device } = this.concentration
    const marginal = this.concentration.add(0.5 * (dim - 2))
    const places = arange(dim - 1, { dtype, device })
    const offset = cat([places.new_zeros([1]), places])
    this._beta = new Beta(offset.add(0.5), marginal.unsqueeze(-1).sub(offset.mul(0.5)))
    this._init(this.concentration.shape, [dim, dim], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(LKJCholesky, _instance)
    made.dim = this.dim
    made.concentration = this.concentration.expand(batch_shape)
    made._beta = this._beta.expand([...batch_shape, this.dim])
    return this._expanded(made, batch_shape)
  }

  /** By the onion method: rows are points on spheres. */
  override sample(sample_shape: SampleShape = []): Tensor {
    const y = this._beta.sample(sample_shape).unsqueeze(-1)
    const { dtype, device } = y
    const u_normal = randn(this._extended_shape(sample_shape), { dtype, device }).tril(-1)
    const u_hypersphere = u_normal.div(u_normal.norm({ dim: -1, keepdim: true }))
    u_hypersphere.at('...', 0, ':').fill_(0) // the first row is 0 / 0
    const w = y.sqrt().mul(u_hypersphere)
    const diagonal = minus(1, w.pow(2).sum(-1)).clamp({ min: finfo(dtype).tiny }).sqrt()
    return w.add_(diagonal.diag_embed())
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const diagonal = value.diagonal({ dim1: -1, dim2: -2 }).at('...', '1:')
    const places = arange(2, this.dim + 1, { device: this.concentration.device })
    const order = this.concentration.sub(1).unsqueeze(-1).mul(2).add(this.dim).sub(places)
    const unnormalized = order.mul(diagonal.log()).sum(-1)
    const dm1 = this.dim - 1
    const alpha = this.concentration.add(0.5 * dm1)
    const denominator = alpha.lgamma().mul(dm1)
    const numerator = mvlgamma(alpha.sub(0.5), dm1)
    const normalize_term = numerator.add(0.5 * dm1 * Math.log(Math.PI)).sub(denominator)
    return unnormalized.sub(normalize_term)
  }
}
