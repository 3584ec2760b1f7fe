// How tensors print, and the options for it: torch/_tensor_str.py.
import { binding } from './_C'
import { type Args, bind } from './_args'
import { get_default_dtype } from './_defaults'
import { handle, made } from './_dispatch'
import { elements } from './_elements'
import { ValueError } from './_errors'
import { aten } from './_operators'
import { exponential, fixed, float_repr, tuple_repr } from './_python_format'
import { read_ints } from './_tape'
import { unpack_dual } from './autograd/forward_ad'
import { bool, complex64, complex128, type dtype, float64, int64 } from './dtype'
import type { Tensor } from './tensor'

/** How tensors print. @see torch.set_printoptions */
export interface PrintOptions {
  /** Digits behind the point. Default: 4. */
  precision: number
  /** Tensors with more elements are summarised. Default: 1000. */
  threshold: number
  /** Elements at each end of a summarised dimension. Default: 3. */
  edgeitems: number
  /** Characters in a line. Default: 80. */
  linewidth: number
  /** Whether floats have an exponent; null chooses by the values. Default: null. */
  sci_mode: boolean | null
}

type Profile = 'default' | 'short' | 'full'

const DEFAULTS = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 }
const profiles: Record<Profile, typeof DEFAULTS> = {
  default: DEFAULTS, short: { ...DEFAULTS, precision: 2, edgeitems: 2 }, full: { ...DEFAULTS, threshold: Infinity },
}

const options: PrintOptions = { ...DEFAULTS, sci_mode: null }

const option_names = ['precision', 'threshold', 'edgeitems', 'linewidth', 'profile', 'sci_mode'] as const
const MAX_PRECISION = 99

function check(name: string, value: unknown, most: number): void {
  if (typeof value !== 'number') throw new TypeError(`set_printoptions(): argument '${name}' must be a number, not ${typeof value}`)
  if (Number.isInteger(value) ? value < 0 || value > most : value !== Infinity || most !== Infinity) {
    throw new ValueError(`set_printoptions(): ${name} must be an int from 0 to ${most}, but got ${value}`)
  }
}

/**
 * Sets how tensors print. What is not given stays as it is, but for sci_mode, which becomes null.
 *
 * @param precision - digits behind the point, at most 99. Default: 4.
 * @param threshold - tensors with more elements are summarised. Default: 1000.
 * @param edgeitems - elements shown at each end of a summarised dimension. Default: 3.
 * @param linewidth - characters in a line. Default: 80.
 * @param profile - 'default', 'short' or 'full': sets the four above first.
 * @param sci_mode - whether floats have an exponent. Default: null, which chooses by the values.
 * @throws {ValueError} for a number that is negative or not whole.
 * @example torch.set_printoptions({ precision: 2 })
 * @see torch.set_printoptions
 */
export function set_printoptions(...args: Args<[precision?: number | null, threshold?: number | null, edgeitems?: number | null,
  linewidth?: number | null, profile?: Profile | null, sci_mode?: boolean | null], typeof option_names>): void {
  const given = bind('set_printoptions', option_names, 0, args)
  for (const name of ['precision', 'threshold', 'edgeitems', 'linewidth'] as const) {
    if (given[name] != null) check(name, given[name], name === 'precision' ? MAX_PRECISION : Infinity)
  }
  Object.assign(options, profiles[given['profile'] as Profile])
  for (const name of ['precision', 'threshold', 'edgeitems', 'linewidth'] as const) {
    if (given[name] != null) options[name] = given[name] as number
  }
  options.sci_mode = given['sci_mode'] == null ? null : Boolean(given['sci_mode'])
}

/** The options in force; {@link set_printoptions} takes them back. @see torch._tensor_str.get_printoptions */
export function get_printoptions(): PrintOptions {
  return { ...options }
}

/** Runs a callback under other options, which are those of {@link set_printoptions}. @see torch._tensor_str.printoptions */
export function printoptions<T>(other: Parameters<typeof set_printoptions>[0] & object, callback: () => T): T {
  const before = get_printoptions()
  set_printoptions(other)
  try {
    return callback()
  } finally {
    set_printoptions({ ...before })
  }
}

// ---- the elements ----

