// torchvision's operators beside torchvision's own results. The fixture is made by scripts/goldens/vision_ops.py.
import fs from 'node:fs'
import path from 'node:path'
import * as torch from '../../lib'
import { ops } from '../../lib/vision'
import { repository } from '../helpers/clone'

interface Encoded { dtype: string, shape: number[], data: (number | 'nan')[], requires_grad?: true }
interface Case { name: string, args: unknown[], kwargs: Record<string, unknown>, result: Encoded, grads?: Encoded[] }

interface Pyramid {
  maps: Record<string, Encoded>
  boxes: Encoded[]
  levels: Record<string, number[]>
  p7: Encoded
  pooled: Encoded
  repr: string
  keys: string[]
}

const { nn } = torch
const fixture = JSON.parse(fs.readFileSync(path.join(repository, 'test/fixtures/vision_ops.json'), 'utf8')) as
  { cases: Case[], pyramid: Pyramid, many: Record<'nms' | 'batched_nms', [count: number, first: number[], sum: number]> }

function is_encoded(value: unknown): value is Encoded {
  return typeof value === 'object' && value !== null && 'dtype' in value
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode)
  if (!is_encoded(value)) return value
  const dtype = (torch as unknown as Record<string, torch.dtype>)[value.dtype]!
  const made = torch.tensor(value.data.map(one => (one === 'nan' ? NaN : one)), { dtype }).reshape(value.shape)
  return value.requires_grad ? made.requires_grad_() : made
}

function expect_close(found: torch.Tensor, wanted: Encoded): void {
  const options = wanted.dtype.startsWith('float') ? { rtol: 1e-5, atol: 1e-5, equal_nan: true } : { rtol: 0, atol: 0 }
  torch.testing.assert_close(found.detach(), decode(wanted) as torch.Tensor, options)
}

const titled = fixture.cases.map(one => {
  const words = one.args.filter(arg => typeof arg === 'string' || typeof arg === 'number')
  return [`${one.name}(${[...words, Object.keys(one.kwargs).length > 0 ? JSON.stringify(one.kwargs) : ''].filter(word => word !== '').join(', ')})`, one] as const
})

describe('ops', () => {
  it.each(titled)('%s gives the values and gradients of torchvision', (_, { name, args, kwargs, result, grads = [] }) => {
    const given = decode(args) as unknown[]
    const operator = (ops as unknown as Record<string, (...args: unknown[]) => torch.Tensor>)[name]!
    const found = operator(...given, kwargs)
    expect_close(found, result)
    if (grads.length === 0) return
    const weights = torch.arange(found.numel(), { dtype: found.dtype }).reshape([...found.shape]).remainder(5).add(1)
    found.mul(weights).sum().backward()
    const leaves = given.filter(arg => arg instanceof torch.Tensor && arg.requires_grad) as torch.Tensor[]
    leaves.forEach((leaf, i) => expect_close(leaf.grad!, grads[i]!))
  })
})

describe('ops.nms', () => {
  // The rule of the script.
  function many(): { boxes: torch.Tensor, scores: torch.Tensor, classes: torch.Tensor } {
    const i = torch.arange(3000)
    const x = i.mul(7919).remainder(4001).float().div(10)
    const y = i.mul(104729).remainder(3001).float().div(10)
    const w = i.mul(31).remainder(97).add(20).float()
    const h = i.mul(17).remainder(89).add(20).float()
    return { boxes: torch.stack([x, y, x.add(w), y.add(h)], 1), scores: i.mul(48271).remainder(3001).float(), classes: i.mul(13).remainder(7) }
  }

  function summary(kept: torch.Tensor): [number, number[], number] {
    const places = kept.tolist<number[]>()
    return [places.length, places.slice(0, 20), places.reduce((sum, place, at) => sum + (at + 1) * place, 0)]
  }

  it('keeps the same boxes of thousands', () => {
    const { boxes, scores, classes } = many()
    expect(summary(ops.nms(boxes, scores, 0.4))).toEqual(fixture.many.nms)
    expect(summary(ops.batched_nms(boxes, scores, classes, 0.4))).toEqual(fixture.many.batched_nms)
  })

  it('refuses other shapes', () => {
    const [boxes, scores] = [torch.zeros(2, 4), torch.zeros(2)]
    expect(() => ops.nms(torch.zeros(4), scores, 0.5)).toThrow('boxes should be a 2d tensor, got 1D')
    expect(() => ops.nms(torch.zeros(2, 5), scores, 0.5)).toThrow('boxes should have 4 elements in dimension 1, got 5')
    expect(() => ops.nms(boxes, torch.zeros(2, 1), 0.5)).toThrow('scores should be a 1d tensor, got 2D')
    expect(() => ops.nms(boxes, torch.zeros(3), 0.5)).toThrow('boxes and scores should have same number of elements in dimension 0, got 2 and 3')
  })
})

