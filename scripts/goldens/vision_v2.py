"""torchvision.transforms.v2: kernels on images, boxes and masks, and classes with seeds. Writes test/fixtures/vision_v2.json."""
import base64, json, os
import torch
from PIL import Image
from torchvision import tv_tensors as tv
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

torch.set_num_threads(1)
H, W = 7, 9
i = torch.arange(H * W * 3)
u8 = ((i * 37 + (i * i) // 11) % 256).to(torch.uint8).view(H, W, 3).permute(2, 0, 1).contiguous()
picture = Image.fromarray(u8.permute(1, 2, 0).contiguous().numpy())
mask = (u8[:2] // 100).contiguous()
corners = torch.tensor([[1., 1., 5., 6.], [0., 0., 9., 7.], [2.5, 3.25, 8., 6.75]])
convert = F.convert_bounding_box_format
from_corners = dict(XYXY=lambda b: b, XYWH=lambda b: convert(b, 'XYXY', 'XYWH'), CXCYWH=lambda b: convert(b, 'XYXY', 'CXCYWH'))


def boxes(format='XYXY', dtype=torch.float32, mode='soft'):
    return tv.BoundingBoxes(from_corners[format](corners.to(dtype)), format=format, canvas_size=(H, W), clamping_mode=mode)


inputs = {
    'u8': lambda: u8.clone(), 'f32': lambda: u8.float() / 255, 'grey': lambda: u8[:1].clone(), 'i16': lambda: u8.to(torch.int16) * 100,
    'image': lambda: picture, 'mask': lambda: tv.Mask(mask.clone()), 'mask2': lambda: tv.Mask(mask[0].clone()),
    'video': lambda: tv.Video(torch.stack([u8, u8.flip(-1)])[:, :, :5].clone()),
    **{f'{f} {t}': (lambda f=f, t=t: boxes(f, getattr(torch, t))) for f in from_corners for t in ['float32', 'int64']},
    'hard': lambda: boxes(mode='hard'), 'free': lambda: boxes(mode=None),
    'sample': lambda: dict(image=tv.Image(u8.clone()), boxes=boxes(), mask=tv.Mask(mask.clone()), labels=torch.tensor([3, 1, 2]), name='x'),
    'pair': lambda: [picture, dict(boxes=boxes('XYWH'), labels=torch.tensor([3, 1, 2]))],
    'batch': lambda: [torch.stack([u8, u8.flip(-1), u8.flip(-2)]).float()[:, :, :5, :6] / 255, torch.tensor([3, 1, 2])],
}


def store(x):
    if isinstance(x, dict): return {k: store(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)): return [store(v) for v in x]
    if isinstance(x, Image.Image): return dict(kind='image', shape=[x.height, x.width], data=base64.b64encode(x.tobytes()).decode())
    if not isinstance(x, torch.Tensor): return x
    fields = dict(canvas_size=list(x.canvas_size), format=x.format.value) if isinstance(x, tv.BoundingBoxes) else {}
    data = x.as_subclass(torch.Tensor).contiguous()
    text = base64.b64encode(data.numpy().tobytes()).decode()
    return dict(kind=type(x).__name__, dtype=str(data.dtype)[6:], shape=list(data.shape), data=text, **fields)


functions, classes = [], []


def call(name, *args, on='u8 f32', real=None, **kwargs):
    torch.manual_seed(1)
    results = {kind: store(getattr(F, name)(inputs[kind](), *(real or args), **kwargs)) for kind in on.split(',' if ',' in on else None) if kind}
    functions.append(dict(name=name, args=list(args), kwargs=kwargs, results=results))


every = ','.join(['u8', 'f32', 'mask', 'mask2', 'XYXY float32', 'XYWH int64', 'CXCYWH float32', 'CXCYWH int64'])
call('horizontal_flip', on=every), call('vertical_flip', on=every)
call('resize', [5, 8], on=every + ',video,i16'), call('resize', [15, 8], interpolation='bicubic'), call('resize', 6, interpolation='nearest-exact', on='u8 f32 mask')
call('resize', [7, 20], antialias=False), call('resize', None, max_size=20, on='u8,XYXY float32'), call('resize', 9, max_size=10, on='u8')
call('affine', 20, [1, -2], 1.2, [5, -8], on=every + ',hard,free,video'), call('affine', 30, [0, 0], 0.8, [0, 0], interpolation='bilinear', fill=[9], center=[3, 4], on=every)
call('rotate', 33.5, on=every), call('rotate', 20, expand=True, interpolation='bilinear', fill=7.5, on=every), call('rotate', -90, on='u8,mask,XYXY float32'), call('rotate', 90, expand=True, on='u8,XYWH float32')
call('pad', [1, 2, 3, 4], fill=5, on=every), call('pad', 2, padding_mode='reflect', on='u8 f32 mask'), call('pad', [1, 2], padding_mode='symmetric'), call('pad', 3, fill=[1, 2, 3], on='u8')
call('crop', 2, -1, 6, 8, on=every), call('crop', 1, 2, 5, 5, on='u8,XYXY float32'), call('center_crop', [6, 7], on=every), call('center_crop', [14, 9], on=every)
call('resized_crop', 1, 2, 8, 9, [5, 6], on=every), call('perspective', [[0, 0], [8, 0], [8, 6], [0, 6]], [[1, 1], [7, 0], [8, 5], [2, 6]], on=every)
call('perspective', [[0, 0], [8, 0], [8, 6], [0, 6]], [[0, 2], [7, 1], [6, 6], [1, 5]], fill=3, interpolation='nearest', on='u8 mask')
call('five_crop', [4, 5], on='u8'), call('rgb_to_grayscale', 3), call('rgb_to_grayscale', on='u8 f32 grey'), call('grayscale_to_rgb', on='grey')
for factor in [0.7, 1.6]:
    call('adjust_brightness', factor), call('adjust_contrast', factor, on='u8 f32 grey'), call('adjust_saturation', factor), call('adjust_sharpness', factor)
call('adjust_hue', 0.2, on='u8 f32 video'), call('adjust_hue', -0.35), call('adjust_gamma', 1.7, 1.1), call('posterize', 3, on='u8 f32 i16'), call('solarize', 0.4, on='f32')
call('solarize', 120, on='u8'), call('autocontrast', on='u8 f32 i16'), call('equalize', on='u8 f32 video'), call('invert', on='u8 f32 i16'), call('permute_channels', [2, 0, 1])
call('gaussian_blur', [3, 5], on='u8 f32 video'), call('gaussian_blur', 3, [0.8]), call('gaussian_noise', 0.1, 0.2), call('gaussian_noise', sigma=0.5, clip=False)
call('normalize', [0.1, 0.2, 0.3], [0.5, 0.6, 0.7], on='f32'), call('to_image', on='u8 image'), call('uniform_temporal_subsample', 3, on='video')
for old in from_corners:
    for new in from_corners:
        for kind in ['float32', 'int64']:
            call('convert_bounding_box_format', new_format=new, on=f'{old} {kind},')


def case(name, *args, on='sample', seeds=(0, 3), **kwargs):
    transform = getattr(v2, name)(*args, **kwargs)
    results = []
    for kind in on.split():
        for seed in seeds:
            torch.manual_seed(seed)
            out = store(transform(*inputs[kind]()) if kind == 'batch' else transform(inputs[kind]()))
            results.append(dict(kind=kind, seed=seed, out=out, next=torch.rand(1).item()))
    classes.append(dict(name=name, args=list(args), kwargs=kwargs, repr=repr(transform), results=results))


case('RandomHorizontalFlip'), case('RandomVerticalFlip', 0.7), case('Resize', 5, seeds=[0], on='sample pair'), case('Resize', None, max_size=9, seeds=[0])
case('CenterCrop', 7, seeds=[0]), case('RandomResizedCrop', 6, on='sample pair'), case('RandomResizedCrop', [5, 8], scale=[0.3, 0.9], ratio=[0.5, 2.5], interpolation='nearest')
case('FiveCrop', 4, on='image', seeds=[0]), case('TenCrop', [3, 4], True, on='image', seeds=[0]), case('Pad', [1, 2], fill=3, seeds=[0]), case('RandomZoomOut', seeds=[1])
case('RandomRotation', 40), case('RandomRotation', [10, 80], interpolation='bilinear', expand=True, fill=4, seeds=[0], on='sample pair'), case('RandomAffine', 20)
case('RandomAffine', [-10, 60], translate=[0.2, 0.3], scale=[0.7, 1.3], shear=[-5, 5, -8, 8], interpolation='bilinear', on='sample pair', seeds=[1])
case('RandomCrop', 6), case('RandomCrop', [5, 9], padding=2, padding_mode='constant', on='sample pair'), case('RandomCrop', 10, pad_if_needed=True, fill=9, seeds=[0])
case('RandomPerspective', p=0.9, on='sample pair'), case('ElasticTransform', alpha=20.5, sigma=0.55, on='sample pair', seeds=[0]), case('RandomIoUCrop', on='sample', seeds=[0, 1, 2, 3])
case('ScaleJitter', [12, 10], scale_range=[0.6, 1.9]), case('RandomShortestSize', [5, 6, 7], max_size=8), case('RandomResize', 5, 9)
case('ColorJitter', 0.4, 0.3, 0.5, 0.2, on='u8 image'), case('ColorJitter', brightness=[0.5, 0.9], hue=[-0.1, 0.3], on='u8'), case('Grayscale', 3, on='sample', seeds=[0])
case('RandomGrayscale', 0.6, on='u8'), case('RGB', on='grey', seeds=[0]), case('RandomChannelPermutation', on='u8'), case('RandomPhotometricDistort', on='u8 image', seeds=[0, 1, 2])
case('RandomEqualize', on='u8'), case('RandomInvert', on='u8'), case('RandomPosterize', 3, p=0.8, on='u8'), case('RandomSolarize', 120, p=0.8, on='u8')
case('RandomAutocontrast', on='u8'), case('RandomAdjustSharpness', 2, p=0.8, on='u8'), case('RandomErasing', on='u8'), case('RandomErasing', 1, value='random', on='f32', seeds=[0])
case('RandomErasing', p=0.9, scale=[0.1, 0.5], ratio=[0.5, 2.5], value=[1, 2, 3], on='u8'), case('MixUp', num_classes=5, on='batch'), case('CutMix', alpha=0.7, num_classes=5, on='batch')
case('GaussianBlur', 3, on='u8'), case('GaussianBlur', [5, 3], sigma=[0.2, 1.5], on='sample image', seeds=[0]), case('GaussianNoise', on='u8 f32', seeds=[0])
case('Normalize', [0.1, 0.2, 0.3], [0.5, 0.6, 0.7], on='f32', seeds=[0]), case('SanitizeBoundingBoxes', 4.5, seeds=[0]), case('SanitizeBoundingBoxes', min_area=20.5, seeds=[0])
case('ConvertBoundingBoxFormat', 'CXCYWH', seeds=[0]), case('ClampBoundingBoxes', seeds=[0]), case('ToImage', on='u8 image', seeds=[0]), case('UniformTemporalSubsample', 3, on='video', seeds=[0])
case('ToPureTensor', seeds=[0]), case('PILToTensor', on='pair', seeds=[0]), case('SetClampingMode', None, seeds=[0]), case('Identity', on='pair', seeds=[0]), case('JPEG', [20, 80], on='image', seeds=[0])
for policy in ['imagenet', 'cifar10', 'svhn']:
    transform = v2.AutoAugmentPolicy(policy)
    results = []
    for kind, seeds in [('u8', range(5)), ('image', [1])]:
        for seed in seeds:
            torch.manual_seed(seed)
            results.append(dict(kind=kind, seed=seed, out=store(v2.AutoAugment(transform)(inputs[kind]())), next=torch.rand(1).item()))
    classes.append(dict(name='AutoAugment', args=[], kwargs=dict(policy=policy), repr=repr(v2.AutoAugment(transform)), results=results))
case('RandAugment', on='u8', seeds=range(5)), case('RandAugment', 3, 5, interpolation='bilinear', on='image', seeds=[0]), case('TrivialAugmentWide', on='u8', seeds=range(5))
case('AugMix', on='u8 image', seeds=[0, 1]), case('AugMix', 5, 2, 2, 0.5, all_ops=False, on='video', seeds=[0])
with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_v2.json'), 'w') as out:
    json.dump(dict(functions=functions, classes=classes), out, indent=None, separators=(',', ':'))
    out.write('\n')
