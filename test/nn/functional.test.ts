// nn.functional and nn.init beside Python's: which names there are, what comes of the same seed bit for bit, what is refused and how.
import torch, { nn } from 'torch-ts'
import { python_torch } from '../helpers/python'

const F = nn.functional
const { init } = nn

// What of torch.nn and torch.nn.functional may still be missing.
const NOT_YET = {
  nn: ['AdaptiveLogSoftmaxWithLoss', 'Container', 'CrossMapLRN2d', 'DataParallel', 'LinearCrossEntropyOptions',
    'MultiheadAttention', 'Transformer', 'TransformerDecoder', 'TransformerDecoderLayer',
    'TransformerEncoder', 'TransformerEncoderLayer', 'factory_kwargs'],
  functional: ['grouped_mm', 'multi_head_attention_forward', 'scaled_grouped_mm', 'scaled_mm'],
}

// Values from seed 5, on one thread: bit for bit.
const calls: [python: string, run: () => unknown][] = [
  ['F.dropout(torch.ones(20), 0.3)', () => F.dropout(torch.ones(20), 0.3)],
  ['F.dropout(torch.ones(5), training=False)', () => F.dropout(torch.ones(5), { training: false })],
  ['F.dropout(torch.ones(20), inplace=True)', () => F.dropout(torch.ones(20), { inplace: true })],
  ['F.alpha_dropout(torch.ones(20), training=True)', () => F.alpha_dropout(torch.ones(20), { training: true })],
  ['F.alpha_dropout(torch.ones(20))', () => F.alpha_dropout(torch.ones(20))],
  ['F.dropout1d(torch.ones(6, 2))', () => F.dropout1d(torch.ones(6, 2))],
  ['F.dropout1d(torch.ones(3, 6, 2), inplace=True)', () => F.dropout1d(torch.ones(3, 6, 2), { inplace: true })],
  ['F.dropout2d(torch.ones(2, 5, 2, 2), 0.4)', () => F.dropout2d(torch.ones(2, 5, 2, 2), 0.4)],
  ['F.dropout3d(torch.ones(6, 2, 1, 1))', () => F.dropout3d(torch.ones(6, 2, 1, 1))],
  ['F.feature_alpha_dropout(torch.ones(2, 5, 2), training=True)', () => F.feature_alpha_dropout(torch.ones(2, 5, 2), { training: true })],
  ['F.rrelu(torch.randn(9), training=True)', () => F.rrelu(torch.randn(9), { training: true })],
  ['F.rrelu(torch.randn(9), 0.1, 0.3)', () => F.rrelu(torch.randn(9), 0.1, 0.3)],
  ['F.gumbel_softmax(torch.randn(3, 4), tau=0.5)', () => F.gumbel_softmax(torch.randn(3, 4), { tau: 0.5 })],
  ['F.gumbel_softmax(torch.randn(3, 4), hard=True, dim=0)', () => F.gumbel_softmax(torch.randn(3, 4), { hard: true, dim: 0 })],
  ['F.fractional_max_pool2d(torch.randn(1, 2, 6, 7), 2, output_ratio=(0.5, 0.6))',
    () => F.fractional_max_pool2d(torch.randn(1, 2, 6, 7), 2, { output_ratio: [0.5, 0.6] })],
  ['F.fractional_max_pool3d_with_indices(torch.randn(2, 6, 5, 7), 2, 3)', () => F.fractional_max_pool3d_with_indices(torch.randn(2, 6, 5, 7), 2, 3)],
  ['F.scaled_dot_product_attention(*torch.randn(3, 2, 4, 8), dropout_p=0.2, is_causal=True)',
    () => F.scaled_dot_product_attention(...torch.randn(3, 2, 4, 8) as unknown as [torch.Tensor, torch.Tensor, torch.Tensor],
      { dropout_p: 0.2, is_causal: true })],
  ['F.normalize(torch.randn(3, 4), dim=(0, 1))', () => F.normalize(torch.randn(3, 4), { dim: [0, 1] })],
  ['F.normalize(torch.randn(3, 4), p=1, out=torch.empty(3, 4))', () => F.normalize(torch.randn(3, 4), { p: 1, out: torch.empty(3, 4) })],
  ['F.local_response_norm(torch.randn(2, 5, 3), 3)', () => F.local_response_norm(torch.randn(2, 5, 3), 3)],
  ['F.local_response_norm(torch.randn(2, 5, 3, 2), 2, k=2)', () => F.local_response_norm(torch.randn(2, 5, 3, 2), 2, { k: 2 })],
  ['F.lp_pool1d(torch.randn(1, 2, 9), float("inf"), 3)', () => F.lp_pool1d(torch.randn(1, 2, 9), Infinity, 3)],
  ['F.lp_pool2d(torch.randn(1, 2, 6, 6), -float("inf"), 2)', () => F.lp_pool2d(torch.randn(1, 2, 6, 6), -Infinity, 2)],
  ['F.lp_pool3d(torch.rand(1, 2, 4, 4, 4), 3, (2, 1, 2))', () => F.lp_pool3d(torch.rand(1, 2, 4, 4, 4), 3, [2, 1, 2])],
  ['F.softmax(torch.randn(2, 3))', () => F.softmax(torch.randn(2, 3))],
  ['F.softmin(torch.randn(2, 3), dim=0, dtype=torch.float64)', () => F.softmin(torch.randn(2, 3), { dim: 0, dtype: torch.float64 })],
  ['F.log_softmax(torch.randn(2, 3), -1)', () => F.log_softmax(torch.randn(2, 3), -1)],
  ['F.kl_div(torch.randn(2, 3), torch.rand(2, 3), reduction="batchmean")',
    () => F.kl_div(torch.randn(2, 3), torch.rand(2, 3), { reduction: 'batchmean' })],
  ['F.nll_loss(torch.randn(4, 3), torch.tensor([0, 2, -100, 1]), torch.rand(3), reduction="sum")',
    () => F.nll_loss(torch.randn(4, 3), torch.tensor([0n, 2n, -100n, 1n]), torch.rand(3), { reduction: 'sum' })],
  ['F.mse_loss(torch.randn(4), torch.randn(4), size_average=False)', () => F.mse_loss(torch.randn(4), torch.randn(4), { size_average: false })],
  ['F.mse_loss(torch.randn(4), torch.randn(4), weight=torch.rand(4))', () => F.mse_loss(torch.randn(4), torch.randn(4), { weight: torch.rand(4) })],
  ['F.l1_loss(torch.randn(4), torch.randn(4), reduce=False)', () => F.l1_loss(torch.randn(4), torch.randn(4), { reduce: false })],
  ['F.huber_loss(torch.randn(4), torch.randn(4), weight=torch.rand(4), delta=0.5)',
    () => F.huber_loss(torch.randn(4), torch.randn(4), { weight: torch.rand(4), delta: 0.5 })],
  ['F.smooth_l1_loss(torch.randn(4), torch.randn(4), beta=0.0)', () => F.smooth_l1_loss(torch.randn(4), torch.randn(4), { beta: 0 })],
  ['F.gaussian_nll_loss(torch.randn(4, 2), torch.randn(4, 2), torch.rand(4), full=True)',
    () => F.gaussian_nll_loss(torch.randn(4, 2), torch.randn(4, 2), torch.rand(4), { full: true })],
  ['F.gaussian_nll_loss(torch.randn(4, 2), torch.randn(4, 2), 0.5)', () => F.gaussian_nll_loss(torch.randn(4, 2), torch.randn(4, 2), 0.5)],
  ['F.triplet_margin_with_distance_loss(*torch.randn(3, 4, 2), swap=True, reduction="sum")',
    () => F.triplet_margin_with_distance_loss(...torch.randn(3, 4, 2) as unknown as [torch.Tensor, torch.Tensor, torch.Tensor],
      { swap: true, reduction: 'sum' })],
  ['F.linear_cross_entropy(torch.randn(3, 4), torch.randn(5, 2, 4), torch.tensor([[0, 1], [2, 3], [4, 0]]), linear_bias=torch.randn(5, 2))',
    () => F.linear_cross_entropy(torch.randn(3, 4), torch.randn(5, 2, 4), torch.tensor([[0n, 1n], [2n, 3n], [4n, 0n]]),
      { linear_bias: torch.randn(5, 2) })],
  ['F.embedding(torch.tensor([1, 0]), torch.randn(3, 2), max_norm=0.5)', () => F.embedding(torch.tensor([1n, 0n]), torch.randn(3, 2), { max_norm: 0.5 })],
  ['F.embedding_bag(torch.tensor([1, 2, 0]), torch.randn(3, 2), torch.tensor([0, 2, 3]), mode="sum", include_last_offset=True, per_sample_weights=torch.rand(3))',
    () => F.embedding_bag(torch.tensor([1n, 2n, 0n]), torch.randn(3, 2), torch.tensor([0n, 2n, 3n]),
      { mode: 'sum', include_last_offset: true, per_sample_weights: torch.rand(3) })],
  ['F.interpolate(torch.randn(1, 1, 4), scale_factor=1.7, mode="linear", recompute_scale_factor=True)',
    () => F.interpolate(torch.randn(1, 1, 4), { scale_factor: 1.7, mode: 'linear', recompute_scale_factor: true })],
  ['F.interpolate(torch.randn(1, 1, 4, 4), size=(3, 5), mode="bicubic", antialias=True)',
    () => F.interpolate(torch.randn(1, 1, 4, 4), { size: [3, 5], mode: 'bicubic', antialias: true })],
  ['F.interpolate(torch.randn(1, 1, 4, 4, 4), scale_factor=0.5, mode="area")',
    () => F.interpolate(torch.randn(1, 1, 4, 4, 4), { scale_factor: 0.5, mode: 'area' })],
  ['F.interpolate(torch.randn(1, 1, 4), 6, mode="nearest-exact")', () => F.interpolate(torch.randn(1, 1, 4), 6, { mode: 'nearest-exact' })],
  ['F.grid_sample(torch.randn(1, 1, 4, 4), F.affine_grid(torch.randn(1, 2, 3), (1, 1, 3, 3)), padding_mode="reflection")',
    () => F.grid_sample(torch.randn(1, 1, 4, 4), F.affine_grid(torch.randn(1, 2, 3), [1, 1, 3, 3]), { padding_mode: 'reflection' })],
  ['F.fold(F.unfold(torch.randn(1, 2, 4, 4), 2, stride=2), 4, 2, stride=2)',
    () => F.fold(F.unfold(torch.randn(1, 2, 4, 4), 2, { stride: 2 }), 4, 2, { stride: 2 })],
  ['F.one_hot(torch.tensor([2, 0]))', () => F.one_hot(torch.tensor([2n, 0n]))],
  ['F.pad(torch.randn(2, 2), (1, 2), value=3.0)', () => F.pad(torch.randn(2, 2), [1, 2], { value: 3 })],
  ['init.trunc_normal_(torch.empty(50))', () => init.trunc_normal_(torch.empty(50))],
  ['init.trunc_normal_(torch.empty(50), std=2.0, a=3.0, b=5.0)', () => init.trunc_normal_(torch.empty(50), { std: 2, a: 3, b: 5 })],
  ['init.orthogonal_(torch.empty(3, 2, 2), gain=2)', () => init.orthogonal_(torch.empty(3, 2, 2), { gain: 2 })],
  ['init.orthogonal_(torch.empty(5, 2))', () => init.orthogonal_(torch.empty(5, 2))],
  ['init.sparse_(torch.empty(6, 3), 0.5)', () => init.sparse_(torch.empty(6, 3), 0.5)],
  ['init.dirac_(torch.empty(4, 2, 3, 3), 2)', () => init.dirac_(torch.empty(4, 2, 3, 3), 2)],
  ['init.eye_(torch.empty(2, 3))', () => init.eye_(torch.empty(2, 3))],
  ['init.xavier_normal_(torch.empty(2, 3), 2.0)', () => init.xavier_normal_(torch.empty(2, 3), 2)],
  ['init.kaiming_normal_(torch.empty(2, 3, 3), mode="fan_out", nonlinearity="relu")',
    () => init.kaiming_normal_(torch.empty(2, 3, 3), { mode: 'fan_out', nonlinearity: 'relu' })],
  ['init.kaiming_uniform_(torch.empty(0, 3))', () => init.kaiming_uniform_(torch.empty(0, 3))],
  ['init.uniform_(torch.empty(3), -1, 1, torch.Generator().manual_seed(2))',
    () => init.uniform_(torch.empty(3), -1, 1, new torch.Generator().manual_seed(2))],
  ['init.normal(torch.empty(3), mean=2.0)', () => init.normal(torch.empty(3), { mean: 2 })],
  ['[init.calculate_gain(name) for name in ["linear", "tanh", "relu", "selu", "leaky_relu", "sigmoid"]]',
    () => (['linear', 'tanh', 'relu', 'selu', 'leaky_relu', 'sigmoid'] as const).map(name => init.calculate_gain(name))],
  ['init.calculate_gain("leaky_relu", 0.3)', () => init.calculate_gain('leaky_relu', 0.3)],
]

