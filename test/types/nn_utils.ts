// Compiled by `npm test`, never run: calls of nn.utils and torch.func that must compile, and calls that must not.
import torch, { nn, type Tensor } from '../../lib/index'

const { utils } = nn
const { parametrizations, parametrize, prune } = utils

const linear = new nn.Linear(2, 3)
export const norm: Tensor = utils.clip_grad_norm_(linear.parameters(), 1, { norm_type: 'inf' })
// @ts-expect-error -- an unknown keyword
utils.clip_grad_norm_(linear.parameters(), 1, { norm: 2 })
// @ts-expect-error -- a missing argument
utils.clip_grad_value_(linear.parameters())

// What is given comes back with its type.
export const normed: nn.Linear = parametrizations.spectral_norm(linear, { n_power_iterations: 2 })
export const pruned: nn.Linear = prune.l1_unstructured(linear, 'weight', { amount: 0.5 })
export const fused: nn.Conv1d = utils.fuse_conv_bn_eval(new nn.Conv1d(1, 1, 1).eval(), new nn.BatchNorm1d(1).eval())
export const skipped: nn.Linear = utils.skip_init(nn.Linear, 2, 3, { bias: false })
// @ts-expect-error -- a map that does not exist
parametrizations.orthogonal(linear, { orthogonal_map: 'rotation' })
// @ts-expect-error -- no parametrization
parametrize.register_parametrization(linear, 'weight', 1)
// @ts-expect-error -- a missing amount
prune.random_unstructured(linear, 'weight')
// @ts-expect-error -- the constructor's arguments
utils.skip_init(nn.Linear, 'a', 3)
prune.global_unstructured([[linear, 'weight']], prune.L1Unstructured, { amount: 2 })

export const output: Tensor = torch.func.functional_call(linear, Object.fromEntries(linear.named_parameters()), [torch.ones(2)])
// @ts-expect-error -- no tensors
torch.func.functional_call(linear, 3)
