// Continues sine waves with two LSTM cells in double precision, trained by L-BFGS; then L-BFGS with a line search, SGD and Rprop on
// Rosenbrock's function. Run with: node dist/examples/time_sequence.js
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'

const { values: args } = parseArgs({
  options: { seed: { type: 'string', default: '0' }, threads: { type: 'string', default: '1' }, steps: { type: 'string', default: '3' } },
})
torch.set_num_threads(Number(args.threads))
torch.manual_seed(Number(args.seed))

/** Prints numbers with twelve digits. */
function print_numbers(title: string, ...values: (number | torch.Tensor)[]) {
  console.log(title, ...values.map(value => Number((typeof value === 'number' ? value : value.item()).toPrecision(12))))
}

// ---- waves ----

const [period, length, waves] = [20, 200, 12]
const x = torch.arange(length, { dtype: torch.float64 }).unsqueeze(0).add(torch.randint(-4 * period, 4 * period, [waves, 1]).double())
const data = torch.sin(x.div(1).div(period))
const [input, target] = [data.at('3:', ':-1'), data.at('3:', '1:')]
const [test_input, test_target] = [data.at(':3', ':-1'), data.at(':3', '1:')]

class Sequence extends nn.Module {
  lstm1 = new nn.LSTMCell(1, 51)
  lstm2 = new nn.LSTMCell(51, 51)
  linear = new nn.Linear(51, 1)

  /** What follows each value of the input, and `future` values after its end. */
  forward(input: torch.Tensor, future = 0): torch.Tensor {
    const zeros = () => torch.zeros([input.size(0), 51], { dtype: torch.double })
    let [first, second] = [[zeros(), zeros()], [zeros(), zeros()]] as [[torch.Tensor, torch.Tensor], [torch.Tensor, torch.Tensor]]
    const outputs: torch.Tensor[] = []
    const step = (value: torch.Tensor) => {
      first = this.lstm1(value, first)
      second = this.lstm2(first[0], second)
      outputs.push(this.linear(second[0]))
    }
    for (const value of input.split(1, { dim: 1 })) step(value)
    for (const _ of range(future)) step(outputs.at(-1)!)
    return torch.cat(outputs, { dim: 1 })
  }
}

const sequence = new Sequence()
sequence.double()
const { dtype } = sequence.parameters().next().value as torch.Tensor
console.log(String(dtype), `(${input.shape.join(', ')})`, input.is_contiguous() ? 'True' : 'False')
const criterion = new nn.MSELoss()
const optimizer = new optim.LBFGS(sequence.parameters(), { lr: 0.8 })
let calls = 0
for (const i of range(Number(args.steps))) {
  const losses: number[] = []
  const closure = () => {
    calls++
    optimizer.zero_grad()
    const loss = criterion(sequence(input), target)
    losses.push(loss.item())
    loss.backward()
    return loss
  }
  const before = optimizer.step(closure)
  print_numbers(`step ${i}`, before, losses[0]!, losses[1]!, losses[2]!, losses.at(-1)!)
  console.log('closure calls', calls)
  torch.no_grad(() => {
    const future = 100
    const prediction = sequence(test_input, future)
    print_numbers('test loss', criterion(prediction.at(':', `:-${future}`), test_target), ...prediction.at(0, '-3:'))
  })
}

// ---- Rosenbrock's function ----

const optimizers = {
  'LBFGS wolfe': (params: torch.Tensor[]) => new optim.LBFGS(params, { lr: 1, max_iter: 10, history_size: 5, line_search_fn: 'strong_wolfe' }),
  'SGD closure': (params: torch.Tensor[]) => new optim.SGD(params, { lr: 1e-3, momentum: 0.9, nesterov: true }),
  'Rprop': (params: torch.Tensor[]) => new optim.Rprop(params, { lr: 0.01 }),
}
for (const [name, make] of Object.entries(optimizers)) {
  const w = torch.tensor([-1.2, 1], { dtype: torch.double, requires_grad: true })
  const opt = make([w])
  const closure = () => {
    opt.zero_grad()
    const loss = torch.rsub(w.at(0), 1).pow(2).add(w.at(1).sub(w.at(0).pow(2)).pow(2).mul(100))
    loss.backward()
    return loss
  }
  let loss = torch.zeros([])
  for (const _ of range(10)) loss = opt.step(closure)
  print_numbers(name, loss, ...w)
}
