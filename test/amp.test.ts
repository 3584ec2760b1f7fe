// Mixed precision beside Python's: autocast, custom_fwd and custom_bwd, GradScaler.
import torch, { nn, optim } from 'torch-ts'
import { type Value, compare_with_python } from './helpers/beside_python'
import { python_torch } from './helpers/python'

const F = nn.functional
const { bfloat16, float16, float32, float64 } = torch
const lower = (callback: () => torch.Tensor): torch.Tensor => torch.autocast('cpu', callback)

const values: Value[] = [
  ['torch.autocast("cpu")(lambda: F.linear(torch.randn(3, 4), torch.randn(2, 4)))()', () => lower(() => F.linear(torch.randn(3, 4), torch.randn(2, 4)))],
  ['str(torch.autocast("cpu")(lambda: F.linear(torch.randn(3, 4), torch.randn(2, 4)))().dtype)',
    () => String(lower(() => F.linear(torch.randn(3, 4), torch.randn(2, 4))).dtype)],
  ['str(torch.autocast("cpu", torch.float16)(lambda: torch.randn(3, 4) @ torch.randn(4, 2))().dtype)',
    () => String(torch.autocast('cpu', float16, () => torch.randn(3, 4).matmul(torch.randn(4, 2))).dtype)],
  ['str(torch.autocast("cpu")(lambda: (torch.randn(3, 4) @ torch.randn(4, 2)).softmax(1))().dtype)',
    () => String(lower(() => torch.randn(3, 4).matmul(torch.randn(4, 2)).softmax(1)).dtype)],
  ['str(torch.autocast("cpu", enabled=False)(lambda: torch.randn(3, 4) @ torch.randn(4, 2))().dtype)',
    () => String(torch.autocast('cpu', { enabled: false }, () => torch.randn(3, 4).matmul(torch.randn(4, 2))).dtype)],
  ['str(torch.autocast("cpu")(lambda: torch.autocast("cpu", enabled=False)(lambda: torch.randn(3, 4) @ torch.randn(4, 2))())().dtype)',
    () => String(lower(() => torch.autocast('cpu', { enabled: false }, () => torch.randn(3, 4).matmul(torch.randn(4, 2)))).dtype)],
  ['torch.autocast("cpu")(lambda: F.conv2d(torch.randn(1, 2, 5, 5), torch.randn(3, 2, 3, 3)))()',
    () => lower(() => F.conv2d(torch.randn(1, 2, 5, 5), torch.randn(3, 2, 3, 3)))],
  ['torch.autocast("cpu")(lambda: F.binary_cross_entropy(torch.rand(3), torch.rand(3)))()',
    () => lower(() => F.binary_cross_entropy(torch.rand(3), torch.rand(3)))],
  ['str(torch.autocast("cpu", torch.float64)(lambda: torch.randn(3, 4) @ torch.randn(4, 2))().dtype)',
    () => String(torch.autocast('cpu', float64, () => torch.randn(3, 4).matmul(torch.randn(4, 2))).dtype)],
  ['str(torch.autocast("cuda")(lambda: torch.randn(3, 4) @ torch.randn(4, 2))().dtype)',
    () => String(torch.autocast('cuda', () => torch.randn(3, 4).matmul(torch.randn(4, 2))).dtype)],
  ['torch.autocast(3)', () => torch.autocast(3 as never)],
  ['torch.autocast("meta")', () => torch.autocast('meta')],
  ['torch.autocast("nothing")', () => torch.autocast('nothing')],
  ['torch.is_autocast_enabled(3)', () => torch.is_autocast_enabled(3 as never)],
  ['torch.is_autocast_enabled("meta")', () => torch.is_autocast_enabled('meta')],
  ['torch.is_autocast_enabled("cpu")', () => torch.is_autocast_enabled('cpu')],
  ['torch.autocast("cpu")(lambda: torch.is_autocast_enabled("cpu"))()', () => torch.autocast('cpu', () => torch.is_autocast_enabled('cpu'))],
  ['str(torch.get_autocast_dtype("cpu")), str(torch.get_autocast_dtype("cuda"))',
    () => [String(torch.get_autocast_dtype('cpu')), String(torch.get_autocast_dtype('cuda'))]],
  ['torch.set_autocast_dtype("cpu", 3)', () => torch.set_autocast_dtype('cpu', 3 as never)],
  ['torch.set_autocast_enabled("cpu", 1)', () => torch.set_autocast_enabled('cpu', 1 as never)],
  ['torch.is_autocast_cpu_enabled()', () => torch.is_autocast_cpu_enabled()],
  ['str(torch.get_autocast_gpu_dtype())', () => String(torch.get_autocast_gpu_dtype())],
  ['torch.amp.is_autocast_available("cpu"), torch.amp.is_autocast_available("meta")',
    () => [torch.amp.is_autocast_available('cpu'), torch.amp.is_autocast_available('meta')]],
  ['torch.amp.custom_fwd(lambda ctx: 1, device_type=None)', () => torch.amp.custom_fwd(() => 1, { device_type: null as never })],
  ['torch.amp.GradScaler("cpu", growth_factor=1.0)', () => new torch.amp.GradScaler('cpu', { growth_factor: 1 })],
  ['torch.amp.GradScaler("cpu", backoff_factor=1.0)', () => new torch.amp.GradScaler('cpu', { backoff_factor: 1 })],
  ['torch.amp.GradScaler().is_enabled()', () => new torch.amp.GradScaler().is_enabled()],
  ['torch.amp.GradScaler("cpu").load_state_dict({})', () => new torch.amp.GradScaler('cpu').load_state_dict({})],
  ['torch.amp.GradScaler("cpu").update()', () => new torch.amp.GradScaler('cpu').update()],
  ['torch.amp.GradScaler("cpu").scale([torch.ones(2), torch.ones(1)])', () => new torch.amp.GradScaler('cpu').scale([torch.ones(2), torch.ones(1)])],
  ['torch.amp.GradScaler("cpu").scale(3)', () => new torch.amp.GradScaler('cpu').scale(3 as never)],
  ['torch.amp.GradScaler("cpu").step(torch.optim.SGD([torch.ones(1)], 1.0))',
    () => new torch.amp.GradScaler('cpu').step(new optim.SGD([torch.ones(1)], 1))],
  ['sorted(torch.amp.GradScaler("cpu").state_dict().items())', () => Object.entries(new torch.amp.GradScaler('cpu').state_dict()).sort()],
  ['torch.cpu.amp.GradScaler(8.0).get_scale()', () => new torch.cpu.amp.GradScaler(8).get_scale()],
  ['torch.cuda.amp.GradScaler(enabled=False).get_scale()', () => new torch.cuda.amp.GradScaler({ enabled: false }).get_scale()],
]

