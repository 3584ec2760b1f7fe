// Fits y = sin(x) by a cubic in seven ways, each with more help from torch: tensors only, autograd, a Function of one's own, nn, optim,
// a Module of one's own, and a Module whose forward is a program. Run with: node dist/examples/learning_with_examples.js
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'

const { values: args } = parseArgs({
  options: { seed: { type: 'string', default: '0' }, threads: { type: 'string', default: '1' } },
})
torch.manual_seed(Number(args.seed))
torch.set_num_threads(Number(args.threads))

/** Prints numbers with nine digits. */
function print_numbers(title: string, ...values: (number | torch.Tensor)[]) {
  console.log(title, ...values.map(value => Number((typeof value === 'number' ? value : value.item()).toPrecision(9))))
}

const STEPS = 2000

/** Takes steps, of which each gives its loss, and prints the loss after every 500. */
function train(title: string, step: () => torch.Tensor) {
  for (const t of range(STEPS)) {
    const loss = step()
    if (t % 500 === 499) print_numbers(`${title} ${t}`, loss)
  }
}

const x = torch.linspace(-Math.PI, Math.PI, 2000)
const y = torch.sin(x)

/** a + b x + c x^2 + d x^3. */
function cubic(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor): torch.Tensor {
  return a.add(b.mul(x)).add(c.mul(x.pow(2))).add(d.mul(x.pow(3)))
}

// ---- 1. tensors only: the gradients by hand ----

type Four = [torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]

const four = (make: () => torch.Tensor): Four => [make(), make(), make(), make()]

const [a, b, c, d] = four(() => torch.randn([]))
print_numbers('init', a, b, c, d)
train('tensor', () => {
  const error = cubic(a, b, c, d).sub(y)
  const slope = error.mul(2)
  a.sub_(slope.sum().mul(1e-6))
  b.sub_(slope.mul(x).sum().mul(1e-6))
  c.sub_(slope.mul(x.pow(2)).sum().mul(1e-6))
  d.sub_(slope.mul(x.pow(3)).sum().mul(1e-6))
  return error.pow(2).sum()
})
print_numbers('tensor result', a, b, c, d)

// ---- 2. autograd: the gradients by backward ----

/** Moves parameters against their gradients, which it takes away. */
function descend(parameters: Iterable<torch.Tensor>, lr: number) {
  torch.no_grad(() => {
    for (const parameter of parameters) {
      parameter.sub_(parameter.grad!.mul(lr))
      parameter.grad = null
    }
  })
}

const coefficients = four(() => torch.randn([], { requires_grad: true }))
train('autograd', () => {
  const loss = cubic(...coefficients).sub(y).pow(2).sum()
  loss.backward()
  descend(coefficients, 1e-6)
  return loss
})
print_numbers('autograd result', ...coefficients)

// ---- 3. a Function of one's own: Legendre's polynomial of degree 3 ----

class Legendre3 extends torch.autograd.Function {
  static override forward(ctx: torch.autograd.FunctionCtx, input: torch.Tensor): torch.Tensor {
    ctx.save_for_backward(input)
    return torch.mul(input.pow(3).mul(5).sub(input.mul(3)), 0.5)
  }

  static override backward(ctx: torch.autograd.FunctionCtx, grad_output: torch.Tensor): torch.Tensor {
    const [input] = ctx.saved_tensors as [torch.Tensor]
    return grad_output.mul(1.5).mul(input.pow(2).mul(5).sub(1))
  }
}

const legendre = (input: torch.Tensor): torch.Tensor => Legendre3.apply(input) as torch.Tensor
const factors = [0, -1, 0, 0.3].map(value => torch.full([], value, { requires_grad: true })) as Four
train('function', () => {
  const [a, b, c, d] = factors
  const loss = a.add(b.mul(legendre(c.add(d.mul(x))))).sub(y).pow(2).sum()
  loss.backward()
  descend(factors, 5e-6)
  return loss
})
print_numbers('function result', ...factors)
const points = torch.randn(5, { dtype: torch.double, requires_grad: true })
console.log('gradcheck', torch.autograd.gradcheck(legendre, [points]) ? 'True' : 'False')

// ---- 4. nn: layers and losses ----

const powers = x.unsqueeze(-1).pow(torch.tensor([1n, 2n, 3n]))
console.log('xx', `(${powers.shape.join(', ')})`, String(powers.dtype))
const model = new nn.Sequential(new nn.Linear(3, 1), new nn.Flatten(0, 1))
const squared_error = new nn.MSELoss({ reduction: 'sum' })
train('nn', () => {
  const loss = squared_error(model(powers), y)
  model.zero_grad()
  loss.backward()
  torch.no_grad(() => {
    for (const parameter of model.parameters()) parameter.sub_(parameter.grad!.mul(1e-6))
  })
  return loss
})
const linear = model.at(0) as nn.Linear
print_numbers('nn result', linear.bias!, ...linear.weight.at(0))

// ---- 5. optim: rules for the steps ----

/** Trains a model with an optimizer. */
function fit(title: string, predict: () => torch.Tensor, optimizer: optim.Optimizer) {
  train(title, () => {
    const loss = squared_error(predict(), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
  })
}

fit('optim', () => model(powers), new optim.RMSprop(model.parameters(), { lr: 1e-3 }))

// ---- 6. a Module of one's own ----

const scalar = (): nn.Parameter => new nn.Parameter(torch.randn([]))

class Cubic extends nn.Module {
  a = scalar()
  b = scalar()
  c = scalar()
  d = scalar()

  forward(_x: torch.Tensor): torch.Tensor {
    return cubic(this.a, this.b, this.c, this.d)
  }

  text(): string {
    const [a, b, c, d] = [this.a, this.b, this.c, this.d].map(one => one.item().toFixed(5))
    return `y = ${a} + ${b} x + ${c} x^2 + ${d} x^3`
  }
}

// ---- 7. forward as a program: one more weight, used none to three times ----

class Dynamic extends Cubic {
  e = scalar()

  override forward(x: torch.Tensor): torch.Tensor {
    let y = super.forward(x)
    for (const exponent of range(4, torch.randint(4, 7, []).item())) y = y.add(this.e.mul(x.pow(exponent)))
    return y
  }
}

for (const [name, net, options] of [['module', new Cubic(), { lr: 1e-6 }], ['dynamic', new Dynamic(), { lr: 1e-8, momentum: 0.9 }]] as const) {
  fit(name, () => net(x), new optim.SGD(net.parameters(), options))
  const names = [...net.named_parameters()].map(([parameter]) => `'${parameter}'`)
  console.log(name, net.text(), `[${names.join(', ')}]`)
}
