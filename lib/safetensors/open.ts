// Lazy reading of safetensors files: safetensors.safe_open, safetensors.torch.load_file and load.
import { binding } from '../_C'
import { handle, own } from '../_dispatch'
import { BytesSource, FileSource, type Source } from '../_files'
import type { IndexPart } from '../_indexing'
import { without_collections } from '../_memory'
import { fill_storage } from '../_memory_loan'
import { aten } from '../_operators'
import { Size } from '../_size'
import { type DeviceLike, device as to_device } from '../device'
import * as dtypes from '../dtype'
import { empty } from '../generated/torch_functions'
import { Tensor } from '../tensor'
import { type Header, SafetensorError, type TensorInfo, dtype_of, read_header, torch_shape } from './header'

const from_file = aten('from_file')
const set_storage = aten('set_')

// Row-major strides.
function strides_of(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = step
    step *= Math.max(shape[dim]!, 1)
  }
  return strides
}

/** Gives the bytes of a file's tensors as storages: parts of a mapped file, or copies. */
abstract class Memory {
  abstract bytes(start: number, end: number): Tensor

  tensor(info: TensorInfo): Tensor {
    const type = dtype_of(info.kind)
    const shape = torch_shape(info)
    if (info.start === info.end) return empty(shape, { dtype: type, device: 'cpu' })
    const bytes = this.bytes(info.start, info.end)
    const result = set_storage([empty([0], { dtype: type, device: 'cpu' }), bytes, 0, shape, strides_of(shape)]) as Tensor
    bytes.dispose()
    return result
  }
}

class Copied extends Memory {
  constructor(private readonly source: Source) {
    super()
  }

  bytes(start: number, end: number): Tensor {
    const memory = empty([end - start], { dtype: dtypes.uint8, device: 'cpu' })
    fill_storage(memory, end - start, this.source, start)
    return memory
  }
}

class Mapped extends Memory {
  readonly #whole: Tensor

  constructor(source: FileSource) {
    super()
    this.#whole = from_file([source.path, false, source.size], { dtype: dtypes.uint8 }) as Tensor
  }

  bytes(start: number, end: number): Tensor {
    const part = own(new Tensor(), out => binding.storage_part(out, handle(this.#whole), start, end - start))
    // Elements of 16 bytes do not exist here; files whose header is no multiple of eight do.
    return start % 8 !== 0 && (end - start) % 2 === 0 ? part.clone() : part
  }
}

/** A tensor of an open file that is read part by part: `file.get_slice('weight').at('0:10')`. */
export class SafeSlice {
  /** @internal */
  constructor(private readonly info: TensorInfo, private readonly read: () => Tensor, private readonly device: DeviceLike) {}

  get_shape(): Size {
    return Size.of_list(torch_shape(this.info))
  }

  /** The format's name, as 'BF16'. */
  get_dtype(): string {
    return this.info.kind
  }

  /** A copy of the part; only its pages of the file are read. Indices are those of {@link Tensor.at}. */
  at(...index: IndexPart[]): Tensor {
    return this.read().at(...index).clone().to(to_device(this.device))
  }
}

/** An open safetensors file; its tensors are read when they are asked for. */
export class SafeOpen implements Disposable {
  readonly #header: Header
  #memory: Memory | null
  readonly #device: DeviceLike

  /** @internal */
  constructor(file: string, device: DeviceLike) {
    this.#device = device
    to_device(device)
    const source = new FileSource(file)
    try {
      this.#header = read_header(source)
      this.#memory = source.is_plain ? new Mapped(source) : new Copied(new BytesSource(source.read(0, source.size)))
    } finally {
      source.close()
    }
  }

  #find(name: string): TensorInfo {
    if (this.#memory === null) throw new SafetensorError('File is closed')
    const found = this.#header.tensors.get(name)
    if (!found) throw new SafetensorError(`File does not contain tensor ${name}`)
    return found
  }

  /** The names of the tensors, in their own order. */
  keys(): string[] {
    return this.offset_keys().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }

  /** The names of the tensors, in the order of their data. */
  offset_keys(): string[] {
    return [...this.#header.tensors.keys()]
  }

  /** The texts that were saved beside the tensors, or null. */
  metadata(): Record<string, string> | null {
    return this.#header.metadata === null ? null : { ...this.#header.metadata }
  }

  /** A tensor. On the CPU it lies in the mapped file: its pages are read when they are used, and changes do not go into the file. */
  get_tensor(name: string): Tensor {
    return this.#memory_of(name).to(to_device(this.#device))
  }

  #memory_of(name: string): Tensor {
    const info = this.#find(name)
    return this.#memory!.tensor(info)
  }

  /** A tensor of which only parts will be read. */
  get_slice(name: string): SafeSlice {
    return new SafeSlice(this.#find(name), () => this.#memory_of(name), this.#device)
  }

  /** All tensors by their names. */
  get_tensors(): Record<string, Tensor> {
    return Object.fromEntries(this.offset_keys().map(name => [name, this.get_tensor(name)]))
  }

  /** Lets go of the file; tensors that were got stay. */
  close(): void {
    this.#memory = null
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

const frameworks = ['pt', 'torch', 'pytorch']

/**
 * Opens a safetensors file; its tensors are read when they are asked for.
 *
 * @param framework - 'pt', as there is no other here.
 * @param options.device - where tensors go. Default: 'cpu', where they lie in the mapped file.
 * @throws {SafetensorError} if the file is not as it should be.
 * @example using file = safe_open('model.safetensors'); const weight = file.get_tensor('fc.weight')
 * @see safetensors.safe_open
 */
export function safe_open(filename: string, framework: string | { framework?: string, device?: DeviceLike } = 'pt', options: { device?: DeviceLike } = {}): SafeOpen {
  const given = typeof framework === 'string' ? { framework, ...options } : framework
  if (!frameworks.includes(given.framework ?? 'pt')) throw new SafetensorError(`framework ${String(given.framework)} is invalid`)
  return new SafeOpen(filename, given.device ?? 'cpu')
}

/**
 * The tensors of a file by their names. On the CPU they lie in the mapped file, so that nothing is read before it is used.
 *
 * @see safetensors.torch.load_file
 */
export function load_file(filename: string, device: DeviceLike | { device?: DeviceLike } = 'cpu'): Record<string, Tensor> {
  const by_keyword = typeof device === 'object' && 'device' in device
  using file = new SafeOpen(filename, by_keyword ? device.device ?? 'cpu' : device as DeviceLike)
  return file.get_tensors()
}

/** The tensors in the bytes of a file, copied. @see safetensors.torch.load */
export function load(data: Uint8Array): Record<string, Tensor> {
  if (!(data instanceof Uint8Array)) throw new TypeError(`load(): argument 'data' must be a Uint8Array, not ${typeof data}`)
  const source = new BytesSource(data)
  const memory = new Copied(source)
  const infos = [...read_header(source).tensors.values()]
  return without_collections(() => Object.fromEntries(infos.map(info => [info.name, memory.tensor(info)])))
}
