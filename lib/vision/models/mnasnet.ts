// MNASNet: torchvision.models.mnasnet.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { warn } from '../../_warnings'
import * as nn from '../../nn'
import type { LocalMetadata } from '../../nn/modules/module'
import type { Tensor } from '../../tensor'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { sequential } from './_utils'

// As the paper's momentum of 0.9997 is written here.
const BN_MOMENTUM = 1 - 0.9997

function norm(channels: number): nn.BatchNorm2d {
  return new nn.BatchNorm2d(channels, { momentum: BN_MOMENTUM })
}

function relu(): nn.ReLU {
  return new nn.ReLU({ inplace: true })
}

class _InvertedResidual extends nn.Module {
  apply_residual: boolean
  layers: nn.Sequential

  constructor(in_ch: number, out_ch: number, kernel_size: number, stride: number, expansion_factor: number) {
    super()
    const mid_ch = in_ch * expansion_factor
    this.apply_residual = in_ch === out_ch && stride === 1
    this.layers = sequential([
      new nn.Conv2d(in_ch, mid_ch, 1, { bias: false }), norm(mid_ch), relu(),
      new nn.Conv2d(mid_ch, mid_ch, kernel_size, { padding: Math.floor(kernel_size / 2), stride, groups: mid_ch, bias: false }), norm(mid_ch), relu(),
      new nn.Conv2d(mid_ch, out_ch, 1, { bias: false }), norm(out_ch),
    ])
  }

  forward(input: Tensor): Tensor {
    return this.apply_residual ? this.layers(input).add(input) : this.layers(input)
  }
}

function stack(in_ch: number, out_ch: number, kernel_size: number, stride: number, exp_factor: number, repeats: number): nn.Sequential {
  return sequential(Array.from({ length: repeats }, (_, i) => (
    new _InvertedResidual(i === 0 ? in_ch : out_ch, out_ch, kernel_size, i === 0 ? stride : 1, exp_factor))))
}

function round_to_multiple_of(value: number, divisor: number): number {
  const rounded = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor)
  return rounded >= 0.9 * value ? rounded : rounded + divisor
}

function depths_of(alpha: number): number[] {
  return [32, 16, 24, 40, 80, 96, 192, 320].map(depth => round_to_multiple_of(depth * alpha, 8))
}

function stem(first: number, second: number): nn.Module[] {
  return [
    new nn.Conv2d(3, first, 3, { padding: 1, stride: 2, bias: false }), norm(first), relu(),
    new nn.Conv2d(first, first, 3, { padding: 1, stride: 1, groups: first, bias: false }), norm(first), relu(),
    new nn.Conv2d(first, second, 1, { padding: 0, stride: 1, bias: false }), norm(second),
  ]
}

function init_module(module: nn.Module): void {
  if (module instanceof nn.Conv2d) {
    nn.init.kaiming_normal_(module.weight, { mode: 'fan_out', nonlinearity: 'relu' })
    if (module.bias !== null) nn.init.zeros_(module.bias)
  } else if (module instanceof nn.BatchNorm2d) {
    nn.init.ones_(module.weight!)
    nn.init.zeros_(module.bias!)
  } else if (module instanceof nn.Linear) {
    nn.init.kaiming_uniform_(module.weight, { mode: 'fan_out', nonlinearity: 'sigmoid' })
    nn.init.zeros_(module.bias!)
  }
}

const names = ['alpha', 'num_classes', 'dropout'] as const
type MNASNetArgs = [alpha: number, num_classes?: number, dropout?: number]
type Options = Omit<Keywords<MNASNetArgs, typeof names>, 'alpha'>

/**
 * MNASNet-B1.
 *
 * @param alpha - multiplies the number of channels; more than 0
 * @param num_classes - Default: 1000.
 * @param dropout - the chance. Default: 0.2.
 * @see torchvision.models.MNASNet; https://arxiv.org/abs/1807.11626
 */