describe('beside Python', () => compare_with_python('amp', [], values))

// Ten steps with gradients in float16 that overflow in the third: the scale goes down, and the step is skipped.
const TRAINING = `
import json, sys, torch
from torch import nn
torch.set_num_threads(1)
def train(make, clip):
  torch.manual_seed(0)
  model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
  optimizer = make(model.parameters())
  scaler = torch.amp.GradScaler('cpu', init_scale=64.0, growth_interval=3)
  seen = []
  for step in range(10):
    x, target = torch.randn(5, 8), torch.randint(4, (5,))
    with torch.autocast('cpu', torch.bfloat16):
      loss = nn.functional.cross_entropy(model(x), target)
    optimizer.zero_grad()
    scaler.scale(loss if step != 2 else loss * float('inf')).backward()
    if clip:
      scaler.unscale_(optimizer)
      nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    scaler.step(optimizer)
    scaler.update()
    seen.append([loss.item(), scaler.get_scale(), scaler._get_growth_tracker()])
  return [seen, scaler.state_dict(), {name: t.tolist() for name, t in model.state_dict().items()}]
print(json.dumps([train(lambda p: torch.optim.SGD(p, 0.1, momentum=0.5), clip) for clip in (False, True)]
  + [train(lambda p: torch.optim.AdamW(p, 0.01, fused=True), False)]))
`

function train(make: (model: nn.Module) => optim.Optimizer, clip: boolean): unknown {
  torch.manual_seed(0)
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 4))
  const optimizer = make(model)
  const scaler = new torch.amp.GradScaler('cpu', { init_scale: 64, growth_interval: 3 })
  const seen: number[][] = []
  for (let step = 0; step < 10; step++) {
    const [x, target] = [torch.randn(5, 8), torch.randint(4, [5])]
    const loss = torch.autocast('cpu', bfloat16, () => F.cross_entropy(model(x), target))
    optimizer.zero_grad()
    scaler.scale(step === 2 ? loss.mul(Infinity) : loss).backward()
    if (clip) {
      scaler.unscale_(optimizer)
      nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    }
    scaler.step(optimizer)
    scaler.update()
    seen.push([loss.item(), scaler.get_scale(), scaler._get_growth_tracker()])
  }
  const state = Object.fromEntries(Object.entries(model.state_dict()).map(([name, t]) => [name, t.tolist()]))
  return JSON.parse(JSON.stringify([seen, scaler.state_dict(), state]))
}

