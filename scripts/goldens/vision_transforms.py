"""Classes of torchvision.transforms: their text, and what they make with a seed. Writes test/fixtures/vision_transforms.json."""
import base64, json, os
import torch
from PIL import Image
from torchvision import transforms as T
from torchvision.transforms import InterpolationMode

torch.set_num_threads(1)
H, W = 11, 13
i = torch.arange(H * W * 3)
u8 = ((i * 37 + (i * i) // 11) % 256).to(torch.uint8).view(H, W, 3).permute(2, 0, 1).contiguous()
image = Image.fromarray(u8.permute(1, 2, 0).contiguous().numpy())
text = lambda data: base64.b64encode(data).decode()
modes = {m.value: m for m in InterpolationMode}
cases = []


def case(name, *args, only=('u8', 'image'), seeds=(0, 5), **kwargs):
    real = {k: modes[v] if k == 'interpolation' else T.AutoAugmentPolicy(v) if k == 'policy' else v
            for k, v in kwargs.items()}
    transform = getattr(T, name)(*args, **real)
    entry = dict(name=name, args=list(args), kwargs=kwargs, repr=repr(transform), results=[])
    for kind in only:
        for seed in seeds:
            torch.manual_seed(seed)
            out = transform(dict(u8=u8, f32=u8.float() / 255, image=image)[kind])
            data = out.tobytes() if isinstance(out, Image.Image) else out.contiguous().numpy().tobytes()
            shape = [3, out.height, out.width] if isinstance(out, Image.Image) else list(out.shape)
            entry['results'].append(dict(kind=kind, seed=seed, shape=shape, data=text(data), next=torch.rand(1).item()))
    cases.append(entry)


case('Resize', 5, seeds=[0]), case('Resize', [7, 9], interpolation='bicubic', antialias=True, seeds=[0]), case('CenterCrop', 7, seeds=[0])
case('CenterCrop', [4, 20], seeds=[0]), case('Pad', 2, seeds=[0]), case('Pad', [1, 2], fill=3, padding_mode='reflect', seeds=[0])
case('RandomCrop', 6), case('RandomCrop', [5, 9], padding=2, padding_mode='edge'), case('RandomCrop', 14, pad_if_needed=True, fill=9)
case('RandomHorizontalFlip'), case('RandomVerticalFlip', 0.7), case('RandomPerspective', p=0.9), case('RandomPerspective', 0.3, 1, interpolation='nearest', fill=50)
case('RandomResizedCrop', 6), case('RandomResizedCrop', [5, 8], scale=[0.3, 0.9], ratio=[0.5, 2.5], interpolation='nearest')
case('RandomRotation', 40), case('RandomRotation', [10, 80], interpolation='bilinear', expand=True, fill=4, seeds=[0]), case('RandomRotation', 30, center=[2, 3])
case('RandomAffine', 20), case('RandomAffine', [-10, 60], translate=[0.2, 0.3], scale=[0.7, 1.3], shear=[-5, 5, -8, 8], interpolation='bilinear', fill=7)
case('RandomAffine', 15, shear=10, center=[1, 2])
case('ColorJitter', 0.4, 0.3, 0.5, 0.2), case('ColorJitter', brightness=[0.5, 0.9], hue=[-0.1, 0.3]), case('ColorJitter', seeds=[0])
case('Grayscale', seeds=[0], only=['u8']), case('Grayscale', 3, seeds=[0]), case('RandomGrayscale', 0.6)
case('RandomErasing', only=['u8', 'f32']), case('RandomErasing', 1, value='random', only=['f32']), case('RandomErasing', p=0.9, scale=[0.1, 0.5], ratio=[0.5, 2.5], value=[1, 2, 3], only=['u8'])
case('GaussianBlur', 3), case('GaussianBlur', [5, 3], sigma=[0.2, 1.5]), case('RandomInvert'), case('RandomPosterize', 3, p=0.8)
case('RandomSolarize', 120, p=0.8), case('RandomAdjustSharpness', 2, p=0.8), case('RandomAutocontrast', p=0.8), case('RandomEqualize', p=0.8)
case('ElasticTransform', alpha=20.5, sigma=0.55, seeds=[0])
for policy in ['imagenet', 'cifar10', 'svhn']:
    case('AutoAugment', policy=policy, seeds=range(6), only=['image']), case('AutoAugment', policy=policy, interpolation='bilinear', fill=[5.5], seeds=[1], only=['u8'])
case('RandAugment', seeds=range(5)), case('RandAugment', 3, 5, interpolation='bilinear', seeds=[0], only=['u8'])
case('TrivialAugmentWide', seeds=range(6)), case('AugMix', seeds=range(2)), case('AugMix', 5, 2, 2, 0.5, all_ops=False, seeds=[0])
with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_transforms.json'), 'w') as out:
    json.dump(cases, out, indent=0)
    out.write('\n')
