// Batch normalisation: torch.nn.modules.batchnorm.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { int64 } from '../../dtype'
import { ones, zeros } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { batch_norm } from '../_functional/normalization'
import type { DeviceOption, DtypeOption, FactoryKwargs } from '../_types'
import { ones_, zeros_ } from '../init'
import { type Parameter, UninitializedBuffer, UninitializedParameter } from '../parameter'
import { Layer, empty_parameter, float_text, set_parameters, text } from './_layer'
import { members, set_attr } from './_members'
import { type LazyModule, has_uninitialized, make_lazy } from './lazy'
import { type LocalMetadata, Module } from './module'

export const norm_names = ['num_features', 'eps', 'momentum', 'affine', 'track_running_stats', 'device', 'dtype'] as const
export type NormArgs = [num_features: number, eps?: number, momentum?: number | null, affine?: boolean, track_running_stats?: boolean,
  device?: DeviceOption, dtype?: DtypeOption]
/** What can only be given by keyword. */
export interface NormKeywords { bias?: boolean }
type AllArgs = [...NormArgs, bias?: boolean]

/** A norm layer's settings after the defaults. */
export interface NormSettings extends FactoryKwargs {
  num_features: number
  eps: number
  momentum: number | null
  affine: boolean
  track_running_stats: boolean
  bias: boolean
}

/** Gives the arguments of a norm layer their names; `usually`: affine and track_running_stats when they are not given. */
export function norm_settings(name: string, args: readonly unknown[], usually: boolean): NormSettings {
  const [num_features, eps = 1e-5, momentum = 0.1, affine = usually, track_running_stats = usually, device, dtype, bias = true]
    = arrange<AllArgs>(`${name}.__init__`, norm_names, 1, args, ['bias'])
  return { num_features, eps, momentum, affine, track_running_stats, device, dtype, bias }
}

/** What batch and instance normalisation share. */
export abstract class _NormBase extends Layer {
  num_features: number
  eps: number
  momentum: number | null
  affine: boolean
  track_running_stats: boolean
  declare weight: Parameter | null
  declare bias: Parameter | null
  declare running_mean: Tensor | null
  declare running_var: Tensor | null
  declare num_batches_tracked: Tensor | null

  constructor({ num_features, eps, momentum, affine, track_running_stats, bias, device, dtype }: NormSettings) {
    super()
    this.num_features = num_features
    this.eps = eps
    this.momentum = momentum
    this.affine = affine
    this.track_running_stats = track_running_stats
    const parameter = (): Parameter => empty_parameter([num_features], { device, dtype })
    set_parameters(this, { weight: affine ? parameter() : null, bias: affine && bias ? parameter() : null })
    const buffer = (make: () => Tensor): Tensor | null => (track_running_stats ? make() : null)
    this.register_buffer('running_mean', buffer(() => zeros([num_features], { device, dtype })))
    this.register_buffer('running_var', buffer(() => ones([num_features], { device, dtype })))
    this.register_buffer('num_batches_tracked', buffer(() => zeros([], { device, dtype: int64 })))
    this.reset_parameters()
  }

  // Version 2 has num_batches_tracked.
  override get _version(): number {
    return 2
  }

  /** Forgets the running mean and variance. */
  reset_running_stats(): void {
    if (!this.track_running_stats) return
    this.running_mean?.zero_()
    this.running_var?.fill_(1)
    this.num_batches_tracked?.zero_()
  }

  /** Sets weight to ones and bias to zeros, and forgets the running values. */
  reset_parameters(): void {
    this.reset_running_stats()
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }

  override extra_repr(): string {
    return `${text(this.num_features)}, eps=${float_text(this.eps)}, momentum=${float_text(this.momentum)}, affine=${text(this.affine)}, `
      + `bias=${text(this.bias !== null)}, track_running_stats=${text(this.track_running_stats)}`
  }

  /** @internal */
  override _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    const { version } = local_metadata
    const key = `${prefix}num_batches_tracked`
    if ((version === undefined || version < 2) && this.track_running_stats && !Object.hasOwn(state_dict, key)) {
      const tracked = this.num_batches_tracked
      state_dict[key] = tracked !== null && !tracked.is_meta ? tracked : zeros([], { dtype: int64 })
    }
    super._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
  }
}

// The part of this batch in the running values; a cumulative mean if momentum is null.
function averaging_factor({ momentum, num_batches_tracked, training, track_running_stats }: _NormBase): number {
  if (!training || !track_running_stats || num_batches_tracked === null) return momentum ?? 0
  num_batches_tracked.add_(1)
  return momentum ?? 1 / num_batches_tracked.item()
}

/** What the batch normalisation layers share. */
export abstract class _BatchNorm extends _NormBase {
  protected abstract _check_input_dim(input: Tensor): void

