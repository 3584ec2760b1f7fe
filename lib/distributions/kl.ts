// The Kullback-Leibler divergence: torch.distributions.kl.
import './_kl/same'
import './_kl/cross'

export { kl_divergence, register_kl, type Divergence } from './_kl/registry'
