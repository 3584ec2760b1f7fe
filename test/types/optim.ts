// Compiled by `npm test`, never run: calls of optimizers, schedulers and loaders that must compile, and calls that must not.
import torch, { nn, optim, utils, type Tensor } from '../../lib/index'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(_same: Same<A, B>): void => undefined
declare const model: nn.Linear
declare const x: Tensor

// ---- optimizers ----
const sgd = new optim.SGD(model.parameters(), 0.1, { momentum: 0.5 })
new optim.SGD({ params: model.parameters(), lr: torch.tensor(0.1), nesterov: true })
new optim.AdamW(model.named_parameters(), { lr: 1, betas: [0.5, 0.9], fused: true })
new optim.Adam([{ params: model.parameters(), lr: 1, weight_decay: 0.1 }, { params: x }], { amsgrad: true })
const optimizers: optim.Optimizer[] = [sgd, new optim.RMSprop([x]), new optim.LBFGS([x])]
for (const optimizer of optimizers) optimizer.step()
// @ts-expect-error -- an unknown keyword
new optim.SGD(model.parameters(), { learning_rate: 0.1 })
// @ts-expect-error -- no parameters
new optim.SGD()
// @ts-expect-error -- one beta
new optim.Adam([x], { betas: [0.9] })
is<typeof sgd.param_groups[0]['lr'], number | Tensor>(true)
const loss = sgd.step(() => x.sum())
is<typeof loss, Tensor>(true)
const nothing = sgd.step()
is<typeof nothing, null>(true)

// ---- schedulers ----
new optim.lr_scheduler.StepLR(sgd, 3, { gamma: 0.5 })
new optim.lr_scheduler.OneCycleLR(sgd, { max_lr: 0.1, total_steps: 10 })
new optim.lr_scheduler.SequentialLR(sgd, [new optim.lr_scheduler.LambdaLR(sgd, epoch => 1 / (epoch + 1))], [])
new optim.lr_scheduler.ReduceLROnPlateau(sgd).step(loss)
// @ts-expect-error -- a missing argument
new optim.lr_scheduler.StepLR(sgd)
// @ts-expect-error -- a mode that does not exist
new optim.lr_scheduler.CyclicLR(sgd, 0.1, 1, { mode: 'square' })

// ---- loaders ----
const { DataLoader, Dataset, TensorDataset } = utils.data
const pairs = new DataLoader(new TensorDataset(x, x), { batch_size: 4, shuffle: true })
for (const batch of pairs) is<typeof batch, [Tensor, Tensor]>(true)
class Texts extends Dataset<{ text: string, label: number, box: [number, Tensor] }> {
  override length = 1

  override at(): { text: string, label: number, box: [number, Tensor] } {
    return { text: '', label: 0, box: [1, x] }
  }
}
const texts = new DataLoader(new Texts(), 2)
for (const batch of texts) is<typeof batch, { text: string[], label: Tensor, box: [Tensor, Tensor] }>(true)
is<typeof texts.dataset, Texts>(true)
for (const batch of new DataLoader(new Texts(), { collate_fn: samples => samples.map(one => one.label) })) is<typeof batch, number[]>(true)
for (const batch of new DataLoader([1, 2, 3])) is<typeof batch, Tensor>(true)
for (const batch of new DataLoader(['a'])) is<typeof batch, string[]>(true)
// @ts-expect-error -- an unknown keyword
new DataLoader(new Texts(), { batchsize: 2 })
// @ts-expect-error -- a number is no data set
new DataLoader(3)
