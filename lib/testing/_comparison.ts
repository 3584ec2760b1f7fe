// torch.testing.assert_close: torch/testing/_comparison.py.
import { Complex, is_kwargs, is_tensor } from '../_dispatch'
import { AssertionError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { complex_repr, float_repr, tuple_repr } from '../_python_format'
import { type_text, value_text } from '../_typename'
import { as_tensor, tensor } from '../_creation'
import { type dtype, int64 } from '../dtype'
import type { Tensor } from '../tensor'

/** Keywords of {@link assert_close}. */
export interface CloseOptions {
  /** How far apart values may be, relative to the expected one. Default: by dtype; must be given together with atol. */
  rtol?: number | null
  /** How far apart values may be, absolutely. Default: by dtype. */
  atol?: number | null
  /** NaN equals NaN. Default: false. */
  equal_nan?: boolean
  /** Default: true. */
  check_device?: boolean
  /** Default: true. */
  check_dtype?: boolean
  /** Default: true. */
  check_layout?: boolean
  /** Default: false. */
  check_stride?: boolean
  /** The error's text, or a function that makes it of the one that was found. */
  msg?: string | ((message: string) => string) | null
}

type Path = readonly (string | number)[]
type Options = CloseOptions

class Difference {
  constructor(readonly Class: new (message: string) => Error, readonly message: string) {}

  error(path: Path, msg: Options['msg']): Error {
    if (typeof msg === 'string') return new this.Class(msg)
    const place = path.map(key => (typeof key === 'number' ? `[${key}]` : `['${key}']`)).join('')
    const text = path.length === 0 ? this.message : `${this.message}\n\nThe failure occurred for item ${place}`
    return new this.Class(msg == null ? text : msg(text))
  }
}

const mismatch = (message: string): Difference => new Difference(AssertionError, message)

// ---- tolerances ----

const tolerances: Record<string, [rtol: number, atol: number]> = {
  float16: [1e-3, 1e-5], bfloat16: [1.6e-2, 1e-5], float32: [1.3e-6, 1e-5], float64: [1e-7, 1e-7], complex32: [1e-3, 1e-5],
  complex64: [1.3e-6, 1e-5], complex128: [1e-7, 1e-7], qint8: [1.3e-6, 1e-5], quint8: [1.3e-6, 1e-5], qint32: [1.3e-6, 1e-5],
}

interface Tolerance { rtol: number, atol: number }

function tolerance_of(names: readonly string[], { rtol, atol }: Options, known = tolerances): Tolerance | Difference {
  if ((rtol == null) !== (atol == null)) {
    return new Difference(ValueError, `Both 'rtol' and 'atol' must be either specified or omitted, but got no ${rtol == null ? 'rtol' : 'atol'}.`)
  }
  if (rtol != null && atol != null) return { rtol, atol }
  const each = names.map(name => known[name] ?? [0, 0])
  return { rtol: Math.max(...each.map(one => one[0])), atol: Math.max(...each.map(one => one[1])) }
}

// ---- texts ----

type Scalar = number | bigint | boolean | Complex

function scalar_text(value: Scalar, is_float: boolean): string {
  if (value instanceof Complex) return complex_repr(value.real, value.imag)
  return typeof value === 'number' && is_float ? float_repr(value) : value_text(value)
}

function difference_text(kind: string, difference: string, at: readonly number[] | null, limit: number, equality: boolean): string {
  const place = at === null ? '' : ` at index ${tuple_repr(at)}`
  const start = at === null ? `${kind.replace(/^./, first => first.toUpperCase())} difference` : `Greatest ${kind} difference`
  return `${start}: ${difference}${place}${equality ? '' : ` (up to ${float_repr(limit)} allowed)`}`
}

interface Found { difference: string, at: readonly number[] | null }

function mismatch_text(what: string, extra: string, absolute: Found, relative: Found, { rtol, atol }: Tolerance): string {
  const equality = rtol === 0 && atol === 0
  return [`${what} are not ${equality ? 'equal' : 'close'}!`, '', extra,
    difference_text('absolute', absolute.difference, absolute.at, atol, equality),
    difference_text('relative', relative.difference, relative.at, rtol, equality)].join('\n')
}

const magnitude = (value: Scalar): number => (value instanceof Complex ? Math.hypot(value.real, value.imag) : Math.abs(Number(value)))

function distance(a: Scalar, b: Scalar): number {
  if (a instanceof Complex || b instanceof Complex) {
    const [x, y] = [a, b].map(one => (one instanceof Complex ? one : new Complex(Number(one)))) as [Complex, Complex]
    return Math.hypot(x.real - y.real, x.imag - y.imag)
  }
  return typeof a === 'bigint' && typeof b === 'bigint' ? Math.abs(Number(a - b)) : Math.abs(Number(a) - Number(b))
}

function scalar_mismatch(actual: Scalar, expected: Scalar, is_float: boolean, what: string, tolerance: Tolerance): Difference {
  const far = distance(actual, expected)
  const relative = magnitude(expected) === 0 ? Infinity : far / magnitude(expected)
  const extra = `Expected ${scalar_text(expected, is_float)} but got ${scalar_text(actual, is_float)}.`
  return mismatch(mismatch_text(what, extra, { difference: scalar_text(far, is_float || actual instanceof Complex), at: null },
    { difference: float_repr(relative), at: null }, tolerance))
}

// ---- tensors ----

function unravel(flat: number, shape: readonly number[]): number[] {
  let rest = flat
  return shape.map((_, i) => shape[shape.length - 1 - i]!).map(size => {
    const place = rest % size
    rest = Math.floor(rest / size)
    return place
  }).reverse()
}

function greatest(differences: Tensor, shape: readonly number[]): Found {
  const { values, indices } = differences.max(0)
  return { difference: scalar_text(values.item<Scalar>(), values.dtype.is_floating_point), at: unravel(indices.item(), shape) }
}

function tensor_mismatch(actual: Tensor, expected: Tensor, matches: Tensor, what: string, tolerance: Tolerance): Difference {
  const count = matches.numel()
  const wrong = count - matches.sum().item()
  const extra = `Mismatched elements: ${wrong} / ${count} (${(100 * wrong / count).toFixed(1)}%)`
  if (actual.dtype.is_floating_point && actual.dtype.itemsize === 1) {
    const first = unravel(matches.flatten().logical_not().to(int64).argmax().item(), matches.shape)
    return mismatch(`${what} are not 'equal'!\n\n${extra}\nThe first mismatched element is at index ${tuple_repr(first)}.`)
  }
  const is_real = actual.dtype.is_floating_point || actual.dtype.is_complex
  const [a, b] = [actual, expected].map(one => (is_real ? one.flatten() : one.flatten().to(int64))) as [Tensor, Tensor]
  const far = a.sub(b).abs().masked_fill(matches.flatten(), 0)
  const relative = far.div(b.abs()).masked_fill(matches.flatten(), 0)
  return mismatch(mismatch_text(what, extra, greatest(far, matches.shape), greatest(relative, matches.shape), tolerance))
}

function compare_values(actual: Tensor, expected: Tensor, tolerance: Tolerance, equal_nan: boolean, what?: string): Difference | null {
  const matches = actual.isclose(expected, { ...tolerance, equal_nan })
  if (matches.all().item<boolean>()) return null
  if (actual.dim() > 0) return tensor_mismatch(actual, expected, matches, what ?? 'Tensor-likes', tolerance)
  return scalar_mismatch(actual.item<Scalar>(), expected.item<Scalar>(), actual.dtype.is_floating_point, what ?? 'Scalars', tolerance)
}

const nnz = aten('_nnz')
const [indices_of, values_of] = [aten('_indices'), aten('_values')]
const EXACT: Tolerance = { rtol: 0, atol: 0 }

function compare_sparse(actual: Tensor, expected: Tensor, tolerance: Tolerance, equal_nan: boolean): Difference | null {
  const name = actual.layout.name
  const is_coo = name === 'sparse_coo'
  const format = is_coo ? 'COO' : name.slice('sparse_'.length).toUpperCase()
  if (is_coo && actual.sparse_dim() !== expected.sparse_dim()) {
    return mismatch(`The number of sparse dimensions in sparse COO tensors does not match: ${actual.sparse_dim()} != ${expected.sparse_dim()}`)
  }
  const [a, b] = [nnz([actual]), nnz([expected])]
  if (a !== b) return mismatch(`The number of specified values in sparse ${format} tensors does not match: ${String(a)} != ${String(b)}`)
  const values = (one: Tensor): Tensor => (is_coo ? values_of([one]) as Tensor : one.values())
  const parts: [string, (one: Tensor) => Tensor][] = is_coo ? [['indices', one => indices_of([one]) as Tensor]]
    : /cs?r$/.test(name) ? [['crow_indices', one => one.crow_indices()], ['col_indices', one => one.col_indices()]]
      : [['ccol_indices', one => one.ccol_indices()], ['row_indices', one => one.row_indices()]]
  for (const [part, take] of parts) {
    const found = compare_values(take(actual).to(int64), take(expected).to(int64), EXACT, false, `Sparse ${format} ${part}`)
    if (found) return found
  }
  return compare_values(values(actual), values(expected), tolerance, equal_nan, `Sparse ${format} values`)
}

function compare_attributes(actual: Tensor, expected: Tensor, options: Options): Difference | null {
  const { check_device = true, check_dtype = true, check_layout = true, check_stride = false } = options
  const different = (name: string, a: unknown, b: unknown): Difference | null =>
    (String(a) === String(b) ? null : mismatch(`The values for attribute '${name}' do not match: ${String(a)} != ${String(b)}.`))
  return different('shape', actual.shape, expected.shape)
    ?? different('is_quantized', value_text(actual.is_quantized), value_text(expected.is_quantized))
    ?? (check_layout ? different('layout', actual.layout, expected.layout) : null)
    ?? (check_stride && actual.layout === expected.layout ? different('stride()', tuple_repr(actual.stride()), tuple_repr(expected.stride())) : null)
    ?? (check_device ? different('device', actual.device, expected.device) : null)
    ?? (check_dtype ? different('dtype', actual.dtype, expected.dtype) : null)
}

const promote_types = aten('promote_types')

function alike(actual: Tensor, expected: Tensor): [Tensor, Tensor] {
  let [a, b] = [actual, expected]
  if (!a.device.equals(b.device)) [a, b] = [a.cpu(), b.cpu()]
  if (a.dtype !== b.dtype) {
    const [x, y] = [a.dtype, b.dtype].map(one => (/^uint(16|32|64)$/.test(one.name) ? int64 : one))
    const common = promote_types([x, y]) as dtype
    ;[a, b] = [a.to(common), b.to(common)]
  }
  return a.layout === b.layout ? [a, b] : [a, b].map(one => (one.layout.name === 'strided' ? one : one.to_dense())) as [Tensor, Tensor]
}

function compare_tensors(actual: Tensor, expected: Tensor, options: Options): Difference | null {
  const tolerance = tolerance_of([actual.dtype.name, expected.dtype.name], options)
  if (tolerance instanceof Difference) return tolerance
  const found = compare_attributes(actual, expected, options)
  if (found || actual.is_meta || expected.is_meta) return found
  const [a, b] = alike(actual, expected)
  const equal_nan = options.equal_nan === true
  if (a.is_quantized) return compare_values(a.dequantize(), b.dequantize(), tolerance, equal_nan, 'Quantized tensor-likes')
  if (a.layout.name.startsWith('sparse')) return compare_sparse(a, b, tolerance, equal_nan)
  if (a.dtype.is_floating_point && a.dtype.itemsize === 1 && (tolerance.rtol !== 0 || tolerance.atol !== 0)) {
    return mismatch(`Rtol=${float_repr(tolerance.rtol)} and atol=${float_repr(tolerance.atol)} are not supported for bitwise comparison of low `
      + 'dimensional floats. Please use rtol=0.0 and atol=0.0.')
  }
  return compare_values(a, b, tolerance, equal_nan)
}

// ---- other values ----

const is_number = (value: unknown): value is number | bigint | Complex =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Complex

function compare_numbers(actual: number | bigint | Complex, expected: number | bigint | Complex, options: Options): Difference | null {
  const name_of = (value: unknown): string => (value instanceof Complex ? 'complex128' : Number.isInteger(value) || typeof value === 'bigint' ? 'int64' : 'float64')
  const names = [name_of(actual), name_of(expected)]
  const tolerance = tolerance_of(names, options)
  if (tolerance instanceof Difference) return tolerance
  const far = distance(actual, expected)
  const is_nan = (value: Scalar): boolean => Number.isNaN(magnitude(value))
  const same = far === 0 || magnitude(actual) === Infinity && String(actual) === String(expected)
  if (same || options.equal_nan === true && is_nan(actual) && is_nan(expected)) return null
  if (Number.isFinite(far) && far <= tolerance.atol + tolerance.rtol * magnitude(expected)) return null
  return scalar_mismatch(actual, expected, !names.every(name => name === 'int64'), 'Scalars', tolerance)
}

function compare_leaves(actual: unknown, expected: unknown, options: Options): Difference | null {
  if (actual == null || expected == null) {
    return actual == null && expected == null ? null : mismatch(`None mismatch: ${value_text(actual)} is not ${value_text(expected)}`)
  }
  if (typeof actual === 'boolean' && typeof expected === 'boolean') {
    return actual === expected ? null : mismatch(`Booleans mismatch: ${value_text(actual)} is not ${value_text(expected)}`)
  }
  if (is_number(actual) && is_number(expected)) return compare_numbers(actual, expected, options)
  if (is_tensor(actual) && is_tensor(expected)) return compare_tensors(actual as Tensor, expected as Tensor, options)
  if (ArrayBuffer.isView(actual) && ArrayBuffer.isView(expected)) {
    return compare_tensors(as_tensor(actual as Float32Array), as_tensor(expected as Float32Array), options)
  }
  return new Difference(TypeError, `No comparison pair was able to handle inputs of type ${type_text(actual)} and ${type_text(expected)}.`)
}

type Pair = [actual: unknown, expected: unknown, path: Path]

const entries_of = (value: unknown): Map<string | number, unknown> | null =>
  (value instanceof Map ? value as Map<string, unknown> : is_kwargs(value) ? new Map(Object.entries(value)) : null)

// Lists and dicts are compared by their lengths and keys first, and then value by value.
function pairs_of(actual: unknown, expected: unknown, path: Path, options: Options): Pair[] {
  const fail = (message: string): never => {
    throw mismatch(message).error(path, options.msg)
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length !== expected.length) fail(`The length of the sequences mismatch: ${actual.length} != ${expected.length}`)
    return actual.flatMap((one, i) => pairs_of(one, expected[i], [...path, i], options))
  }
  const [a, b] = [entries_of(actual), entries_of(expected)]
  if (a === null || b === null) return [[actual, expected, path]]
  const missing = [...b.keys()].filter(key => !a.has(key)).sort()
  const additional = [...a.keys()].filter(key => !b.has(key)).sort()
  const list = (keys: readonly unknown[]): string => `[${keys.map(key => (typeof key === 'string' ? `'${key}'` : String(key))).join(', ')}]`
  if (missing.length + additional.length > 0) {
    fail(`The keys of the mappings do not match:\nMissing keys in the actual mapping: ${list(missing)}\n`
      + `Additional keys in the actual mapping: ${list(additional)}`)
  }
  return [...a.keys()].sort().flatMap(key => pairs_of(a.get(key), b.get(key), [...path, key], options))
}