const bad = <T>(value: unknown): T => value as T

const failures: [python: string, run: () => unknown][] = [
  ['F.dropout(torch.ones(1), 1.5)', () => F.dropout(torch.ones(1), 1.5)],
  ['F.alpha_dropout(torch.ones(1), -0.5)', () => F.alpha_dropout(torch.ones(1), -0.5)],
  ['F.glu(torch.tensor(1.0))', () => F.glu(torch.tensor(1))],
  ['F.hardtanh(torch.ones(1), 2, 1)', () => F.hardtanh(torch.ones(1), 2, 1)],
  ['F.nll_loss(torch.ones(1, 1), torch.tensor([0]), reduction="avg")',
    () => F.nll_loss(torch.ones(1, 1), torch.tensor([0n]), { reduction: bad<'mean'>('avg') })],
  ['F.poisson_nll_loss(torch.ones(1), torch.ones(1), reduction="avg")',
    () => F.poisson_nll_loss(torch.ones(1), torch.ones(1), { reduction: bad<'mean'>('avg') })],
  ['F.gaussian_nll_loss(torch.ones(1), torch.ones(1), -1.0)', () => F.gaussian_nll_loss(torch.ones(1), torch.ones(1), -1)],
  ['F.gaussian_nll_loss(torch.ones(1), torch.ones(1), torch.ones(1), reduction="avg")',
    () => F.gaussian_nll_loss(torch.ones(1), torch.ones(1), torch.ones(1), { reduction: bad<'mean'>('avg') })],
  ['F.mse_loss(torch.ones(2), torch.ones(2), weight=torch.ones(1))', () => F.mse_loss(torch.ones(2), torch.ones(2), { weight: torch.ones(1) })],
  ['F.l1_loss(torch.ones(2), torch.ones(2), weight=torch.ones(2), reduction="avg")',
    () => F.l1_loss(torch.ones(2), torch.ones(2), { weight: torch.ones(2), reduction: bad<'mean'>('avg') })],
  ['F.multilabel_soft_margin_loss(torch.ones(1, 2), torch.ones(1, 2), reduction="avg")',
    () => F.multilabel_soft_margin_loss(torch.ones(1, 2), torch.ones(1, 2), { reduction: bad<'mean'>('avg') })],
  ['F.multi_margin_loss(torch.ones(1, 2), torch.tensor([0]), p=3)', () => F.multi_margin_loss(torch.ones(1, 2), torch.tensor([0n]), { p: 3 })],
  ['F.triplet_margin_loss(torch.ones(1), torch.ones(1), torch.ones(1), margin=0)',
    () => F.triplet_margin_loss(torch.ones(1), torch.ones(1), torch.ones(1), { margin: 0 })],
  ['F.linear_cross_entropy(torch.ones(1, 1, 1), torch.ones(2, 1), torch.tensor([0]))',
    () => F.linear_cross_entropy(torch.ones(1, 1, 1), torch.ones(2, 1), torch.tensor([0n]))],
  ['F.linear_cross_entropy(torch.ones(1, 3), torch.ones(2, 4), torch.tensor([0]))',
    () => F.linear_cross_entropy(torch.ones(1, 3), torch.ones(2, 4), torch.tensor([0n]))],
  ['F.linear_cross_entropy(torch.ones(1, 3), torch.ones(2, 3), torch.tensor([0]), linear_bias=torch.ones(3))',
    () => F.linear_cross_entropy(torch.ones(1, 3), torch.ones(2, 3), torch.tensor([0n]), { linear_bias: torch.ones(3) })],
  ['F.linear_cross_entropy(torch.ones(3), torch.ones(2, 5, 3), torch.tensor([0]))',
    () => F.linear_cross_entropy(torch.ones(3), torch.ones(2, 5, 3), torch.tensor([0n]))],
  ['F.linear_cross_entropy(torch.ones(1, 3), torch.ones(2, 3), torch.ones(1, 2), ignore_index=1)',
    () => F.linear_cross_entropy(torch.ones(1, 3), torch.ones(2, 3), torch.ones(1, 2), { ignore_index: 1 })],
  ['F.fractional_max_pool2d(torch.ones(1, 2, 2), 1)', () => F.fractional_max_pool2d(torch.ones(1, 2, 2), 1)],
  ['F.adaptive_avg_pool2d(torch.ones(2, 2), (1, 1))', () => F.adaptive_avg_pool2d(torch.ones(2, 2), [1, 1])],
  ['F.max_unpool1d(torch.ones(1, 2), torch.tensor([[0, 1]]), 2, output_size=[1, 2])',
    () => F.max_unpool1d(torch.ones(1, 2), torch.tensor([[0n, 1n]]), 2, { output_size: [1, 2] })],
  ['F.embedding(torch.tensor([0]), torch.ones(2, 2), padding_idx=-3)',
    () => F.embedding(torch.tensor([0n]), torch.ones(2, 2), { padding_idx: -3 })],
  ['F.embedding_bag(torch.tensor([0]), torch.ones(2), torch.tensor([0]))', () => F.embedding_bag(torch.tensor([0n]), torch.ones(2), torch.tensor([0n]))],
  ['F.embedding_bag(torch.tensor([0]), torch.ones(2, 2), torch.tensor([[0]]))',
    () => F.embedding_bag(torch.tensor([0n]), torch.ones(2, 2), torch.tensor([[0n]]))],
  ['F.embedding_bag(torch.tensor([0]), torch.ones(2, 2), torch.tensor([0]), mode="min")',
    () => F.embedding_bag(torch.tensor([0n]), torch.ones(2, 2), torch.tensor([0n]), { mode: bad<'max'>('min') })],
  ['F.embedding_bag(torch.tensor([0]), torch.ones(2, 2), torch.tensor([0]), mode="max", sparse=True)',
    () => F.embedding_bag(torch.tensor([0n]), torch.ones(2, 2), torch.tensor([0n]), { mode: 'max', sparse: true })],
  ['F.embedding_bag(torch.tensor([0]), torch.ones(2, 2), torch.tensor([0]), per_sample_weights=torch.ones(2))',
    () => F.embedding_bag(torch.tensor([0n]), torch.ones(2, 2), torch.tensor([0n]), { per_sample_weights: torch.ones(2) })],
  ['F.batch_norm(torch.ones(2, 3), None, None, training=True, eps=0.0)',
    () => F.batch_norm(torch.ones(2, 3), null, null, { training: true, eps: 0 })],
  ['F.interpolate(torch.ones(1, 1, 2), mode="nearest", align_corners=True, size=3)',
    () => F.interpolate(torch.ones(1, 1, 2), { mode: 'nearest', align_corners: true, size: 3 })],
  ['F.interpolate(torch.ones(1, 1, 2), 3, 2)', () => F.interpolate(torch.ones(1, 1, 2), 3, 2)],
  ['F.interpolate(torch.ones(1, 1, 2), [3, 3])', () => F.interpolate(torch.ones(1, 1, 2), [3, 3])],
  ['F.interpolate(torch.ones(1, 1, 2), scale_factor=[3, 3])', () => F.interpolate(torch.ones(1, 1, 2), { scale_factor: [3, 3] })],
  ['F.interpolate(torch.ones(1, 1, 2), [1.5])', () => F.interpolate(torch.ones(1, 1, 2), [1.5])],
  ['F.interpolate(torch.ones(1, 1, 2), 3, recompute_scale_factor=True)', () => F.interpolate(torch.ones(1, 1, 2), 3, { recompute_scale_factor: true })],
  ['F.interpolate(torch.ones(1, 1, 2), 3, antialias=True)', () => F.interpolate(torch.ones(1, 1, 2), 3, { antialias: true })],
  ['F.interpolate(torch.ones(1, 1, 2, 2), 3, mode="trilinear")', () => F.interpolate(torch.ones(1, 1, 2, 2), 3, { mode: 'trilinear' })],
  ['F.interpolate(torch.ones(1, 1, 2, 2), 3, mode="lanczos")', () => F.interpolate(torch.ones(1, 1, 2, 2), 3, { mode: 'lanczos' })],
  ['F.interpolate(torch.ones(1, 1), 3)', () => F.interpolate(torch.ones(1, 1), 3)],
  ['F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 2), mode="linear")',
    () => F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 2), { mode: bad<'nearest'>('linear') })],
  ['F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 2), padding_mode="ones")',
    () => F.grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 2), { padding_mode: bad<'zeros'>('ones') })],
  ['F.affine_grid(torch.ones(1, 2, 3), [1, 1, 2])', () => F.affine_grid(torch.ones(1, 2, 3), [1, 1, 2])],
  ['F.affine_grid(torch.ones(1, 2, 2), [1, 1, 2, 2])', () => F.affine_grid(torch.ones(1, 2, 2), [1, 1, 2, 2])],
  ['F.affine_grid(torch.ones(1, 2, 3), [1, 1, 0, 2])', () => F.affine_grid(torch.ones(1, 2, 3), [1, 1, 0, 2])],
  ['F.affine_grid(torch.ones(1, 2, 3).long(), [1, 1, 2, 2])', () => F.affine_grid(torch.ones(1, 2, 3).long(), [1, 1, 2, 2])],
  ['init.calculate_gain("swish")', () => init.calculate_gain(bad<'relu'>('swish'))],
  ['init.calculate_gain("leaky_relu", "a")', () => init.calculate_gain('leaky_relu', bad<number>('a'))],
  ['init.eye_(torch.ones(2))', () => init.eye_(torch.ones(2))],
  ['init.dirac_(torch.ones(2))', () => init.dirac_(torch.ones(2))],
  ['init.dirac_(torch.ones(3, 2, 1), 2)', () => init.dirac_(torch.ones(3, 2, 1), 2)],
  ['init.xavier_uniform_(torch.ones(2))', () => init.xavier_uniform_(torch.ones(2))],
  ['init.kaiming_uniform_(torch.ones(2, 2), mode="fan")', () => init.kaiming_uniform_(torch.ones(2, 2), { mode: bad<'fan_in'>('fan') })],
  ['init.orthogonal_(torch.ones(2))', () => init.orthogonal_(torch.ones(2))],
  ['init.sparse_(torch.ones(2), 0.5)', () => init.sparse_(torch.ones(2), 0.5)],
]

