// Every layer beside Python's: its initial values from the same seed bit for bit, the random numbers after it, its text, the
// versions in its state_dict, and its messages for impossible settings.
import torch, { nn } from 'torch-ts'
import { python_torch } from '../../helpers/python'

interface Built { repr: string, state: [string, string, number[], unknown][], versions: Record<string, number | null>, next: number }

// Arguments as Python and as TypeScript write them alike; where not, both.
const layers: [python: string, make: () => nn.Module][] = [
  ['nn.Identity(1, 2)', () => new nn.Identity(1, 2)],
  ['nn.Linear(1, 1)', () => new nn.Linear(1, 1)],
  ['nn.Linear(5, 3, bias=False)', () => new nn.Linear(5, 3, { bias: false })],
  ['nn.Linear(0, 3)', () => new nn.Linear(0, 3)],
  ['nn.Linear(20, 30, dtype=torch.float64)', () => new nn.Linear(20, 30, { dtype: torch.float64 })],
  ['nn.Linear(20, 30, dtype=torch.bfloat16)', () => new nn.Linear(20, 30, { dtype: torch.bfloat16 })],
  ['nn.Bilinear(2, 3, 4)', () => new nn.Bilinear(2, 3, 4)],
  ['nn.LazyLinear(3)', () => new nn.LazyLinear(3)],
  ['nn.Conv1d(2, 4, 3)', () => new nn.Conv1d(2, 4, 3)],
  ['nn.Conv2d(4, 6, (3, 5), stride=(2, 1), padding="valid", groups=2)',
    () => new nn.Conv2d(4, 6, [3, 5], { stride: [2, 1], padding: 'valid', groups: 2 })],
  ['nn.Conv2d(4, 6, 3, padding="same", dilation=2, bias=False, padding_mode="reflect")',
    () => new nn.Conv2d(4, 6, 3, { padding: 'same', dilation: 2, bias: false, padding_mode: 'reflect' })],
  ['nn.Conv3d(1, 2, 3, padding=1)', () => new nn.Conv3d(1, 2, 3, { padding: 1 })],
  ['nn.ConvTranspose1d(4, 2, 3)', () => new nn.ConvTranspose1d(4, 2, 3)],
  ['nn.ConvTranspose2d(4, 2, 3, stride=2, output_padding=1)', () => new nn.ConvTranspose2d(4, 2, 3, { stride: 2, output_padding: 1 })],
  ['nn.ConvTranspose3d(4, 2, 3, dilation=2, groups=2)', () => new nn.ConvTranspose3d(4, 2, 3, { dilation: 2, groups: 2 })],
  ['nn.LazyConv1d(4, 3)', () => new nn.LazyConv1d(4, 3)],
  ['nn.LazyConv2d(4, 3)', () => new nn.LazyConv2d(4, 3)],
  ['nn.LazyConv3d(4, 3, bias=False)', () => new nn.LazyConv3d(4, 3, { bias: false })],
  ['nn.LazyConvTranspose1d(4, 3)', () => new nn.LazyConvTranspose1d(4, 3)],
  ['nn.LazyConvTranspose2d(4, 3)', () => new nn.LazyConvTranspose2d(4, 3)],
  ['nn.LazyConvTranspose3d(4, 3)', () => new nn.LazyConvTranspose3d(4, 3)],
  ['nn.MaxPool1d(2)', () => new nn.MaxPool1d(2)],
  ['nn.MaxPool2d((3, 2), stride=1, padding=1, ceil_mode=True)', () => new nn.MaxPool2d([3, 2], { stride: 1, padding: 1, ceil_mode: true })],
  ['nn.MaxPool3d(2, dilation=2, return_indices=True)', () => new nn.MaxPool3d(2, { dilation: 2, return_indices: true })],
  ['nn.MaxUnpool1d(2)', () => new nn.MaxUnpool1d(2)],
  ['nn.MaxUnpool2d(2, 3, 1)', () => new nn.MaxUnpool2d(2, 3, 1)],
  ['nn.MaxUnpool3d((2, 1, 2))', () => new nn.MaxUnpool3d([2, 1, 2])],
  ['nn.AvgPool1d(2)', () => new nn.AvgPool1d(2)],
  ['nn.AvgPool2d(3, 2, 1)', () => new nn.AvgPool2d(3, 2, 1)],
  ['nn.AvgPool3d(3)', () => new nn.AvgPool3d(3)],
  ['nn.FractionalMaxPool2d(2, output_ratio=0.5)', () => new nn.FractionalMaxPool2d(2, { output_ratio: 0.5 })],
  ['nn.FractionalMaxPool3d(2, output_size=2)', () => new nn.FractionalMaxPool3d(2, { output_size: 2 })],
  ['nn.LPPool1d(2, 3)', () => new nn.LPPool1d(2, 3)],
  ['nn.LPPool2d(1.5, (3, 2), stride=(2, 1))', () => new nn.LPPool2d(1.5, [3, 2], { stride: [2, 1] })],
  ['nn.LPPool3d(2, 3)', () => new nn.LPPool3d(2, 3)],
  ['nn.AdaptiveMaxPool1d(5)', () => new nn.AdaptiveMaxPool1d(5)],
  ['nn.AdaptiveMaxPool2d((5, None))', () => new nn.AdaptiveMaxPool2d([5, null])],
  ['nn.AdaptiveMaxPool3d(5)', () => new nn.AdaptiveMaxPool3d(5)],
  ['nn.AdaptiveAvgPool1d(5)', () => new nn.AdaptiveAvgPool1d(5)],
  ['nn.AdaptiveAvgPool2d((None, 7))', () => new nn.AdaptiveAvgPool2d([null, 7])],
  ['nn.AdaptiveAvgPool3d((1, 2, 3))', () => new nn.AdaptiveAvgPool3d([1, 2, 3])],
  ['nn.Threshold(0.1, 20)', () => new nn.Threshold(0.1, 20)],
  ['nn.ReLU(inplace=True)', () => new nn.ReLU({ inplace: true })],
  ['nn.RReLU()', () => new nn.RReLU()],
  ['nn.Hardtanh(-2, 2.5)'.replace('-2', '-2.0'), () => new nn.Hardtanh(-2, 2.5)],
  ['nn.ReLU6()', () => new nn.ReLU6()],
  ['nn.Sigmoid()', () => new nn.Sigmoid()],
  ['nn.Hardsigmoid(True)', () => new nn.Hardsigmoid(true)],
  ['nn.Tanh()', () => new nn.Tanh()],
  ['nn.SiLU(True)', () => new nn.SiLU(true)],
  ['nn.Mish()', () => new nn.Mish()],
  ['nn.Hardswish()', () => new nn.Hardswish()],
  ['nn.ELU(0.5, True)', () => new nn.ELU(0.5, true)],
  ['nn.CELU()', () => new nn.CELU()],
  ['nn.SELU()', () => new nn.SELU()],
  ['nn.GLU(0)', () => new nn.GLU(0)],
  ['nn.GELU("tanh")', () => new nn.GELU('tanh')],
  ['nn.Hardshrink()', () => new nn.Hardshrink()],
  ['nn.LeakyReLU(1e-5)', () => new nn.LeakyReLU(1e-5)],
  ['nn.LogSigmoid()', () => new nn.LogSigmoid()],
  ['nn.Softplus()', () => new nn.Softplus()],
  ['nn.Softshrink()', () => new nn.Softshrink()],
  ['nn.PReLU(3, 0.1)', () => new nn.PReLU(3, 0.1)],
  ['nn.Softsign()', () => new nn.Softsign()],
  ['nn.Tanhshrink()', () => new nn.Tanhshrink()],
  ['nn.Softmin(1)', () => new nn.Softmin(1)],
  ['nn.Softmax(dim=-1)', () => new nn.Softmax({ dim: -1 })],
  ['nn.Softmax2d()', () => new nn.Softmax2d()],
  ['nn.LogSoftmax()', () => new nn.LogSoftmax()],
  ['nn.Dropout(0.25)', () => new nn.Dropout(0.25)],
  ['nn.Dropout1d()', () => new nn.Dropout1d()],
  ['nn.Dropout2d(inplace=True)', () => new nn.Dropout2d({ inplace: true })],
  ['nn.Dropout3d()', () => new nn.Dropout3d()],
  ['nn.AlphaDropout()', () => new nn.AlphaDropout()],
  ['nn.FeatureAlphaDropout()', () => new nn.FeatureAlphaDropout()],
  ['nn.BatchNorm1d(4, momentum=None)', () => new nn.BatchNorm1d(4, { momentum: null })],
  ['nn.BatchNorm2d(4, 0.1, affine=False)', () => new nn.BatchNorm2d(4, 0.1, { affine: false })],
  ['nn.BatchNorm3d(4, track_running_stats=False, bias=False)', () => new nn.BatchNorm3d(4, { track_running_stats: false, bias: false })],
  ['nn.SyncBatchNorm(4)', () => new nn.SyncBatchNorm(4)],
  ['nn.LazyBatchNorm1d()', () => new nn.LazyBatchNorm1d()],
  ['nn.LazyBatchNorm2d(affine=False)', () => new nn.LazyBatchNorm2d({ affine: false })],
  ['nn.LazyBatchNorm3d()', () => new nn.LazyBatchNorm3d()],
  ['nn.InstanceNorm1d(4)', () => new nn.InstanceNorm1d(4)],
  ['nn.InstanceNorm2d(4, affine=True)', () => new nn.InstanceNorm2d(4, { affine: true })],
  ['nn.InstanceNorm3d(4, track_running_stats=True)', () => new nn.InstanceNorm3d(4, { track_running_stats: true })],
  ['nn.LazyInstanceNorm1d()', () => new nn.LazyInstanceNorm1d()],
  ['nn.LazyInstanceNorm2d()', () => new nn.LazyInstanceNorm2d()],
  ['nn.LazyInstanceNorm3d()', () => new nn.LazyInstanceNorm3d()],
  ['nn.LocalResponseNorm(2)', () => new nn.LocalResponseNorm(2)],
  ['nn.LayerNorm((3, 4), bias=False)', () => new nn.LayerNorm([3, 4], { bias: false })],
  ['nn.LayerNorm(5, elementwise_affine=False)', () => new nn.LayerNorm(5, { elementwise_affine: false })],
  ['nn.GroupNorm(2, 4)', () => new nn.GroupNorm(2, 4)],
  ['nn.GroupNorm(2, 4, affine=True, bias=False)', () => new nn.GroupNorm(2, 4, { affine: true, bias: false })],
  ['nn.RMSNorm(4, eps=1e-3)', () => new nn.RMSNorm(4, { eps: 1e-3 })],
  ['nn.CircularPad1d(1)', () => new nn.CircularPad1d(1)],
  ['nn.CircularPad2d((1, 2, 3, 4))', () => new nn.CircularPad2d([1, 2, 3, 4])],
  ['nn.CircularPad3d(1)', () => new nn.CircularPad3d(1)],
  ['nn.ConstantPad1d(2, 3.5)', () => new nn.ConstantPad1d(2, 3.5)],
  ['nn.ConstantPad2d((1, 1, 2, 2), 1)', () => new nn.ConstantPad2d([1, 1, 2, 2], 1)],
  ['nn.ConstantPad3d(1, 0.5)', () => new nn.ConstantPad3d(1, 0.5)],
  ['nn.ReflectionPad1d(2)', () => new nn.ReflectionPad1d(2)],
  ['nn.ReflectionPad2d(2)', () => new nn.ReflectionPad2d(2)],
  ['nn.ReflectionPad3d(2)', () => new nn.ReflectionPad3d(2)],
  ['nn.ReplicationPad1d((1, 2))', () => new nn.ReplicationPad1d([1, 2])],
  ['nn.ReplicationPad2d(2)', () => new nn.ReplicationPad2d(2)],
  ['nn.ReplicationPad3d(2)', () => new nn.ReplicationPad3d(2)],
  ['nn.ZeroPad1d(2)', () => new nn.ZeroPad1d(2)],
  ['nn.ZeroPad2d(2)', () => new nn.ZeroPad2d(2)],
  ['nn.ZeroPad3d(2)', () => new nn.ZeroPad3d(2)],
  ['nn.Embedding(10, 3, padding_idx=-1, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, sparse=True)',
    () => new nn.Embedding(10, 3, { padding_idx: -1, max_norm: 1, norm_type: 1, scale_grad_by_freq: true, sparse: true })],
  ['nn.Embedding.from_pretrained(torch.rand(2, 3), padding_idx=1)', () => nn.Embedding.from_pretrained(torch.rand(2, 3), { padding_idx: 1 })],
  ['nn.EmbeddingBag(10, 3, mode="sum", padding_idx=2)', () => new nn.EmbeddingBag(10, 3, { mode: 'sum', padding_idx: 2 })],
  ['nn.EmbeddingBag.from_pretrained(torch.rand(2, 3), max_norm=2.0)', () => nn.EmbeddingBag.from_pretrained(torch.rand(2, 3), { max_norm: 2 })],
  ['nn.Flatten(0, 1)', () => new nn.Flatten(0, 1)],
  ['nn.Unflatten(1, (2, 3))', () => new nn.Unflatten(1, [2, 3])],
  ['nn.Fold((3, 4), 2, stride=(1, 2))', () => new nn.Fold([3, 4], 2, { stride: [1, 2] })],
  ['nn.Unfold((2, 3), padding=1)', () => new nn.Unfold([2, 3], { padding: 1 })],
  ['nn.PairwiseDistance()', () => new nn.PairwiseDistance()],
  ['nn.CosineSimilarity(0)', () => new nn.CosineSimilarity(0)],
  ['nn.Upsample(scale_factor=2)', () => new nn.Upsample({ scale_factor: 2 })],
  ['nn.Upsample((4, 5), mode="bilinear")', () => new nn.Upsample([4, 5], { mode: 'bilinear' })],
  ['nn.Upsample(scale_factor=(2, 1.5))', () => new nn.Upsample({ scale_factor: [2, 1.5] })],
  ['nn.UpsamplingNearest2d(4)', () => new nn.UpsamplingNearest2d(4)],
  ['nn.UpsamplingBilinear2d(scale_factor=2)', () => new nn.UpsamplingBilinear2d({ scale_factor: 2 })],
  ['nn.PixelShuffle(3)', () => new nn.PixelShuffle(3)],
  ['nn.PixelUnshuffle(3)', () => new nn.PixelUnshuffle(3)],
  ['nn.ChannelShuffle(2)', () => new nn.ChannelShuffle(2)],
  ['nn.L1Loss()', () => new nn.L1Loss()],
  ['nn.NLLLoss(torch.ones(3))', () => new nn.NLLLoss(torch.ones(3))],
  ['nn.NLLLoss2d()', () => new nn.NLLLoss2d()],
  ['nn.PoissonNLLLoss()', () => new nn.PoissonNLLLoss()],
  ['nn.GaussianNLLLoss(full=True)', () => new nn.GaussianNLLLoss({ full: true })],
  ['nn.KLDivLoss(reduction="batchmean")', () => new nn.KLDivLoss({ reduction: 'batchmean' })],
  ['nn.MSELoss()', () => new nn.MSELoss()],
  ['nn.BCELoss()', () => new nn.BCELoss()],
  ['nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))', () => new nn.BCEWithLogitsLoss({ pos_weight: torch.ones(2) })],
  ['nn.HingeEmbeddingLoss()', () => new nn.HingeEmbeddingLoss()],
  ['nn.MultiLabelMarginLoss()', () => new nn.MultiLabelMarginLoss()],
  ['nn.SmoothL1Loss(beta=0.5)', () => new nn.SmoothL1Loss({ beta: 0.5 })],
  ['nn.HuberLoss()', () => new nn.HuberLoss()],
  ['nn.SoftMarginLoss()', () => new nn.SoftMarginLoss()],
  ['nn.CrossEntropyLoss(label_smoothing=0.1)', () => new nn.CrossEntropyLoss({ label_smoothing: 0.1 })],
  ['nn.LinearCrossEntropyLoss(3, 4, bias=True)', () => new nn.LinearCrossEntropyLoss(3, 4, { bias: true })],
  ['nn.MultiLabelSoftMarginLoss()', () => new nn.MultiLabelSoftMarginLoss()],
  ['nn.CosineEmbeddingLoss()', () => new nn.CosineEmbeddingLoss()],
  ['nn.MarginRankingLoss()', () => new nn.MarginRankingLoss()],
  ['nn.MultiMarginLoss()', () => new nn.MultiMarginLoss()],
  ['nn.RNNBase("GRU", 2, 3)', () => new nn.RNNBase('GRU', 2, 3)],
  ['nn.RNN(3, 4)', () => new nn.RNN(3, 4)],
  ['nn.RNN(3, 4, 2, "relu", False, True)', () => new nn.RNN(3, 4, 2, 'relu', false, true)],
  ['nn.LSTM(3, 4, num_layers=2, bias=False, dropout=0.5, bidirectional=True, proj_size=2)',
    () => new nn.LSTM(3, 4, { num_layers: 2, bias: false, dropout: 0.5, bidirectional: true, proj_size: 2 })],
  ['nn.LSTM(3, 4, 2, True, True, 1, True, dtype=torch.float64)', () => new nn.LSTM(3, 4, 2, true, true, 1, true, { dtype: torch.float64 })],
  ['nn.GRU(input_size=3, hidden_size=2, bidirectional=True)', () => new nn.GRU({ input_size: 3, hidden_size: 2, bidirectional: true })],
  ['nn.RNNCellBase(2, 3, True, 2)', () => new nn.RNNCellBase(2, 3, true, 2)],
  ['nn.RNNCell(2, 3)', () => new nn.RNNCell(2, 3)],
  ['nn.RNNCell(2, 3, nonlinearity="relu", bias=False)', () => new nn.RNNCell(2, 3, { nonlinearity: 'relu', bias: false })],
  ['nn.LSTMCell(2, 3, dtype=torch.float64)', () => new nn.LSTMCell(2, 3, { dtype: torch.float64 })],
  ['nn.LSTMCell(2, 0)', () => new nn.LSTMCell(2, 0)],
  ['nn.GRUCell(2, 3, False)', () => new nn.GRUCell(2, 3, false)],
  ['nn.TripletMarginLoss()', () => new nn.TripletMarginLoss()],
  ['nn.TripletMarginWithDistanceLoss()', () => new nn.TripletMarginWithDistanceLoss()],
  ['nn.CTCLoss()', () => new nn.CTCLoss()],
  ['nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.BatchNorm1d(3)))',
    () => new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Sequential(new nn.BatchNorm1d(3)))],
  ['nn.Sequential()', () => new nn.Sequential()],
  ['nn.Sequential(OrderedDict(a=nn.Linear(2, 3), b=nn.Tanh()))', () => new nn.Sequential({ a: new nn.Linear(2, 3), b: new nn.Tanh() })],
  ['nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2)])',
    () => new nn.ModuleList([new nn.Linear(2, 2), new nn.Linear(2, 2), new nn.ReLU(), new nn.Linear(2, 2)])],
  ['nn.ModuleList()', () => new nn.ModuleList()],
  ['nn.ModuleDict({"b": nn.Linear(2, 2), "a": nn.ReLU()})', () => new nn.ModuleDict({ b: new nn.Linear(2, 2), a: new nn.ReLU() })],
  ['nn.ParameterList([torch.rand(2), torch.rand(1, 3)])', () => new nn.ParameterList([torch.rand(2), torch.rand(1, 3)])],
  ['nn.ParameterDict({"b": torch.rand(2), "a": torch.rand(1, 3)})', () => new nn.ParameterDict({ b: torch.rand(2), a: torch.rand(1, 3) })],
]

