// DenseNet: torchvision.models.densenet.
import { type Args, type Keywords, arrange } from '../../_args'
import { is_tensor } from '../../_dispatch'
import { cat, flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { checkpoint } from '../../utils/checkpoint'
import { type ModelBuilder, type WeightsMember, type WeightsSet, register_model, weights_enum } from './_api'

const F = nn.functional

/** One layer: it sees all features so far, and adds `growth_rate` channels. */
class _DenseLayer extends nn.Module {
  norm1: nn.BatchNorm2d
  relu1: nn.ReLU
  conv1: nn.Conv2d
  norm2: nn.BatchNorm2d
  relu2: nn.ReLU
  conv2: nn.Conv2d
  drop_rate: number
  memory_efficient: boolean

  constructor(num_input_features: number, growth_rate: number, bn_size: number, drop_rate: number, memory_efficient: boolean) {
    super()
    this.norm1 = new nn.BatchNorm2d(num_input_features)
    this.relu1 = new nn.ReLU({ inplace: true })
    this.conv1 = new nn.Conv2d(num_input_features, bn_size * growth_rate, { kernel_size: 1, stride: 1, bias: false })
    this.norm2 = new nn.BatchNorm2d(bn_size * growth_rate)
    this.relu2 = new nn.ReLU({ inplace: true })
    this.conv2 = new nn.Conv2d(bn_size * growth_rate, growth_rate, { kernel_size: 3, stride: 1, padding: 1, bias: false })
    this.drop_rate = drop_rate
    this.memory_efficient = memory_efficient
  }

  /** @internal */
  bottleneck(...features: readonly Tensor[]): Tensor {
    return this.conv1(this.relu1(this.norm1(cat(features, 1))))
  }

  forward(input: Tensor | readonly Tensor[]): Tensor {
    const features = is_tensor(input) ? [input as Tensor] : input as readonly Tensor[]
    const is_checkpointed = this.memory_efficient && features.some(one => one.requires_grad)
    const bottleneck = is_checkpointed
      ? checkpoint((...inputs: Tensor[]) => this.bottleneck(...inputs), ...features, { use_reentrant: false }) : this.bottleneck(...features)
    const made = this.conv2(this.relu2(this.norm2(bottleneck)))
    return this.drop_rate > 0 ? F.dropout(made, { p: this.drop_rate, training: this.training }) : made
  }
}

class _DenseBlock extends nn.ModuleDict<_DenseLayer> {
  constructor(
    num_layers: number, num_input_features: number, bn_size: number, growth_rate: number, drop_rate: number, memory_efficient: boolean,
  ) {
    super()
    for (let i = 0; i < num_layers; i++) {
      const inputs = num_input_features + i * growth_rate
      this.add_module(`denselayer${i + 1}`, new _DenseLayer(inputs, growth_rate, bn_size, drop_rate, memory_efficient))
    }
  }

  override get _version(): number {
    return 2
  }

  forward(init_features: Tensor): Tensor {
    const features = [init_features]
    for (const layer of this.values()) features.push(layer(features))
    return cat(features, 1)
  }
}

class _Transition extends nn.Sequential {
  constructor(num_input_features: number, num_output_features: number) {
    super({
      norm: new nn.BatchNorm2d(num_input_features),
      relu: new nn.ReLU({ inplace: true }),
      conv: new nn.Conv2d(num_input_features, num_output_features, { kernel_size: 1, stride: 1, bias: false }),
      pool: new nn.AvgPool2d({ kernel_size: 2, stride: 2 }),
    })
  }
}

type Blocks = readonly [number, number, number, number]
const names = ['growth_rate', 'block_config', 'num_init_features', 'bn_size', 'drop_rate', 'num_classes', 'memory_efficient'] as const
type DenseNetArgs = [growth_rate?: number, block_config?: Blocks, num_init_features?: number, bn_size?: number, drop_rate?: number,
  num_classes?: number, memory_efficient?: boolean]
type Options = Omit<Keywords<DenseNetArgs, typeof names>, 'growth_rate' | 'block_config' | 'num_init_features'>

function init_module(module: nn.Module): void {
  if (module instanceof nn.Conv2d) {
    nn.init.kaiming_normal_(module.weight)
  } else if (module instanceof nn.BatchNorm2d) {
    nn.init.constant_(module.weight!, 1)
    nn.init.constant_(module.bias!, 0)
  } else if (module instanceof nn.Linear) {
    nn.init.constant_(module.bias!, 0)
  }
}

/**
 * DenseNet: each layer of a block sees the outputs of all before it.
 *
 * @param growth_rate - how many channels a layer adds. Default: 32.
 * @param block_config - how many layers each block has. Default: [6, 12, 24, 16].
 * @param num_init_features - channels after the first convolution. Default: 64.
 * @param bn_size - channels of the bottleneck, as a multiple of growth_rate. Default: 4.
 * @param drop_rate - the chance of dropout after each layer. Default: 0.
 * @param num_classes - Default: 1000.
 * @param memory_efficient - compute bottlenecks again in backward in place of keeping them. Default: false.
 * @see torchvision.models.DenseNet; https://arxiv.org/abs/1608.06993
 */
export class DenseNet extends nn.Module {
  features: nn.Sequential
  classifier: nn.Linear

  constructor(...args: Args<DenseNetArgs, typeof names>) {
    super()
    const [
      growth_rate = 32, block_config = [6, 12, 24, 16], num_init_features = 64, bn_size = 4, drop_rate = 0, num_classes = 1000,
      memory_efficient = false,
    ] = arrange<DenseNetArgs>('DenseNet.__init__', names, 0, args)
    this.features = new nn.Sequential({
      conv0: new nn.Conv2d(3, num_init_features, { kernel_size: 7, stride: 2, padding: 3, bias: false }),
      norm0: new nn.BatchNorm2d(num_init_features),
      relu0: new nn.ReLU({ inplace: true }),
      pool0: new nn.MaxPool2d({ kernel_size: 3, stride: 2, padding: 1 }),
    })
    let num_features = num_init_features
    block_config.forEach((num_layers, i) => {
      this.features.add_module(`denseblock${i + 1}`, new _DenseBlock(num_layers, num_features, bn_size, growth_rate, drop_rate, memory_efficient))
      num_features += num_layers * growth_rate
      if (i === block_config.length - 1) return
      const half = Math.floor(num_features / 2)
      this.features.add_module(`transition${i + 1}`, new _Transition(num_features, half))
      num_features = half
    })
    this.features.add_module('norm5', new nn.BatchNorm2d(num_features))
    this.classifier = new nn.Linear(num_features, num_classes)
    for (const module of this.modules()) init_module(module)
  }

  forward(x: Tensor): Tensor {
    const out = F.adaptive_avg_pool2d(F.relu(this.features(x), { inplace: true }), [1, 1])
    return this.classifier(flatten(out, 1))
  }
}

// The files are older than names without a dot: 'norm.1' is 'norm1'.
const OLD_NAME = /^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/

function load(model: DenseNet, weights: WeightsMember, progress: boolean): void {
  const state = weights.get_state_dict({ progress, check_hash: true })
  for (const [name, value] of Object.entries(state)) {
    const new_name = name.replace(OLD_NAME, '$1$2')
    if (new_name === name) continue
    delete state[name]
    state[new_name] = value
  }
  model.load_state_dict(state)
}

function densenet(name: string, growth_rate: number, block_config: Blocks, num_init_features: number,
  weights: WeightsSet): ModelBuilder<Options, DenseNet> {
  return register_model(name, { weights, load, make: (kwargs: Options) => new DenseNet(growth_rate, block_config, num_init_features, kwargs) })
}

export const DenseNet121_Weights = weights_enum('DenseNet121_Weights')
export const DenseNet161_Weights = weights_enum('DenseNet161_Weights')
export const DenseNet169_Weights = weights_enum('DenseNet169_Weights')
export const DenseNet201_Weights = weights_enum('DenseNet201_Weights')

/** {@link DenseNet} with 121 layers. @see torchvision.models.densenet121 */
export const densenet121 = densenet('densenet121', 32, [6, 12, 24, 16], 64, DenseNet121_Weights)
/** {@link DenseNet} with 161 layers. @see torchvision.models.densenet161 */
export const densenet161 = densenet('densenet161', 48, [6, 12, 36, 24], 96, DenseNet161_Weights)
/** {@link DenseNet} with 169 layers. @see torchvision.models.densenet169 */
export const densenet169 = densenet('densenet169', 32, [6, 12, 32, 32], 64, DenseNet169_Weights)
/** {@link DenseNet} with 201 layers. @see torchvision.models.densenet201 */
export const densenet201 = densenet('densenet201', 32, [6, 12, 48, 32], 64, DenseNet201_Weights)
