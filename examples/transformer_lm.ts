// Two language models of a tiny text: a Transformer encoder trained by AdamW, and an LSTM with tied weights trained by plain steps.
// Run with: node dist/examples/transformer_lm.js
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'

const F = nn.functional
type Tensor = torch.Tensor

const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '6' },
  },
})
torch.manual_seed(Number(args.seed))
torch.set_num_threads(Number(args.threads))

/** Prints numbers with nine digits. */
function print_numbers(title: string, ...values: (number | Tensor)[]) {
  console.log(title, ...values.map(value => Number((typeof value === 'number' ? value : value.item()).toPrecision(9))))
}

// ---- data: words as numbers, in columns that the models read side by side ----

const sentence = 'the cat sat on the mat and the dog sat on the log while the bird sang to the cat and the cat slept '
  + 'then the dog ran to the log and the bird flew over the mat so the cat ran after the bird <eos> '
const words = sentence.repeat(30).trim().split(' ')
const vocabulary = new Map([...new Set(words)].map((word, i) => [word, i]))
const ids = torch.tensor(words.map(word => BigInt(vocabulary.get(word)!)))
const [ntokens, bptt] = [vocabulary.size, 12]

function batchify(data: Tensor, columns: number): Tensor {
  const rows = Math.floor(data.size(0) / columns)
  return data.narrow(0, 0, rows * columns).view(columns, -1).t().contiguous()
}

/** Up to `bptt` rows from row i, and the words that come one row later. */
function get_batch(source: Tensor, i: number): [data: Tensor, targets: Tensor] {
  const length = Math.min(bptt, source.length - 1 - i)
  return [source.at(`${i}:${i + length}`), source.at(`${i + 1}:${i + 1 + length}`).view(-1)]
}

const [train_data, val_data] = [batchify(ids.at(':1000'), 8), batchify(ids.at('1000:'), 4)]
const shape = (data: Tensor) => `(${data.shape.join(', ')})`
console.log(ntokens, shape(train_data), shape(val_data))

// ---- models ----

class PositionalEncoding extends nn.Module {
  dropout: nn.Dropout
  declare pe: Tensor

  constructor(d_model: number, dropout = 0.1, max_len = 5000) {
    super()
    this.dropout = new nn.Dropout({ p: dropout })
    const pe = torch.zeros(max_len, d_model)
    const position = torch.arange(0, max_len, { dtype: torch.float32 }).unsqueeze(1)
    const frequency = torch.exp(torch.arange(0, d_model, 2).float().mul(-Math.log(10000) / d_model))
    pe.set_at([':', '0::2'], torch.sin(position.mul(frequency)))
    pe.set_at([':', '1::2'], torch.cos(position.mul(frequency)))
    this.register_buffer('pe', pe.unsqueeze(0).transpose(0, 1))
  }

  forward(x: Tensor): Tensor {
    return this.dropout(x.add(this.pe.at(`:${x.size(0)}`)))
  }
}

/** The encoder of a Transformer under a causal mask; a linear layer takes the place of its decoder. */
class TransformerModel extends nn.Transformer<nn.TransformerEncoder, nn.Linear> {
  src_mask: Tensor | null = null
  pos_encoder: PositionalEncoding
  input_emb: nn.Embedding
  ninp: number

  constructor(ntoken: number, ninp: number, nhead: number, nhid: number, nlayers: number, dropout = 0.5) {
    super({ d_model: ninp, nhead, dim_feedforward: nhid, num_encoder_layers: nlayers })
    this.pos_encoder = new PositionalEncoding(ninp, dropout)
    this.input_emb = new nn.Embedding(ntoken, ninp)
    this.ninp = ninp
    this.decoder = new nn.Linear(ninp, ntoken)
    nn.init.uniform_(this.input_emb.weight, -0.1, 0.1)
    nn.init.zeros_(this.decoder.bias!)
    nn.init.uniform_(this.decoder.weight, -0.1, 0.1)
  }

  override forward(words: Tensor): Tensor {
    if (this.src_mask?.size(0) !== words.length) this.src_mask = torch.log(torch.tril(torch.ones(words.length, words.length)))
    const src = this.pos_encoder(this.input_emb(words).mul(Math.sqrt(this.ninp)))
    return F.log_softmax(this.decoder(this.encoder(src, { mask: this.src_mask })), { dim: -1 })
  }
}

