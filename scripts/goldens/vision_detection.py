"""Writes test/fixtures/vision_detection.json: what torchvision's RetinaNet is like, and what it finds. As vision_models.py."""
import json
import torch
from torch import nn
from torchvision.models import detection
from torchvision.models.detection import backbone_utils
from torchvision.models.detection.retinanet import RetinaNetHead
from torchvision.ops.feature_pyramid_network import LastLevelP6P7
from vision_models import TARGET, sha, shape_text, sums

rows = {}
for name in ['retinanet_resnet50_fpn', 'retinanet_resnet50_fpn_v2']:
    with torch.device('meta'):
        model = getattr(detection, name)(weights=None, weights_backbone=None)
    rows[name] = dict(num_params=sum(p.numel() for p in model.parameters()), state=sha(shape_text(model.state_dict()).encode()), repr=sha(repr(model).encode()))
for loss in ['l1', 'giou']:
    torch.manual_seed(0)
    body = nn.Sequential(*[nn.Conv2d(a, b, 3, 2, 1) for a, b in [(3, 4), (4, 8), (8, 16), (16, 32)]])
    trunk = backbone_utils.BackboneWithFPN(body, {'1': '0', '2': '1', '3': '2'}, [8, 16, 32], 16, LastLevelP6P7(16, 16))
    head = RetinaNetHead(16, 9, 4, norm_layer=None if loss == 'l1' else lambda channels: nn.GroupNorm(4, channels))
    head.regression_head._loss_type = loss
    model = detection.RetinaNet(trunk, 4, head=head, min_size=[48, 64], max_size=90, score_thresh=0.02, detections_per_img=12)
    row = rows[loss] = dict(init=sums(list(model.state_dict().values())))
    with torch.no_grad():
        # So that scores differ, and some boxes pass.
        model.head.classification_head.cls_logits.weight.mul_(300000 if loss == 'l1' else 8)
        model.head.classification_head.cls_logits.bias.add_(1)
    images = [torch.linspace(-1, 1, 3 * h * w).reshape(3, h, w).mul(k).sin().abs() for h, w, k in [(40, 60, 50), (70, 50, 90)]]
    targets = [dict(boxes=torch.tensor([[2., 3., 30., 33.], [20., 5., 58., 38.]]), labels=torch.tensor([1, 3])), dict(boxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.int64))]
    torch.manual_seed(1)
    losses = model.train()(images, targets)
    row['losses'] = {k: v.item() for k, v in losses.items()}
    sum(losses.values()).backward()
    row['grad'] = sums([p.grad for p in model.parameters()])
    with torch.no_grad(): found = model.eval()(images)
    row['found'] = [dict(boxes=one['boxes'].tolist(), scores=one['scores'].tolist(), labels=one['labels'].tolist()) for one in found]
TARGET.with_name('vision_detection.json').write_text(json.dumps(rows, indent=1) + '\n')
