// Pickles of numpy arrays of bytes, lists and texts, as the CIFAR data sets are stored; nothing of them is run.
import { UnpicklingError } from '../../_pickle/errors'
import { type Rules, Unpickler } from '../../_pickle/unpickler'
import { Finisher, Global, Internal } from '../../_pickle/values'

/** An array of uint8. */
export class ByteArray {
  shape: readonly number[] = []
  data: Uint8Array = new Uint8Array(0)
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

class DataType extends Internal {
  constructor(readonly code: unknown) {
    super('numpy.dtype')
  }
}

/** BUILD of an array: (version, shape, dtype, whether in Fortran's order, bytes). */
function fill(array: ByteArray, state: unknown): void {
  const [, shape, dtype, fortran, data] = (Array.isArray(state) ? state : []) as unknown[]
  if (!(dtype instanceof DataType) || dtype.code !== 'u1' || fortran || !Array.isArray(shape)) {
    throw new UnpicklingError('only arrays of uint8 in row-major order are read')
  }
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
  if (!ArrayBuffer.isView(bytes) || shape.reduce((product: number, size) => product * Number(size), 1) !== bytes.byteLength) {
    throw new UnpicklingError('an array has another number of bytes than its shape asks for')
  }
  array.shape = shape.map(Number)
  array.data = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const globals: Record<string, Global> = {
  'multiarray._reconstruct': new Global('numpy._reconstruct', () => new ByteArray()),
  'numpy.ndarray': new Global('numpy.ndarray'),
  'numpy.dtype': new Global('numpy.dtype', ([code]) => new DataType(code)),
  '_codecs.encode': new Global('_codecs.encode', ([text]) => Buffer.from(String(text), 'latin1')),
}

const rules: Rules = {
  find_global(module, name) {
    const found = globals[`${module.replace(/^numpy\._?core\./, '')}.${name}`]
    if (found === undefined) throw new UnpicklingError(`${module}.${name} is not allowed in this file`)
    return found
  },
  persistent_load() {
    throw new UnpicklingError('this file should have no persistent ids')
  },
  build(instance, state) {
    if (instance instanceof ByteArray) fill(instance, state)
    else if (!(instance instanceof DataType)) throw new UnpicklingError('only arrays may have a state')
  },
  // Short ones are names and the letters of dtypes; the pixels stay bytes.
  old_string: bytes => bytes.length > 1000 ? bytes : latin1(bytes),
}

/** The object in a pickle. @throws {UnpicklingError} if it holds anything but dicts, lists, numbers, texts and arrays of bytes */
export function unpickle_arrays(bytes: Uint8Array): Record<string, unknown> {
  const value = new Finisher(() => null).finish(new Unpickler(bytes, rules).load())
  if (typeof value !== 'object' || value === null) throw new UnpicklingError('the file holds no dict')
  return value as Record<string, unknown>
}