describe('operators on boxes', () => {
  it('refuse what torchvision refuses', () => {
    const boxes = torch.zeros(1, 4)
    expect(() => ops.box_convert(boxes, 'xyz' as 'xyxy', 'xyxy')).toThrow('Unsupported Bounding Box Conversions for given in_fmt xyz and out_fmt xyxy')
    expect(() => ops.box_convert(boxes, 'xyxy', 'xywhr')).toThrow(torch.NotImplementedError)
    expect(() => ops.box_area(boxes, 'xywhr' as 'xywh')).toThrow('Unsupported Bounding Box area for given format xywhr')
    expect(() => ops.box_iou(boxes, boxes, 'abc' as 'xyxy')).toThrow("Unsupported format 'abc'. Supported axis-aligned formats: ('xyxy', 'xywh', 'cxcywh').")
    expect(() => ops.generalized_box_iou_loss(boxes, boxes, 'all' as 'sum'))
      .toThrow("Invalid Value for arg 'reduction': 'all \n Supported reduction modes: 'none', 'mean', 'sum'")
    expect(() => ops.sigmoid_focal_loss(boxes, boxes, 2)).toThrow('Invalid alpha value: 2. alpha must be in the range [0,1] or -1 for ignore.')
    expect(() => ops.roi_align(torch.zeros(1, 1, 4, 4), boxes, 2)).toThrow('The boxes tensor shape is not correct as Tensor[K, 5]')
    expect(() => ops.roi_pool(torch.zeros(1, 1, 4, 4), [torch.zeros(1, 5)], 2))
      .toThrow('The shape of the tensor in the boxes list is not correct as List[Tensor[L, 4]]')
    expect(() => ops.ps_roi_pool(torch.zeros(1, 3, 4, 4), torch.zeros(1, 5), 2)).toThrow('input channels must be a multiple of pooling height * pooling width')
  })

  it('give empty results for no regions', () => {
    const input = torch.ones([1, 4, 4, 4], { requires_grad: true })
    for (const pooled of [ops.roi_align(input, torch.zeros(0, 5), 2), ops.roi_pool(input, torch.zeros(0, 5), 2)]) {
      expect([...pooled.shape]).toEqual([0, 4, 2, 2])
    }
    expect([...ops.ps_roi_align(input, torch.zeros(0, 5), 2).shape]).toEqual([0, 1, 2, 2])
  })
})

