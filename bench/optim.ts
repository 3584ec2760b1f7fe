// The cost of one step of each optimizer in us, of a Function's call and of vmap beside a loop: the same as optim.py, in the same order.
import torch, { nn, optim } from 'torch-ts'

torch.set_num_threads(1)
const seconds_each = Number(process.argv[2])

const small_shapes = [[6, 1, 5, 5], [6], [6, 6, 5, 5], [6], [50, 96], [50], [10, 50], [10]] // the SimpleCNN's parameters
const large_shapes = Array.from({ length: 60 }, () => [250, 400])

function parameters(shapes: number[][]): nn.Parameter[] {
  torch.manual_seed(0)
  return shapes.map(shape => {
    const parameter = new nn.Parameter(torch.randn(shape))
    parameter.grad = torch.randn(shape)
    return parameter
  })
}

const makers: Record<string, (params: nn.Parameter[]) => optim.Optimizer> = {
  SGD: params => new optim.SGD(params, { lr: 1e-3, momentum: 0.9 }),
  Adam: params => new optim.Adam(params, { lr: 1e-3 }),
  AdamW: params => new optim.AdamW(params, { lr: 1e-3 }),
  Adamax: params => new optim.Adamax(params),
  NAdam: params => new optim.NAdam(params),
  RAdam: params => new optim.RAdam(params),
  Adagrad: params => new optim.Adagrad(params),
  Adadelta: params => new optim.Adadelta(params),
  Adafactor: params => new optim.Adafactor(params),
  ASGD: params => new optim.ASGD(params),
  RMSprop: params => new optim.RMSprop(params),
  Rprop: params => new optim.Rprop(params),
}

/** The least mean time of a call in us among three rounds, when it is warm. */
function cost(call: () => unknown): number {
  const warm = process.hrtime.bigint() + BigInt(Math.round(seconds_each * 3e9)) // until V8 has compiled what runs often
  do call()
  while (process.hrtime.bigint() < warm)
  let best = Infinity
  for (let round = 0; round < 3; round++) {
    const start = process.hrtime.bigint()
    let calls = 0
    let taken = 0
    while (taken < seconds_each * 1e9) {
      for (let i = 0; i < 5; i++) call()
      calls += 5
      taken = Number(process.hrtime.bigint() - start)
    }
    best = Math.min(best, taken / calls / 1e3)
  }
  return best
}

class Double extends torch.autograd.Function {
  static override forward(ctx: torch.autograd.FunctionCtx, x: torch.Tensor): torch.Tensor {
    ctx.save_for_backward(x)
    return x.mul(2)
  }

  static override backward(_ctx: torch.autograd.FunctionCtx, grad: torch.Tensor): torch.Tensor {
    return grad.mul(2)
  }
}

const result: Record<string, number> = {}
for (const [name, make] of Object.entries(makers)) {
  for (const [model, shapes] of [['SimpleCNN', small_shapes], ['60 parameters of 100,000', large_shapes]] as const) {
    const optimizer = make(parameters(shapes))
    result[`${name}, ${model}`] = cost(() => optimizer.step())
  }
}

const x = torch.randn(4, 4, { requires_grad: true })
result['a custom Function, forward and backward'] = cost(() => Double.apply(x).sum().backward())
const [rows, weight] = [torch.randn(64, 32), torch.randn(32, 32)]
const of_row = (row: torch.Tensor): torch.Tensor => weight.matmul(row).tanh().sum()
result['64 rows by vmap'] = cost(() => torch.vmap(of_row)(rows))
result['64 rows by a loop'] = cost(() => torch.stack([...rows].map(of_row)))
console.log(JSON.stringify(result))
