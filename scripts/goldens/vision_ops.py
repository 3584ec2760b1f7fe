"""Writes test/fixtures/vision_ops.json: arguments and results of torchvision's operators, for test/vision/ops.test.ts.

Run it with a Python that has torchvision (0.28): python scripts/goldens/vision_ops.py
"""
import json
import pathlib

import torch
from torchvision import ops

TARGET = pathlib.Path(__file__).resolve().parents[2] / 'test' / 'fixtures' / 'vision_ops.json'
torch.manual_seed(0)


def encode(value):
    if isinstance(value, torch.Tensor):
        data = value.detach().reshape(-1)
        data = data.double().tolist() if data.is_floating_point() else data.tolist()
        data = [round(one, 9) if isinstance(one, float) and one == one else one for one in data]
        return {'dtype': str(value.dtype)[6:], 'shape': list(value.shape), 'data': ['nan' if one != one else one for one in data],
                **({'requires_grad': True} if value.requires_grad else {})}
    if isinstance(value, (list, tuple)):
        return [encode(one) for one in value]
    return value


def grid(*shape, scale=8):
    """Numbers that JSON and float32 hold exactly."""
    return torch.randint(-4 * scale, 4 * scale, shape) / scale


def boxes(count, size=16):
    corner = torch.randint(0, size * 4, (count, 2)) / 8
    return torch.cat([corner, corner + torch.randint(1, size * 4, (count, 2)) / 8], 1)


def case(name, *args, **kwargs):
    result = getattr(ops, name)(*args, **kwargs)
    row = {'name': name, 'args': encode(args), 'kwargs': kwargs, 'result': encode(result)}
    leaves = [one for one in args if isinstance(one, torch.Tensor) and one.requires_grad]
    if leaves:
        weights = torch.arange(result.numel(), dtype=result.dtype).reshape(result.shape).remainder(5).add(1)
        (result * weights).sum().backward()
        row['grads'] = [encode(one.grad) for one in leaves]
    return row


a, b = boxes(5), boxes(4)
c = boxes(5)
rotated = torch.cat([boxes(4)[:, :4], torch.tensor([[0.], [30.], [-45.], [120.]])], 1)
corners = ops.box_convert(rotated, 'cxcywhr', 'xyxyxyxy')
image = grid(2, 3, 10, 12).requires_grad_()
wide = grid(1, 12, 9, 8).requires_grad_()
rois = torch.cat([torch.tensor([[0.], [1.], [1.], [0.], [0.]]), torch.cat([boxes(3, 10), torch.tensor([[-3., -2., 5., 4.], [9., 8., 30., 40.]])])], 1)
one = torch.cat([torch.zeros(4, 1), boxes(4, 8)], 1)


def fresh(tensor):
    return tensor.detach().clone().requires_grad_()


def of_image(name, *args, **kwargs):
    return case(name, fresh(image), *args, **kwargs)


