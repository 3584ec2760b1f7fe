// The numbers behind geometric transforms: sizes and matrices. Part of torchvision.transforms.functional.
import { tensor } from '../../_creation'
import { ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { float32, float64 } from '../../dtype'
import type { Tensor } from '../../tensor'
import type { Matrix } from '../_resample'

/** Python's round: halves to the even number. */
export function round_even(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1
  return rest < 0.5 ? floor : floor + 1
}

/** Height and width of a resized picture. */
export function resized_size(image: readonly [number, number], size: number | readonly number[], max_size: number | null): [number, number] {
  const list = typeof size === 'number' ? [size] : size
  if (list.length !== 1 && list.length !== 2) {
    throw new ValueError(`Size must be an int or a 1 or 2 element tuple/list, not a ${list.length} element tuple/list`)
  }
  if (list.length === 2) {
    if (max_size !== null) {
      throw new ValueError('max_size should only be passed if size specifies the length of the smaller edge, ' +
        'i.e. size should be an int or a sequence of length 1 in torchscript mode.')
    }
    return [list[0]!, list[1]!]
  }
  const [h, w] = image
  const [short, long] = w <= h ? [w, h] : [h, w]
  const wanted = list[0]!
  let [new_short, new_long] = [wanted, Math.trunc(wanted * long / short)]
  if (max_size !== null) {
    if (max_size <= wanted) {
      throw new ValueError(`max_size = ${max_size} must be strictly greater than the requested size for the smaller edge size = ${wanted}`)
    }
    if (new_long > max_size) [new_short, new_long] = [Math.trunc(max_size * new_short / new_long), max_size]
  }
  return w <= h ? [new_long, new_short] : [new_short, new_long]
}

const radians = (degrees: number): number => degrees * (Math.PI / 180)

/** Where pixels come from when a picture is turned, moved, scaled and sheared: the inverse of that. */
export function affine_matrix(
  center: readonly number[], angle: number, translate: readonly number[], scale: number, shear: readonly number[],
): Matrix {
  const [rot, sx, sy] = [radians(angle), radians(shear[0]!), radians(shear[1]!)]
  const [cx, cy, tx, ty] = [center[0]!, center[1]!, translate[0]!, translate[1]!]
  const a = Math.cos(rot - sy) / Math.cos(sy)
  const b = -Math.cos(rot - sy) * Math.tan(sx) / Math.cos(sy) - Math.sin(rot)
  const c = Math.sin(rot - sy) / Math.cos(sy)
  const d = -Math.sin(rot - sy) * Math.tan(sx) / Math.cos(sy) + Math.cos(rot)
  const [m0, m1, m3, m4] = [d, -b, -c, a].map(value => value / scale) as [number, number, number, number]
  const x = m0 * (-cx - tx) + m1 * (-cy - ty)
  const y = m3 * (-cx - tx) + m4 * (-cy - ty)
  return [m0, m1, x + cx, m3, m4, y + cy]
}

/** {@link affine_matrix} of a turn of a tensor, whose origin is its middle. */
export function turn_matrix(angle: number, center: readonly number[] | null, width: number, height: number): Matrix {
  const middle = center === null ? [0, 0] : [center[0]! - width * 0.5, center[1]! - height * 0.5]
  return affine_matrix(middle, -angle, [0, 0], 1, [0, 0])
}

/** The eight numbers that move four points to others. */
export function perspective_coeffs(startpoints: readonly (readonly number[])[], endpoints: readonly (readonly number[])[]): number[] {
  if (startpoints.length !== 4 || endpoints.length !== 4) {
    throw new ValueError(
      `Please provide exactly four corners, got ${startpoints.length} startpoints and ${endpoints.length} endpoints.`)
  }
  const rows = endpoints.flatMap(([x, y], i) => {
    const [u, v] = startpoints[i] as [number, number]
    return [[x!, y!, 1, 0, 0, 0, -u * x!, -u * y!], [0, 0, 0, x!, y!, 1, -v * x!, -v * y!]]
  })
  const matrix = tensor(rows, { dtype: float64 })
  const values = tensor(startpoints.flat(), { dtype: float64 })
  const [solution] = aten('linalg_lstsq')([matrix, values], { driver: 'gels' }) as unknown as [Tensor]
  return solution.to(float32).tolist() as number[]
}