describe('GradScaler', () => {
  it('trains as in Python, skipped steps included', () => {
    const threads = torch.get_num_threads()
    torch.set_num_threads(1)
    const sgd = (model: nn.Module) => new optim.SGD(model.parameters(), 0.1, { momentum: 0.5 })
    const found = [train(sgd, false), train(sgd, true), train(model => new optim.AdamW(model.parameters(), 0.01, { fused: true }), false)]
    torch.set_num_threads(threads)
    const python = python_torch()
    if (python !== null && python.version.startsWith(torch.__version__.replace(/\+.*/, ''))) expect(found).toEqual(JSON.parse(python.run(TRAINING)))
    expect((found[0] as [number[][]])[0].map(([, scale]) => scale)).toEqual([64, 64, 32, 32, 32, 64, 64, 64, 128, 128])
  })

  it('refuses a second step, a second unscale_ and a closure', () => {
    const x = torch.ones(2, { requires_grad: true })
    const optimizer = new optim.SGD([x], 0.1)
    const scaler = new torch.amp.GradScaler('cpu')
    scaler.scale(x.sum()).backward()
    expect(() => scaler.step(optimizer, () => 1)).toThrow('Closure use is not currently supported if GradScaler is enabled.')
    scaler.unscale_(optimizer)
    expect(() => scaler.unscale_(optimizer)).toThrow('unscale_() has already been called on this optimizer since the last update().')
    scaler.step(optimizer)
    expect(() => scaler.step(optimizer)).toThrow('step() has already been called since the last update().')
    expect(() => scaler.unscale_(optimizer)).toThrow('unscale_() is being called after step().')
    expect(() => scaler.update(torch.ones(2))).toThrow('new_scale should be a float or a 1-element')
    scaler.update(4)
    expect(scaler.get_scale()).toBe(4)
  })

  it('takes over a saved state', () => {
    const saved = new torch.amp.GradScaler('cpu', { init_scale: 8, growth_interval: 5 }).state_dict()
    const scaler = new torch.amp.GradScaler('cpu')
    scaler.scale(torch.ones(1))
    scaler.load_state_dict(saved)
    expect(scaler.state_dict()).toEqual(saved)
    expect(scaler.scale(torch.ones(1)).item()).toBe(8)
  })
})

describe('autocast', () => {
  const product_dtype = () => torch.ones(2, 2).matmul(torch.ones(2, 2)).dtype

  it('lasts until a guard is disposed of', () => {
    const guard = torch.autocast('cpu', { dtype: bfloat16 })
    expect(product_dtype()).toBe(bfloat16)
    guard[Symbol.dispose]()
    guard[Symbol.dispose]()
    expect(product_dtype()).toBe(float32)
  })

  it('ends when its callback throws', () => {
    expect(() => torch.autocast('cpu', () => { throw new Error('stop') })).toThrow('stop')
    expect(product_dtype()).toBe(float32)
    expect(torch.autocast_increment_nesting()).toBe(1)
    expect(torch.autocast_decrement_nesting()).toBe(0)
  })

  it('holds across awaits of its callback, and not outside', async () => {
    const inside = torch.autocast('cpu', async () => {
      await null
      return product_dtype()
    })
    expect(product_dtype()).toBe(float32)
    expect(await inside).toBe(bfloat16)
    expect(product_dtype()).toBe(float32)
  })

  it('keeps no copy of a weight after the outermost region', () => {
    const weight = torch.ones(64, 64, { requires_grad: true })
    torch.autocast('cpu', () => weight.matmul(weight))
    torch.gc_collect()
    const before = torch.memory_stats()
    for (let i = 0; i < 20; i++) torch.autocast('cpu', () => weight.matmul(weight).sum()).backward()
    weight.grad = null
    torch.gc_collect()
    expect(torch.memory_stats().live_tensors).toBeLessThanOrEqual(before.live_tensors)
    expect(torch.memory_stats().live_bytes).toBeLessThanOrEqual(before.live_bytes)
  })
})

describe('custom_fwd and custom_bwd', () => {
  const seen: unknown[] = []
  const product = (a: torch.Tensor) => a.matmul(a).dtype

  class Casting extends torch.autograd.Function {
    static override forward = torch.amp.custom_fwd((ctx: torch.autograd.FunctionCtx, x: torch.Tensor) => {
      seen.push(x.dtype, product(x), torch.is_autocast_enabled('cpu'))
      return x.mul(2)
    }, { device_type: 'cpu', cast_inputs: float32 })

    static override backward = torch.amp.custom_bwd((_ctx: torch.autograd.FunctionCtx, grad: torch.Tensor) => {
      seen.push(product(grad))
      return grad.mul(2)
    }, { device_type: 'cpu' })
  }

  class Following extends torch.autograd.Function {
    static override forward = torch.amp.custom_fwd({ device_type: 'cpu' })((_ctx: torch.autograd.FunctionCtx, x: torch.Tensor) => {
      seen.push(product(x))
      return x.mul(2)
    })

    static override backward = torch.amp.custom_bwd({ device_type: 'cpu' })((_ctx: torch.autograd.FunctionCtx, grad: torch.Tensor) => {
      seen.push(product(grad))
      return grad.mul(2)
    })
  }

  it('cast the inputs and switch autocast off', () => {
    seen.length = 0
    const x = torch.ones(2, 2, { dtype: bfloat16, requires_grad: true })
    torch.autocast('cpu', () => Casting.apply(x)).sum().backward()
    expect(seen).toEqual([float32, float32, false, float32])
    expect(x.grad!.tolist()).toEqual([[2, 2], [2, 2]])
  })

  it('give backward the autocast of forward', () => {
    seen.length = 0
    const x = torch.ones(2, 2, { requires_grad: true })
    torch.autocast('cpu', () => Following.apply(x)).sum().backward()
    Following.apply(x).sum().backward()
    expect(seen).toEqual([bfloat16, bfloat16, float32, float32])
  })
})
