// One training run in two languages: each call goes on from the checkpoint that the last one left, whoever wrote it.
//   node dist/examples/round_trip.js --checkpoint run.pt --until 10
//   python examples/round_trip.py --checkpoint run.pt --until 20
//   node dist/examples/round_trip.js --checkpoint run.pt --until 30
// prints the losses of 30 steps in TypeScript alone, bit for bit (on the same libtorch, with one thread).
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import torch, { nn, optim } from 'torch-ts'

const F = nn.functional

const { values: args } = parseArgs({
  options: {
    checkpoint: { type: 'string', default: 'run.pt' },
    until: { type: 'string', default: '30' },
  },
})

interface Checkpoint {
  step: number
  model: Record<string, torch.Tensor>
  optimizer: optim.OptimizerStateDict
  scheduler: Record<string, unknown>
  rng: torch.Tensor
}

torch.set_num_threads(1)
torch.manual_seed(0)
const x = torch.randn(256, 8)
const y = x.pow(2).sum(1, true).sqrt()
const model = new nn.Sequential(new nn.Linear(8, 32), new nn.BatchNorm1d(32), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(32, 1))
const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 })
const scheduler = new optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)
let step = 0

if (fs.existsSync(args.checkpoint)) {
  const checkpoint = torch.load<Checkpoint>(args.checkpoint)
  model.load_state_dict(checkpoint.model)
  optimizer.load_state_dict(checkpoint.optimizer)
  scheduler.load_state_dict(checkpoint.scheduler)
  torch.set_rng_state(checkpoint.rng) // the batches and dropout go on where they were
  step = checkpoint.step
}

for (; step < Number(args.until); step++) {
  const batch = torch.randint(256, [32])
  const loss = F.mse_loss(model(x.at(batch)), y.at(batch))
  optimizer.zero_grad()
  loss.backward()
  optimizer.step()
  scheduler.step()
  console.log(`step ${step} loss ${loss.item().toPrecision(9)}`)
}

torch.save({
  step, model: model.state_dict(), optimizer: optimizer.state_dict(), scheduler: scheduler.state_dict(), rng: torch.get_rng_state(),
}, args.checkpoint)