/** The texts of all elements that are shown, in row-major order, and the width that they take in a line. */
interface Cells {
  texts: string[]
  width: number
}

function pad(texts: string[], width: number): Cells {
  return { texts: texts.map(text => text.padStart(width)), width }
}

function plain_cells(values: ArrayLike<number | bigint>, type: dtype): Cells {
  const write = type === bool ? (value: number | bigint) => (value ? 'True' : 'False') : String
  const texts = Array.from(values, write)
  return pad(texts, texts.reduce((width, text) => Math.max(width, text.length), 1))
}

function counts(value: number): boolean {
  return value !== 0 && Number.isFinite(value)
}

// Zeros, infinities and NaN have no say in the choice of format, nor in the width.
function float_cells(values: Float32Array | Float64Array): Cells {
  let [least, most, whole] = [Infinity, 0, true]
  for (const value of values) {
    if (!counts(value)) continue
    least = Math.min(least, Math.abs(value))
    most = Math.max(most, Math.abs(value))
    whole &&= Number.isInteger(value)
  }
  const scientific = most > 0 && (options.sci_mode ?? (most / least > 1000 || most > 1e8 || least < 1e-4))
  const { precision } = options
  const write = scientific ? (value: number) => exponential(value, precision)
    : whole ? (value: number) => fixed(value, 0) + (Number.isFinite(value) ? '.' : '')
      : (value: number) => fixed(value, precision)
  const texts = Array.from(values, write)
  return pad(texts, texts.reduce((width, text, i) => (counts(values[i]!) ? Math.max(width, text.length) : width), 1))
}

function complex_cells(pairs: Float32Array | Float64Array): Cells {
  const [real, imag] = [0, 1].map(offset => float_cells(pairs.filter((_, i) => i % 2 === offset))) as [Cells, Cells]
  const join = (text: string, i: number): string => {
    const second = imag.texts[i]!.trimStart()
    return `${text}${second.startsWith('-') ? '' : '+'}${second}j`
  }
  return { texts: real.texts.map(join), width: real.width + imag.width + 1 }
}

function cells_of(tensor: Tensor): Cells {
  const values = elements(tensor)
  const { dtype } = tensor
  if (dtype.is_complex) return complex_cells(values as Float64Array)
  return dtype.is_floating_point ? float_cells(values as Float64Array) : plain_cells(values, dtype)
}

const unfold = aten('unfold')
const movedim = aten('movedim.int')

// A view of the elements at both ends of the dimensions that are cut. Each of these becomes two: of ends, and of elements.
function ends(tensor: Tensor, cut: readonly boolean[]): Tensor {
  const { shape } = tensor
  const { edgeitems } = options
  let view = tensor
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    if (cut[dim]) view = movedim([unfold([view, dim, edgeitems, shape[dim]! - edgeitems]), -1, dim + 1]) as Tensor
  }
  return view
}

function lines(texts: readonly string[], width: number, indent: number): string {
  const in_line = Math.max(1, Math.floor((options.linewidth - indent) / (width + 2)))
  const parts: string[] = []
  for (let i = 0; i < texts.length; i += in_line) parts.push(texts.slice(i, i + in_line).join(', '))
  return `[${parts.join(`,\n${' '.repeat(indent + 1)}`)}]`
}

/** The contents of a dense tensor, as nested brackets that begin at column `indent`. */
function brackets(tensor: Tensor, indent: number): string {
  if (tensor.numel() === 0) return '[]'
  const { shape } = tensor
  const { edgeitems } = options
  const cut = shape.map(size => tensor.numel() > options.threshold && size > 2 * edgeitems)
  if (edgeitems === 0 && cut.includes(true)) return '[...]'
  const { texts, width } = cells_of(ends(tensor, cut))
  if (shape.length === 0) return texts[0]!
  let at = 0
  const nest = (dim: number, column: number): string => {
    const last = dim === shape.length - 1
    const count = cut[dim] ? 2 * edgeitems : shape[dim]!
    const parts = last ? texts.slice(at, at += count) : Array.from({ length: count }, () => nest(dim + 1, column + 1))
    if (cut[dim]) parts.splice(edgeitems, 0, last ? ' ...' : '...')
    if (last) return lines(parts, width, column)
    return `[${parts.join(`,${'\n'.repeat(shape.length - 1 - dim)}${' '.repeat(column + 1)}`)}]`
  }
  return nest(0, indent)
}

