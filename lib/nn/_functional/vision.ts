// Functions on images of torch.nn.functional: resizing, grids, patches.
import { with_keywords } from '../../_args'
import { NotImplementedError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import * as raw from '../../generated/nn_functions'
import { adaptive_avg_pool1d, affine_grid_generator, grid_sampler } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import type { Sizes } from '../_types'
import { pair } from '../modules/utils'
import { adaptive_avg_pool2d, adaptive_avg_pool3d } from './pooling'

// ---- resizing ----

export type InterpolationMode = 'nearest' | 'linear' | 'bilinear' | 'bicubic' | 'trilinear' | 'lanczos' | 'area' | 'nearest-exact'
type Operator = (args: readonly unknown[]) => unknown

const WITHOUT_CORNERS = ['nearest', 'area', 'nearest-exact']
const nearest = ['upsample_nearest1d.vec', 'upsample_nearest2d.vec', 'upsample_nearest3d.vec'].map(aten)
const nearest_exact = ['_upsample_nearest_exact1d.vec', '_upsample_nearest_exact2d.vec', '_upsample_nearest_exact3d.vec'].map(aten)
const area = [adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d] as ((input: Tensor, size: readonly number[]) => Tensor)[]
const linear_ops: Record<string, { dims: number, op: Operator, antialiased?: Operator }> = {
  linear: { dims: 3, op: aten('upsample_linear1d.vec') },
  bilinear: { dims: 4, op: aten('upsample_bilinear2d.vec'), antialiased: aten('_upsample_bilinear2d_aa.vec') },
  bicubic: { dims: 4, op: aten('upsample_bicubic2d.vec'), antialiased: aten('_upsample_bicubic2d_aa.vec') },
  trilinear: { dims: 5, op: aten('upsample_trilinear3d.vec') },
}
const lanczos = aten('_upsample_lanczos2d_aa.vec')

const list = (values: readonly unknown[]): string => `[${values.join(', ')}]`

function spatial(input: Tensor, name: string, shown: string, values: Sizes): number[] {
  const dims = input.dim() - 2
  if (typeof values === 'number') return new Array<number>(Math.max(dims, 0)).fill(values)
  if (values.length === dims) return [...values]
  const rest = name === 'size' ? 'output size in (o1, o2, ...,oK)' : 'scale_factor in (s1, s2, ...,sK)'
  throw new ValueError(`Input and ${name === 'size' ? 'output' : name} must have the same number of spatial dimensions, but got input with spatial dimensions of `
    + `${list([...input.shape].slice(2))} and ${shown} ${list(values)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and ${rest} format.`)
}

interface Target { size: number[] | null, scales: number[] | null }

function target_of(input: Tensor, size: Sizes | null, scale_factor: Sizes | null, recompute: boolean): Target {
  if (size !== null && scale_factor !== null) throw new ValueError('only one of size or scale_factor should be defined')
  if (size !== null) {
    const sizes = spatial(input, 'size', 'output size of', size)
    if (!sizes.every(Number.isInteger)) {
      throw new TypeError('expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], '
        + `but got size with types ${list(sizes.map(type_text))}`)
    }
    if (recompute) throw new ValueError('recompute_scale_factor is not meaningful with an explicit size.')
    return { size: sizes, scales: null }
  }
  if (scale_factor === null) throw new ValueError('either size or scale_factor should be defined')
  const scales = spatial(input, 'scale_factor', 'scale_factor of shape', scale_factor)
  return recompute ? { size: scales.map((scale, i) => Math.trunc(input.size(i + 2) * scale)), scales: null } : { size: null, scales }
}

function resize_linearly(input: Tensor, { size, scales }: Target, mode: string, align_corners: boolean, antialias: boolean): Tensor | null {
  const dims = input.dim()
  const found = linear_ops[mode]
  if (found?.dims === dims) return (antialias ? found.antialiased! : found.op)([input, size, align_corners, scales]) as Tensor
  if (mode === 'lanczos' && dims === 4) {
    if (align_corners) throw new ValueError('Lanczos mode does not support align_corners=True')
    if (!antialias) throw new ValueError('Lanczos mode requires antialias=True')
    return lanczos([input, size, align_corners, scales]) as Tensor
  }
  if (found && mode !== 'bicubic' && dims >= 3 && dims <= 5) {
    throw new NotImplementedError(`Got ${dims}D input, but ${mode} mode needs ${found.dims}D input`)
  }
  return null
}

/**
 * Resizes the spatial dimensions of (N, C, ...).
 *
 * @param size - the new sizes; or give
 * @param scale_factor - by how much to multiply the sizes
 * @param mode - 'nearest', 'linear' (3-D), 'bilinear', 'bicubic' (4-D), 'trilinear' (5-D), 'area', 'nearest-exact', 'lanczos'. Default: 'nearest'.
 * @param align_corners - whether the centres of the corner pixels keep their values, for linear modes. Default: false.
 * @param recompute_scale_factor - compute the factor from the resulting size. Default: false.
 * @param antialias - for 'bilinear', 'bicubic' and 'lanczos'. Default: false.
 * @see torch.nn.functional.interpolate
 */
export const interpolate = with_keywords('interpolate',
  ['input', 'size', 'scale_factor', 'mode', 'align_corners', 'recompute_scale_factor', 'antialias'],
  (input: Tensor, size: Sizes | null = null, scale_factor: Sizes | null = null, mode: InterpolationMode = 'nearest',
    align_corners: boolean | null = null, recompute_scale_factor: boolean | null = null, antialias: boolean = false) => {
    if (WITHOUT_CORNERS.includes(mode) && align_corners !== null) {
      throw new ValueError('align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear')
    }
    const target = target_of(input, size, scale_factor, recompute_scale_factor === true || (mode === 'area' && size === null))
    const dims = input.dim()
    if (antialias && !(['bilinear', 'bicubic', 'lanczos'].includes(mode) && dims === 4)) {
      throw new ValueError('Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input')
    }
    const plain = dims >= 3 && dims <= 5
    if (plain && mode === 'nearest') return nearest[dims - 3]!([input, target.size, target.scales]) as Tensor
    if (plain && mode === 'nearest-exact') return nearest_exact[dims - 3]!([input, target.size, target.scales]) as Tensor
    if (plain && mode === 'area') return area[dims - 3]!(input, target.size!)
    const resized = resize_linearly(input, target, mode, align_corners ?? false, antialias)
    if (resized !== null) return resized
    throw new NotImplementedError(`Input Error: Only 3D, 4D and 5D input Tensors supported (got ${dims}D) for the modes: nearest | linear | bilinear | bicubic | `
      + `trilinear | lanczos | area | nearest-exact (got ${mode})`)
  })

function warn_deprecated(name: string): void {
  warn(`\`nn.functional.${name}\` is deprecated. Use \`nn.functional.interpolate\` instead.`)
}

/** @deprecated in favour of {@link interpolate} */
export const upsample = with_keywords('upsample', ['input', 'size', 'scale_factor', 'mode', 'align_corners'],
  (input: Tensor, size: Sizes | null = null, scale_factor: Sizes | null = null, mode: InterpolationMode = 'nearest',
    align_corners: boolean | null = null) => {
    warn_deprecated('upsample')
    return interpolate(input, { size, scale_factor, mode, align_corners })
  })

/** @deprecated in favour of {@link interpolate} */
export const upsample_nearest = with_keywords('upsample_nearest', ['input', 'size', 'scale_factor'],
  (input: Tensor, size: Sizes | null = null, scale_factor: Sizes | null = null) => {
    warn_deprecated('upsample_nearest')
    return interpolate(input, { size, scale_factor, mode: 'nearest' })
  })

/** @deprecated in favour of {@link interpolate} */
export const upsample_bilinear = with_keywords('upsample_bilinear', ['input', 'size', 'scale_factor'],
  (input: Tensor, size: Sizes | null = null, scale_factor: Sizes | null = null) => {
    warn_deprecated('upsample_bilinear')
    return interpolate(input, { size, scale_factor, mode: 'bilinear', align_corners: true })
  })

// ---- grids ----

/** The modes of {@link grid_sample}, by what the operator calls them. */
export const GRID_SAMPLE_INTERPOLATION_MODES = { bilinear: 0, nearest: 1, bicubic: 2 } as const
/** The padding modes of {@link grid_sample}, by what the operator calls them. */
export const GRID_SAMPLE_PADDING_MODES = { zeros: 0, border: 1, reflection: 2 } as const
const CORNERS = 'Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. '
  + 'Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.'

/**
 * The input at the places of a grid.
 *
 * Shape: input (N, C, H, W), grid (N, H_out, W_out, 2) of x and y from -1 to 1 → (N, C, H_out, W_out); or one dimension more.
 * @param mode - 'bilinear', 'nearest' or 'bicubic'. Default: 'bilinear'.
 * @param padding_mode - outside: 'zeros', 'border' or 'reflection'. Default: 'zeros'.
 * @param align_corners - whether -1 and 1 are the centres of the corner pixels rather than their corners. Default: false.
 * @see torch.nn.functional.grid_sample
 */
export const grid_sample = with_keywords('grid_sample', ['input', 'grid', 'mode', 'padding_mode', 'align_corners'],
  (input: Tensor, grid: Tensor, mode: 'bilinear' | 'nearest' | 'bicubic' = 'bilinear',
    padding_mode: 'zeros' | 'border' | 'reflection' = 'zeros', align_corners: boolean | null = null) => {
    if (!Object.hasOwn(GRID_SAMPLE_INTERPOLATION_MODES, mode)) {
      throw new ValueError(`nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${String(mode)}'`)
    }
    if (!Object.hasOwn(GRID_SAMPLE_PADDING_MODES, padding_mode)) {
      throw new ValueError(`nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${String(padding_mode)}'`)
    }
    if (align_corners === null) warn(CORNERS)
    return grid_sampler(input, grid, GRID_SAMPLE_INTERPOLATION_MODES[mode], GRID_SAMPLE_PADDING_MODES[padding_mode], align_corners ?? false)
  })

/**
 * The grid of an affine map, for {@link grid_sample}.
 *
 * @param theta - (N, 2, 3), or (N, 3, 4) for volumes
 * @param size - of the output: (N, C, H, W) or (N, C, D, H, W)
 * @see torch.nn.functional.affine_grid
 */
export const affine_grid = with_keywords('affine_grid', ['theta', 'size', 'align_corners'],
  (theta: Tensor, size: readonly number[], align_corners: boolean | null = null) => {
    if (align_corners === null) warn(CORNERS)
    if (!theta.dtype.is_floating_point) throw new ValueError(`Expected theta to have floating point type, but got ${String(theta.dtype)}`)
    const shape = [...theta.shape]
    const dims = size.length - 2
    if (dims !== 2 && dims !== 3) {
      throw new NotImplementedError(`affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${list(size)}.`)
    }
    if (shape.length !== 3 || shape[1] !== dims || shape[2] !== dims + 1) {
      throw new ValueError(`Expected a batch of ${dims}D affine matrices of shape Nx${dims}x${dims + 1} for size ${list(size)}. Got ${String(theta.shape)}.`)
    }
    if (align_corners && Math.min(...size.slice(2)) === 1) {
      warn('Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. '
        + 'This is not an intended use case of affine_grid. See the documentation of affine_grid for details.')
    } else if (Math.min(...size) <= 0) {
      throw new ValueError(`Expected non-zero, positive output size. Got ${list(size)}`)
    }
    return affine_grid_generator(theta, size, align_corners ?? false)
  })

// ---- patches ----

/**
 * The patches of (N, C, H, W) as columns: (N, C * kernel size, patches).
 *
 * @see torch.nn.functional.unfold
 */
export const unfold = with_keywords('unfold', ['input', 'kernel_size', 'dilation', 'padding', 'stride'],
  (input: Tensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) => (
    raw.im2col(input, pair(kernel_size), pair(dilation), pair(padding), pair(stride))))

/**
 * Puts patches back to where {@link unfold} took them, and adds up where they overlap.
 *
 * @param output_size - (H, W) of the result
 * @see torch.nn.functional.fold
 */
export const fold = with_keywords('fold', ['input', 'output_size', 'kernel_size', 'dilation', 'padding', 'stride'],
  (input: Tensor, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) => (
    raw.col2im(input, pair(output_size), pair(kernel_size), pair(dilation), pair(padding), pair(stride))))
