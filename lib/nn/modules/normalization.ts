// Layers that normalise within a sample: torch.nn.modules.normalization.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import type { Tensor } from '../../tensor'
import { group_norm, layer_norm, local_response_norm, rms_norm } from '../_functional/normalization'
import type { DeviceOption, DtypeOption, Sizes } from '../_types'
import { ones_, zeros_ } from '../init'
import type { Parameter } from '../parameter'
import { CrossMapLRN2d as normalize_across } from './_functions'
import { Layer, empty_parameter, float_text, set_parameters, text } from './_layer'
import { Module } from './module'
import { single } from './utils'

const lrn_names = ['size', 'alpha', 'beta', 'k'] as const
type LRNArgs = [size: number, alpha?: number, beta?: number, k?: number]

/** The settings of layers that normalise over neighbouring channels. */
abstract class _LRN extends Layer {
  size: number
  alpha: number
  beta: number
  k: number

  constructor(name: string, args: Args<LRNArgs, typeof lrn_names>) {
    super()
    const [size, alpha = 1e-4, beta = 0.75, k = 1] = arrange<LRNArgs>(`${name}.__init__`, lrn_names, 1, args)
    this.size = size
    this.alpha = alpha
    this.beta = beta
    this.k = k
  }
}

/**
 * Divides each value by `(k + alpha * mean(x^2 over size neighbouring channels))^beta`.
 *
 * Shape: (N, C, *) → the same.
 * @see torch.nn.LocalResponseNorm
 */
export class LocalResponseNorm extends _LRN {
  constructor(...args: Args<LRNArgs, typeof lrn_names>) {
    super('LocalResponseNorm', args)
  }

  forward(input: Tensor): Tensor {
    return local_response_norm(input, this.size, this.alpha, this.beta, this.k)
  }

  override extra_repr(): string {
    return `${text(this.size)}, alpha=${float_text(this.alpha)}, beta=${float_text(this.beta)}, k=${float_text(this.k)}`
  }
}

/**
 * Divides each value by `(k + alpha / size * sum of x^2 over size neighbouring channels)^beta`. An older form of
 * {@link LocalResponseNorm}, which Torch7's models use.
 *
 * Shape: (N, C, H, W) → (N, C, H, W).
 * @see torch.nn.CrossMapLRN2d
 */
export class CrossMapLRN2d extends _LRN {
  constructor(...args: Args<LRNArgs, typeof lrn_names>) {
    super('CrossMapLRN2d', args)
  }

  forward(input: Tensor): Tensor {
    const { size, alpha, beta, k } = this
    return normalize_across.apply(input, { size, alpha, beta, k })
  }

  override extra_repr(): string {
    return `${text(this.size)}, alpha=${float_text(this.alpha)}, beta=${float_text(this.beta)}, k=${text(this.k)}`
  }
}

const layer_names = ['normalized_shape', 'eps', 'elementwise_affine', 'bias', 'device', 'dtype'] as const
type LayerArgs = [normalized_shape: Sizes, eps?: number, elementwise_affine?: boolean, bias?: boolean, device?: DeviceOption, dtype?: DtypeOption]

/**
 * Normalises over the last dimensions, whose sizes are `normalized_shape`: `(x - mean) / sqrt(var + eps) * weight + bias`.
 *
 * Shape: (*, normalized_shape) → the same.
 * Parameters: weight (normalized_shape), ones, and bias (normalized_shape), zeros.
 * @param elementwise_affine - whether there are weight and bias. Default: true.
 * @see torch.nn.LayerNorm
 */
export class LayerNorm extends Layer {
  normalized_shape: number[]
  eps: number
  elementwise_affine: boolean
  declare weight: Parameter | null
  declare bias: Parameter | null

  constructor(...args: Args<LayerArgs, typeof layer_names>) {
    super()
    const [normalized_shape, eps = 1e-5, elementwise_affine = true, bias = true, device, dtype]
      = arrange<LayerArgs>('LayerNorm.__init__', layer_names, 1, args)
    this.normalized_shape = single(normalized_shape)
    this.eps = eps
    this.elementwise_affine = elementwise_affine
    const parameter = (): Parameter => empty_parameter(this.normalized_shape, { device, dtype })
    set_parameters(this, { weight: elementwise_affine ? parameter() : null, bias: elementwise_affine && bias ? parameter() : null })
    this.reset_parameters()
  }

