"""Small TorchScript archives as Python writes them: for the fuzz test and for tests of custom classes. `torchscript.py FOLDER`"""
import sys, warnings
from typing import Dict, List, NamedTuple, Optional, Tuple
import torch
from torch import nn

warnings.simplefilter('ignore')
folder = sys.argv[1]


class Point(NamedTuple):
    x: torch.Tensor
    n: int


class Flow(nn.Module):
    """Control flow, containers, attributes, and a state of its own."""
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU())
        self.register_buffer('steps', torch.zeros(2, dtype=torch.int64))
        self.names: List[str] = ['a', 'b']
        self.table: Dict[str, int] = {'x': 1}
        self.scale = 0.5

    def forward(self, x, rounds: int = 3, bias: Optional[torch.Tensor] = None):
        y = self.layers(x)
        for i in range(rounds):
            if i % 2 == 0:
                y = y * self.scale + float(i)
            else:
                y = y - torch.tensor([1.0, 2.0, 3.0, 4.0])
        while y.sum().item() > 100.0:
            y = y / 2.0
        if bias is not None:
            y = y + bias
        return y

    @torch.jit.export
    def point(self, x) -> Tuple[Point, List[int], Dict[str, int]]:
        return Point(x + 1, len(self.names)), [i * i for i in range(4)], self.table

    @torch.jit.export
    def fails(self, x, text: str = 'no way'):
        assert x.numel() > 10**6, 'too small'
        raise ValueError(text)


torch.manual_seed(0)
flow = torch.jit.script(Flow().eval())
flow.save(folder + '/flow.pt')

base = torch.arange(12.0).view(3, 4)
traced = torch.jit.trace(lambda x: (x @ base + base.t()[:3].sum(), {'half': x.half()}), (torch.ones(2, 3),), strict=False)
traced.save(folder + '/constants.pt')


class Quantized(nn.Module):
    """A layer whose packed weights are an object of a class of libtorch's."""
    def __init__(self):
        super().__init__()
        self.fc = torch.ao.nn.quantized.Linear(3, 2)
        weight = torch.quantize_per_tensor(torch.tensor([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]]), 0.05, 0, torch.qint8)
        self.fc.set_weight_bias(weight, torch.tensor([0.5, -0.5]))
        self.fc.scale, self.fc.zero_point = 0.1, 10

    def forward(self, x):
        return self.fc(torch.quantize_per_tensor(x, 0.1, 0, torch.quint8)).dequantize()


torch.backends.quantized.engine = [one for one in ('x86', 'fbgemm', 'qnnpack') if one in torch.backends.quantized.supported_engines][0]
torch.jit.script(Quantized().eval()).save(folder + '/quantized.pt')
