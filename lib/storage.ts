// The memory that tensors share, without a type: torch.storage.UntypedStorage, as far as torch.load's map_location needs it.
import { binding } from './_C'
import { handle, is_tensor, own } from './_dispatch'
import { type Device, type DeviceLike, device as to_device } from './device'
import * as dtypes from './dtype'
import { empty } from './generated/torch_functions'
import { Tensor } from './tensor'

/**
 * The memory behind one or several tensors.
 *
 * @param source - a number of bytes for new memory, or a tensor to have the memory of.
 * @example torch.load('model.pt', { map_location: (storage, location) => storage.cuda(1) })
 * @see torch.UntypedStorage
 */
export class UntypedStorage {
  readonly #bytes: Tensor

  constructor(source: number | Tensor, options: { device?: DeviceLike } = {}) {
    if (is_tensor(source)) this.#bytes = own(new Tensor(), out => binding.storage_bytes(out, handle(source)))
    else this.#bytes = empty([source], { dtype: dtypes.uint8, device: to_device(options.device ?? 'cpu') })
  }

  /** A tensor of bytes on the memory. */
  get bytes(): Tensor {
    return this.#bytes
  }

  get device(): Device {
    return this.#bytes.device
  }

  /** The number of bytes. */
  nbytes(): number {
    return binding.storage_nbytes(handle(this.#bytes))
  }

  /** The number of bytes. */
  size(): number {
    return this.nbytes()
  }

  get length(): number {
    return this.nbytes()
  }

  /** The address of the memory. */
  data_ptr(): number {
    return this.#bytes.data_ptr()
  }

  /** The memory on another device; itself if it is there. */
  to({ device }: { device: DeviceLike }): UntypedStorage {
    const moved = this.#bytes.to({ device })
    return moved.is(this.#bytes) ? this : new UntypedStorage(moved)
  }

  cpu(): UntypedStorage {
    return this.to({ device: 'cpu' })
  }

  /** On a CUDA device. Default: the current one. */
  cuda(device: DeviceLike | null = null): UntypedStorage {
    return this.to({ device: typeof device === 'number' ? `cuda:${device}` : device ?? 'cuda' })
  }

  /** A copy. */
  clone(): UntypedStorage {
    return new UntypedStorage(this.#bytes.clone())
  }

  /** The bytes as numbers. */
  tolist(): number[] {
    return this.#bytes.tolist()
  }

  toString(): string {
    return `[torch.storage.UntypedStorage(device=${String(this.device)}) of size ${this.nbytes()}]`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