const PROGRAM = `
import json, sys, torch
from collections import OrderedDict
from torch import nn
def built(code):
  torch.manual_seed(1)
  module = eval(code)
  rest = torch.rand(1).item()
  lazy = lambda t: isinstance(t, nn.parameter.UninitializedTensorMixin)
  state = module.state_dict()
  return dict(repr=repr(module), next=rest, versions={name: meta['version'] for name, meta in state._metadata.items()},
    state=[[name, str(t.dtype), [-1], []] if lazy(t) else [name, str(t.dtype), list(t.shape), t.tolist()] for name, t in state.items()])
def failure(code):
  try:
    eval(code)
    return None
  except Exception as error:
    return [type(error).__name__, str(error)]
request = json.loads(sys.argv[1])
print(json.dumps(dict(built=[built(code) for code in request['built']], failures=[failure(code) for code in request['failures']])))
`

// What both refuse. TypeErrors of Python's own calls are not here: their texts count self.
const failures: [python: string, run: () => unknown][] = [
  ['nn.Bilinear(0, 1, 1)', () => new nn.Bilinear(0, 1, 1)],
  ['nn.Conv2d(3, 4, 1, groups=0)', () => new nn.Conv2d(3, 4, 1, { groups: 0 })],
  ['nn.Conv2d(3, 4, 1, groups=2)', () => new nn.Conv2d(3, 4, 1, { groups: 2 })],
  ['nn.Conv2d(4, 3, 1, groups=2)', () => new nn.Conv2d(4, 3, 1, { groups: 2 })],
  ['nn.Conv2d(4, 3, 1, stride=2, padding="same")', () => new nn.Conv2d(4, 3, 1, { stride: 2, padding: 'same' })],
  ['nn.ConvTranspose2d(4, 3, 1, padding_mode="reflect")', () => new nn.ConvTranspose2d(4, 3, 1, { padding_mode: 'reflect' as 'zeros' })],
  ['nn.ConvTranspose1d(1, 1, 3, stride=2)(torch.ones(1, 1, 4), output_size=[20])',
    () => new nn.ConvTranspose1d(1, 1, 3, { stride: 2 })(torch.ones(1, 1, 4), { output_size: [20] })],
  ['nn.ConvTranspose1d(1, 1, 3)(torch.ones(1, 1, 4), output_size=[1, 2])', () => new nn.ConvTranspose1d(1, 1, 3)(torch.ones(1, 1, 4), [1, 2])],
  ['nn.LazyConv2d(1, 1)(torch.ones(2))', () => new nn.LazyConv2d(1, 1)(torch.ones(2))],
  ['nn.LazyConv2d(2, 1, groups=2)(torch.ones(1, 3, 2, 2))', () => new nn.LazyConv2d(2, 1, { groups: 2 })(torch.ones(1, 3, 2, 2))],
  ['nn.LazyLinear(2).weight.shape', () => new nn.LazyLinear(2).weight.shape],
  ['nn.FractionalMaxPool2d(2)', () => new nn.FractionalMaxPool2d(2)],
  ['nn.FractionalMaxPool2d(2, output_size=1, output_ratio=0.5)', () => new nn.FractionalMaxPool2d(2, { output_size: 1, output_ratio: 0.5 })],
  ['nn.FractionalMaxPool3d(2, output_ratio=1.5)', () => new nn.FractionalMaxPool3d(2, { output_ratio: 1.5 })],
  ['nn.FractionalMaxPool3d(0, output_ratio=0.5)', () => new nn.FractionalMaxPool3d(0, { output_ratio: 0.5 })],
  ['nn.MaxUnpool1d(2)(torch.ones(1, 1, 2), torch.tensor([[[0, 2]]]), output_size=[9])',
    () => new nn.MaxUnpool1d(2)(torch.ones(1, 1, 2), torch.tensor([[[0n, 2n]]]), { output_size: [9] })],
  ['nn.Hardtanh(1.0, 0.5)', () => new nn.Hardtanh(1, 0.5)],
  ['nn.Softmax2d()(torch.ones(2))', () => new nn.Softmax2d()(torch.ones(2))],
  ['nn.Dropout(1.5)', () => new nn.Dropout(1.5)],
  ['nn.Dropout1d()(torch.ones(2))', () => new nn.Dropout1d()(torch.ones(2))],
  ['nn.BatchNorm1d(3)(torch.ones(3))', () => new nn.BatchNorm1d(3)(torch.ones(3))],
  ['nn.BatchNorm2d(3)(torch.ones(2, 3))', () => new nn.BatchNorm2d(3)(torch.ones(2, 3))],
  ['nn.BatchNorm3d(3)(torch.ones(2, 3))', () => new nn.BatchNorm3d(3)(torch.ones(2, 3))],
  ['nn.BatchNorm1d(3)(torch.ones(1, 3))', () => new nn.BatchNorm1d(3)(torch.ones(1, 3))],
  ['nn.BatchNorm1d(3, eps=-0.5)(torch.ones(2, 3))', () => new nn.BatchNorm1d(3, { eps: -0.5 })(torch.ones(2, 3))],
  ['nn.SyncBatchNorm(3)(torch.ones(3))', () => new nn.SyncBatchNorm(3)(torch.ones(3))],
  ['nn.InstanceNorm1d(3)(torch.ones(3))', () => new nn.InstanceNorm1d(3)(torch.ones(3))],
  ['nn.InstanceNorm1d(3, affine=True)(torch.ones(2, 4, 5))', () => new nn.InstanceNorm1d(3, { affine: true })(torch.ones(2, 4, 5))],
  ['nn.InstanceNorm2d(3)(torch.ones(2, 3, 1, 1))', () => new nn.InstanceNorm2d(3)(torch.ones(2, 3, 1, 1))],
  ['nn.GroupNorm(3, 4)', () => new nn.GroupNorm(3, 4)],
  ['nn.GroupNorm(2, 4)(torch.ones(3))', () => new nn.GroupNorm(2, 4)(torch.ones(3))],
  ['nn.LocalResponseNorm(2)(torch.ones(3))', () => new nn.LocalResponseNorm(2)(torch.ones(3))],
  ['nn.CircularPad2d(1)(torch.ones(3))', () => new nn.CircularPad2d(1)(torch.ones(3))],
  ['nn.Embedding(3, 2, padding_idx=3)', () => new nn.Embedding(3, 2, { padding_idx: 3 })],
  ['nn.Embedding(3, 2, _weight=torch.ones(2, 2))', () => new nn.Embedding(3, 2, { _weight: torch.ones(2, 2) })],
  ['nn.Embedding.from_pretrained(torch.ones(2))', () => nn.Embedding.from_pretrained(torch.ones(2))],
  ['nn.EmbeddingBag(3, 2, padding_idx=-4)', () => new nn.EmbeddingBag(3, 2, { padding_idx: -4 })],
  ['nn.EmbeddingBag(3, 2)(torch.tensor([0, 1]))', () => new nn.EmbeddingBag(3, 2)(torch.tensor([0n, 1n]))],
  ['nn.EmbeddingBag(3, 2)(torch.tensor([[0, 1]]), torch.tensor([0]))',
    () => new nn.EmbeddingBag(3, 2)(torch.tensor([[0n, 1n]]), torch.tensor([0n]))],
  ['nn.EmbeddingBag(3, 2)(torch.tensor([[0, 1]]), None, torch.ones(1, 2))',
    () => new nn.EmbeddingBag(3, 2)(torch.tensor([[0n, 1n]]), null, torch.ones(1, 2))],
  ['nn.EmbeddingBag(3, 2)(torch.tensor([[[0, 1]]]))', () => new nn.EmbeddingBag(3, 2)(torch.tensor([[[0n, 1n]]]))],
  ['nn.Unflatten(1, 2)', () => new nn.Unflatten(1, 2 as unknown as number[])],
  ['nn.Unflatten(1, (2, 1.5))', () => new nn.Unflatten(1, [2, 1.5])],
  ['nn.Upsample()(torch.ones(1, 1, 2))', () => new nn.Upsample()(torch.ones(1, 1, 2))],
  ['nn.Upsample(2, mode="bilinear")(torch.ones(1, 1, 2))', () => new nn.Upsample(2, { mode: 'bilinear' })(torch.ones(1, 1, 2))],
  ['nn.L1Loss(reduction="avg")(torch.ones(2), torch.ones(2))', () => new nn.L1Loss({ reduction: 'avg' as 'mean' })(torch.ones(2), torch.ones(2))],
  ['nn.BCELoss()(torch.ones(2), torch.ones(3))', () => new nn.BCELoss()(torch.ones(2), torch.ones(3))],
  ['nn.BCEWithLogitsLoss()(torch.ones(2), torch.ones(3))', () => new nn.BCEWithLogitsLoss()(torch.ones(2), torch.ones(3))],
  ['nn.GaussianNLLLoss()(torch.ones(2), torch.ones(2), torch.tensor([1, -1]))',
    () => new nn.GaussianNLLLoss()(torch.ones(2), torch.ones(2), torch.tensor([1n, -1n]))],
  ['nn.GaussianNLLLoss()(torch.ones(2), torch.ones(2), torch.ones(3))', () => new nn.GaussianNLLLoss()(torch.ones(2), torch.ones(2), torch.ones(3))],
  ['nn.MultiMarginLoss(p=3)', () => new nn.MultiMarginLoss({ p: 3 })],
  ['nn.MultiMarginLoss(weight=torch.ones(2, 2))', () => new nn.MultiMarginLoss({ weight: torch.ones(2, 2) })],
  ['nn.MarginRankingLoss()(torch.ones(2), torch.ones(2, 1), torch.ones(2))',
    () => new nn.MarginRankingLoss()(torch.ones(2), torch.ones(2, 1), torch.ones(2))],
  ['nn.TripletMarginLoss(margin=-1)', () => new nn.TripletMarginLoss({ margin: -1 })],
  ['nn.TripletMarginWithDistanceLoss(margin=0)', () => new nn.TripletMarginWithDistanceLoss({ margin: 0 })],
  ['nn.TripletMarginWithDistanceLoss()(torch.ones(2), torch.ones(2), torch.ones(2, 1))',
    () => new nn.TripletMarginWithDistanceLoss()(torch.ones(2), torch.ones(2), torch.ones(2, 1))],
  ['nn.LinearCrossEntropyLoss(3, 4, label_smoothing=2)', () => new nn.LinearCrossEntropyLoss(3, 4, { label_smoothing: 2 })],
  ['nn.LinearCrossEntropyLoss(3, 4, weight=torch.ones(3))', () => new nn.LinearCrossEntropyLoss(3, 4, { weight: torch.ones(3) })],
  ['nn.Sequential(nn.ReLU())[1]', () => new nn.Sequential(new nn.ReLU()).at(1)],
  ['nn.Sequential(nn.ReLU()) * 0', () => new nn.Sequential(new nn.ReLU()).mul(0)],
  ['nn.Sequential(nn.ReLU()).insert(3, nn.ReLU())', () => new nn.Sequential(new nn.ReLU()).insert(3, new nn.ReLU())],
  ['nn.Sequential(3)', () => new nn.Sequential(3 as unknown as nn.Module)],
  ['nn.ModuleList([nn.ReLU()])[-2]', () => new nn.ModuleList([new nn.ReLU()]).at(-2)],
  ['nn.ModuleList().extend(3)', () => new nn.ModuleList().extend(3 as unknown as nn.Module[])],
  ['nn.ModuleDict({"a.b": nn.ReLU()})', () => new nn.ModuleDict({ 'a.b': new nn.ReLU() })],
  ['nn.ModuleDict({"": nn.ReLU()})', () => new nn.ModuleDict({ '': new nn.ReLU() })],
  ['nn.ModuleDict({"pop": nn.ReLU()})', () => new nn.ModuleDict({ pop: new nn.ReLU() })],
  ['nn.ModuleDict([("a", nn.ReLU(), 1)])', () => new nn.ModuleDict([['a', new nn.ReLU(), 1]] as never)],
  ['nn.ParameterList().extend(torch.ones(2))', () => new nn.ParameterList().extend(torch.ones(2))],
  ['nn.ParameterList()(1)', () => (new nn.ParameterList() as nn.Module)(1)],
]

