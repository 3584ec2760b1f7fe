// Settings of torch.save and torch.load: torch/utils/serialization/config.py, and what sets them in torch/serialization.py.

/** The order of bytes in files that do not say theirs. @see torch.serialization.LoadEndianness */
export const LoadEndianness = Object.freeze({ NATIVE: 1, LITTLE: 2, BIG: 3 } as const)
export type LoadEndianness = typeof LoadEndianness[keyof typeof LoadEndianness]

/** Defaults of torch.load and torch.save; assign to them. @see torch.utils.serialization.config */
export const config = {
  load: {
    /** What `mmap` is where it is not given. */
    mmap: false,
    /** The order of bytes in files that do not say theirs; null is the machine's. */
    endianness: null as LoadEndianness | null,
  },
  save: {
    /** Whether checksums are written, by which torch.load notices damaged files. */
    compute_crc32: true,
  },
}

/** Whether {@link save} writes checksums. @see torch.serialization.get_crc32_options */
export function get_crc32_options(): boolean {
  return config.save.compute_crc32
}

/** Sets whether {@link save} writes checksums, by which {@link load} notices damaged files. @see torch.serialization.set_crc32_options */
export function set_crc32_options(compute_crc32: boolean): void {
  config.save.compute_crc32 = Boolean(compute_crc32)
}

/** The order of bytes in files that do not say theirs; null is the machine's. @see torch.serialization.get_default_load_endianness */
export function get_default_load_endianness(): LoadEndianness | null {
  return config.load.endianness
}

/** @throws {TypeError} for anything but a LoadEndianness or null. @see torch.serialization.set_default_load_endianness */
export function set_default_load_endianness(endianness: LoadEndianness | null): void {
  if (endianness !== null && !Object.values(LoadEndianness).includes(endianness)) {
    throw new TypeError('Invalid argument type in function set_default_load_endianness')
  }
  config.load.endianness = endianness
}

let skips = false

/** Whether the bytes of storages are left out now. */
export function skips_data(): boolean {
  return skips
}

/** What {@link skip_data} gives back; at its end bytes are written and read again. */
export class SkipData implements Disposable {
  readonly #before = skips

  constructor() {
    skips = true
  }

  [Symbol.dispose](): void {
    skips = this.#before
  }
}

/**
 * For a callback, or until the result is disposed of: torch.save leaves room for the bytes of tensors without writing them, and torch.load makes
 * tensors without reading theirs.
 *
 * @see torch.serialization.skip_data
 */
export function skip_data(): SkipData
export function skip_data<T>(callback: () => T): T
export function skip_data<T>(callback?: () => T): T | SkipData {
  const guard = new SkipData()
  if (!callback) return guard
  try {
    return callback()
  } finally {
    guard[Symbol.dispose]()
  }
}
