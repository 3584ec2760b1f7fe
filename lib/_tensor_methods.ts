// Methods of torch.Tensor that are Python code there: torch/_tensor.py.
import { type Args, arrange } from './_args'
import type { TensorData, TensorOptions } from './_creation'
import { RuntimeError } from './_errors'
import { lu, norm } from './_functional/linear_algebra'
import { split } from './_functional/shape'
import { stft } from './_functional/spectral'
import { type UniqueOptions, unique, unique_consecutive } from './_functional/unique'
import { aten } from './_operators'
import { python_operators } from './_python_operators'
import { type dtype, complex128, complex64 } from './dtype'
import { type memory_format, channels_last, contiguous_format } from './layout'
import type { Tensor } from './tensor'
import type { Scalar } from './types'

const unflatten_op = aten('unflatten.int')

const norm_names = ['p', 'dim', 'keepdim', 'dtype'] as const
const split_names = ['split_size', 'dim'] as const
const lu_names = ['pivot', 'get_infos'] as const
const unflatten_names = ['dim', 'sizes'] as const
const stft_names = ['n_fft', 'hop_length', 'win_length', 'window', 'center', 'pad_mode', 'normalized', 'onesided', 'return_complex',
  'align_to_window'] as const

type Count = number | null
type Flag = boolean | null

let make_tensor: (data: unknown, options: TensorOptions) => Tensor

/** Says how tensors are made from data; the file that does so imports the tensor, and not the other way round. */
export function set_tensor_maker(make: typeof make_tensor): void {
  make_tensor = make
}

/** The methods, for Tensor's prototype. */
export abstract class PythonMethods {
  /** The norm of all elements, or along dimensions. @see torch.norm */
  norm(this: Tensor, ...args: Args<[p?: number | 'fro' | 'nuc' | null, dim?: number | readonly number[] | null, keepdim?: boolean,
    dtype?: dtype | null], typeof norm_names>): Tensor {
    const [p, dim, keepdim, dtype] = arrange<[number, number, boolean, dtype]>('norm', norm_names, 0, args)
    return norm(this, { p, dim, keepdim, dtype })
  }

  /** Pieces along a dimension, as views: of one size (the last may be smaller), or of the given sizes. @see torch.split */
  split(this: Tensor, ...args: Args<[split_size: number | readonly number[] | Tensor, dim?: number], typeof split_names>): Tensor[] {
    const [size, dim] = arrange<[number, number?]>('split', split_names, 1, args)
    return split(this, size, dim)
  }

  /** The different elements, each once. @see torch.unique */
  unique(this: Tensor, options?: UniqueOptions<false, false> & { sorted?: boolean }): Tensor
  unique(this: Tensor, options: UniqueOptions<true, true> & { sorted?: boolean }): [Tensor, Tensor, Tensor]
  unique(this: Tensor, options: UniqueOptions & { sorted?: boolean }): [Tensor, Tensor]
  unique(this: Tensor, sorted: boolean, options?: UniqueOptions): Tensor | Tensor[]
  unique(this: Tensor, sorted: boolean, return_inverse: boolean, return_counts?: boolean, dim?: Count): Tensor | Tensor[]
  unique(this: Tensor, ...args: unknown[]): unknown {
    return Reflect.apply(unique, null, [this, ...args])
  }

  /** The first of each run of equal elements. @see torch.unique_consecutive */
  unique_consecutive(this: Tensor, options?: UniqueOptions<false, false>): Tensor
  unique_consecutive(this: Tensor, options: UniqueOptions<true, true>): [Tensor, Tensor, Tensor]
  unique_consecutive(this: Tensor, options: UniqueOptions): [Tensor, Tensor]
  unique_consecutive(this: Tensor, return_inverse: boolean, return_counts?: boolean, dim?: Count): Tensor | Tensor[]
  unique_consecutive(this: Tensor, ...args: unknown[]): unknown {
    return Reflect.apply(unique_consecutive, null, [this, ...args])
  }

  /** The LU factorisation, packed, and its pivots. @see torch.lu */
  lu(this: Tensor, ...args: Args<[pivot?: boolean, get_infos?: boolean], typeof lu_names>): Tensor[] {
    const [pivot, get_infos] = arrange<[boolean?, boolean?]>('lu', lu_names, 0, args)
    return lu(this, pivot ?? true, get_infos)
  }

  /** Fourier transforms of overlapping windows. @see torch.stft */
  stft(this: Tensor, ...args: Args<[n_fft: number, hop_length?: Count, win_length?: Count, window?: Tensor | null, center?: boolean,
    pad_mode?: string, normalized?: boolean, onesided?: Flag, return_complex?: Flag, align_to_window?: Flag], typeof stft_names>): Tensor {
    type Params = [number, Count?, Count?, (Tensor | null)?, boolean?, string?, boolean?, Flag?, Flag?, Flag?]
    return stft(this, ...arrange<Params>('stft', stft_names, 1, args))
  }

  /** Cuts one dimension into several; one of the sizes may be -1. @throws {RuntimeError} if sizes do not multiply up to the dimension's. */
  unflatten(this: Tensor, ...args: Args<[dim: number, sizes: readonly number[]], typeof unflatten_names>): Tensor {
    const [dim, sizes] = arrange<[number, readonly number[]]>('unflatten', unflatten_names, 2, args)
    if (Array.isArray(sizes) && sizes.length === 0) throw new RuntimeError('unflatten: sizes must be non-empty')
    return unflatten_op([this, dim, sizes]) as Tensor
  }

