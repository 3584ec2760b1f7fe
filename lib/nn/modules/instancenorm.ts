// Instance normalisation: torch.nn.modules.instancenorm.
import type { Args } from '../../_args'
import { ValueError } from '../../_errors'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import { instance_norm } from '../_functional/normalization'
import {
  type LazyNormArgs, type NormArgs, type NormKeywords, _NormBase, initialize_norm, lazy_norm_names, lazy_norm_settings, norm_names, norm_settings,
  start_lazily,
} from './batchnorm'
import { has_uninitialized } from './lazy'
import type { LocalMetadata } from './module'

/** What the instance normalisation layers share. */
export abstract class _InstanceNorm extends _NormBase {
  /** The number of dimensions of an input without a batch. */
  protected abstract _get_no_batch_dim(): number

  protected _check_input_dim(input: Tensor): void {
    const least = this._get_no_batch_dim()
    const dims = input.dim()
    if (dims !== least && dims !== least + 1) throw new ValueError(`expected ${least}D or ${least + 1}D input (got ${dims}D input)`)
  }

  forward(input: Tensor): Tensor {
    this._check_input_dim(input)
    const dim = input.dim() - this._get_no_batch_dim()
    const features = input.size(dim)
    if (features !== this.num_features) {
      if (this.affine) {
        throw new ValueError(`expected input's size at dim=${dim} to match num_features (${this.num_features}), but got: ${features}.`)
      }
      warn(`input's size at dim=${dim} does not match num_features. You can silence this warning by not passing in num_features, `
        + 'which is not used because affine=False')
    }
    return dim === 0 ? normalise(this, input.unsqueeze(0)).squeeze(0) : normalise(this, input)
  }

  /** @internal */
  override _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    // Layers kept running values by default before version 2.
    if (local_metadata.version === undefined && !this.track_running_stats) {
      const keys = ['running_mean', 'running_var'].map(name => prefix + name).filter(key => Object.hasOwn(state_dict, key))
      if (keys.length > 0) error_msgs.push(old_statistics(keys, this._get_name()))
      for (const key of keys) delete state_dict[key]
    }
    super._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
  }
}

function normalise(layer: _InstanceNorm, input: Tensor): Tensor {
  const { running_mean, running_var, weight, bias, training, track_running_stats, momentum, eps } = layer
  return instance_norm(input, running_mean, running_var, weight, bias, training || !track_running_stats, momentum ?? 0, eps)
}

function old_statistics(keys: readonly string[], name: string): string {
  return `Unexpected running stats buffer(s) ${keys.map(key => `"${key}"`).join(' and ')} for ${name} with track_running_stats=False. `
    + 'If state_dict is a checkpoint saved before 0.4.0, this may be expected because '
    + `${name} does not track running stats by default since 0.4.0. Please remove these keys from state_dict. `
    + `If the running stats are actually needed, instead set track_running_stats=True in ${name} to enable them. `
    + `See the documentation of ${name} for details.`
}

/**
 * Normalises each channel of each sample of (N, C, L) or (C, L): `(x - mean) / sqrt(var + eps) * weight + bias`.
 *
 * Parameters, if affine: weight (num_features), ones, and bias (num_features), zeros.
 *
 * Shape: (N, C, L) or (C, L) → the same.
 * @param affine - Default: false.
 * @param track_running_stats - keep running values and use them in evaluation. Default: false.
 * @see torch.nn.InstanceNorm1d
 */
export class InstanceNorm1d extends _InstanceNorm {
  constructor(...args: Args<NormArgs, typeof norm_names, NormKeywords>) {
    super(norm_settings('InstanceNorm1d', args, false))
  }

  protected override _get_no_batch_dim(): number {
    return 2
  }
}

/**
 * {@link InstanceNorm1d} for images.
 *
 * Shape: (N, C, H, W) or (C, H, W) → the same.
 * @see torch.nn.InstanceNorm2d
 */
export class InstanceNorm2d extends _InstanceNorm {
  constructor(...args: Args<NormArgs, typeof norm_names, NormKeywords>) {
    super(norm_settings('InstanceNorm2d', args, false))
  }

  protected override _get_no_batch_dim(): number {
    return 3
  }
}

/**
 * {@link InstanceNorm1d} for volumes.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → the same.
 * @see torch.nn.InstanceNorm3d
 */
export class InstanceNorm3d extends _InstanceNorm {
  constructor(...args: Args<NormArgs, typeof norm_names, NormKeywords>) {
    super(norm_settings('InstanceNorm3d', args, false))
  }

  protected override _get_no_batch_dim(): number {
    return 4
  }
}

// ---- lazy ones ----

/**
 * {@link InstanceNorm1d} whose num_features is the size of dim 1 of its first input.
 *
 * Shape: (N, C, L) or (C, L) → the same.
 * @see torch.nn.LazyInstanceNorm1d
 */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  constructor(...args: Args<LazyNormArgs, typeof lazy_norm_names, NormKeywords>) {
    const settings = lazy_norm_settings('LazyInstanceNorm1d', args)
    super(0, settings.eps, settings.momentum, false, false)
    start_lazily(this, settings, InstanceNorm1d)
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
 * {@link InstanceNorm2d} whose num_features is the size of dim 1 of its first input.
 *
 * Shape: (N, C, H, W) or (C, H, W) → the same.
 * @see torch.nn.LazyInstanceNorm2d
 */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  constructor(...args: Args<LazyNormArgs, typeof lazy_norm_names, NormKeywords>) {
    const settings = lazy_norm_settings('LazyInstanceNorm2d', args)
    super(0, settings.eps, settings.momentum, false, false)
    start_lazily(this, settings, InstanceNorm2d)
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
 * {@link InstanceNorm3d} whose num_features is the size of dim 1 of its first input.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → the same.
 * @see torch.nn.LazyInstanceNorm3d
 */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  constructor(...args: Args<LazyNormArgs, typeof lazy_norm_names, NormKeywords>) {
    const settings = lazy_norm_settings('LazyInstanceNorm3d', args)
    super(0, settings.eps, settings.momentum, false, false)
    start_lazily(this, settings, InstanceNorm3d)
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
