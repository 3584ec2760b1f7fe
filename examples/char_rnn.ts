// Tells the language of a name letter by letter: first with a recurrent network written by hand, then with nn.RNN and clipped
// gradients. The names are made of syllables. Run with: node dist/examples/char_rnn.js
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'

const F = nn.functional
const { values: args } = parseArgs({
  options: { seed: { type: 'string', default: '0' }, threads: { type: 'string', default: '1' }, steps: { type: 'string', default: '3000' } },
})
torch.set_num_threads(Number(args.threads))
torch.manual_seed(Number(args.seed))

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,;\''
const hidden_size = 128

/** Prints numbers with nine digits. */
function print_numbers(title: string, ...values: (number | torch.Tensor)[]) {
  console.log(title, ...values.map(value => Number((typeof value === 'number' ? value : value.item()).toPrecision(9))))
}

// ---- names ----

/** A name without accents and foreign letters. */
function to_ascii(name: string): string {
  return [...name.normalize('NFD')].filter(letter => letters.includes(letter)).join('')
}

function random_below(n: number): number {
  return torch.randint(0, n, [1]).item()
}

function choice<T>(list: readonly T[]): T {
  return list[random_below(list.length)]!
}

const syllables = {
  Italian: ['ro', 'ssi', 'bel', 'li', 'man', 'cini', 'do', 'na'],
  Polish: ['ko', 'wal', 'ski', 'now', 'czyk', 'wi', 'śnie', 'ak'],
  Japanese: ['sa', 'to', 'ka', 'mu', 'ra', 'yo', 'shi', 'ta'],
}
const categories = Object.keys(syllables)

function invent(parts: readonly string[]): string {
  const name = Array.from({ length: 2 + random_below(3) }, () => choice(parts)).join('')
  return to_ascii(name.charAt(0).toUpperCase() + name.slice(1))
}

function quoted(list: readonly string[]): string {
  return `[${list.map(one => `'${one}'`).join(', ')}]`
}

console.log(to_ascii('Ślusàrski'), letters.length)
const names = Object.values(syllables).map(parts => Array.from({ length: 60 }, () => invent(parts)))
console.log(`{${categories.map((category, i) => `'${category}': ${quoted(names[i]!.slice(0, 4))}`).join(', ')}}`)

/** Each letter of a name as a one-hot row: (length, 1, letters). */
function encode(name: string): torch.Tensor {
  const tensor = torch.zeros(name.length, 1, letters.length)
  for (const [i, letter] of [...name].entries()) tensor.set_at([i, 0, letters.indexOf(letter)], 1)
  return tensor
}

interface Example { category: number, name: string, target: torch.Tensor, input: torch.Tensor }

function random_example(): Example {
  const category = categories.indexOf(choice(categories))
  const name = choice(names[category]!)
  return { category, name, target: torch.tensor([category], { dtype: torch.long }), input: encode(name) }
}

console.log(`(${encode('Jones').size().join(', ')})`, encode('Jones').sum().item().toFixed(1))

// ---- a network by hand ----

class HandMadeRNN extends nn.Module {
  i2h: nn.Linear
  h2h: nn.Linear
  h2o: nn.Linear
  softmax: nn.LogSoftmax

  constructor(input_size: number, public hidden_size: number, output_size: number) {
    super()
    this.i2h = new nn.Linear(input_size, hidden_size)
    this.h2h = new nn.Linear(hidden_size, hidden_size)
    this.h2o = new nn.Linear(hidden_size, output_size)
    this.softmax = new nn.LogSoftmax({ dim: 1 })
  }

  forward(input: torch.Tensor, hidden: torch.Tensor): [output: torch.Tensor, hidden: torch.Tensor] {
    const next = F.tanh(this.i2h(input).add(this.h2h(hidden)))
    return [this.softmax(this.h2o(next)), next]
  }

  init_hidden(): torch.Tensor {
    return torch.zeros(1, this.hidden_size)
  }
}

const rnn = new HandMadeRNN(letters.length, hidden_size, categories.length)
const criterion = new nn.NLLLoss()
const learning_rate = 0.005
print_numbers('first output', ...rnn(encode('Albert').at(0), torch.zeros(1, hidden_size))[0].at(0))

/** What the network says after the last letter. */
function read(input: torch.Tensor): torch.Tensor {
  let [output, hidden] = [torch.zeros(1, categories.length), rnn.init_hidden()]
  for (const letter of input) [output, hidden] = rnn(letter, hidden)
  return output
}

function train({ input, target }: Example): [output: torch.Tensor, loss: number] {
  rnn.zero_grad()
  const output = read(input)
  const loss = criterion(output, target)
  loss.backward()
  for (const p of rnn.parameters()) p.data.add_(p.grad!.data, { alpha: -learning_rate })
  return [output, loss.item()]
}

function most_likely(output: torch.Tensor): number {
  return output.topk(1)[1]!.at(0).item()
}

let total = 0
for (const i of range(1, Number(args.steps) + 1)) {
  const example = random_example()
  const [output, loss] = train(example)
  total += loss
  if (i % 500 === 0) {
    console.log(i, example.name, categories[most_likely(output)], categories[example.category])
    print_numbers('  loss', loss, total / 500)
    total = 0
  }
}

const confusion = torch.zeros(categories.length, categories.length)
for (const _ of range(500)) {
  const { category, input } = random_example()
  confusion.at(category, most_likely(read(input))).add_(1)
}
for (const i of range(categories.length)) confusion.set_at([i], confusion.at(i).div(confusion.at(i).sum()))
print_numbers('confusion', ...confusion.flatten())

function predict(name: string, count = 3) {
  torch.no_grad(() => {
    const [values, places] = read(encode(name)).topk(count, 1, true)
    const ranking = [...range(count)].map(i => `(${values!.at(0, i).item().toFixed(2)}) ${categories[places!.at(0, i).item()]}`)
    console.log('>', name, quoted(ranking))
  })
}

for (const name of ['Dovesky', 'Rossini', 'Satoshi']) predict(name)

// ---- the same with nn.RNN ----

class CharRNN extends nn.Module {
  rnn: nn.RNN
  h2o: nn.Linear
  softmax: nn.LogSoftmax

  constructor(input_size: number, size: number, output_size: number) {
    super()
    this.rnn = new nn.RNN(input_size, size)
    this.h2o = new nn.Linear(size, output_size)
    this.softmax = new nn.LogSoftmax({ dim: 1 })
  }

  forward(line: torch.Tensor): torch.Tensor {
    const [, hidden] = this.rnn(line)
    return this.softmax(this.h2o(hidden.at(0)))
  }
}

const net = new CharRNN(letters.length, hidden_size, categories.length)
const optimizer = new optim.SGD(net.parameters(), { lr: 0.15 })
for (const batch of range(60)) {
  let batch_loss = torch.zeros([])
  for (const _ of range(16)) {
    const { input, target } = random_example()
    batch_loss = batch_loss.add(criterion(net(input), target))
  }
  optimizer.zero_grad()
  batch_loss.div(16).backward()
  const norm = nn.utils.clip_grad_norm_(net.parameters(), 3)
  optimizer.step()
  if (batch % 20 === 19) print_numbers(`nn.RNN batch ${batch}`, batch_loss.item() / 16, norm)
}
