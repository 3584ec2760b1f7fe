// What few models use, beside Python: CrossMapLRN2d, nn.grad, products of groups, DataParallel without a GPU.
import torch, { nn } from 'torch-ts'
import { type Value, compare_with_python } from '../helpers/beside_python'

const F = nn.functional
const { grad } = F

function cross_map(size: number, channels: number): torch.Tensor {
  const x = torch.randn(2, channels, 3, 3, { requires_grad: true })
  return torch.autograd.grad(new nn.CrossMapLRN2d(size, { alpha: 0.5 })(x).pow(2).sum(), x)[0]!
}

const values: Value[] = [
  ['repr(nn.CrossMapLRN2d(3))', () => String(new nn.CrossMapLRN2d(3))],
  ['nn.CrossMapLRN2d(3)(torch.randn(2, 6, 3, 3))', () => new nn.CrossMapLRN2d(3)(torch.randn(2, 6, 3, 3))],
  ['nn.CrossMapLRN2d(4, 0.5, 0.6, 2.0)(torch.randn(2, 3, 3, 3))', () => new nn.CrossMapLRN2d(4, 0.5, 0.6, 2)(torch.randn(2, 3, 3, 3))],
  ...[[3, 6], [2, 4], [5, 3], [1, 2]].map(([size, channels]): Value => [
    `(lambda x: torch.autograd.grad(nn.CrossMapLRN2d(${size}, alpha=0.5)(x).pow(2).sum(), x)[0])(torch.randn(2, ${channels}, 3, 3, requires_grad=True))`,
    () => cross_map(size!, channels!)]),
  ['nn.CrossMapLRN2d(3)(torch.randn(2, 6, 3))', () => new nn.CrossMapLRN2d(3)(torch.randn(2, 6, 3))],
  ['F.grad.conv1d_input((1, 2, 5), torch.randn(3, 2, 2), torch.randn(1, 3, 4))', () => grad.conv1d_input([1, 2, 5], torch.randn(3, 2, 2), torch.randn(1, 3, 4))],
  ['F.grad.conv2d_input((1, 2, 5, 5), torch.randn(3, 2, 3, 3), torch.randn(1, 3, 2, 2), stride=2)',
    () => grad.conv2d_input([1, 2, 5, 5], torch.randn(3, 2, 3, 3), torch.randn(1, 3, 2, 2), { stride: 2 })],
  ['nn.grad.conv2d_weight(torch.randn(1, 2, 5, 5), (3, 2, 3, 3), torch.randn(1, 3, 5, 5), padding=1)',
    () => nn.grad.conv2d_weight(torch.randn(1, 2, 5, 5), [3, 2, 3, 3], torch.randn(1, 3, 5, 5), { padding: 1 })],
  ['nn.grad.conv3d_weight(torch.randn(1, 2, 3, 3, 3), (2, 1, 2, 2, 2), torch.randn(1, 2, 2, 2, 2), groups=2)',
    () => nn.grad.conv3d_weight(torch.randn(1, 2, 3, 3, 3), [2, 1, 2, 2, 2], torch.randn(1, 2, 2, 2, 2), { groups: 2 })],
  ['nn.grad.conv1d_weight(torch.randn(1, 2, 5), (3, 2, 2))', () => nn.grad.conv1d_weight(...[torch.randn(1, 2, 5), [3, 2, 2]] as unknown as Parameters<typeof nn.grad.conv1d_weight>)],
  ['F.grouped_mm(torch.randn(2, 8, 8).bfloat16(), torch.randn(2, 8, 8).bfloat16()).float()',
    () => F.grouped_mm(torch.randn(2, 8, 8).bfloat16(), torch.randn(2, 8, 8).bfloat16()).float()],
  ['F.grouped_mm(torch.randn(2, 4, 5).bfloat16(), torch.randn(2, 5, 4).bfloat16())',
    () => F.grouped_mm(torch.randn(2, 4, 5).bfloat16(), torch.randn(2, 5, 4).bfloat16())],
  ['repr(nn.DataParallel(nn.Linear(2, 3)))', () => String(new nn.DataParallel(new nn.Linear(2, 3)))],
  ['list(nn.DataParallel(nn.Linear(2, 3)).state_dict())', () => Object.keys(new nn.DataParallel(new nn.Linear(2, 3)).state_dict())],
  ['nn.DataParallel(nn.Linear(2, 3))(torch.ones(1, 2))', () => new nn.DataParallel(new nn.Linear(2, 3))(torch.ones(1, 2))],
  ['F.scaled_mm(torch.ones(16, 16).to(torch.float8_e4m3fn), torch.ones(16, 16).to(torch.float8_e4m3fn).t(), torch.ones(()), F.ScalingType.TensorWise, '
    + 'torch.ones(()), F.ScalingType.TensorWise).float()',
  () => F.scaled_mm(torch.ones(16, 16).to(torch.float8_e4m3fn), torch.ones(16, 16).to(torch.float8_e4m3fn).t(), torch.ones([]),
    F.ScalingType.TensorWise, torch.ones([]), F.ScalingType.TensorWise).float()],
]

describe('beside Python', () => compare_with_python('rare', [], values))