cases = [
    *[case('box_convert', a, first, second) for first in ('xyxy', 'xywh', 'cxcywh') for second in ('xyxy', 'xywh', 'cxcywh')],
    *[case('box_convert', rotated, first, second) for first, second in
      (('xywhr', 'cxcywhr'), ('cxcywhr', 'xywhr'), ('xywhr', 'xyxyxyxy'), ('cxcywhr', 'xyxyxyxy'))],
    *[case('box_convert', corners, 'xyxyxyxy', second) for second in ('xywhr', 'cxcywhr')],
    case('box_convert', rotated.mul(10).int(), 'xywhr', 'xyxyxyxy'),
    *[case('box_area', a, fmt=fmt) for fmt in ('xyxy', 'xywh', 'cxcywh')],
    case('box_area', a.int()),
    *[case('box_iou', a, b, fmt=fmt) for fmt in ('xyxy', 'xywh', 'cxcywh')],
    case('box_iou', rotated, rotated.flip(0).add(1), fmt='cxcywhr'), case('box_iou', rotated, rotated.mul(1.1), fmt='xywhr'),
    case('box_iou', corners, corners.add(0.5), fmt='xyxyxyxy'),
    *[case(name, fresh(a), fresh(b)) for name in ('box_iou', 'generalized_box_iou', 'distance_box_iou', 'complete_box_iou')],
    *[case(name, fresh(a), fresh(c), reduction=reduction) for name in ('generalized_box_iou_loss', 'distance_box_iou_loss', 'complete_box_iou_loss')
      for reduction in ('none', 'mean', 'sum')],
    case('generalized_box_iou_loss', a[:0], a[:0], reduction='mean'),
    case('remove_small_boxes', a, 3.0),
    case('clip_boxes_to_image', a.mul(2).sub(4), (7, 9)),
    case('masks_to_boxes', torch.stack([torch.ones(4, 5), torch.zeros(4, 5), torch.eye(5)[:4].flip(0), (torch.arange(20).reshape(4, 5) == 7).float()])),
    case('nms', boxes(12), torch.randperm(12) / 12, 0.3),
    case('nms', boxes(12).double(), torch.randperm(12).double(), 0.1),
    case('nms', torch.zeros(0, 4), torch.zeros(0), 0.5),
    case('batched_nms', boxes(12), torch.randperm(12) / 12, torch.arange(12) % 3, 0.2),
    *[case('sigmoid_focal_loss', grid(2, 3).requires_grad_(), torch.randint(0, 2, (2, 3)).float(), **kwargs)
      for kwargs in ({}, {'alpha': -1, 'reduction': 'mean'}, {'alpha': 0.5, 'gamma': 3, 'reduction': 'sum'})],
    of_image('roi_align', rois, 3),
    of_image('roi_align', rois, [2, 3], 0.5, 2, True),
    of_image('roi_align', [rois[:2, 1:], rois[2:, 1:]], [3, 2], spatial_scale=0.75, sampling_ratio=-1, aligned=True),
    of_image('roi_pool', rois, [3, 2], 0.75),
    case('ps_roi_align', fresh(wide), one, [2, 3], 0.5, 2),
    case('ps_roi_align', fresh(wide), one, 2, 1.0),
    case('ps_roi_pool', fresh(wide), one, [3, 2], 1.0),
    case('deform_conv2d', grid(2, 4, 5, 6).requires_grad_(), grid(2, 18, 5, 6, scale=16).requires_grad_(), grid(3, 4, 3, 3).requires_grad_(),
         grid(3).requires_grad_(), padding=1),
    case('deform_conv2d', grid(1, 4, 6, 5).requires_grad_(), grid(1, 2 * 2 * 4, 3, 5, scale=16).requires_grad_(), grid(4, 2, 2, 2).requires_grad_(),
         None, [2, 1], [1, 1], [2, 2], grid(1, 2 * 4, 3, 5).requires_grad_()),
]


def pyramid():
    maps = {'a': grid(2, 3, 16, 16), 'b': grid(2, 4, 8, 8), 'c': grid(2, 5, 4, 4)}
    torch.manual_seed(0)
    fpn = ops.FeaturePyramidNetwork([3, 4, 5], 6, extra_blocks=ops.feature_pyramid_network.LastLevelP6P7(6, 6))
    levels = fpn(maps)
    given = [torch.tensor([[1., 2., 30., 40.], [0., 0., 64., 64.]]), torch.tensor([[3., 1., 9., 12.], [5., 5., 60., 50.], [1., 1., 25., 28.]])]
    pooler = ops.MultiScaleRoIAlign(['a', 'b', 'c'], 2, 2, canonical_scale=32, canonical_level=3)
    pooled = pooler(levels, given, [(64, 64), (64, 48)])
    return {'maps': {name: encode(one) for name, one in maps.items()}, 'boxes': encode(given), 'levels': {name: list(one.shape) for name, one in levels.items()},
            'p7': encode(levels['p7']), 'pooled': encode(pooled), 'repr': repr(pooler), 'keys': list(fpn.state_dict())}


def many():
    """Boxes from whole numbers, by a rule that the test follows too."""
    i = torch.arange(3000)
    x, y = (i * 7919 % 4001).float() / 10, (i * 104729 % 3001).float() / 10
    w, h = (i * 31 % 97 + 20).float(), (i * 17 % 89 + 20).float()
    made = torch.stack([x, y, x + w, y + h], 1)
    scores = (i * 48271 % 3001).float()
    kept = ops.nms(made, scores, 0.4)
    classes = i * 13 % 7
    by_class = ops.batched_nms(made, scores, classes, 0.4)
    return {'nms': kept.tolist(), 'batched_nms': by_class.tolist()}


if __name__ == '__main__':
    kept = many()
    summary = {name: [len(places), places[:20], sum((at + 1) * place for at, place in enumerate(places))] for name, places in kept.items()}
    TARGET.write_text('{\n"many": ' + json.dumps(summary) + ',\n"pyramid": ' + json.dumps(pyramid()) + ',\n"cases": [\n' + ',\n'.join(json.dumps(row) for row in cases) + '\n]\n}\n')
