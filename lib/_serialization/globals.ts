// What a file may name: the list of torch/_weights_only_unpickler.py.
import { Complex } from '../_dispatch'
import { Size } from '../_size'
import { UnpicklingError } from '../_pickle/errors'
import { describe } from '../_pickle/unpickler'
import { Global, PyDict } from '../_pickle/values'
import { device } from '../device'
import * as dtypes from '../dtype'
import * as layouts from '../layout'
import type { Tensor } from '../tensor'
import { tensor_globals } from './rebuild'
import { user_globals } from './safe_globals'
import { SCHEMES, StorageType } from './types'

type Arguments = readonly unknown[]

// Never allowed, even if the user adds something of them.
const blocked = new Set(['sys', 'os', 'posix', 'nt'])

// Names of Python 2, in which protocol 2 is written.
const renamed: Record<string, string> = {
  __builtin__: 'builtins', copy_reg: 'copyreg', Queue: 'queue', SocketServer: 'socketserver', ConfigParser: 'configparser', commands: 'subprocess',
  cPickle: 'pickle', StringIO: 'io', cStringIO: 'io', urllib2: 'urllib.request', thread: '_thread', itertools: 'itertools', exceptions: 'builtins',
}

function text_in(value: unknown): string {
  if (typeof value !== 'string') throw new UnpicklingError(`expected a str, but got ${describe(value)}`)
  return value
}

function list_in(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new UnpicklingError(`expected a list, but got ${describe(value)}`)
  return value as unknown[]
}

function latin1([text, encoding]: Arguments): Uint8Array {
  if (encoding !== undefined && !/^(latin-?1|iso-8859-1|ascii|utf-?8)$/i.test(text_in(encoding))) throw new UnpicklingError(`unknown encoding: ${String(encoding)}`)
  if (typeof encoding === 'string' && /^utf/i.test(encoding)) return new TextEncoder().encode(text_in(text))
  const value = text_in(text)
  if (/[\u0100-\uffff]/.test(value)) throw new UnpicklingError("'latin-1' codec can't encode a string of the file")
  return Uint8Array.from(Buffer.from(value, 'latin1'))
}

function bytearray([value, encoding]: Arguments): Uint8Array {
  if (value === undefined) return new Uint8Array()
  return value instanceof Uint8Array ? value : latin1([value, encoding ?? 'latin1'])
}

function dict_of(kind: 'OrderedDict' | 'Counter') {
  return ([given]: Arguments): PyDict => {
    const dict = new PyDict(kind)
    const entries = given === undefined ? [] : given instanceof PyDict ? [...given.items] : list_in(given).map(list_in)
    for (const [key, value] of entries) dict.set(key, value)
    return dict
  }
}

function number_in(value: unknown): number {
  if (typeof value !== 'number') throw new UnpicklingError(`expected a number, but got ${describe(value)}`)
  return value
}

function layout_named([name]: Arguments): unknown {
  const found = Object.values(layouts).find(one => one instanceof layouts.layout && String(one) === name)
  if (!found) throw new UnpicklingError(`no such layout: ${String(name)}`)
  return found
}

const plain: Global[] = [
  new Global('collections.OrderedDict', dict_of('OrderedDict'), dict_of('OrderedDict')),
  new Global('collections.Counter', dict_of('Counter')),
  new Global('torch.serialization._get_layout', layout_named),
  new Global('torch.Size', ([sizes]) => Size.of_list(list_in(sizes ?? []).map(number_in))),
  new Global('torch.device', ([type, index]) => device(text_in(type), index === undefined || index === null ? undefined : number_in(index))),
  new Global('_codecs.encode', latin1),
  new Global('builtins.bytearray', bytearray),
  new Global('builtins.set', ([items]) => new Set(items instanceof Set ? items : list_in(items ?? []))),
  new Global('builtins.complex', ([real = 0, imaginary = 0]) => new Complex(number_in(real), number_in(imaginary))),
]

const constants = new Map<string, unknown>([
  ...Object.values(dtypes).filter(one => one instanceof dtypes.dtype).map(one => [String(one), one] as const),
  ...SCHEMES.map(one => [one.name, one] as const),
  ...plain.map(one => [one.name, one] as const),
])

/** The full name of a global, in the names of Python 3. */
export function full_name(module: string, name: string): string {
  return `${renamed[module] ?? module}.${name}`
}

/** Looks globals up for one file. */
export class Globals {
  readonly #tensors: Map<string, Global>
  #user: Map<string, Global> | null = null

  constructor(restore: (tensor: Tensor, location: unknown) => Tensor) {
    this.#tensors = new Map(tensor_globals(restore).map(one => [one.name, one]))
  }

  #allowed(name: string): unknown {
    return constants.get(name) ?? this.#tensors.get(name) ?? StorageType.of(name) ?? (this.#user ??= user_globals()).get(name)
  }

  /** Whether a file may name it. */
  allows(name: string): boolean {
    return this.#allowed(name) !== undefined && !blocked.has(name.slice(0, name.indexOf('.')))
  }

  /** What a name means. @throws {UnpicklingError} in PyTorch's words if it is not allowed. */
  find(module: string, name: string): unknown {
    const full = full_name(module, name)
    const owner = renamed[module] ?? module
    if (blocked.has(owner)) throw new UnpicklingError(`Trying to load unsupported GLOBAL ${full} whose module ${owner} is blocked.`)
    const found = this.#allowed(full)
    if (found !== undefined) return found
    const shown = full.replace(/^builtins\./, '')
    throw new UnpicklingError(`Unsupported global: GLOBAL ${shown} was not an allowed global by default. Please use \`torch.serialization.add_safe_globals([${shown}])\` `
      + `or the \`torch.serialization.safe_globals([${shown}])\` context manager to allowlist this global if you trust this class/function.`)
  }
}
