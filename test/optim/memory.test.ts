// Optimizers leave nothing behind: live tensors and bytes after 1,000 steps of each are those after the first ones.
import torch, { nn, optim } from 'torch-ts'

const STEPS = 1000

const makers: Record<string, (params: nn.Parameter[]) => optim.Optimizer> = {
  SGD: params => new optim.SGD(params, 0.01, { momentum: 0.9 }),
  Adam: params => new optim.Adam(params),
  AdamW: params => new optim.AdamW(params, { amsgrad: true }),
  Adamax: params => new optim.Adamax(params),
  NAdam: params => new optim.NAdam(params),
  RAdam: params => new optim.RAdam(params),
  Adagrad: params => new optim.Adagrad(params),
  Adadelta: params => new optim.Adadelta(params),
  Adafactor: params => new optim.Adafactor(params),
  ASGD: params => new optim.ASGD(params),
  RMSprop: params => new optim.RMSprop(params, { centered: true, momentum: 0.9 }),
  Rprop: params => new optim.Rprop(params),
  Muon: params => new optim.Muon(params),
  LBFGS: params => new optim.LBFGS(params, { history_size: 4, max_iter: 2, line_search_fn: 'strong_wolfe' }),
}

function counted(): [tensors: number, bytes: number] {
  torch.gc_collect()
  const { live_tensors, live_bytes } = torch.memory_stats()
  return [live_tensors, live_bytes]
}

it.each(Object.entries(makers))('%s', (name, make) => {
  torch.manual_seed(0)
  const params = [new nn.Parameter(torch.randn(4, 3)), new nn.Parameter(torch.randn(3, 4))]
  const optimizer = make(params)
  const closure = (): torch.Tensor => {
    optimizer.zero_grad()
    const loss = params[0]!.matmul(params[1]!).sub(1).pow(2).mean()
    loss.backward()
    return loss
  }
  const step = (): void => {
    if (name === 'LBFGS') optimizer.step(closure)
    else closure()
    if (name !== 'LBFGS') optimizer.step()
  }
  for (let i = 0; i < 20; i++) step()
  const before = counted()
  for (let i = 0; i < STEPS; i++) step()
  const after = counted()
  expect(after[0]).toBeLessThanOrEqual(before[0])
  expect(after[1]).toBeLessThanOrEqual(before[1])
})