  /** Sets weight to ones and bias to zeros. */
  reset_parameters(): void {
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }

  forward(input: Tensor): Tensor {
    return layer_norm(input, this.normalized_shape, this.weight, this.bias, this.eps)
  }

  override extra_repr(): string {
    return `${text(this.normalized_shape)}, eps=${float_text(this.eps)}, elementwise_affine=${text(this.elementwise_affine)}, bias=${text(this.bias !== null)}`
  }
}

const group_names = ['num_groups', 'num_channels', 'eps', 'affine', 'device', 'dtype'] as const
type GroupArgs = [num_groups: number, num_channels: number, eps?: number, affine?: boolean, device?: DeviceOption, dtype?: DtypeOption]

/**
 * Normalises the channels of (N, C, ...) in groups, each with its own mean and variance.
 *
 * Shape: (N, num_channels, *) → the same.
 * Parameters: weight (num_channels), ones, and bias (num_channels), zeros.
 * @param affine - whether there are weight and bias. Default: true.
 * @param bias - by keyword: whether there is a bias. Default: true.
 * @throws {ValueError} if num_groups does not divide num_channels.
 * @see torch.nn.GroupNorm
 */
export class GroupNorm extends Layer {
  num_groups: number
  num_channels: number
  eps: number
  affine: boolean
  declare weight: Parameter | null
  declare bias: Parameter | null

  constructor(...args: Args<GroupArgs, typeof group_names, { bias?: boolean }>) {
    super()
    const [num_groups, num_channels, eps = 1e-5, affine = true, device, dtype, bias = true]
      = arrange<[...GroupArgs, bias?: boolean]>('GroupNorm.__init__', group_names, 2, args, ['bias'])
    if (num_channels % num_groups !== 0) throw new ValueError(`num_channels (${num_channels}) must be divisible by num_groups (${num_groups})`)
    this.num_groups = num_groups
    this.num_channels = num_channels
    this.eps = eps
    this.affine = affine
    const parameter = (): Parameter => empty_parameter([num_channels], { device, dtype })
    set_parameters(this, { weight: affine ? parameter() : null, bias: affine && bias ? parameter() : null })
    this.reset_parameters()
  }

  /** Sets weight to ones and bias to zeros. */
  reset_parameters(): void {
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }

  forward(input: Tensor): Tensor {
    return group_norm(input, this.num_groups, this.weight, this.bias, this.eps)
  }

  override extra_repr(): string {
    return `${text(this.num_groups)}, ${text(this.num_channels)}, eps=${float_text(this.eps)}, affine=${text(this.affine)}, bias=${text(this.bias !== null)}`
  }
}

const rms_names = ['normalized_shape', 'eps', 'elementwise_affine', 'device', 'dtype'] as const
type RMSArgs = [normalized_shape: Sizes, eps?: number | null, elementwise_affine?: boolean, device?: DeviceOption, dtype?: DtypeOption]

/**
 * `x / sqrt(mean(x^2) + eps) * weight` over the last dimensions, whose sizes are `normalized_shape`.
 *
 * Shape: (*, normalized_shape) → the same.
 * Parameters: weight (normalized_shape), ones.
 * @param eps - Default: the dtype's epsilon.
 * @see torch.nn.RMSNorm
 */
export class RMSNorm extends Module {
  normalized_shape: number[]
  eps: number | null
  elementwise_affine: boolean
  declare weight: Parameter | null

  constructor(...args: Args<RMSArgs, typeof rms_names>) {
    super()
    const [normalized_shape, eps = null, elementwise_affine = true, device, dtype] = arrange<RMSArgs>('RMSNorm.__init__', rms_names, 1, args)
    this.normalized_shape = single(normalized_shape)
    this.eps = eps
    this.elementwise_affine = elementwise_affine
    set_parameters(this, { weight: elementwise_affine ? empty_parameter(this.normalized_shape, { device, dtype }) : null })
    this.reset_parameters()
  }

  /** Sets weight to ones. */
  reset_parameters(): void {
    if (this.weight !== null) ones_(this.weight)
  }

  override get _forward_names() {
    return ['x'] as const
  }

  forward(x: Tensor): Tensor {
    return rms_norm(x, this.normalized_shape, this.weight, this.eps)
  }

  override extra_repr(): string {
    return `${text(this.normalized_shape)}, eps=${float_text(this.eps)}, elementwise_affine=${text(this.elementwise_affine)}`
  }
}
