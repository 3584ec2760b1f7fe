"""Writes lib/vision/models/_weights_table.ts and _meta.ts: what torchvision (0.28) says of its pre-trained weights.

Run it with a Python that has torchvision: python scripts/goldens/vision_weights.py
"""
import pathlib

import torchvision.models as models
from torchvision.models._meta import _IMAGENET_CATEGORIES

FOLDER = pathlib.Path(__file__).resolve().parents[2] / 'lib' / 'vision' / 'models'
BASE = 'https://download.pytorch.org/models/'
HEADER = '// {}. Made by scripts/goldens/vision_weights.py from torchvision; do not edit.\n'


def number(value):
    return f'{value:_}' if isinstance(value, int) and value >= 100000 else repr(value)


def row(weights):
    assert weights.url.startswith(BASE) and weights.url.endswith('.pth')
    assert weights.meta['categories'] in (None, _IMAGENET_CATEGORIES)
    meta, preset = weights.meta, weights.transforms.keywords
    metrics = meta['_metrics']['ImageNet-1K']
    fields = {
        'file': repr(weights.url[len(BASE):]), 'num_params': number(meta['num_params']), 'min_size': list(meta['min_size']),
        'acc1': metrics['acc@1'], 'acc5': metrics['acc@5'], 'ops': meta['_ops'], 'size': meta['_file_size'],
        'crop_size': preset['crop_size'],
    }
    if 'resize_size' in preset:
        fields['resize_size'] = preset['resize_size']
    if 'interpolation' in preset:
        fields['interpolation'] = repr(preset['interpolation'].value)
    if 'mean' in preset:
        fields['mean'] = list(preset['mean'])
        fields['std'] = [f'1 / {round(1 / value)}' for value in preset['std']]
        assert [1 / round(1 / value) for value in preset['std']] == list(preset['std'])
        fields['std'] = f"[{', '.join(fields['std'])}]"
    if meta['categories'] is None:
        fields['acc1'] = fields['acc5'] = 'null'
        fields['headless'] = 'true'
    if 'license' in meta:
        assert meta['license'] == 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE'
        fields['license'] = 'SWAG'
    return '{ ' + ', '.join(f'{key}: {value}' for key, value in fields.items()) + ' }'


def table():
    lines = [HEADER.format("Pre-trained weights by enum and member"),
             f"export const BASE_URL = '{BASE}'", "const SWAG = 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE'", '',
             'export const WEIGHTS = {']
    seen = set()
    for name in models.list_models(module=models):
        enum = models.get_model_weights(name)
        if enum.__name__ in seen:
            continue
        seen.add(enum.__name__)
        lines.append(f'  {enum.__name__}: {{')
        lines += [f'    {weights.name}: {row(weights)},' for weights in enum]
        if 'DEFAULT' in enum.__members__:
            lines.append(f"    DEFAULT: '{enum.DEFAULT.name}',")
        lines.append('  },')
    return '\n'.join([*lines, '} as const', ''])


def categories():
    lines, line = [], ' '
    for category in _IMAGENET_CATEGORIES:
        text = ' "' + category + '",' if "'" in category else f" '{category}',"
        if len(line) + len(text) > 130:
            lines.append(line)
            line = ' '
        line += text
    lines.append(line)
    return HEADER.format('The names of the 1000 classes of ImageNet-1K, in the order of the outputs') \
        + '\nexport const _IMAGENET_CATEGORIES: readonly string[] = [\n' + '\n'.join(lines) + '\n]\n'


(FOLDER / '_weights_table.ts').write_text(table())
(FOLDER / '_meta.ts').write_text(categories())
