// Mixtures of distributions of one kind: torch.distributions.mixture_same_family.
import { type Args, arrange } from '../_args'
import { ValueError } from '../_errors'
import { no_grad } from '../autograd/grad_mode'
import { gather, logsumexp } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { Categorical } from './categorical'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape, shape_of } from './distribution'

const names = ['mixture_distribution', 'component_distribution', 'validate_args'] as const
type Params = [mixture_distribution: Categorical, component_distribution: Distribution, validate_args?: boolean | null]

/**
 * A mixture: a categorical distribution chooses among the components, which lie along the last batch dimension of another one.
 *
 * @throws {ValueError} if their shapes do not fit.
 * @see torch.distributions.MixtureSameFamily
 */
export class MixtureSameFamily extends Distribution {
  static override _module = 'torch.distributions.mixture_same_family'
  static override arg_constraints: Constraints = {}
  static override support: constraints.Constraint = constraints.dependent_property()
  declare _mixture_distribution: Categorical
  declare _component_distribution: Distribution
  declare _num_component: number
  declare _event_ndims: number

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [mixture, component, validate_args] = arrange<Params>('MixtureSameFamily.__init__', names, 2, args)
    if (!(mixture instanceof Categorical)) {
      throw new ValueError(' The Mixture distribution needs to be an  instance of torch.distributions.Categorical')
    }
    if (!(component instanceof Distribution)) {
      throw new ValueError('The Component distribution needs to be an instance of torch.distributions.Distribution')
    }
    this._mixture_distribution = mixture
    this._component_distribution = component
    this._num_component = check_shapes(mixture, component)
    this._event_ndims = component.event_shape.length
    this._init(component.batch_shape.slice(0, -1), component.event_shape, validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(MixtureSameFamily, _instance)
    made._component_distribution = this._component_distribution.expand([...batch_shape, this._num_component])
    made._mixture_distribution = this._mixture_distribution.expand(batch_shape)
    made._num_component = this._num_component
    made._event_ndims = this._event_ndims
    return this._expanded(made, batch_shape, made._component_distribution.event_shape)
  }

  override get support(): constraints.Constraint {
    return new constraints.MixtureSameFamilyConstraint(this._component_distribution.support!)
  }

  /** Chooses the component. */
  get mixture_distribution(): Categorical {
    return this._mixture_distribution
  }

  get component_distribution(): Distribution {
    return this._component_distribution
  }

  // The sum over the components, weighted with their probabilities.
  private mixed(values: Tensor): Tensor {
    return this.padded_for_mixture(this._mixture_distribution.probs).mul(values).sum(-1 - this._event_ndims)
  }

  override get mean(): Tensor {
    return this.mixed(this._component_distribution.mean)
  }

  override get variance(): Tensor {
    const mean_of_variance = this.mixed(this._component_distribution.variance)
    const variance_of_mean = this.mixed(this._component_distribution.mean.sub(this.padded(this.mean)).pow(2))
    return mean_of_variance.add(variance_of_mean)
  }

  override cdf(x: Tensor): Tensor {
    return this._component_distribution.cdf(this.padded(x)).mul(this._mixture_distribution.probs).sum(-1)
  }

  override log_prob(x: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(x)
    const log_prob_x = this._component_distribution.log_prob(this.padded(x))
    return logsumexp(log_prob_x.add(this._mixture_distribution.logits.log_softmax(-1)), -1)
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = shape_of(sample_shape)
    return no_grad(() => {
      const dim = shape.length + this.batch_shape.length
      const chosen = this._mixture_distribution.sample(shape)
      const all = this._component_distribution.sample(shape)
      const index = chosen.reshape([...chosen.shape, 1, ...this.event_shape.map(() => 1)])
        .repeat([...chosen.shape.map(() => 1), 1, ...this.event_shape])
      return gather(all, dim, index).squeeze(dim)
    })
  }

  private padded(x: Tensor): Tensor {
    return x.unsqueeze(-1 - this._event_ndims)
  }

  private padded_for_mixture(x: Tensor): Tensor {
    const dims = this._mixture_distribution.batch_shape.length
    const more = dims === 1 ? 0 : this.batch_shape.length - dims
    const ones = (count: number): number[] => Array.from({ length: Math.max(count, 0) }, () => 1)
    return x.reshape([...x.shape.slice(0, -1), ...ones(more), ...x.shape.slice(-1), ...ones(this._event_ndims)])
  }

  override toString(): string {
    return `MixtureSameFamily(\n  ${String(this._mixture_distribution)},\n  ${String(this._component_distribution)})`
  }
}

// The number of components.
function check_shapes(mixture: Categorical, component: Distribution): number {
  const batch = mixture.batch_shape
  const component_batch = component.batch_shape.slice(0, -1)
  for (let back = 1; back <= Math.min(batch.length, component_batch.length); back++) {
    const [a, b] = [batch.at(-back), component_batch.at(-back)]
    if (a !== 1 && b !== 1 && a !== b) {
      throw new ValueError(`\`mixture_distribution.batch_shape\` (${String(batch)}) is not compatible with `
        + `\`component_distribution.batch_shape\`(torch.Size([${component_batch.join(', ')}]))`)
    }
  }
  const count = mixture.logits.size(-1)
  const components = component.batch_shape.at(-1)
  if (components === undefined) throw new RangeError('tuple index out of range')
  if (count !== components) {
    throw new ValueError(`\`mixture_distribution component\` (${count}) does not equal \`component_distribution.batch_shape[-1]\` (${components})`)
  }
  return count
}