// ---- what stands around them ----

const nnz = aten('_nnz')
const to_dense = aten('to_dense')
const dequantize = aten('dequantize.self')
const quantized = {
  scheme: aten('qscheme'), scale: aten('q_scale'), zero_point: aten('q_zero_point'), scales: aten('q_per_channel_scales'),
  zero_points: aten('q_per_channel_zero_points'), axis: aten('q_per_channel_axis'),
}

interface Text {
  contents: string
  suffixes: string[]
}

function size_suffix(tensor: Tensor): string {
  return `size=${tuple_repr(tensor.shape)}`
}

// int64, bool and the default types can be seen from the elements.
function dtype_suffix({ dtype }: Tensor): string[] {
  const standard = get_default_dtype()
  const standard_complex = standard === float64 ? complex128 : complex64
  return [standard, standard_complex, int64, bool].includes(dtype) ? [] : [`dtype=${String(dtype)}`]
}

// Without elements there is nothing to see but the default type.
function dtype_suffix_of_empty({ dtype }: Tensor): string[] {
  return dtype === get_default_dtype() ? [] : [`dtype=${String(dtype)}`]
}

function dense_text(tensor: Tensor, indent: number): Text {
  if (tensor.is_meta) return { contents: '...', suffixes: [size_suffix(tensor), ...dtype_suffix_of_empty(tensor)] }
  if (tensor.numel() === 0) {
    const size = tensor.dim() === 1 ? [] : [size_suffix(tensor)]
    return { contents: '[]', suffixes: [...size, ...dtype_suffix_of_empty(tensor)] }
  }
  const size = options.edgeitems === 0 ? [size_suffix(tensor)] : []
  const dense = tensor.layout.name === 'strided' ? tensor : to_dense([tensor]) as Tensor
  return { contents: brackets(dense, indent), suffixes: [...size, ...dtype_suffix(tensor)] }
}

// One of the tensors that a sparse tensor consists of.
function component(name: string, tensor: Tensor, indent: number): string {
  const prefix = `${name}=tensor(`
  const contents = tensor.is_meta ? '...' : brackets(tensor.detach(), indent + prefix.length)
  const size = tensor.is_meta || tensor.numel() === 0 ? `, ${size_suffix(tensor)}` : ''
  return `${prefix}${contents}${size})`
}

type Components = readonly (readonly [name: string, get: (args: readonly unknown[]) => unknown])[]

function sparse_text(tensor: Tensor, indent: number, components: Components): Text {
  const contents = components.map(([name, get]) => component(name, get([tensor]) as Tensor, indent)).join(`,\n${' '.repeat(indent)}`)
  const count = tensor.is_meta ? [] : [`nnz=${String(nnz([tensor]))}`]
  return { contents, suffixes: [size_suffix(tensor), ...count, ...dtype_suffix(tensor)] }
}

const row_major = [['crow_indices', aten('crow_indices')], ['col_indices', aten('col_indices')], ['values', aten('values')]] as const
const column_major = [['ccol_indices', aten('ccol_indices')], ['row_indices', aten('row_indices')], ['values', aten('values')]] as const
const sparse_components: Record<string, Components> = {
  sparse_coo: [['indices', aten('_indices')], ['values', aten('_values')]],
  sparse_csr: row_major, sparse_bsr: row_major, sparse_csc: column_major, sparse_bsc: column_major,
}

const QUANTIZATION_SCHEMES = ['per_tensor_affine', 'per_channel_affine', 'per_tensor_symmetric', 'per_channel_symmetric',
  'per_channel_affine_float_qparams'] // as c10::QScheme counts them

