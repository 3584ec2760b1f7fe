// Functions, classes and constants by the module that exports them and their name there, which is how they travel to a worker.
// No PyTorch counterpart: it is what pickle does with them.
import { Session } from 'node:inspector'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Where something is exported. */
export interface Reference {
  /** A file, for require; a URL, for import; null for what JavaScript itself has, such as Math.floor. */
  readonly module: string | null
  /** Its name there, and the names of the objects that it is a part of. Empty for the module's whole export. */
  readonly names: readonly string[]
}

/** Loads a module by its file or URL. */
export type Loader = (module: string) => unknown

type Holder = Readonly<Record<string, unknown>>

// What was found once, also on the way in: a worker gives back the references that it got.
const known = new WeakMap<object, Reference>()

/** Notes where something comes from. */
export function remember(value: object, reference: Reference): void {
  known.set(value, reference)
}

function is_holder(value: unknown): value is Holder {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

// Exports may be getters, of which one may throw.
function part(holder: unknown, name: string): unknown {
  try {
    return is_holder(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined
  } catch {
    return undefined
  }
}

const builtins = ['Math', 'Number', 'String', 'Array', 'Object', 'JSON', 'BigInt']

function find_builtin(value: object, name: string): Reference | null {
  if (part(globalThis, name) === value) return { module: null, names: [name] }
  const holder = builtins.find(one => part(part(globalThis, one), name) === value)
  return holder === undefined ? null : { module: null, names: [holder, name] }
}

function modules(): [file: string, exports: unknown][] {
  return Object.entries(require.cache).filter(([, module]) => module !== undefined).map(([file, module]) => [file, module!.exports])
}

/** By its own name, which is that of the export for nearly all. */
function find_by_name(value: object, name: string): Reference | null {
  for (const [module, exports] of modules()) {
    if (exports === value) return { module, names: [] }
    for (const names of [[name], ['default']]) {
      if (part(exports, names[0]) === value) return { module, names }
    }
  }
  return null
}

/** By looking at all exports, and at what is in them: `export const transforms = { noise }`, a static method. */
function find_anywhere(value: object): Reference | null {
  for (const [module, exports] of modules()) {
    if (!is_holder(exports)) continue
    for (const name of Object.keys(exports)) {
      const exported = part(exports, name)
      if (exported === value) return { module, names: [name] }
      if (!is_holder(exported)) continue
      const inner = Object.getOwnPropertyNames(exported).find(one => one !== 'prototype' && part(exported, one) === value)
      if (inner !== undefined) return { module, names: [name, inner] }
    }
  }
  return null
}

/** The URL of the script that a function or class was written in, which the debugger knows; null if there is none. */
export function script_of(value: object): string | null {
  const key = Symbol.for('torch-ts:function')
  const session = new Session()
  const urls = new Map<string, string>()
  let script: string | undefined
  try {
    session.connect()
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
    session.post('Debugger.enable');
    (globalThis as Record<symbol, unknown>)[key] = value
    session.post('Runtime.evaluate', { expression: 'globalThis[Symbol.for("torch-ts:function")]' }, (_, answer) => {
      const { objectId } = answer?.result ?? {}
      if (objectId === undefined) return
      session.post('Runtime.getProperties', { objectId, ownProperties: true }, (_, properties) => {
        const location = properties?.internalProperties?.find(one => one.name === '[[FunctionLocation]]')?.value?.value as
          { scriptId: string } | undefined
        script = location && urls.get(location.scriptId)
      })
    })
  } catch {
    return null // another debugger may be in the way
  } finally {
    delete (globalThis as Record<symbol, unknown>)[key]
    session.disconnect()
  }
  return script || null
}

/** The file of a script's URL, as require.cache names it. */
export function file_of(script: string): string {
  return script.startsWith('file:') && !script.includes('?') ? fileURLToPath(script) : script
}

// An ES module has no list of what it exports; its worker will see whether it does.
function find_in_es_module(value: object, name: string): Reference | null {
  const script = name === '' ? null : script_of(value)
  if (script === null || !script.startsWith('file:') || file_of(script) in require.cache) return null
  return { module: script, names: [name] }
}

/** Where a function, class or constant is exported; null if nowhere. */
export function find_reference(value: object): Reference | null {
  const found = known.get(value)
  if (found !== undefined) return found
  const own = part(value, 'name')
  const name = typeof own === 'string' ? own : ''
  const reference = find_builtin(value, name) ?? find_by_name(value, name) ?? find_anywhere(value)
    ?? (typeof value === 'function' ? find_in_es_module(value, name) : null)
  if (reference !== null) known.set(value, reference)
  return reference
}

/** Whether it takes an import, which is asynchronous. */
export function is_es_module(module: string | null): module is string {
  return module?.startsWith('file:') === true
}

/** Loads a module by its file. */
export function load_file(file: string): unknown {
  return createRequire(file)(file)
}

/** What a reference names, or null if the module does not export it. */
export function resolve_reference(reference: Reference, load: Loader): object | null {
  const { module, names } = reference
  let value = module === null ? globalThis : load(module)
  for (const name of names) value = is_holder(value) ? value[name] : undefined
  if (!is_holder(value) && module !== null) {
    // `export default class Name`
    const exported = part(load(module), 'default')
    if (names.length === 1 && part(exported, 'name') === names[0]) value = exported
  }
  if (!is_holder(value)) return null
  remember(value, reference)
  return value
}
