// Data types: torch.dtype and its constants.
import { set_constant_maker } from './_dispatch'
import { Tag, TapeValue } from './_tape'

type Family = 'float' | 'complex' | 'int' | 'uint' | 'bool' | 'quantized'

/** The type of a tensor's elements, such as `torch.float32`. */
export class dtype extends TapeValue {
  /** The name without `torch.`. */
  readonly name: string
  /** Bytes an element takes. */
  readonly itemsize: number
  readonly is_floating_point: boolean
  readonly is_complex: boolean
  readonly is_signed: boolean

  /** @internal */
  constructor(name: string, code: number, itemsize: number, family: Family) {
    super(Tag.DType, code)
    this.name = name
    this.itemsize = itemsize
    this.is_floating_point = family === 'float'
    this.is_complex = family === 'complex'
    this.is_signed = family !== 'bool' && family !== 'uint'
  }

  override toString(): string {
    return `torch.${this.name}`
  }
}

const by_code = new Map<number, dtype>()

function define(name: string, code: number, itemsize: number, family: Family): dtype {
  const type = new dtype(name, code, itemsize, family)
  by_code.set(code, type)
  return type
}

// The codes are those of c10::ScalarType.
export const uint8 = define('uint8', 0, 1, 'uint')
export const int8 = define('int8', 1, 1, 'int')
export const int16 = define('int16', 2, 2, 'int')
export const int32 = define('int32', 3, 4, 'int')
export const int64 = define('int64', 4, 8, 'int')
export const float16 = define('float16', 5, 2, 'float')
export const float32 = define('float32', 6, 4, 'float')
export const float64 = define('float64', 7, 8, 'float')
export const complex32 = define('complex32', 8, 4, 'complex')
export const complex64 = define('complex64', 9, 8, 'complex')
export const complex128 = define('complex128', 10, 16, 'complex')
export const bool = define('bool', 11, 1, 'bool')
export const qint8 = define('qint8', 12, 1, 'quantized')
export const quint8 = define('quint8', 13, 1, 'quantized')
export const qint32 = define('qint32', 14, 4, 'quantized')
export const bfloat16 = define('bfloat16', 15, 2, 'float')
export const float8_e5m2 = define('float8_e5m2', 23, 1, 'float')
export const float8_e4m3fn = define('float8_e4m3fn', 24, 1, 'float')
export const float8_e5m2fnuz = define('float8_e5m2fnuz', 25, 1, 'float')
export const float8_e4m3fnuz = define('float8_e4m3fnuz', 26, 1, 'float')
export const uint16 = define('uint16', 27, 2, 'uint')
export const uint32 = define('uint32', 28, 4, 'uint')
export const uint64 = define('uint64', 29, 8, 'uint')
export const float8_e8m0fnu = define('float8_e8m0fnu', 44, 1, 'float')

export const float4_e2m1fn_x2 = define('float4_e2m1fn_x2', 45, 1, 'float')

// Types that libtorch stores and hardly computes with.
export const quint4x2 = define('quint4x2', 16, 1, 'quantized')
export const quint2x4 = define('quint2x4', 17, 1, 'quantized')
export const bits1x8 = define('bits1x8', 18, 1, 'uint')
export const bits2x4 = define('bits2x4', 19, 1, 'uint')
export const bits4x2 = define('bits4x2', 20, 1, 'uint')
export const bits8 = define('bits8', 21, 1, 'uint')
export const bits16 = define('bits16', 22, 2, 'uint')

type Seven = [dtype, dtype, dtype, dtype, dtype, dtype, dtype]

function narrow(family: 'int' | 'uint', code: number): Seven {
  return [1, 2, 3, 4, 5, 6, 7].map(bits => define(`${family}${bits}`, code + bits - 1, 1, family)) as Seven
}

export const [uint1, uint2, uint3, uint4, uint5, uint6, uint7] = narrow('uint', 30)
export const [int1, int2, int3, int4, int5, int6, int7] = narrow('int', 37)

export { uint1 as bit }
export { float16 as half, float32 as float, float64 as double, int16 as short, int32 as int, int64 as long }
export { complex32 as chalf, complex64 as cfloat, complex128 as cdouble }

const scalar_types: Record<string, string> = {
  float32: 'Float', float64: 'Double', float16: 'Half', bfloat16: 'BFloat16', int64: 'Long', int32: 'Int', int16: 'Short', int8: 'Char',
  uint8: 'Byte', bool: 'Bool', complex32: 'ComplexHalf', complex64: 'ComplexFloat', complex128: 'ComplexDouble', uint16: 'UInt16',
  uint32: 'UInt32', uint64: 'UInt64',
}

/** libtorch's name of a dtype, as in 'torch.FloatTensor'. */
export function scalar_type(type: dtype): string {
  return scalar_types[type.name] ?? type.name.replace(/^./, first => first.toUpperCase())
}

/** The dtype of a c10::ScalarType code. */
export function dtype_of_code(code: number): dtype {
  const type = by_code.get(code)
  if (!type) throw new TypeError(`dtype ${code} is not known to torch-ts`)
  return type
}

set_constant_maker(Tag.DType, dtype_of_code)