  forward(input: Tensor): Tensor {
    this._check_input_dim(input)
    const factor = averaging_factor(this)
    const { running_mean, running_var } = this
    const from_batch = this.training || (running_mean === null && running_var === null)
    const use_buffers = !this.training || this.track_running_stats
    const [mean, variance] = use_buffers ? [running_mean, running_var] : [null, null]
    return batch_norm(input, mean, variance, this.weight, this.bias, from_batch, factor, this.eps)
  }
}

function check_dims(input: Tensor, ...wanted: readonly number[]): void {
  const dims = input.dim()
  if (!wanted.includes(dims)) throw new ValueError(`expected ${wanted.map(size => `${size}D`).join(' or ')} input (got ${dims}D input)`)
}

/**
 * Batch normalisation of (N, C) or (N, C, L): `(x - mean) / sqrt(var + eps) * weight + bias` for each channel.
 *
 * Shape: (N, C) or (N, C, L) → the same.
 * Parameters: weight (num_features), ones, and bias (num_features), zeros. Buffers: running_mean, running_var, num_batches_tracked.
 * @param eps - Default: 1e-5.
 * @param momentum - a batch's part in the running values; null: their mean over all batches. Default: 0.1.
 * @param affine - whether there are weight and bias. Default: true.
 * @param track_running_stats - keep running values, for evaluation. Default: true.
 * @param bias - by keyword: whether there is a bias. Default: true.
 * @see torch.nn.BatchNorm1d
 */
export class BatchNorm1d extends _BatchNorm {
  constructor(...args: Args<NormArgs, typeof norm_names, NormKeywords>) {
    super(norm_settings('BatchNorm1d', args, true))
  }

  protected override _check_input_dim(input: Tensor): void {
    check_dims(input, 2, 3)
  }
}

/**
 * Batch normalisation of (N, C, H, W); parameters and arguments as for {@link BatchNorm1d}.
 *
 * Shape: (N, C, H, W) → the same.
 * @see torch.nn.BatchNorm2d
 */
export class BatchNorm2d extends _BatchNorm {
  constructor(...args: Args<NormArgs, typeof norm_names, NormKeywords>) {
    super(norm_settings('BatchNorm2d', args, true))
  }

  protected override _check_input_dim(input: Tensor): void {
    check_dims(input, 4)
  }
}

/**
 * Batch normalisation of (N, C, D, H, W); parameters and arguments as for {@link BatchNorm1d}.
 *
 * Shape: (N, C, D, H, W) → the same.
 * @see torch.nn.BatchNorm3d
 */
export class BatchNorm3d extends _BatchNorm {
  constructor(...args: Args<NormArgs, typeof norm_names, NormKeywords>) {
    super(norm_settings('BatchNorm3d', args, true))
  }

  protected override _check_input_dim(input: Tensor): void {
    check_dims(input, 5)
  }
}

const sync_names = ['num_features', 'eps', 'momentum', 'affine', 'track_running_stats', 'process_group', 'device', 'dtype'] as const
type SyncArgs = [num_features: number, eps?: number, momentum?: number | null, affine?: boolean, track_running_stats?: boolean,
  process_group?: unknown, device?: DeviceOption, dtype?: DtypeOption]

/**
 * Batch normalisation over the batches of all processes; in a single process, which is all there is so far, over its own.
 *
 * Shape: (N, C, *) → the same.
 */
export class SyncBatchNorm extends _BatchNorm {
  process_group: unknown

  constructor(...args: Args<SyncArgs, typeof sync_names, NormKeywords>) {
    const [num_features, eps = 1e-5, momentum = 0.1, affine = true, track_running_stats = true, process_group = null, device, dtype, bias = true]
      = arrange<[...SyncArgs, bias?: boolean]>('SyncBatchNorm.__init__', sync_names, 1, args, ['bias'])
    super({ num_features, eps, momentum, affine, track_running_stats, device, dtype, bias })
    this.process_group = process_group
  }

  protected override _check_input_dim(input: Tensor): void {
    if (input.dim() < 2) throw new ValueError(`expected at least 2D input (got ${input.dim()}D input)`)
    if (input.size(1) === 0) throw new ValueError('SyncBatchNorm number of input channels should be non-zero')
  }

  /** The module with every batch normalisation layer in it replaced by one of this class. @see torch.nn.SyncBatchNorm.convert_sync_batchnorm */
  static convert_sync_batchnorm(module: Module, process_group: unknown = null): Module {
    const converted = module instanceof _BatchNorm ? synchronised(module, process_group) : module
    for (const [name, child] of members(module, 'module')) {
      if (child !== null) set_attr(converted, name, SyncBatchNorm.convert_sync_batchnorm(child, process_group))
    }
    return converted
  }
}

