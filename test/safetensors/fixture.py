# Makes the files that test/safetensors reads: what the Python package safetensors writes. Run with torch and safetensors:
# python test/safetensors/fixture.py
import os

import torch
from safetensors.torch import save_file, save_model

folder = os.path.join(os.path.dirname(__file__), 'fixtures')
os.makedirs(folder, exist_ok=True)
bytes_ = torch.arange(16, dtype=torch.uint8)
names = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool', 'uint16', 'uint32', 'uint64', 'complex64',
         'float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz', 'float8_e8m0fnu', 'float4_e2m1fn_x2']
tensors = {name: (bytes_ % 2 if name == 'bool' else bytes_).clone().view(getattr(torch, name)) for name in names}
tensors.update({'é "quoted"': torch.ones(1), 'scalar': torch.tensor(2.5), 'empty': torch.empty(0, 3), 'zz': torch.arange(6.).view(2, 3)})
save_file(tensors, os.path.join(folder, 'dtypes.safetensors'), {'format': 'pt'})
model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
torch.nn.init.ones_(model[0].weight)
model[1].weight = model[0].weight
torch.nn.init.zeros_(model[0].bias)
torch.nn.init.zeros_(model[1].bias)
save_model(model, os.path.join(folder, 'tied.safetensors'))
