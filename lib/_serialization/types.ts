// The types of storages in a file: torch.FloatStorage and its kin, which stand for a dtype.
import { Internal } from '../_pickle/values'
import * as dtypes from '../dtype'
import { type dtype } from '../dtype'
import { UntypedStorage } from '../storage'
import type { Tensor } from '../tensor'

const { float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, bool, complex128, complex64 } = dtypes

const storage_names: [dtype, string][] = [
  [float64, 'DoubleStorage'], [float32, 'FloatStorage'], [float16, 'HalfStorage'], [int64, 'LongStorage'], [int32, 'IntStorage'],
  [int16, 'ShortStorage'], [int8, 'CharStorage'], [uint8, 'ByteStorage'], [bool, 'BoolStorage'], [bfloat16, 'BFloat16Storage'],
  [complex128, 'ComplexDoubleStorage'], [complex64, 'ComplexFloatStorage'], [dtypes.qint8, 'QInt8Storage'], [dtypes.qint32, 'QInt32Storage'],
  [dtypes.quint8, 'QUInt8Storage'], [dtypes.quint4x2, 'QUInt4x2Storage'], [dtypes.quint2x4, 'QUInt2x4Storage'],
]
const names = new Map(storage_names)
const by_name = new Map(storage_names.map(([type, name]) => [name, type]))

/** The name of the storage class that a dtype has, or undefined for the newer ones, which have none. */
export function storage_name(type: dtype): string | undefined {
  return names.get(type)
}

/** The type of a storage in a file; a dtype of null is the one without a type. */
export class StorageType extends Internal {
  private constructor(name: string, readonly dtype: dtype | null) {
    super(name)
  }

  /** The type of a global's name, or null if it names none. */
  static of(full_name: string): StorageType | null {
    if (full_name === 'torch.storage.UntypedStorage' || full_name === 'torch.UntypedStorage') return new StorageType(full_name, null)
    const found = by_name.get(/^torch\.(?:cuda\.)?(\w+Storage)$/.exec(full_name)?.[1] ?? '')
    return found ? new StorageType(full_name, found) : null
  }
}

/** A storage that a file names: its memory as bytes, and the dtype that its elements have. */
export class LoadedStorage extends Internal {
  constructor(readonly bytes: Tensor, readonly dtype: dtype | null) {
    super('torch.storage.TypedStorage')
  }

  override value(): UntypedStorage {
    return new UntypedStorage(this.bytes)
  }
}

/** A way to quantize, such as torch.per_tensor_affine. */
export class QuantizationScheme extends Internal {}

/** Schemes by libtorch's number. */
export const SCHEMES = ['per_tensor_affine', 'per_channel_affine', 'per_tensor_symmetric', 'per_channel_symmetric', 'per_channel_affine_float_qparams']
  .map(name => new QuantizationScheme(`torch.${name}`))