describe('modules of ops', () => {
  it('print as in Python', () => {
    expect(String(new ops.RoIAlign([7, 7], 0.25, 2))).toBe('RoIAlign(output_size=(7, 7), spatial_scale=0.25, sampling_ratio=2, aligned=False)')
    expect(String(new ops.PSRoIAlign(7, 0.5, -1))).toBe('PSRoIAlign(output_size=7, spatial_scale=0.5, sampling_ratio=-1)')
    expect(String(new ops.RoIPool(7, 0.5))).toBe('RoIPool(output_size=7, spatial_scale=0.5)')
    expect(String(new ops.FrozenBatchNorm2d(8))).toBe('FrozenBatchNorm2d(8, eps=1e-05)')
    expect(String(new ops.StochasticDepth(0.2, 'row'))).toBe('StochasticDepth(p=0.2, mode=row)')
    expect(String(new ops.DropBlock2d(0.5, 3))).toBe('DropBlock2d(p=0.5, block_size=3, inplace=False)')
    expect(String(new ops.Conv2dNormActivation(3, 8, { kernel_size: [3, 5], activation_layer: null }))).toBe(`Conv2dNormActivation(
  (0): Conv2d(3, 8, kernel_size=(3, 5), stride=(1, 1), padding=(1, 2), bias=False)
  (1): BatchNorm2d(8, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
)`)
    expect(String(new ops.MLP(4, [8, 2], { dropout: 0.1 }))).toBe(`MLP(
  (0): Linear(in_features=4, out_features=8, bias=True)
  (1): ReLU()
  (2): Dropout(p=0.1, inplace=False)
  (3): Linear(in_features=8, out_features=2, bias=True)
  (4): Dropout(p=0.1, inplace=False)
)`)
  })

  it('give what their functions give', () => {
    const [input, rois] = [torch.rand(1, 4, 6, 6), torch.tensor([[0, 1, 1, 4, 5]])]
    expect(new ops.RoIAlign(2, 1, 2, true)(input, rois).equal(ops.roi_align(input, rois, 2, 1, 2, true))).toBe(true)
    expect(new ops.RoIPool(2, 1)(input, rois).equal(ops.roi_pool(input, rois, 2))).toBe(true)
    expect(new ops.PSRoIAlign(2, 1, 2)(input, rois).equal(ops.ps_roi_align(input, rois, 2, 1, 2))).toBe(true)
    expect(new ops.PSRoIPool(2, 1)(input, rois).equal(ops.ps_roi_pool(input, rois, 2))).toBe(true)
  })

  it('make FrozenBatchNorm2d of a BatchNorm2d, in evaluation', () => {
    const norm = new nn.BatchNorm2d(3)
    norm(torch.rand(4, 3, 5, 5))
    const frozen = new ops.FrozenBatchNorm2d({ num_features: 3 })
    frozen.load_state_dict(norm.state_dict())
    const x = torch.rand(2, 3, 4, 4)
    torch.testing.assert_close(frozen(x), norm.eval()(x).detach())
    expect([...frozen.parameters()]).toEqual([])
  })

  it('of Conv3dNormActivation keep the size', () => {
    expect([...new ops.Conv3dNormActivation(2, 4)(torch.rand(1, 2, 5, 6, 7)).shape]).toEqual([1, 4, 5, 6, 7])
  })
})

describe('ops.FeaturePyramidNetwork and ops.MultiScaleRoIAlign', () => {
  it('give what torchvision gives for the same seed', () => {
    const { maps, boxes, levels, p7, pooled, repr, keys } = fixture.pyramid
    const given = Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, decode(map) as torch.Tensor]))
    torch.manual_seed(0)
    const fpn = new ops.FeaturePyramidNetwork([3, 4, 5], 6, { extra_blocks: new ops.feature_pyramid_network.LastLevelP6P7(6, 6) })
    expect(Object.keys(fpn.state_dict())).toEqual(keys)
    const found = fpn(given)
    expect(Object.fromEntries(Object.entries(found).map(([name, map]) => [name, [...map.shape]]))).toEqual(levels)
    torch.testing.assert_close(found.p7!.detach(), decode(p7) as torch.Tensor, { rtol: 1e-4, atol: 1e-4 })
    const pooler = new ops.MultiScaleRoIAlign(['a', 'b', 'c'], 2, 2, { canonical_scale: 32, canonical_level: 3 })
    const regions = pooler(found, decode(boxes) as torch.Tensor[], [[64, 64], [64, 48]])
    torch.testing.assert_close(regions.detach(), decode(pooled) as torch.Tensor, { rtol: 1e-4, atol: 1e-4 })
    expect(String(pooler)).toBe(repr)
  })

  it('add a level by pooling, load old names, and refuse what is no block', () => {
    const { LastLevelMaxPool } = ops.feature_pyramid_network
    const fpn = new ops.FeaturePyramidNetwork([2], 3, new LastLevelMaxPool())
    expect(Object.keys(fpn({ x: torch.rand(1, 2, 4, 4) }))).toEqual(['x', 'pool'])
    const old = Object.fromEntries(Object.entries(fpn.state_dict()).map(([name, tensor]) => [name.replace('.0.0.', '.0.'), tensor]))
    expect(Object.keys(old)[0]).toBe('inner_blocks.0.weight')
    expect(fpn.load_state_dict(old).missing_keys).toEqual([])
    expect(() => new ops.FeaturePyramidNetwork([0], 3)).toThrow('in_channels=0 is currently not supported')
    expect(() => new ops.FeaturePyramidNetwork([2], 3, new nn.Identity() as unknown as null)).toThrow('extra_blocks should be of type ExtraFPNBlock not ')
    expect(() => new ops.MultiScaleRoIAlign(['x'], 2, 2)({ x: torch.rand(1, 2, 4, 4) }, [torch.zeros(1, 4)], [])).toThrow('images list should not be empty')
  })
})

