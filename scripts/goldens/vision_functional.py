"""torchvision.transforms.functional on a small picture as uint8, float32 and PIL image: writes test/fixtures/vision_functional.json."""
import base64, json, os
import numpy as np
import torch
from PIL import Image
from torchvision.transforms import functional as F
from torchvision.transforms.functional import InterpolationMode

torch.set_num_threads(1)
H, W = 11, 13
i = torch.arange(H * W * 3)
u8 = ((i * 37 + (i * i) // 11) % 256).to(torch.uint8).view(H, W, 3).permute(2, 0, 1).contiguous()
f32 = u8.float() / 255
image = Image.fromarray(u8.permute(1, 2, 0).contiguous().numpy())
text = lambda data: base64.b64encode(data).decode()
modes = {m.value: m for m in InterpolationMode}
cases = []


def case(name, *args, only=None, **kwargs):
    entry = dict(name=name, args=list(args), kwargs=kwargs)
    real = {k: modes[v] if k == 'interpolation' else v for k, v in kwargs.items()}
    for kind, picture in dict(u8=u8, f32=f32, image=image).items():
        if only and kind not in only:
            continue
        out = getattr(F, name)(picture, *args, **real)
        if isinstance(out, Image.Image):
            entry[kind] = dict(mode=out.mode, size=out.size, data=text(out.tobytes()))
        else:
            entry[kind] = dict(shape=list(out.shape), data=text(out.contiguous().numpy().tobytes()))
    cases.append(entry)


case('hflip'), case('vflip'), case('crop', 2, 3, 5, 6), case('crop', -2, 8, 6, 9), case('center_crop', 7), case('center_crop', [14, 4])
case('pad', 2), case('pad', [1, 2], fill=7, only=['u8', 'image']), case('pad', [1, 2, 3, 4], padding_mode='edge')
case('pad', [3, 2, 1, 4], padding_mode='reflect'), case('pad', [3, 2, 1, 4], padding_mode='symmetric'), case('pad', [-1, 2, 3, -2], padding_mode='edge')
for mode in ['nearest', 'nearest-exact', 'bilinear', 'bicubic']:
    case('resize', [6, 20], interpolation=mode)
case('resize', 5), case('resize', 9, max_size=10), case('resize', [22, 4], antialias=False, only=['u8', 'f32'])
for mode in ['box', 'hamming', 'lanczos']:
    case('resize', [7, 24], interpolation=mode, only=['image'])
case('resized_crop', 1, 2, 8, 9, [5, 6])
for mode in ['nearest', 'bilinear']:
    case('rotate', 30.0, interpolation=mode)
    case('rotate', -75.5, interpolation=mode, expand=True, fill=[9.0])
    case('affine', 20.0, [2, -1], 1.2, [5.0, -7.0], interpolation=mode, fill=[100.0])
    case('perspective', [[0, 0], [12, 0], [12, 10], [0, 10]], [[1, 2], [11, 0], [12, 9], [2, 10]], interpolation=mode)
case('rotate', 45.0, interpolation='bicubic', only=['image']), case('rotate', 90.0, expand=True), case('rotate', 180.0)
case('rotate', 33.0, center=[2, 3]), case('affine', 0.0, [3, -2], 1.0, [0.0, 0.0])
for factor in [0.0, 0.4, 1.0, 1.7]:
    for name in ['adjust_brightness', 'adjust_contrast', 'adjust_saturation', 'adjust_sharpness']:
        case(name, factor)
case('adjust_hue', 0.2), case('adjust_hue', -0.45), case('adjust_gamma', 0.6), case('adjust_gamma', 2.2, 1.5)
case('rgb_to_grayscale'), case('rgb_to_grayscale', num_output_channels=3), case('invert'), case('posterize', 3, only=['u8', 'image'])
case('solarize', 100, only=['u8', 'image']), case('solarize', 0.4, only=['f32']), case('autocontrast'), case('equalize', only=['u8', 'image'])
case('gaussian_blur', [3, 5]), case('gaussian_blur', 5, sigma=0.8)
with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_functional.json'), 'w') as out:
    json.dump(cases, out, indent=0)
    out.write('\n')
