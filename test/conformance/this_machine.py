"""Runs one golden case of an operator with the Python of this machine, and prints its outputs and gradients as the case has them."""
import json
import sys

import torch


def number(value):
    return complex(*map(float, value)) if isinstance(value, list) else float(value)


def decode(value):
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    if 't' in value:
        dtype = getattr(torch, value['t'])
        is_real = not (dtype.is_floating_point or dtype.is_complex)
        data = [int(one) if is_real else number(one) for one in value['data'] or []]
        tensor = torch.tensor(data, dtype=dtype).reshape(value['shape'])
        if 'stride' in value and value['data']:
            once = tensor[tuple(slice(0, 1) if stride == 0 else slice(None) for stride in value['stride'])]
            tensor = torch.empty_strided(once.shape, value['stride'], dtype=dtype).copy_(once).expand(value['shape'])
        return tensor.requires_grad_() if value.get('requires_grad') else tensor
    kind, content = next(iter(value.items()))
    if kind == 'float':
        return float(content)
    if kind == 'int':
        return int(content)
    if kind == 'complex':
        return complex(*map(float, content))
    if kind in ('dtype', 'layout', 'memory_format'):
        return getattr(torch, content)
    if kind == 'tuple':
        return tuple(decode(content))
    raise ValueError(f'no value of this form is known: {value}')


def encode(value):
    if isinstance(value, torch.Tensor):
        value = value.detach().resolve_conj().resolve_neg()
        wide = value.to(torch.complex128 if value.is_complex() else torch.float64 if value.is_floating_point() else value.dtype)
        data = [[str(one.real), str(one.imag)] if value.is_complex() else str(one) if value.is_floating_point() else one
                for one in wide.flatten().tolist()]
        return {'t': str(value.dtype)[6:], 'shape': list(value.shape), 'data': data}
    if isinstance(value, (tuple, list)):
        return [encode(one) for one in value]
    return {'float': str(value)} if isinstance(value, float) else value


def tensors_of(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [tensor for one in value for tensor in tensors_of(one)] if isinstance(value, (tuple, list)) else []


def call(case):
    torch.manual_seed(case.get('seed', 0))
    args, kwargs = decode(case['args']), {key: decode(value) for key, value in case['kwargs'].items()}
    if case['call'].startswith('Tensor.'):
        result = getattr(args[0], case['call'][7:])
        result = result(*args[1:], **kwargs) if case['kind'] == 'method' else result
    else:
        function = torch
        for name in case['call'].split('.')[1:]:
            function = getattr(function, name)
        result = function(*args, **kwargs)
    return {'args': args, 'kwargs': kwargs}, result


def gradients(case, weighted):
    inputs, result = call(case)
    loss = 0
    for output in tensors_of(result):
        for part in ([output.real, output.imag] if output.is_complex() else [output]) if output.requires_grad else []:
            weights = ((torch.arange(part.numel()) % 7 + 1) / 4).to(part.dtype).view(part.shape)
            loss = loss + (part * weights if weighted else part).sum()
    loss.backward()
    found = {}
    for path in case['wgrads' if weighted else 'grads']:
        value = inputs
        for key in path.split('.'):
            value = value[int(key) if key.isdigit() else key]
        found[path] = None if value.grad is None else encode(value.grad)
    return found


case = json.loads(sys.argv[1])
answer = {'outputs': encode(call(case)[1])}
for name in ('grads', 'wgrads'):
    if name in case:
        answer[name] = gradients(case, name == 'wgrads')
print(json.dumps(answer))
