"""Writes test/fixtures/vision_models.json: what torchvision's models are like, for test/vision/models.test.ts.

For each model: the number of parameters, a hash of names, shapes and dtypes of its state_dict and one of its repr (both made without values, on the
meta device). For one or two of each family also sums of the values for seed 0, and of outputs in evaluation and training.

Run it with a Python that has torchvision (0.28): python scripts/goldens/vision_models.py
With --bits, it prints hashes of all these values instead: bits are the same on one machine only.
"""
import hashlib
import json
import pathlib
import sys
import warnings

import torch
import torchvision.models as models
from torchvision.models import swin_transformer
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.regnet import BlockParams

warnings.simplefilter('ignore')
torch.set_num_threads(1)
BITS = '--bits' in sys.argv
TARGET = pathlib.Path(__file__).resolve().parents[2] / 'test' / 'fixtures' / 'vision_models.json'

# Those that are run with --bits: one or two of each family, with images as small as they take.
RUN = {
    'alexnet': 64, 'vgg11_bn': 32, 'resnet18': 64, 'resnet50': 64, 'resnext50_32x4d': 32, 'densenet121': 32, 'squeezenet1_0': 64, 'squeezenet1_1': 64,
    'googlenet': 64, 'inception_v3': 299, 'mobilenet_v2': 64, 'mobilenet_v3_small': 64, 'mobilenet_v3_large': 64, 'shufflenet_v2_x0_5': 64,
    'mnasnet0_5': 64, 'mnasnet1_3': 64, 'efficientnet_b0': 64, 'efficientnet_v2_s': 64, 'regnet_y_400mf': 64, 'regnet_x_400mf': 64,
    'convnext_tiny': 64, 'vit_b_16': 32, 'swin_t': 64, 'swin_v2_t': 64,
}
# The quick ones, of which the fixture has sums.
QUICK = ['resnet18', 'squeezenet1_1', 'googlenet', 'mobilenet_v2', 'mobilenet_v3_small', 'shufflenet_v2_x0_5', 'mnasnet0_5', 'efficientnet_b0',
         'regnet_y_400mf']
OPTIONS = {'vit_b_16': {'image_size': 32, 'num_classes': 10, 'representation_size': 20}, 'vgg11_bn': {'num_classes': 10}}
# Made by their classes, for small ones.
SWIN = {'patch_size': [4, 4], 'embed_dim': 16, 'depths': [2, 2], 'num_heads': [2, 4], 'window_size': [4, 4], 'stochastic_depth_prob': 0.2}
SMALL = {
    'VisionTransformer': {'image_size': 32, 'patch_size': 8, 'num_layers': 2, 'num_heads': 4, 'hidden_dim': 64, 'mlp_dim': 128, 'dropout': 0.1,
                          'attention_dropout': 0.1, 'representation_size': 20},
    'DenseNet': {'growth_rate': 8, 'block_config': [2, 2, 3, 2], 'num_init_features': 16, 'drop_rate': 0.1},
    'SwinTransformer': {**SWIN, 'embed_dim': 32},
    'MaxVit': {'input_size': [32, 32], 'stem_channels': 8, 'partition_size': 2, 'block_channels': [8, 16], 'block_layers': [1, 2], 'head_dim': 4,
               'stochastic_depth_prob': 0.2, 'num_classes': 10},
    'SwinTransformerV2': {**SWIN, 'window_size': [8, 8]},
    'ConvNeXt': {'block_setting': [[16, 32, 2], [32, None, 2]], 'stochastic_depth_prob': 0.1},
}


def make(name, options):
    if name == 'SwinTransformerV2':
        return models.SwinTransformer(**options, block=swin_transformer.SwinTransformerBlockV2, downsample_layer=swin_transformer.PatchMergingV2)
    if name == 'ConvNeXt':
        return models.ConvNeXt(**{**options, 'block_setting': [CNBlockConfig(*row) for row in options['block_setting']]})
    return getattr(models, name)(**options) if name in SMALL else models.get_model(name, weights=None, **options)


# It computes with tensors, which have no values on the meta device.
make_params = BlockParams.from_init_params.__func__


def params_on_cpu(cls, **kwargs):
    with torch.device('cpu'):
        return make_params(cls, **kwargs)


BlockParams.from_init_params = classmethod(params_on_cpu)


def sha(data):
    return hashlib.sha256(data).hexdigest()[:16]


def hash_of(tensors):
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]


def outputs(value):
    return [value] if isinstance(value, torch.Tensor) else [one for one in value if one is not None]


def shape_text(state):
    return '\n'.join(f'{name} {list(tensor.shape)} {tensor.dtype}' for name, tensor in state.items())


def described(name):
    with torch.device('meta'):
        model = models.get_model(name, weights=None)
    row = {
        'num_params': sum(parameter.numel() for parameter in model.parameters()),
        'state': sha(shape_text(model.state_dict()).encode()),
        'repr': sha(repr(model).encode()),
    }
    if name in (RUN if BITS else QUICK):
        row.update(ran(name, RUN[name], OPTIONS.get(name, {})))
    return row


def sums(tensors):
    """One sum that knows the places: of values times the sine of their numbers."""
    flat = torch.cat([tensor.detach().reshape(-1).double() for tensor in tensors])
    return [flat.abs().sum().item(), (flat * torch.arange(flat.numel(), dtype=torch.float64).sin()).sum().item()]


def ran(name, size, options):
    measure = hash_of if BITS else sums
    torch.manual_seed(0)
    model = make(name, options)
    row = {'size': size, 'options': options, 'init': measure(list(model.state_dict().values()))}
    if hasattr(model, 'heads'):  # of zeros
        head = model.heads.head.weight
        head.data = torch.arange(head.numel(), dtype=torch.float32).sin().reshape(head.shape)
    image = torch.linspace(-1, 1, 2 * 3 * size * size).reshape(2, 3, size, size).mul(50).sin()
    with torch.no_grad():
        row['eval'] = measure([model.eval()(image)])
    torch.manual_seed(1)
    trained = outputs(model.train()(image))
    sum(one.square().mean() for one in trained).backward()
    row['train'] = measure(trained)
    if BITS:
        row['grad'] = measure([parameter.grad for parameter in model.parameters() if parameter.grad is not None])
        row['after'] = measure(list(model.state_dict().values()))
    return row


if __name__ == '__main__':
    names = models.list_models(module=models)
    rows = {name: described(name) for name in names}
    rows.update({name: ran(name, 32, options) for name, options in SMALL.items()})
    lines = [f'  {json.dumps(name)}: {json.dumps(row)}' for name, row in rows.items()]
    text = '{\n' + ',\n'.join(lines) + '\n}\n'
    if BITS:
        print(text)
    else:
        TARGET.write_text(text)