export class MNASNet extends nn.Module {
  alpha: number
  num_classes: number
  layers: nn.Sequential
  classifier: nn.Sequential
  _is_old: boolean

  constructor(...args: Args<MNASNetArgs, typeof names>) {
    super()
    const [alpha, num_classes = 1000, dropout = 0.2] = arrange<MNASNetArgs>('MNASNet.__init__', names, 1, args)
    if (alpha <= 0) throw new ValueError(`alpha should be greater than 0.0 instead of ${alpha}`)
    this.alpha = alpha
    this._is_old = false
    this.num_classes = num_classes
    const depths = depths_of(alpha) as [number, number, number, number, number, number, number, number]
    this.layers = sequential([
      ...stem(depths[0], depths[1]),
      stack(depths[1], depths[2], 3, 2, 3, 3), stack(depths[2], depths[3], 5, 2, 3, 3), stack(depths[3], depths[4], 5, 2, 6, 3),
      stack(depths[4], depths[5], 3, 1, 6, 2), stack(depths[5], depths[6], 5, 2, 6, 4), stack(depths[6], depths[7], 3, 1, 6, 1),
      new nn.Conv2d(depths[7], 1280, 1, { padding: 0, stride: 1, bias: false }), norm(1280), relu(),
    ])
    this.classifier = sequential([new nn.Dropout({ p: dropout, inplace: true }), new nn.Linear(1280, num_classes)])
    for (const module of this.modules()) init_module(module)
  }

  // In version 1 the stem had the same size for all alpha.
  override get _version(): number {
    return this._is_old ? 1 : 2
  }

  forward(x: Tensor): Tensor {
    return this.classifier(this.layers(x).mean([2, 3]))
  }

  /** @internal */
  override _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    const { version } = local_metadata
    if (version !== 1 && version !== 2) throw new ValueError(`version should be set to 1 or 2 instead of ${version ?? 'None'}`)
    if (version === 1 && this.alpha !== 1) {
      const old_stem = [...stem(32, 16), stack(16, depths_of(this.alpha)[2]!, 3, 2, 3, 3)]
      old_stem.forEach((layer, i) => this.layers.set_at(i, layer))
      this._is_old = true
      warn('A new version of MNASNet model has been implemented. Your checkpoint was saved using the previous version. This checkpoint will load and '
        + 'work as before, but you may want to upgrade by training a newer model or transfer learning from an updated ImageNet checkpoint.')
    }
    super._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
  }
}

function mnasnet(name: string, alpha: number, weights: WeightsSet): ModelBuilder<Options, MNASNet> {
  return register_model(name, { weights, make: (kwargs: Options) => new MNASNet(alpha, kwargs) })
}

export const MNASNet0_5_Weights = weights_enum('MNASNet0_5_Weights')
export const MNASNet0_75_Weights = weights_enum('MNASNet0_75_Weights')
export const MNASNet1_0_Weights = weights_enum('MNASNet1_0_Weights')
export const MNASNet1_3_Weights = weights_enum('MNASNet1_3_Weights')

/** {@link MNASNet} with half the channels. @see torchvision.models.mnasnet0_5 */
export const mnasnet0_5 = mnasnet('mnasnet0_5', 0.5, MNASNet0_5_Weights)
/** {@link MNASNet} with three quarters of the channels. @see torchvision.models.mnasnet0_75 */
export const mnasnet0_75 = mnasnet('mnasnet0_75', 0.75, MNASNet0_75_Weights)
/** {@link MNASNet}. @see torchvision.models.mnasnet1_0 */
export const mnasnet1_0 = mnasnet('mnasnet1_0', 1, MNASNet1_0_Weights)
/** {@link MNASNet} with 1.3 times the channels. @see torchvision.models.mnasnet1_3 */
export const mnasnet1_3 = mnasnet('mnasnet1_3', 1.3, MNASNet1_3_Weights)
