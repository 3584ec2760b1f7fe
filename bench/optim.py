"""The cost of one step of each optimizer in us, of a Function's call and of vmap beside a loop: the same as optim.ts, in the same order."""
import json, sys, time
import torch
from torch import nn, optim

torch.set_num_threads(1)
seconds_each = float(sys.argv[1])

small_shapes = [[6, 1, 5, 5], [6], [6, 6, 5, 5], [6], [50, 96], [50], [10, 50], [10]]  # the SimpleCNN's parameters
large_shapes = [[250, 400]] * 60


def parameters(shapes):
    torch.manual_seed(0)
    made = []
    for shape in shapes:
        parameter = nn.Parameter(torch.randn(shape))
        parameter.grad = torch.randn(shape)
        made.append(parameter)
    return made


makers = {
    'SGD': lambda params: optim.SGD(params, lr=1e-3, momentum=0.9),
    'Adam': lambda params: optim.Adam(params, lr=1e-3),
    'AdamW': lambda params: optim.AdamW(params, lr=1e-3),
    'Adamax': optim.Adamax, 'NAdam': optim.NAdam, 'RAdam': optim.RAdam, 'Adagrad': optim.Adagrad, 'Adadelta': optim.Adadelta,
    'Adafactor': optim.Adafactor, 'ASGD': optim.ASGD, 'RMSprop': optim.RMSprop, 'Rprop': optim.Rprop,
}


def cost(call):
    """The least mean time of a call in us among three rounds, when it is warm."""
    warm = time.perf_counter() + 3 * seconds_each
    while time.perf_counter() < warm:
        call()
    best = float('inf')
    for _ in range(3):
        start, calls, taken = time.perf_counter(), 0, 0.0
        while taken < seconds_each:
            for _ in range(5):
                call()
            calls += 5
            taken = time.perf_counter() - start
        best = min(best, taken / calls * 1e6)
    return best


class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.mul(2)

    @staticmethod
    def backward(ctx, grad):
        return grad.mul(2)


result = {}
for name, make in makers.items():
    for model, shapes in (('SimpleCNN', small_shapes), ('60 parameters of 100,000', large_shapes)):
        optimizer = make(parameters(shapes))
        result[f'{name}, {model}'] = cost(optimizer.step)

x = torch.randn(4, 4, requires_grad=True)
result['a custom Function, forward and backward'] = cost(lambda: Double.apply(x).sum().backward())
rows, weight = torch.randn(64, 32), torch.randn(32, 32)


def of_row(row):
    return weight.matmul(row).tanh().sum()


result['64 rows by vmap'] = cost(lambda: torch.vmap(of_row)(rows))
result['64 rows by a loop'] = cost(lambda: torch.stack([of_row(row) for row in rows]))
print(json.dumps(result))
