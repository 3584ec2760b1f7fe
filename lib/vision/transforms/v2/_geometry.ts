// Flips, turns and borders; torchvision.transforms.v2._geometry.
import { type Args, bind } from '../../../_args'
import { ValueError } from '../../../_errors'
import { cat, rand as rand_tensor } from '../../../generated/torch_functions'
import type { Tensor } from '../../../tensor'
import { Floats, check_sequence, py, setup_angle, uniform } from '../_base'
import type { Padding, PaddingMode } from '../_functional_image'
import { perspective_coeffs } from '../_sizes'
import type { Interpolation } from '../functional'
import * as v1 from '../geometry'
import * as F from './functional'
import { RandomlyApplied, Transform } from './_transform'
import { type FillArg, check_padding, fill_of, part_of, query_size, setup_fill, two_numbers } from './_utils'

type Range = readonly [number, number] | readonly number[]

/** Flips left and right, with probability p. Default: 0.5. @see torchvision.transforms.v2.RandomHorizontalFlip */
export class RandomHorizontalFlip extends RandomlyApplied {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomHorizontalFlip.__init__', ['p'], 0, args)['p'])
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.horizontal_flip, inpt)
  }
}

/** Flips top and bottom, with probability p. Default: 0.5. @see torchvision.transforms.v2.RandomVerticalFlip */
export class RandomVerticalFlip extends RandomlyApplied {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomVerticalFlip.__init__', ['p'], 0, args)['p'])
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.vertical_flip, inpt)
  }
}

const pad_names = ['padding', 'fill', 'padding_mode'] as const

/** More pixels around: see functional.pad. @see torchvision.transforms.v2.Pad */
export class Pad extends Transform {
  readonly padding: Padding
  readonly fill: FillArg
  readonly padding_mode: PaddingMode

  constructor(...args: Args<[padding: Padding, fill?: FillArg, padding_mode?: PaddingMode], typeof pad_names>) {
    super()
    const { padding, fill = 0, padding_mode = 'constant' } = bind('Pad.__init__', pad_names, 1, args)
    check_padding(padding, padding_mode)
    setup_fill(fill)
    this.padding = typeof padding === 'number' ? padding : [...padding as number[]]
    this.fill = fill as FillArg
    this.padding_mode = padding_mode as PaddingMode
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.pad, inpt, this.padding, fill_of(setup_fill(this.fill), inpt), this.padding_mode)
  }
}

const zoom_names = ['fill', 'side_range', 'p'] as const

/**
 * The picture on a larger canvas, with probability p.
 * @param side_range - of the factor. Default: (1, 4).
 * @see torchvision.transforms.v2.RandomZoomOut
 */
export class RandomZoomOut extends RandomlyApplied<{ padding: number[] }> {
  readonly fill: FillArg
  readonly side_range: Range

  constructor(...args: Args<[fill?: FillArg, side_range?: Range, p?: number], typeof zoom_names>) {
    const { fill = 0, side_range = Floats.of_values([1, 4], true), p } = bind('RandomZoomOut.__init__', zoom_names, 0, args)
    super(p)
    setup_fill(fill)
    check_sequence(side_range, 'side_range', [2])
    const [low, high] = side_range as [number, number]
    if (low < 1 || low > high) throw new ValueError(`Invalid side range provided ${py(side_range)}.`)
    this.fill = fill as FillArg
    this.side_range = side_range as Range
  }

  override make_params(flat_inputs: readonly unknown[]): { padding: number[] } {
    const [height, width] = query_size(flat_inputs)
    const [low, high] = this.side_range as [number, number]
    const factor = rand_tensor(1).mul(high - low).add(low)
    const [w, h] = [part_of(width, factor), part_of(height, factor)]
    const [x, y] = [...rand_tensor(2)] as [Tensor, Tensor]
    const [left, top] = [part_of(w - width, x), part_of(h - height, y)]
    return { padding: [left, top, w - (left + width), h - (top + height)] }
  }

  override transform(inpt: unknown, { padding }: { padding: number[] }): unknown {
    return this._call_kernel(F.pad, inpt, padding, fill_of(setup_fill(this.fill), inpt))
  }
}

