"""The cost of one call of an operator on tiny tensors, in ns: the same calls as ops.ts, in the same order."""
import json, sys, time
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
names = sys.argv[1].split(',')
calls = int(sys.argv[2])


def cases(grad):
    torch.manual_seed(0)
    x, y = torch.randn(4, 4, requires_grad=grad), torch.randn(4, 4, requires_grad=grad)
    w, b = torch.randn(5, 4, requires_grad=grad), torch.randn(5, requires_grad=grad)
    image, kernel = torch.randn(1, 2, 6, 6, requires_grad=grad), torch.randn(3, 2, 3, 3, requires_grad=grad)
    target = torch.tensor([0, 1, 2, 3])
    one = torch.ones(1, requires_grad=grad)
    return {
        'add': lambda: x.add(y), 'add scalar': lambda: x.add(2), 'mul': lambda: x.mul(y), 'sub': lambda: x.sub(y), 'div': lambda: x.div(y),
        'pow': lambda: x.pow(2), 'exp': lambda: x.exp(), 'relu': lambda: torch.relu(x), 'sigmoid': lambda: x.sigmoid(), 'sum': lambda: x.sum(),
        'mean dim': lambda: x.mean(1), 'max dim': lambda: x.max(1), 'matmul': lambda: x.matmul(y), 'linear': lambda: F.linear(x, w, b),
        'view': lambda: x.view(2, 8), 'transpose': lambda: x.transpose(0, 1), 'select': lambda: x[0], 'cat': lambda: torch.cat([x, y]),
        'log_softmax': lambda: F.log_softmax(x, dim=1), 'nll_loss': lambda: F.nll_loss(x, target), 'conv2d': lambda: F.conv2d(image, kernel),
        'item': lambda: one.item(),
    }


def cost(call):
    for _ in range(calls // 4):
        call()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e9


print(json.dumps({kind: {name: cost(case) for name, case in cases(grad).items() if name in names}
                  for kind, grad in (('plain', False), ('grad', True))}))