const PROGRAM = `
import json, sys, inspect, torch
from torch import nn
from torch.nn import functional as F, init
torch.set_num_threads(1)
def plain(value):
  if torch.is_tensor(value):
    return [str(value.dtype), list(value.shape), value.tolist()]
  return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value
def called(code):
  torch.manual_seed(5)
  return plain(eval(code))
def failure(code):
  try:
    eval(code)
    return None
  except Exception as error:
    return [type(error).__name__, str(error)]
request = json.loads(sys.argv[1])
public = lambda module: sorted(name for name, value in vars(module).items() if callable(value) and not name.startswith('_')
  and not (inspect.isclass(value) and module is not nn) and getattr(value, '__module__', '').split('.')[0] in ('torch', 'builtins', 'None', ''))
print(json.dumps(dict(calls=[called(code) for code in request['calls']], failures=[failure(code) for code in request['failures']],
  names=dict(nn=public(nn), functional=public(F), init=public(init)))))
`

interface Expected { calls: unknown[], failures: [string, string][], names: Record<'nn' | 'functional' | 'init', string[]> }

const python = python_torch()
if (python === null) console.warn('test/nn: no Python torch here, functions are not compared with it')
const request = JSON.stringify({ calls: calls.map(([code]) => code), failures: failures.map(([code]) => code) })
const expected = python === null ? null : JSON.parse(python.run(PROGRAM, request)) as Expected