type Hidden = [h: Tensor, c: Tensor]

class RNNModel extends nn.Module {
  ntoken: number
  drop: nn.Dropout
  encoder: nn.Embedding
  rnn: nn.LSTM
  decoder: nn.Linear
  nhid: number
  nlayers: number

  constructor(ntoken: number, ninp: number, nhid: number, nlayers: number, dropout = 0.5, tie_weights = false) {
    super()
    this.ntoken = ntoken
    this.drop = new nn.Dropout(dropout)
    this.encoder = new nn.Embedding(ntoken, ninp)
    this.rnn = new nn.LSTM(ninp, nhid, nlayers, { dropout })
    this.decoder = new nn.Linear(nhid, ntoken)
    if (tie_weights) this.decoder.weight = this.encoder.weight
    nn.init.uniform_(this.encoder.weight, -0.1, 0.1)
    nn.init.zeros_(this.decoder.bias!)
    nn.init.uniform_(this.decoder.weight, -0.1, 0.1)
    this.nhid = nhid
    this.nlayers = nlayers
  }

  forward(words: Tensor, hidden: Hidden): [Tensor, Hidden] {
    const [output, next] = this.rnn(this.drop(this.encoder(words)), hidden)
    const decoded = this.decoder(this.drop(output)).view(-1, this.ntoken)
    return [F.log_softmax(decoded, { dim: 1 }), next]
  }

  init_hidden(columns: number): Hidden {
    const { weight } = this.encoder
    return [weight.new_zeros([this.nlayers, columns, this.nhid]), weight.new_zeros([this.nlayers, columns, this.nhid])]
  }
}

// ---- training and evaluation ----

type Model = TransformerModel | RNNModel
const criterion = new nn.NLLLoss()

/** Runs a model over all batches; an LSTM goes on from the state in which the batch before left it, but gradients do not. */
function* run(model: Model, source: Tensor, before: () => void = () => undefined): Generator<[output: Tensor, targets: Tensor, rows: number]> {
  let hidden = model instanceof RNNModel ? model.init_hidden(source.size(1)) : null
  for (const i of range(0, source.size(0) - 1, bptt)) {
    const [data, targets] = get_batch(source, i)
    before()
    let output: Tensor
    if (model instanceof TransformerModel) {
      output = model(data).view(-1, ntokens)
    } else {
      [output, hidden] = model(data, hidden!.map(one => one.detach()) as Hidden)
    }
    yield [output, targets, data.length]
  }
}

function evaluate(model: Model, source: Tensor): number {
  model.eval()
  return torch.no_grad(() => {
    let total = 0
    for (const [output, targets, rows] of run(model, source)) total += rows * criterion(output, targets).item()
    return total / (source.length - 1)
  })
}

function train(model: Model, optimizer: optim.AdamW | null, lr: number, clip = 0.25): number {
  model.train()
  let [total, n] = [0, 0]
  for (const [output, targets] of run(model, train_data, () => model.zero_grad())) {
    const loss = criterion(output, targets)
    loss.backward()
    const norm = nn.utils.clip_grad_norm_(model.parameters(), clip)
    if (optimizer !== null) optimizer.step()
    else for (const p of model.parameters()) if (p.grad !== null) p.data.add_(p.grad, { alpha: -lr })
    if (n === 0) print_numbers('  first batch', loss, norm)
    total += loss.item()
    n++
  }
  return total / n
}

const models: [name: string, model: Model, lr: number][] = [
  ['transformer', new TransformerModel(ntokens, 32, 2, 64, 2, 0.2), 0.005],
  ['lstm tied', new RNNModel(ntokens, 32, 32, 2, 0.2, true), 5],
]
for (const [name, model, lr] of models) {
  console.log(name, [...model.parameters()].reduce((sum, p) => sum + p.numel(), 0), Object.keys(model.state_dict()).length)
  print_numbers(`${name} untrained`, evaluate(model, val_data))
  const optimizer = name === 'transformer' ? new optim.AdamW(model.parameters(), { lr }) : null
  for (const epoch of range(1, Number(args.epochs) + 1)) {
    const train_loss = train(model, optimizer, lr)
    const val_loss = evaluate(model, val_data)
    print_numbers(`${name} epoch ${epoch}`, train_loss, val_loss, Math.exp(val_loss))
  }
}
