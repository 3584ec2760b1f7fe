"""Prints the public names of Python's torch by namespace, with the kind of each, as JSON."""
import json

import torch
import torch.autograd.forward_ad
import torch.distributions
import torch.func
import torch.masked
import torch.nn.functional
import torch.signal
import torch.sparse
import torch.testing

SPACES = {
    'torch': torch, 'torch.Tensor': torch.Tensor, 'torch.linalg': torch.linalg, 'torch.fft': torch.fft, 'torch.special': torch.special,
    'torch.nn.functional': torch.nn.functional, 'torch.sparse': torch.sparse, 'torch.masked': torch.masked,
    'torch.signal.windows': torch.signal.windows, 'torch.testing': torch.testing,
    'torch.func': torch.func, 'torch.autograd.functional': torch.autograd.functional,
    'torch.autograd.forward_ad': torch.autograd.forward_ad,
    'torch.distributions': torch.distributions, 'torch.distributions.constraints': torch.distributions.constraints,
}


def kind(owner, name):
    value = getattr(owner, name, None)
    if type(value).__name__ == 'pybind11_type' or type(type(value)).__name__ == 'pybind11_type':
        return 'pybind11'
    if type(value).__name__ in ('module', 'GenericModule'):
        return 'module' if value.__name__.startswith('torch') else 'python'
    home = getattr(value, '__module__', None) or ''
    return 'python' if home.split('.')[0] in ('typing', 'functools', 'collections', 'dataclasses', 'importlib') else type(value).__name__


def public(owner):
    is_class = isinstance(owner, type)
    names = [name for name in dir(owner) if not name.startswith('_') or is_class and name.startswith('__')]
    return {name: kind(owner, name) for name in names}


print(json.dumps({'version': torch.__version__, 'spaces': {name: public(owner) for name, owner in SPACES.items()}}))
