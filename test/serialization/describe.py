# Says what is in a file, in JSON that test/serialization/describe.ts gives too for the same value. No PyTorch counterpart.
import collections
import json
import struct
import sys

import torch


def describe(value, storages):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return ['int', str(value)]
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 2 ** 53 and not (value == 0 and struct.pack('>d', value)[0] != 0)
        return ['int', str(int(value))] if whole else ['float', 'nan' if value != value else struct.pack('>d', value).hex()]
    if isinstance(value, complex):
        return ['complex', describe(value.real, storages), describe(value.imag, storages)]
    if isinstance(value, (bytes, bytearray)):
        return ['bytes', bytes(value).hex()]
    if isinstance(value, torch.Size):
        return ['Size', list(value)]
    if isinstance(value, (torch.dtype, torch.device, torch.layout)):
        return [type(value).__name__, str(value)]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [describe(one, storages) for one in value]]
    if isinstance(value, set):
        return ['set', sorted(json.dumps(describe(one, storages)) for one in value)]
    if isinstance(value, dict):
        kind = 'OrderedDict' if type(value) is collections.OrderedDict else 'dict'
        metadata = getattr(value, '_metadata', None)
        metadata = metadata and sorted(json.dumps([key, describe(one, storages)], separators=(',', ':')) for key, one in metadata.items())
        return [kind, [[describe(key, storages), describe(one, storages)] for key, one in value.items()], metadata]
    assert isinstance(value, torch.Tensor), type(value)
    return describe_tensor(value, storages)


def describe_tensor(x, storages):
    kind = 'Parameter' if isinstance(x, torch.nn.Parameter) else 'Tensor'
    head = [kind, str(x.dtype), list(x.shape), x.requires_grad]
    if x.is_meta:
        return head + ['meta', list(x.stride())]
    if x.layout is not torch.strided:
        return head + [str(x.layout), describe_tensor(x.to_dense(), {})]
    if x.is_quantized:
        per_tensor = x.qscheme() == torch.per_tensor_affine
        params = [describe(x.q_scale(), storages), x.q_zero_point()] if per_tensor else [x.q_per_channel_scales().tolist(), x.q_per_channel_axis()]
        return head + [params, x.int_repr().flatten().tolist()]
    storage = x.untyped_storage()
    number = storages.setdefault(storage._cdata, len(storages))
    data = bytes(storage.tolist()).hex() if storage.nbytes() < 4096 else storage.nbytes()
    return head + [list(x.stride()), x.storage_offset(), x.is_conj(), x.is_neg(), getattr(x, '_is_buffer', False), number, data]


def describe_file(file):
    value = torch.load(file, weights_only=True)
    storages = {}
    result = describe(value, storages)
    del value
    return result


if __name__ == '__main__':
    print(json.dumps([describe_file(file) for file in sys.argv[1:]]))