const python = python_torch()
if (python === null) console.warn('test/nn/modules: no Python torch here, layers are not compared with it')
const request = JSON.stringify({ built: layers.map(([code]) => code), failures: failures.map(([code]) => code) })
const expected = python === null ? null : JSON.parse(python.run(PROGRAM, request)) as { built: Built[], failures: [string, string][] }

function built(make: () => nn.Module): Built {
  torch.manual_seed(1)
  const module = make()
  const next = torch.rand(1).item()
  const state = module.state_dict()
  const versions = Object.entries((state as unknown as { _metadata: Record<string, { version: number }> })._metadata)
  return {
    repr: String(module), next,
    versions: Object.fromEntries(versions.map(([name, { version }]) => [name, version])),
    state: Object.entries(state).map(([name, tensor]) => (nn.parameter.is_lazy(tensor) ? [name, String(tensor.dtype), [-1], []]
      : [name, String(tensor.dtype), [...tensor.shape], tensor.tolist()])),
  }
}

function failure(run: () => unknown): [string, string] | null {
  try {
    run()
    return null
  } catch (error) {
    return [(error as Error).name, (error as Error).message]
  }
}

// Python's class beside JavaScript's; a KeyError's text is in quotes there.
function as_here([name, message]: [string, string]): [string, string] {
  if (name === 'KeyError') return [name, message.replace(/^(['"])(.*)\1$/, '$2').replace(/\\'/g, "'")]
  return [name, message]
}

// Recurrent nets, attention and its like have tests of their own.
const ELSEWHERE = /^(RNN|LSTM|GRU|Transformer|MultiheadAttention|AdaptiveLogSoftmax|CrossMapLRN2d|DataParallel|NonDynamically)/

describe('layers', () => {
  it('are all compared', () => {
    const classes = Object.entries(nn).filter(([, value]) => typeof value === 'function' && value.prototype instanceof nn.Module)
    const compared = layers.map(([code]) => /^nn\.(\w+)/.exec(code)![1])
    expect(classes.map(([name]) => name).filter(name => !compared.includes(name) && !ELSEWHERE.test(name))).toEqual([])
  })

  it.each(layers.map(([code, make], i) => [code, make, i] as const))('%s is made and printed as in Python', (_, make, i) => {
    const want = expected?.built[i]
    expect(built(make)).toEqual(want ?? built(make))
  })

  it.each(failures.map(([code, run], i) => [code, run, i] as const))('%s fails as in Python', (_, run, i) => {
    const want = expected?.failures[i]
    expect(failure(run)).toEqual(want === undefined ? expect.anything() : as_here(want))
  })
})

test('the first weight of seed 1 is PyTorch\'s', () => {
  torch.manual_seed(1)
  expect(new nn.Linear(1, 1).weight.item() === 0.5152631998062134).toBe(true)
})
