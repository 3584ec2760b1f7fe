// torch.testing.make_tensor: torch/testing/_creation.py.
import { ValueError } from '../_errors'
import { finfo, iinfo } from '../_type_info'
import { value_text } from '../_typename'
import { warn } from '../_warnings'
import { is_kwargs } from '../_dispatch'
import type { DeviceLike } from '../device'
import { type dtype, bool, float32, int64 } from '../dtype'
import * as torch from '../generated/torch_functions'
import type { memory_format } from '../layout'
import type { Tensor } from '../tensor'

/** Keywords of {@link make_tensor}. */
export interface MakeOptions {
  dtype: dtype
  device: DeviceLike
  /** The least value. Default: -9; 0 for bool and unsigned types. */
  low?: number | null
  /** What values stay below. Default: 10 for integers, 9 for floating point, 2 for bool. */
  high?: number | null
  requires_grad?: boolean
  /** Leave gaps between the elements. Default: false. */
  noncontiguous?: boolean
  /** Put the smallest positive value in place of zeros. Default: false. */
  exclude_zero?: boolean
  memory_format?: memory_format | null
}

type Range = [low: number, high: number]

function range_of({ dtype, low, high }: MakeOptions, default_low: number, default_high: number, least: number, most: number): Range {
  const [from, to] = [low ?? default_low, high ?? default_high]
  const is_float = dtype.is_floating_point || dtype.is_complex
  if (Number.isNaN(from) || Number.isNaN(to)) {
    throw new ValueError(`\`low\` and \`high\` cannot be NaN, but got low=${value_text(from)} and high=${value_text(to)}`)
  }
  if (from === to && is_float) {
    warn('Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 and will be removed in 2.3. '
      + 'Use `torch.full(...)` instead.', 'FutureWarning')
  } else if (from >= to) {
    throw new ValueError(`\`low\` must be less than \`high\`, but got ${from} >= ${to}`)
  } else if (to < least || from >= most) {
    throw new ValueError(`The value interval specified by \`low\` and \`high\` is [${from}, ${to}), but ${dtype} only supports [${least}, ${most})`)
  }
  const clamp = (value: number): number => Math.min(Math.max(value, least), most)
  const range: Range = [clamp(from), clamp(to)]
  return is_float ? range : range.map(Math.ceil) as Range
}

function integers(shape: readonly number[], options: MakeOptions): Tensor {
  const { dtype, device } = options
  const { min, max } = dtype === bool ? { min: 0, max: 1 } : iinfo(dtype)
  const [default_low, default_high] = dtype === bool ? [0, 2] : [-9, 10]
  const most = dtype === int64 ? Number(max) : Number(max) + 1
  const [low, high] = range_of(options, default_low, default_high, Number(min), most)
  return torch.randint(low, high, [...shape], { dtype, device })
}

function reals(shape: readonly number[], options: MakeOptions): Tensor {
  const { dtype, device } = options
  const { min, max } = finfo(dtype)
  const [low, high] = range_of(options, -9, 9, min, max)
  const result = torch.empty([...shape], { device, dtype: dtype.itemsize === 1 ? float32 : dtype })
  const flat = dtype.is_complex ? torch.view_as_real(result) : result
  if (high - low >= finfo(flat.dtype).max) flat.uniform_(low / 2, high / 2).mul_(2) // wider than uniform_ can
  else flat.uniform_(low, high)
  return result.to(dtype)
}

/**
 * A tensor of random values between two bounds, for tests.
 *
 * @param shape - sizes, as arguments or as one list; then the keywords, of which dtype and device must be given.
 * @throws {ValueError} for bounds that do not fit the dtype, and for requires_grad with integers.
 * @example torch.testing.make_tensor([2, 3], { dtype: torch.float32, device: 'cpu', low: -1, high: 1 })
 * @see torch.testing.make_tensor
 */
export function make_tensor(...args: [...shape: readonly number[], options: MakeOptions] | [shape: readonly number[], options: MakeOptions]): Tensor {
  const options = args.at(-1)
  if (!is_kwargs(options)) throw new TypeError("make_tensor() missing 2 required keyword-only arguments: 'dtype' and 'device'")
  for (const name of ['dtype', 'device']) {
    if (options[name] == null) throw new TypeError(`make_tensor() missing 1 required keyword-only argument: '${name}'`)
  }
  const { dtype, requires_grad = false, exclude_zero, memory_format, noncontiguous = false } = options as unknown as MakeOptions
  const shape = args.slice(0, -1).flat() as number[]
  const is_float = dtype.is_floating_point || dtype.is_complex
  if (noncontiguous && memory_format != null) {
    throw new ValueError('The parameters `noncontiguous` and `memory_format` are mutually exclusive, '
      + `but got noncontiguous=True and memory_format=${memory_format}`)
  }
  if (requires_grad && !is_float) throw new ValueError(`\`requires_grad=True\` is not supported for boolean and integral dtypes, but got dtype=${dtype}`)
  const gaps = noncontiguous && shape.reduce((product, size) => product * size, 1) > 1
  const filled = (is_float ? reals : integers)(gaps ? [...shape.slice(0, -1), 2 * shape.at(-1)!] : shape, options as unknown as MakeOptions)
  const result = gaps ? filled.at('...', '1::2') : memory_format != null ? filled.clone({ memory_format }) : filled
  if (exclude_zero) result.masked_fill_(result.eq(0), is_float ? finfo(dtype).tiny : 1)
  return requires_grad ? result.requires_grad_() : result
}
