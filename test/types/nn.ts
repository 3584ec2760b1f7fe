// Compiled by `npm test`, never run: calls of modules that must compile, and calls that must not.
import torch, { nn, type Tensor } from '../../lib/index'

declare const x: Tensor
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(_same: Same<A, B>): void => undefined
const F = nn.functional

// Constructors: any prefix by position, then one object.
const conv = new nn.Conv2d(1, 6, { kernel_size: 5, padding: 'same' })
new nn.Conv2d({ in_channels: 1, out_channels: 6, kernel_size: [5, 3] })
new nn.Conv2d(1, 6, 5, 1, 0, 1, 1, true, 'reflect', 'cpu', torch.float32)
new nn.BatchNorm2d(3, { bias: false, momentum: null })
new nn.Linear(2, 3, { dtype: torch.float64, device: 'cpu' })
// @ts-expect-error -- an unknown keyword
new nn.Conv2d(1, 6, { kernel: 5 })
// @ts-expect-error -- a missing argument
new nn.Conv2d(1, 6)
// @ts-expect-error -- a padding mode that does not exist
new nn.Conv2d(1, 6, 5, { padding_mode: 'mirror' })
// @ts-expect-error -- a reduction that does not exist
new nn.MSELoss({ reduction: 'avg' })

// Calls are forward's.
is<ReturnType<typeof conv.forward>, Tensor>(true)
const output = conv(x)
is<typeof output, Tensor>(true)
conv({ input: x })
new nn.CrossEntropyLoss()(x, { target: x })
// @ts-expect-error -- no tensor
conv(1)
// @ts-expect-error -- too many arguments
conv(x, x)
// @ts-expect-error -- an unknown keyword
conv({ inputs: x })

class Pair extends nn.Module {
  fc = new nn.Linear(2, 2)
  stack: nn.Sequential
  heads: nn.ModuleDict
  layers = new nn.ModuleList([new nn.Linear(2, 2)])

  constructor(readonly width: number) {
    super()
    this.stack = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU())
    this.heads = new nn.ModuleDict({ a: new nn.Linear(2, 2) })
  }

  forward(a: Tensor, scale = 2): [Tensor, number] {
    for (const layer of this.layers) a = layer(a)
    const b: Tensor = this.stack(a)
    return [this.fc(b), scale]
  }
}
const pair = new Pair(3)
const [tensor, number] = pair(x, 3)
is<typeof tensor, Tensor>(true)
is<typeof number, number>(true)
pair(x)
// @ts-expect-error -- a wrong type
pair('x')
// @ts-expect-error -- modules are made with new
Pair(3)

// A module that is not known more closely takes and gives anything.
const any_module: nn.Module = pair
any_module(1, 'a', x).whatever()

// Sequential has its first module's arguments and its last one's result.
class Count extends nn.Module {
  forward(input: Tensor): number {
    return input.numel()
  }
}
const counted = new nn.Sequential(new nn.Linear(2, 2), new Count())(x)
is<typeof counted, number>(true)
// @ts-expect-error -- the first module takes a tensor
new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU())(3)
new nn.Sequential({ fc: new nn.Linear(2, 2) })(x).sum()

// Containers know what they hold.
is<typeof pair.layers[0]['in_features'], number>(true)
const heads = new nn.ModuleDict({ a: new nn.Linear(1, 1), b: new nn.Linear(1, 1) })
heads.at('a').in_features.toFixed()
heads.at('b')(x).sum()

// Parameters and state.
const parameters: Iterable<nn.Parameter> = pair.parameters()
const [[name]] = pair.named_parameters({ recurse: false })
name.toUpperCase()
pair.state_dict()['fc.weight'].sum()
pair.load_state_dict(pair.state_dict(), { strict: false }).missing_keys.join()
is<ReturnType<Pair['to']>['width'], number>(true)
pair.register_forward_hook((_, args, result: [Tensor, number]) => [result, args])
pair.register_forward_hook((_, args, kwargs, result: [Tensor, number]) => [result, args, kwargs], { with_kwargs: true })
void parameters

// Functions.
F.max_pool2d(F.relu(x), { kernel_size: 2 }).sum()
const [values, indices] = F.max_pool2d(x, 2, { return_indices: true })
is<typeof values, Tensor>(true)
is<typeof indices, Tensor>(true)
F.cross_entropy(x, x, { label_smoothing: 0.1, reduction: 'sum' }).item()
F.softmax(x, { dim: 1 })
// @ts-expect-error -- an unknown keyword
F.softmax(x, { axis: 1 })
// @ts-expect-error -- an unknown mode
F.interpolate(x, { scale_factor: 2, mode: 'cubic' })
nn.init.kaiming_normal_(new nn.Linear(1, 1).weight, { mode: 'fan_out', nonlinearity: 'relu' })
// @ts-expect-error -- an unknown nonlinearity
nn.init.calculate_gain('swish')

// A tensor has some keywords' names (device, dtype), and is still no object of keywords; nor is an array.
// @ts-expect-error -- a tensor
new nn.Linear(2, 3, true, x)
// @ts-expect-error -- a tensor
new nn.Linear(2, 3, x)
// @ts-expect-error -- a tensor
nn.functional.log_softmax(x, 1, 3, x)
// @ts-expect-error -- an array
new nn.ReLU([])
