"""Writes test/fixtures/vision_segmentation.json: what torchvision's models of segmentation are like. As vision_models.py."""
import json
import torch
from torchvision.models import segmentation
from vision_models import TARGET, sha, shape_text, sums

NAMES = ['fcn_resnet50', 'fcn_resnet101', 'deeplabv3_resnet50', 'deeplabv3_resnet101', 'deeplabv3_mobilenet_v3_large', 'lraspp_mobilenet_v3_large']
rows = {}
for name in NAMES:
    options = dict(num_classes=7, aux_loss=not name.startswith('lraspp'))
    with torch.device('meta'):
        model = getattr(segmentation, name)(weights=None, weights_backbone=None, **options)
    rows[name] = dict(options=options, num_params=sum(p.numel() for p in model.parameters()), state=sha(shape_text(model.state_dict()).encode()), repr=sha(repr(model).encode()))
    if 'mobilenet' not in name: continue
    torch.manual_seed(0)
    model = getattr(segmentation, name)(weights=None, weights_backbone=None, **options)
    image = torch.linspace(-1, 1, 2 * 3 * 64 * 64).reshape(2, 3, 64, 64).mul(50).sin()
    rows[name]['init'] = sums(list(model.state_dict().values()))
    with torch.no_grad(): rows[name]['eval'] = sums(list(model.eval()(image).values()))
    torch.manual_seed(1)
    rows[name]['train'] = sums(list(model.train()(image).values()))
rows['transforms'] = repr(segmentation.FCN_ResNet50_Weights.DEFAULT.transforms())
prepare = segmentation.FCN_ResNet50_Weights.DEFAULT.transforms
image = ((torch.arange(3 * 40 * 50) * 37) % 256).to(torch.uint8).view(3, 40, 50)
rows['prepared'] = sums([prepare()(image)])
TARGET.with_name('vision_segmentation.json').write_text(json.dumps(rows, indent=1) + '\n')
