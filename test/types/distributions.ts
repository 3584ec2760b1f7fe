// Compiled by `npm test`, never run: distributions, in calls that must compile and calls that must not.
import torch, { type Tensor, distributions as D } from '../../lib/index'

declare const x: Tensor

const normal = new D.Normal(0, { scale: x, validate_args: false })
const sample: Tensor = normal.sample([2, 3])
normal.rsample({ sample_shape: [2] })
normal.expand([2]).loc.add(1)
new D.Bernoulli({ logits: x }).enumerate_support({ expand: false })
new D.Categorical(x).enumerate_support(false)
// @ts-expect-error -- a scale is missing
new D.Normal(0)
// @ts-expect-error -- no such argument
new D.Normal(0, 1, { scales: 1 })
// @ts-expect-error -- given twice
new D.Normal(0, 1, { scale: 1 })
// @ts-expect-error -- a value is a tensor
normal.log_prob(1)

// Transforms and registries are functions.
const y: Tensor = new D.ExpTransform()(x)
const z: Tensor = D.biject_to(D.Normal.support!).inv(y)
new D.AffineTransform(0, { scale: x, cache_size: 1 }).with_cache(0)(x)
D.biject_to.register(D.constraints.greater_than, one => new D.AffineTransform(one.lower_bound, 1))

// Constraints come with or without new.
const interval = D.constraints.interval(0, x)
const same = new D.constraints.interval({ lower_bound: 0, upper_bound: 1 })
const bound: number | Tensor = interval.lower_bound
// @ts-expect-error -- one bound is missing
D.constraints.interval(0)

// Functions see the classes that they are registered for.
D.register_kl(D.Normal, D.Laplace)((p, q) => p.loc.sub(q.scale))
// @ts-expect-error -- a normal distribution has no rate
D.register_kl(D.Normal, D.Gamma)((p, q) => p.rate.sub(q.rate))
class Mine extends D.TransformedDistribution {}
const kl: Tensor = D.kl_divergence(new Mine(normal, [new D.ExpTransform()]), new torch.distributions.LogNormal(0, 1))