function plain(value: unknown): unknown {
  if (torch.is_tensor(value)) return [String(value.dtype), [...value.shape], value.tolist()]
  return Array.isArray(value) ? value.map(plain) : value
}

function failure(run: () => unknown): [string, string] | null {
  try {
    run()
    return null
  } catch (error) {
    return [(error as Error).name, (error as Error).message]
  }
}

describe('nn.functional and nn.init', () => {
  const threads = torch.get_num_threads()
  beforeAll(() => { torch.set_num_threads(1) })
  afterAll(() => { torch.set_num_threads(threads) })

  it.each(calls.map(([code, run], i) => [code, run, i] as const))('%s gives Python\'s numbers', (_, run, i) => {
    torch.manual_seed(5)
    const got = plain(run())
    expect(got).toEqual(expected?.calls[i] ?? got)
  })

  it.each(failures.map(([code, run], i) => [code, run, i] as const))('%s fails as in Python', (_, run, i) => {
    expect(failure(run)).toEqual(expected?.failures[i] ?? expect.anything())
  })

  it('have Python\'s names', () => {
    const missing = (names: readonly string[] = [], here: object, later: readonly string[]) => (
      names.filter(name => !(name in here) && !later.includes(name)))
    expect(missing(expected?.names.functional, F, [...NOT_YET.functional, 'handle_torch_function', 'has_torch_function',
      'has_torch_function_unary', 'has_torch_function_variadic', 'boolean_dispatch', 'assert_int_or_pair'])).toEqual([])
    expect(missing(expected?.names.init, init, [])).toEqual([])
    expect(missing(expected?.names.nn, nn, NOT_YET.nn)).toEqual([])
  })

  it('record nothing for backward', () => {
    const weight = new nn.Parameter(torch.empty(3, 3))
    const { ones_, zeros_, eye_, uniform_, normal_, trunc_normal_, xavier_normal_, orthogonal_ } = init
    for (const change of [ones_, zeros_, eye_, uniform_, normal_, trunc_normal_, xavier_normal_, orthogonal_]) expect(change(weight)).toBe(weight)
    expect([weight.is_leaf, weight.requires_grad, weight.grad_fn]).toEqual([true, true, null])
  })
})
