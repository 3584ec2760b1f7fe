// torch.accelerator and device namespaces, beside Python's where neither has a GPU.
import torch from 'torch-ts'
import { type Value, compare_with_python } from './helpers/beside_python'

const { accelerator } = torch
const values: Value[] = [
  ['torch.accelerator.is_available()', () => accelerator.is_available()],
  ['torch.accelerator.device_count()', () => accelerator.device_count()],
  ['torch.accelerator.current_accelerator()', () => accelerator.current_accelerator()],
  ['torch.accelerator.current_device_index()', () => accelerator.current_device_index()],
  ['torch.accelerator.set_device_index(0)', () => accelerator.set_device_index(0)],
  ['torch.accelerator.set_device_index("cpu")', () => accelerator.set_device_index('cpu')],
  ['torch.accelerator.synchronize()', () => accelerator.synchronize()],
  ['torch.accelerator.synchronize("cuda:0")', () => accelerator.synchronize('cuda:0')],
]

if (!torch.cuda.is_available() && accelerator.current_accelerator() === null) describe('beside Python', () => compare_with_python('accelerator', [], values))

describe('torch.accelerator', () => {
  it('leaves the current device as it was where the index is null', () => {
    expect(accelerator.device_index(null, () => 3)).toBe(3)
    accelerator.device_index(null)[Symbol.dispose]()
    accelerator.empty_cache()
  })
})