const rotation_names = ['degrees', 'interpolation', 'expand', 'center', 'fill'] as const

/** A turn by a random angle. @param degrees - a range, or d for (-d, d) @see torchvision.transforms.v2.RandomRotation */
export class RandomRotation extends Transform<{ angle: number }> {
  static readonly get_params = v1.RandomRotation.get_params
  readonly degrees: readonly number[]
  readonly interpolation: Interpolation
  readonly expand: boolean
  readonly fill: FillArg
  readonly center: readonly number[] | null

  constructor(...args: Args<
    [degrees: number | Range, interpolation?: Interpolation, expand?: boolean, center?: readonly number[] | null, fill?: FillArg],
    typeof rotation_names>) {
    super()
    const { degrees, interpolation = 'nearest', expand = false, center = null, fill = 0 } = bind('RandomRotation.__init__', rotation_names, 1, args)
    this.degrees = setup_angle(degrees as number, 'degrees')
    if (center !== null) check_sequence(center, 'center', [2])
    setup_fill(fill)
    this.interpolation = interpolation as Interpolation
    this.expand = expand as boolean
    this.fill = fill as FillArg
    this.center = center as readonly number[] | null
  }

  override make_params(): { angle: number } {
    return { angle: uniform(this.degrees[0]!, this.degrees[1]!) }
  }

  override transform(inpt: unknown, { angle }: { angle: number }): unknown {
    return this._call_kernel(F.rotate, inpt, angle, this.interpolation, this.expand, this.center, fill_of(setup_fill(this.fill), inpt))
  }
}

const affine_names = ['degrees', 'translate', 'scale', 'shear', 'interpolation', 'fill', 'center'] as const
interface AffineParams { angle: number, translate: readonly number[], scale: number, shear: readonly number[] }

/**
 * Turned, moved, scaled and sheared at random.
 * @param degrees - a range, or d for (-d, d)
 * @param translate - the largest parts of width and height. Default: none.
 * @param scale - a range. Default: none.
 * @param shear - a range of angles, or two: of x and y. Default: none.
 * @see torchvision.transforms.v2.RandomAffine
 */
export class RandomAffine extends Transform<AffineParams> {
  static readonly get_params = v1.RandomAffine.get_params
  readonly degrees: readonly number[]
  readonly translate: Range | null
  readonly scale: Range | null
  readonly shear: readonly number[] | null
  readonly interpolation: Interpolation
  readonly fill: FillArg
  readonly center: readonly number[] | null

  constructor(...args: Args<[
    degrees: number | Range, translate?: Range | null, scale?: Range | null, shear?: number | readonly number[] | null, interpolation?: Interpolation,
    fill?: FillArg, center?: readonly number[] | null,
  ], typeof affine_names>) {
    super()
    const bound = bind('RandomAffine.__init__', affine_names, 1, args)
    const { degrees, translate = null, scale = null, shear = null, interpolation = 'nearest', fill = 0, center = null } = bound
    this.degrees = setup_angle(degrees as number, 'degrees')
    if (translate !== null) {
      check_sequence(translate, 'translate', [2])
      if (!(translate as number[]).every(t => t >= 0 && t <= 1)) throw new ValueError('translation values should be between 0 and 1')
    }
    if (scale !== null) {
      check_sequence(scale, 'scale', [2])
      if ((scale as number[]).some(s => s <= 0)) throw new ValueError('scale values should be positive')
    }
    if (center !== null) check_sequence(center, 'center', [2])
    setup_fill(fill)
    this.translate = translate as Range | null
    this.scale = scale as Range | null
    this.shear = shear === null ? null : setup_angle(shear as number, 'shear', [2, 4])
    this.interpolation = interpolation as Interpolation
    this.fill = fill as FillArg
    this.center = center as readonly number[] | null
  }

  override make_params(flat_inputs: readonly unknown[]): AffineParams {
    const [height, width] = query_size(flat_inputs)
    const [angle, translate, scale, shear] = v1.RandomAffine.get_params(this.degrees, this.translate, this.scale, this.shear, [width, height])
    return { angle, translate, scale, shear }
  }

