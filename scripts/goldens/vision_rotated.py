"""torchvision.transforms.v2 on rotated boxes and on points. Writes test/fixtures/vision_rotated.json."""
import base64, json, os
import torch
from torchvision import tv_tensors as tv
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

torch.set_num_threads(1)
H, W = 17, 23
rows = torch.tensor([[3., 4., 6., 5., 20.], [-3., 2., 9., 4., -35.], [15., 11., 12., 6., 65.], [1., 1., 4., 3., 0.], [12., -2., 5., 8., 130.], [-9., -9., 3., 2., 45.]])
convert = F.convert_bounding_box_format
formats = ['XYWHR', 'CXCYWHR', 'XYXYXYXY']
points = torch.tensor([[0., 0.], [22., 16.], [5.5, 3.25], [-2., 4.], [30., 20.], [7., 16.75]])


def boxes(format, mode='soft', dtype=torch.float32):
    return tv.BoundingBoxes(convert(rows.to(dtype), 'XYWHR', format), format=format, canvas_size=(H, W), clamping_mode=mode)


inputs = {
    **{f'{f} {m}': (lambda f=f, m=m: boxes(f, m)) for f in formats for m in ['soft', 'hard', None]},
    **{f'{f} float64': (lambda f=f: boxes(f, dtype=torch.float64)) for f in formats},
    'points': lambda: tv.KeyPoints(points.clone(), canvas_size=(H, W)),
    'int': lambda: tv.KeyPoints(points.to(torch.int64), canvas_size=(H, W)),
    'groups': lambda: tv.KeyPoints(points.clone().view(3, 2, 2).abs(), canvas_size=(H, W)),
    'sample': lambda: dict(image=tv.Image((torch.arange(H * W * 3) % 251).to(torch.uint8).view(3, H, W)), boxes=boxes('CXCYWHR'),
                           points=tv.KeyPoints(points.clone(), canvas_size=(H, W)), labels=torch.arange(6)),
}


def store(x):
    if isinstance(x, dict): return {k: store(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)): return [store(v) for v in x]
    if isinstance(x, tv.Image) or not isinstance(x, torch.Tensor): return None
    fields = dict(canvas_size=list(x.canvas_size)) if hasattr(x, 'canvas_size') else {}
    if isinstance(x, tv.BoundingBoxes): fields.update(format=x.format.value, mode=x.clamping_mode)
    data = x.as_subclass(torch.Tensor).contiguous()
    return dict(kind=type(x).__name__, dtype=str(data.dtype)[6:], shape=list(data.shape), data=base64.b64encode(data.numpy().tobytes()).decode(), **fields)


functions, classes = [], []
every = [*inputs][:-1]


def call(name, *args, on=every, real=None, **kwargs):
    results = {kind: store(getattr(F, name)(inputs[kind](), *(real or args), **kwargs)) for kind in on}
    functions.append(dict(name=name, args=list(args), kwargs=kwargs, results=results))


some = ['XYWHR soft', 'CXCYWHR hard', 'XYXYXYXY soft', 'XYXYXYXY None', 'points', 'int', 'groups']
call('horizontal_flip'), call('vertical_flip', on=some), call('resize', [11, 30]), call('resize', 9, on=some), call('affine', 20, [1, -2], 1.2, [5, -8])
call('affine', -110, [0, 0], 0.6, [0, 0], center=[3, 4], on=some), call('rotate', 33.5, on=some), call('rotate', 20, expand=True), call('rotate', 90, expand=True, on=some)
call('pad', [1, 2, 3, 4], on=some), call('crop', 2, -1, 12, 14), call('crop', 5, 6, 9, 9, on=some), call('center_crop', [10, 12], on=some)
call('resized_crop', 1, 2, 12, 14, [20, 10], on=some), call('perspective', [[0, 0], [22, 0], [22, 16], [0, 16]], [[2, 1], [20, 0], [21, 14], [1, 15]])
spread = ((torch.arange(H * W * 2).view(1, H, W, 2) * 37 % 101) / 101 - 0.5) * 0.3
call('elastic', 'displacement', real=[spread])
for mode in ['soft', 'hard', None]: call('clamp_bounding_boxes', clamping_mode=mode, on=[k for k in every if 'XY' in k][::2])
for old in formats:
    for new in formats: call('convert_bounding_box_format', new_format=new, on=[f'{old} soft', f'{old} float64'])
call('sanitize_bounding_boxes', on=[f'{f} soft' for f in formats]), call('sanitize_bounding_boxes', min_size=5.5, min_area=31.5, on=[f'{f} soft' for f in formats])
call('clamp_keypoints', on=['points', 'int', 'groups']), call('sanitize_keypoints', on=['points', 'int', 'groups']), call('get_size', on=['points', 'XYWHR soft'])


def case(name, *args, seeds=(0, 1), **kwargs):
    transform = getattr(v2, name)(*args, **kwargs)
    results = []
    for seed in seeds:
        torch.manual_seed(seed)
        results.append(dict(seed=seed, out=store(transform(inputs['sample']())), next=torch.rand(1).item()))
    classes.append(dict(name=name, args=list(args), kwargs=kwargs, repr=repr(transform), results=results))


case('RandomHorizontalFlip'), case('RandomVerticalFlip', 0.7), case('Resize', 9, seeds=[0]), case('CenterCrop', 14, seeds=[0]), case('RandomResizedCrop', 12), case('RandomRotation', 40)
case('RandomAffine', 20, shear=[-5, 5], scale=[0.7, 1.3]), case('RandomCrop', 12), case('RandomPerspective', p=0.9), case('RandomZoomOut', seeds=[1]), case('Pad', [1, 2], seeds=[0])
case('ElasticTransform', alpha=20.5, sigma=2.5, seeds=[0]), case('ClampKeyPoints', seeds=[0]), case('SanitizeKeyPoints', seeds=[0]), case('SanitizeKeyPoints', 'default', seeds=[0])
case('SanitizeBoundingBoxes', 3.5, labels_getter=None, seeds=[0]), case('ClampBoundingBoxes', 'hard', seeds=[0])
case('ConvertBoundingBoxFormat', 'XYXYXYXY', seeds=[0]), case('SetClampingMode', 'hard', seeds=[0])
with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_rotated.json'), 'w') as out:
    json.dump(dict(functions=functions, classes=classes), out, indent=None, separators=(',', ':'))
    out.write('\n')
