// Gradient checkpointing: a deep network trained with less memory and the same gradients, by torch.utils.checkpoint.
import torch, { type Tensor, nn } from 'torch-ts'

const { checkpoint, checkpoint_sequential } = torch.utils.checkpoint
const [LAYERS, SEGMENTS, WIDTH, BATCH] = [24, 4, 64, 4096]

class Block extends nn.Module {
  linear = new nn.Linear(WIDTH, WIDTH)
  dropout = new nn.Dropout(0.1)

  forward(x: Tensor): Tensor {
    return this.dropout(nn.functional.gelu(this.linear(x))).add(x)
  }
}

function deep_network(): nn.Sequential {
  torch.manual_seed(0)
  return new nn.Sequential(...Array.from({ length: LAYERS }, () => new Block()))
}

interface Result { loss: number, peak: number, grads: Tensor[] }

// One step; the peak counts what is in use beyond the parameters, their gradients and the input.
function train(run: (model: nn.Sequential, x: Tensor) => Tensor): Result {
  const model = deep_network()
  const x = torch.randn([BATCH, WIDTH], { requires_grad: true })
  for (const parameter of model.parameters()) parameter.grad = torch.zeros_like(parameter)
  torch.gc_collect()
  torch.reset_peak_memory_stats()
  const before = torch.memory_stats().live_bytes
  const loss = run(model, x).pow(2).mean()
  loss.backward()
  return { loss: loss.item(), peak: torch.memory_stats().peak_bytes - before, grads: [...model.parameters()].map(parameter => parameter.grad!) }
}

const ways: Record<string, (model: nn.Sequential, x: Tensor) => Tensor> = {
  'without checkpoints': (model, x) => model(x) as Tensor,
  [`in ${SEGMENTS} segments`]: (model, x) => checkpoint_sequential(model, SEGMENTS, x, { use_reentrant: false }),
  'in segments, reentrant': (model, x) => checkpoint_sequential(model, SEGMENTS, x, { use_reentrant: true }),
  'each block': (model, x) => [...model.children()].reduce<Tensor>((y, block) => checkpoint((z: Tensor) => block(z) as Tensor, y, { use_reentrant: false }), x),
  'activations in half the bytes': (model, x) => torch.autograd.graph.saved_tensors_hooks(
    tensor => (tensor.is_leaf ? tensor : tensor.bfloat16()), tensor => tensor.float(), () => model(x) as Tensor),
}

const MB = 2 ** 20
let reference: Result | undefined
for (const [name, run] of Object.entries(ways)) {
  const result = train(run)
  reference ??= result
  const equal = result.grads.every((grad, i) => grad.equal(reference!.grads[i]!))
  const saved = Math.round(100 * (1 - result.peak / reference.peak))
  console.log(`${name.padEnd(30)} loss ${result.loss.toFixed(6)}  peak ${(result.peak / MB).toFixed(1).padStart(5)} MB  `
    + `saved ${String(saved).padStart(2)} %  ${equal ? 'equal' : 'other'} gradients`)
}