function quantized_text(tensor: Tensor, indent: number): Text {
  const scheme = QUANTIZATION_SCHEMES[quantized.scheme([tensor]) as number]!
  const quantization = scheme.startsWith('per_tensor')
    ? [`scale=${float_repr(quantized.scale([tensor]) as number)}`, `zero_point=${String(quantized.zero_point([tensor]))}`]
    : [`scale=${String(quantized.scales([tensor]))}`, `zero_point=${String(quantized.zero_points([tensor]))}`,
        `axis=${String(quantized.axis([tensor]))}`]
  const suffixes = [size_suffix(tensor), ...dtype_suffix(tensor), `quantization_scheme=torch.${scheme}`, ...quantization]
  return { contents: brackets(dequantize([tensor]) as Tensor, indent), suffixes }
}

const unbind = aten('unbind')

function nested_text(tensor: Tensor): Text {
  const texts = (unbind([tensor, 0]) as Tensor[]).map(one => String(one).replace(/^/gm, '  '))
  return { contents: `[\n${texts.join(',\n')}\n]`, suffixes: [] }
}

function text_of(tensor: Tensor, indent: number): Text {
  if (tensor.is_nested) return nested_text(tensor)
  const components = sparse_components[tensor.layout.name]
  if (components) return sparse_text(tensor, indent, components)
  return /^qu?int/.test(tensor.dtype.name) ? quantized_text(tensor, indent) : dense_text(tensor, indent)
}

// Breaks the line before a suffix that would pass the line's end; before the first one in any case if `broken`.
function append(text: string, suffixes: readonly string[], indent: number, broken: boolean): string {
  let result = text
  let column = text.length - text.lastIndexOf('\n') + 1
  suffixes.forEach((suffix, i) => {
    if ((broken && i === 0) || column + suffix.length + 2 > options.linewidth) {
      result += `,\n${' '.repeat(indent)}${suffix}`
      column = indent + suffix.length
    } else {
      result += `, ${suffix}`
      column += suffix.length + 2
    }
  })
  return `${result})`
}

function grad_suffix(tensor: Tensor): string[] {
  let name: string | undefined
  try {
    name = tensor.grad_fn?.name().split('::').at(-1)
  } catch {
    name = 'Invalid' // a view made without grad and changed in place without grad
  }
  if (name !== undefined) return [`grad_fn=<${name}>`]
  return tensor.requires_grad ? ['requires_grad=True'] : []
}

// What a transform of torch.func wraps a tensor in; the kinds are those of native/functorch.cpp.
function wrapper_str(tensor: Tensor): string | null {
  binding.wrapper(handle(tensor))
  const [kind, level, dim] = read_ints() as [number, number, number]
  if (kind === 0) return null
  const value = tensor_text(made(out => binding.wrapped_value(out, handle(tensor))) as Tensor)
  if (kind === 3) return `FunctionalTensor(lvl=${level}, value=\\\n${value})`
  const head = kind === 1 ? `BatchedTensor(lvl=${level}, bdim=${dim}` : `GradTrackingTensor(lvl=${level}`
  return `${head}, value=\n${value.replace(/^(?=.)/gm, '    ')}\n)`
}

function tangent_suffix(tensor: Tensor): string[] {
  const { tangent } = unpack_dual(tensor)
  return tangent === null ? [] : [`tangent=${tensor_text(tangent)}`]
}

/** Python's repr of a tensor. It leaves the graph and the random state as they are, and no transform sees it. */
export function tensor_str(tensor: Tensor): string {
  const [mode, levels] = [binding.mode(), binding.disable_levels(true)]
  binding.set_mode(mode & ~1)
  try {
    return tensor_text(tensor)
  } finally {
    binding.disable_levels(levels)
    binding.set_mode(mode)
  }
}

function tensor_text(tensor: Tensor): string {
  const wrapped = wrapper_str(tensor)
  if (wrapped !== null) return wrapped
  const { name } = tensor.constructor
  const prefix = tensor.is_nested ? 'nested_tensor(' : ['Tensor', 'Parameter', 'Buffer'].includes(name) ? 'tensor(' : `${name}(`
  const self = tensor.detach()
  const { contents, suffixes } = text_of(self, prefix.length)
  const all = [
    ...(self.is_cpu ? [] : [`device='${String(self.device)}'`]), ...suffixes,
    ...(self.layout.name === 'strided' ? [] : [`layout=${String(self.layout)}`]), ...grad_suffix(tensor),
    ...tangent_suffix(tensor),
  ]
  return append(prefix + contents, all, prefix.length, self.is_sparse)
}