  // ---- new tensors ----

  /** A tensor of the data, of this tensor's dtype and device unless others are given. @see torch.Tensor.new_tensor */
  new_tensor(this: Tensor, data: TensorData, options: TensorOptions = {}): Tensor {
    return make_tensor(data, { ...options, dtype: options.dtype ?? this.dtype, device: options.device ?? this.device })
  }

  // ---- conversions ----

  /** complex64. */
  cfloat(this: Tensor, options: { memory_format?: memory_format } = {}): Tensor {
    return this.to({ dtype: complex64, ...options })
  }

  /** complex128. */
  cdouble(this: Tensor, options: { memory_format?: memory_format } = {}): Tensor {
    return this.to({ dtype: complex128, ...options })
  }

  to_sparse_coo(this: Tensor): Tensor {
    return this.to_sparse()
  }

  // ---- element by element ----

  /** Replaces each element by what the function makes of it. Slow: for the CPU only. @see torch.Tensor.apply_ */
  apply_(this: Tensor, callable: (value: number) => Scalar): Tensor {
    return this.map2_(this, this, value => callable(value))
  }

  /** Replaces each element by what the function makes of it and of the other tensor's. @see torch.Tensor.map_ */
  map_(this: Tensor, tensor: Tensor, callable: (a: number, b: number) => Scalar): Tensor {
    return this.map2_(tensor, tensor, (a, b) => callable(a, b))
  }

  /** The same with two other tensors. @see torch.Tensor.map2_ */
  map2_(this: Tensor, x: Tensor, y: Tensor, callable: (a: number, b: number, c: number) => Scalar): Tensor {
    if (this.requires_grad || x.requires_grad || y.requires_grad) {
      throw new RuntimeError("Can't call map2_() on Variable that requires grad. Use var.detach().map2_() instead.")
    }
    const flat = (one: Tensor): number[] => one.expand(this.shape).reshape(-1).tolist() as number[]
    const [b, c] = [flat(x), flat(y)]
    const values = flat(this).map((a, i) => callable(a, b[i]!, c[i]!))
    return this.copy_(make_tensor(values, { dtype: this.dtype }).view(this.shape))
  }

  // ---- memory and kind ----

  /** The tensor itself: worker threads share all memory. @see torch.Tensor.share_memory_ */
  share_memory_(this: Tensor): Tensor {
    return this
  }

  /** True: worker threads share all memory. @see torch.Tensor.is_shared */
  is_shared(): boolean {
    return true
  }

  /** What a module puts in place of this parameter when it loads `other`. @see torch.Tensor.module_load */
  module_load(this: Tensor, other: Tensor, assign: boolean = false): Tensor {
    return assign ? other.detach() : this.copy_(other).detach()
  }

  /**
   * The dimensions in the order in which they lie in memory, the outermost first.
   *
   * @param options.ambiguity_check - throw a RuntimeError if there is more than one such order. Default: false.
   * @see torch.Tensor.dim_order
   */
  dim_order(this: Tensor, { ambiguity_check = false }: { ambiguity_check?: boolean } = {}): number[] {
    const [sizes, strides] = [this.shape, this.stride()]
    const unclear = sizes.some(size => size === 1) || new Set(strides).size < strides.length
    if (ambiguity_check && unclear) {
      throw new RuntimeError('The tensor does not have unique dim order, or cannot map to exact one of the given memory formats.')
    }
    const [plain, last] = [contiguous_format, channels_last].map(memory_format => this.is_contiguous({ memory_format }))
    const dims = Array.from(sizes, (_, dim) => dim)
    if (plain && !last) return dims
    return last && !plain ? [0, 2, 3, 1] : order_of_strides(dims, sizes, strides)
  }
}

// Positive if dimension a lies outside of b, 0 if their strides do not tell.
function compare_dims(a: number, b: number, sizes: readonly number[], strides: readonly number[]): number {
  const [outer, inner] = [strides[a]!, strides[b]!]
  if (outer === 0 || inner === 0) return 0
  if (outer === inner) return sizes[b]! >= sizes[a]! ? 0 : 1
  return outer - inner
}

// Insertion from the innermost dimension on: those that cannot be told apart keep their order.
function order_of_strides(dims: readonly number[], sizes: readonly number[], strides: readonly number[]): number[] {
  const order = [...dims].reverse()
  for (let i = 1; i < order.length; i++) {
    for (let at = i, below = i - 1; below >= 0; below--) {
      const found = compare_dims(order[below]!, order[at]!, sizes, strides)
      if (found < 0) break
      if (found === 0) continue
      ;[order[below], order[at]] = [order[at]!, order[below]!]
      at = below
    }
  }
  return order.reverse()
}

/** Whether a tensor is on a device of one kind: `x.is_xpu`. */
export type OnDevice = { readonly [name in `is_${typeof kinds[number]}`]: boolean }

const kinds = ['xla', 'xpu', 'mps', 'mtia', 'maia', 'ipu', 'vulkan'] as const

/** Adds the methods and properties of this file to Tensor's prototype. */
export function add_python_methods(prototype: object): void {
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(PythonMethods.prototype)
  Object.defineProperties(prototype, members)
  for (const [name, value] of Object.entries(python_operators)) Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  for (const kind of kinds) {
    Object.defineProperty(prototype, `is_${kind}`, { get(this: Tensor) { return this.device.type === kind }, configurable: true })
  }
}