/**
 * Throws if two values are not close: tensors, numbers, booleans, typed arrays, null, and arrays, objects and Maps of them.
 * Close is |actual - expected| <= atol + rtol |expected|; whole numbers must be equal.
 *
 * @throws {AssertionError} that says where they differ most, or which attribute does; {TypeError} for values of other types.
 * @example torch.testing.assert_close(got, want, { rtol: 1e-4, atol: 1e-6 })
 * @see torch.testing.assert_close
 */
export function assert_close(actual: unknown, expected: unknown, options: CloseOptions = {}): void {
  for (const [a, b, path] of pairs_of(actual, expected, [], options)) {
    const found = compare_leaves(a, b, options)
    if (found) throw found.error(path, options.msg)
  }
}

/** An older form of {@link assert_close}, which does not compare dtypes. @deprecated @see torch.testing.assert_allclose */
export function assert_allclose(actual: unknown, expected: unknown, options: Pick<CloseOptions, 'rtol' | 'atol' | 'equal_nan' | 'msg'> = {}): void {
  const a = is_tensor(actual) ? actual as Tensor : tensor(actual as number)
  const b = is_tensor(expected) ? expected as Tensor : tensor(expected as number, { dtype: a.dtype })
  const loose: typeof tolerances = { float16: [1e-3, 1e-3], float32: [1e-4, 1e-5], float64: [1e-5, 1e-8] }
  const { equal_nan = true, msg, ...given } = options
  const tolerance = tolerance_of([a.dtype.name, b.dtype.name], given, loose)
  if (tolerance instanceof Difference) throw tolerance.error([], msg)
  assert_close(a, b, { ...tolerance, equal_nan, check_dtype: false, ...msg ? { msg } : {} })
}