function synchronised(layer: _BatchNorm, process_group: unknown): SyncBatchNorm {
  const { num_features, eps, momentum, affine, track_running_stats, bias } = layer
  const result = new SyncBatchNorm(num_features, eps, momentum, affine, track_running_stats, process_group, { bias: bias !== null })
  for (const name of ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked', 'training'] as const) {
    set_attr(result, name, layer[name])
  }
  return result
}

// ---- lazy ones ----

export const lazy_norm_names = ['eps', 'momentum', 'affine', 'track_running_stats', 'device', 'dtype'] as const
export type LazyNormArgs = [eps?: number, momentum?: number | null, affine?: boolean, track_running_stats?: boolean, device?: DeviceOption,
  dtype?: DtypeOption]

/** Gives the arguments of a lazy norm layer their names. */
export function lazy_norm_settings(name: string, args: readonly unknown[]): NormSettings {
  const [eps = 1e-5, momentum = 0.1, affine = true, track_running_stats = true, device, dtype, bias = true]
    = arrange<[...LazyNormArgs, bias?: boolean]>(`${name}.__init__`, lazy_norm_names, 0, args, ['bias'])
  return { num_features: 0, eps, momentum, affine, track_running_stats, device, dtype, bias }
}

/** Puts parameters and buffers without a shape into a new lazy norm layer. */
export function start_lazily(layer: _NormBase & LazyModule, settings: NormSettings, become: { prototype: Module }): void {
  const { affine, track_running_stats, bias, device, dtype } = settings
  layer.affine = affine
  layer.track_running_stats = track_running_stats
  if (affine) layer.weight = new UninitializedParameter({ device, dtype })
  if (affine && bias) layer.bias = new UninitializedParameter({ device, dtype })
  if (track_running_stats) {
    layer.running_mean = new UninitializedBuffer({ device, dtype })
    layer.running_var = new UninitializedBuffer({ device, dtype })
    layer.num_batches_tracked = zeros([], { device, dtype: int64 })
  }
  make_lazy(layer, become)
}

/** Gives a lazy norm layer the number of features that the input has. */
export function initialize_norm(layer: _NormBase & LazyModule, input: Tensor): void {
  if (!layer.has_uninitialized_params()) return
  layer.num_features = input.size(1)
  for (const tensor of [layer.weight, layer.bias, layer.running_mean, layer.running_var]) {
    if (tensor instanceof UninitializedParameter || tensor instanceof UninitializedBuffer) tensor.materialize([layer.num_features])
  }
  layer.reset_parameters()
}

/**
 * {@link BatchNorm1d} whose num_features is the size of dim 1 of its first input.
 *
 * Shape: (N, C) or (N, C, L) → the same.
 * @see torch.nn.LazyBatchNorm1d
 */
export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(...args: Args<LazyNormArgs, typeof lazy_norm_names, NormKeywords>) {
    const settings = lazy_norm_settings('LazyBatchNorm1d', args)
    super(0, settings.eps, settings.momentum, false, false)
    start_lazily(this, settings, BatchNorm1d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.num_features !== 0) super.reset_parameters()
  }

  /** Takes num_features from the input. */
  initialize_parameters(input: Tensor): void {
    initialize_norm(this, input)
  }
}

/**
 * {@link BatchNorm2d} whose num_features is the size of dim 1 of its first input.
 *
 * Shape: (N, C, H, W) → the same.
 * @see torch.nn.LazyBatchNorm2d
 */
export class LazyBatchNorm2d extends BatchNorm2d {
  constructor(...args: Args<LazyNormArgs, typeof lazy_norm_names, NormKeywords>) {
    const settings = lazy_norm_settings('LazyBatchNorm2d', args)
    super(0, settings.eps, settings.momentum, false, false)
    start_lazily(this, settings, BatchNorm2d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.num_features !== 0) super.reset_parameters()
  }

  /** Takes num_features from the input. */
  initialize_parameters(input: Tensor): void {
    initialize_norm(this, input)
  }
}

/**
 * {@link BatchNorm3d} whose num_features is the size of dim 1 of its first input.
 *
 * Shape: (N, C, D, H, W) → the same.
 * @see torch.nn.LazyBatchNorm3d
 */
export class LazyBatchNorm3d extends BatchNorm3d {
  constructor(...args: Args<LazyNormArgs, typeof lazy_norm_names, NormKeywords>) {
    const settings = lazy_norm_settings('LazyBatchNorm3d', args)
    super(0, settings.eps, settings.momentum, false, false)
    start_lazily(this, settings, BatchNorm3d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.num_features !== 0) super.reset_parameters()
  }

  /** Takes num_features from the input. */
  initialize_parameters(input: Tensor): void {
    initialize_norm(this, input)
  }
}