  override transform(inpt: unknown, { angle, translate, scale, shear }: AffineParams): unknown {
    const fill = fill_of(setup_fill(this.fill), inpt)
    return this._call_kernel(F.affine, inpt, angle, translate, scale, shear, this.interpolation, fill, this.center)
  }
}

const perspective_names = ['distortion_scale', 'p', 'interpolation', 'fill'] as const

/** A random perspective, with probability p. Default: 0.5 and 0.5. @see torchvision.transforms.v2.RandomPerspective */
export class RandomPerspective extends RandomlyApplied<{ coefficients: number[] }> {
  static readonly get_params = v1.RandomPerspective.get_params
  readonly distortion_scale: number
  readonly interpolation: Interpolation
  readonly fill: FillArg

  constructor(...args: Args<[distortion_scale?: number, p?: number, interpolation?: Interpolation, fill?: FillArg], typeof perspective_names>) {
    const { distortion_scale = 0.5, p, interpolation = 'bilinear', fill = 0 } = bind('RandomPerspective.__init__', perspective_names, 0, args)
    super(p)
    if (!((distortion_scale as number) >= 0 && (distortion_scale as number) <= 1)) {
      throw new ValueError('Argument distortion_scale value should be between 0 and 1')
    }
    setup_fill(fill)
    this.distortion_scale = distortion_scale as number
    this.interpolation = interpolation as Interpolation
    this.fill = fill as FillArg
  }

  override make_params(flat_inputs: readonly unknown[]): { coefficients: number[] } {
    const [height, width] = query_size(flat_inputs)
    return { coefficients: perspective_coeffs(...v1.RandomPerspective.get_params(width, height, this.distortion_scale)) }
  }

  override transform(inpt: unknown, { coefficients }: { coefficients: number[] }): unknown {
    return this._call_kernel(F.perspective, inpt, null, null, this.interpolation, fill_of(setup_fill(this.fill), inpt), coefficients)
  }
}

const elastic_names = ['alpha', 'sigma', 'interpolation', 'fill'] as const

/**
 * Pixels moved at random, near ones alike.
 * @param alpha - how far, for x and y. Default: 50.
 * @param sigma - how alike, for x and y. Default: 5.
 * @see torchvision.transforms.v2.ElasticTransform
 */
export class ElasticTransform extends Transform<{ displacement: Tensor }> {
  static readonly get_params = v1.ElasticTransform.get_params
  readonly alpha: readonly number[]
  readonly sigma: readonly number[]
  readonly interpolation: Interpolation
  readonly fill: FillArg

  constructor(...args: Args<
    [alpha?: number | readonly number[], sigma?: number | readonly number[], interpolation?: Interpolation, fill?: FillArg], typeof elastic_names>) {
    super()
    const { alpha = 50, sigma = 5, interpolation = 'bilinear', fill = 0 } = bind('ElasticTransform.__init__', elastic_names, 0, args)
    setup_fill(fill)
    this.alpha = two_numbers(alpha, 'alpha')
    this.sigma = two_numbers(sigma, 'sigma')
    this.interpolation = interpolation as Interpolation
    this.fill = fill as FillArg
  }

  override make_params(flat_inputs: readonly unknown[]): { displacement: Tensor } {
    const [height, width] = query_size(flat_inputs)
    const along = (i: 0 | 1): Tensor => {
      const noise = rand_tensor(1, 1, height, width).mul(2).sub(1)
      const size = Math.trunc(8 * this.sigma[i]! + 1) | 1
      const move = this.sigma[i]! > 0 ? F.gaussian_blur(noise, [size, size], [...this.sigma]) : noise
      return move.mul(this.alpha[i]!).div(i === 0 ? width : height)
    }
    return { displacement: cat([along(0), along(1)], 1).permute([0, 2, 3, 1]) }
  }

  override transform(inpt: unknown, { displacement }: { displacement: Tensor }): unknown {
    return this._call_kernel(F.elastic, inpt, displacement, this.interpolation, fill_of(setup_fill(this.fill), inpt))
  }
}