describe('ops.DeformConv2d', () => {
  it('without offsets is a convolution with the same first weights', () => {
    torch.manual_seed(0)
    const conv = new nn.Conv2d(4, 6, 3, { padding: 1, groups: 2 })
    torch.manual_seed(0)
    const deform = new ops.DeformConv2d(4, 6, 3, { padding: 1, groups: 2 })
    expect(deform.weight.equal(conv.weight)).toBe(true)
    expect(deform.bias!.equal(conv.bias!)).toBe(true)
    const x = torch.rand(2, 4, 5, 5)
    torch.testing.assert_close(deform(x, torch.zeros(2, 18, 5, 5)), conv(x), { rtol: 1e-5, atol: 1e-5 })
    expect(String(deform)).toBe('DeformConv2d(4, 6, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2)')
    expect(() => deform(x, torch.zeros(2, 2, 5, 5))).toThrow('Got offset.shape[1]=2, while 2 * weight.size[2] * weight.size[3]=18')
    expect(() => deform(x, torch.zeros(2, 18, 4, 5))).toThrow('offset output dims: (4, 5) - computed output dims: (5, 5)')
  })
})

describe('ops.stochastic_depth', () => {
  it('leaves out rows with Python\'s draws, and scales the others', () => {
    torch.manual_seed(0)
    const rows = ops.stochastic_depth(torch.ones(6, 2), 0.5, 'row')
    torch.manual_seed(0)
    const noise = torch.empty(6, 1).bernoulli_(0.5).div(0.5)
    expect(rows.equal(noise.expand(6, 2))).toBe(true)
    expect(ops.stochastic_depth(torch.ones(2), 1, 'batch').tolist()).toEqual([0, 0])
    const x = torch.ones(2)
    expect(ops.stochastic_depth(x, 0.5, 'batch', false)).toBe(x)
    expect(() => ops.stochastic_depth(x, 2, 'row')).toThrow('drop probability has to be between 0 and 1, but got 2')
    expect(() => ops.stochastic_depth(x, 0.1, 'column' as 'row')).toThrow("mode has to be either 'batch' or 'row', but got column")
  })
})

describe('ops.drop_block2d', () => {
  it('drops squares and scales the rest', () => {
    torch.manual_seed(0)
    const input = torch.ones(2, 3, 12, 12)
    const found = ops.drop_block2d(input, 0.2, 3)
    const kept = found.ne(0)
    expect(found.sum().item()).toBeCloseTo(input.numel(), 1)
    expect(kept.all().item<boolean>()).toBe(false)
    expect(ops.drop_block2d(input, 0.2, 3, { inplace: true })).toBe(input)
    expect([...ops.drop_block3d(torch.ones(1, 1, 5, 5, 5), 0.2, 3).shape]).toEqual([1, 1, 5, 5, 5])
    expect(() => ops.drop_block2d(torch.ones(2), 0.2, 3)).toThrow('input should be 4 dimensional. Got 1 dimensions.')
    expect(() => ops.drop_block2d(input, 0.2, 2)).toThrow('block size should be odd. Got 2 which is even.')
    expect(() => ops.drop_block2d(input, -1, 2)).toThrow('drop probability has to be between 0 and 1, but got -1.')
  })
})
