"""torchvision's public names. Writes scripts/names/torchvision.json, which `npm run coverage` compares with."""
import importlib, inspect, json, os, warnings
import torchvision

warnings.simplefilter('ignore')
modules = ['transforms', 'transforms.functional', 'transforms.v2', 'transforms.v2.functional', 'datasets', 'datasets.utils', 'models', 'models.detection', 'models.segmentation',
           'models.feature_extraction', 'ops', 'io', 'utils', 'tv_tensors']


def is_public(name, value):
    if name.startswith('_') or inspect.ismodule(value): return False
    home = getattr(value, '__module__', None) or ''
    return isinstance(value, (type, type(lambda: 0))) and home.startswith('torchvision') and 'typing' not in home


found = {}
for name in modules:
    module = importlib.import_module('torchvision.' + name)
    names = getattr(module, '__all__', None) or dir(module)
    found['torchvision.' + name] = [n for n in sorted(names) if is_public(n, getattr(module, n, None))]
with open(os.path.join(os.path.dirname(__file__), '..', 'names', 'torchvision.json'), 'w') as out:
    json.dump(dict(version=torchvision.__version__, spaces=found), out, indent=None, separators=(',', ':'))
    out.write('\n')
