// Packages that AOTInductor compiled: aoti_load_package of torch/_inductor/__init__.py, AOTICompiledModel of torch/export/pt2_archive/_package.py.
import fs from 'node:fs'
import { type Args, bind } from '../_args'
import { binding } from '../_C'
import { Callable } from '../_callable'
import { handle, is_kwargs, is_tensor, take_values } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { FileSource } from '../_files'
import { type_text } from '../_typename'
import { ZipReader } from '../_zip/reader'
import { ScriptObject, script_id } from '../jit/_values'
import type { Tensor } from '../tensor'
import { type Spec, flatten_by, read_spec, unflatten_by } from './_spec'

const load_names = ['path', 'run_single_threaded', 'device_index'] as const
const load_keywords = ['model_name', 'num_runners'] as const

/** What Python's torch._inductor.package.load_package has beside aoti_load_package's arguments. */
export interface PackageOptions {
  /** Which of the package's programs. Default: 'model'. */
  model_name?: string
  /** How many calls can run at once. Default: 1. */
  num_runners?: number
}

function texts(script: ScriptObject, what: 'metadata' | 'constants' | 'call_spec'): string[] {
  binding.package_info(script_id(script), what)
  return take_values()[0] as string[]
}

/**
 * A compiled program. Call it with what the exported module was called with: tensors, arrays, objects and Maps of them, keyword arguments
 * in an object at the end. Outputs have the structure of the module's outputs: arrays for tuples and lists, objects for dicts. There is no
 * autograd through it.
 *
 * @see torch._inductor.package.AOTICompiledModel
 */
export class AOTICompiledModel extends Callable {
  readonly #script: ScriptObject
  readonly #inputs: Spec | null
  readonly #outputs: Spec | null

  /** @internal */
  constructor(script: ScriptObject) {
    super()
    this.#script = script
    const [inputs, outputs] = texts(script, 'call_spec')
    this.#inputs = read_spec(inputs)
    this.#outputs = read_spec(outputs)
  }

  protected __call__(...args: unknown[]): unknown {
    const tensors = this.#flatten(args)
    binding.package_run(script_id(this.#script), tensors.map(handle))
    const outputs = take_values()
    return this.#outputs === null ? outputs : unflatten_by(this.#outputs, outputs.values())
  }

  #flatten(args: unknown[]): Tensor[] {
    if (this.#inputs === null) {
      const strange = args.find(one => !is_tensor(one))
      if (strange !== undefined) throw new TypeError(`the package does not say how its inputs are nested: give tensors only, not ${type_text(strange)}`)
      return args as Tensor[]
    }
    const [positional, named] = this.#inputs.children
    if (positional === undefined || named?.keys == null) return flatten_by(this.#inputs, [args, {}], 'inputs')
    const is_named = args.length > positional.children.length && is_kwargs(args.at(-1))
    const kwargs = is_named ? args.at(-1) as Record<string, unknown> : {}
    const unknown_key = Object.keys(kwargs).find(key => !named.keys!.includes(key))
    if (unknown_key !== undefined) throw new TypeError(`forward() got an unexpected keyword argument '${unknown_key}'`)
    return [...flatten_by(positional, is_named ? args.slice(0, -1) : args, 'args'), ...flatten_by(named, kwargs, 'kwargs')]
  }

  /** What the compiler noted: the platform, the device, and the metadata of the user. */
  get_metadata(): Record<string, string> {
    const pairs = texts(this.#script, 'metadata')
    return Object.fromEntries(Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[2 * i]!, pairs[2 * i + 1]!] as const).sort())
  }

  /** The names of the parameters, buffers and constants that {@link load_constants} can replace. */
  get_constant_fqns(): string[] {
    return texts(this.#script, 'constants')
  }

  /**
   * Replaces weights by name with copies of these.
   *
   * @param check_full_update - throw unless every constant is given.
   * @throws {ValueError} for a name that the package does not have, {RuntimeError} for another shape or dtype.
   */
  load_constants(constants_map: Readonly<Record<string, Tensor>>, { check_full_update }: { check_full_update: boolean }): void {
    const entries = Object.entries(constants_map)
    for (const [name, value] of entries) {
      if (!is_tensor(value)) throw new TypeError(`load_constants(): '${name}' must be a Tensor, not ${type_text(value)}`)
    }
    const known = this.get_constant_fqns()
    const strange = entries.find(([name]) => !known.includes(name))
    if (strange) throw new ValueError(`load_constants(): the package has no constant '${strange[0]}'`)
    const missing = check_full_update ? known.find(name => !Object.hasOwn(constants_map, name)) : undefined
    if (missing !== undefined) throw new RuntimeError(`Cannot find constants ${missing} in constants_map!`)
    const names = entries.map(([name]) => name).join('\n')
    binding.package_load_constants(script_id(this.#script), names, entries.map(([, value]) => handle(value)), check_full_update)
  }

  toString(): string {
    return `AOTICompiledModel(${Object.entries(this.get_metadata()).map(([key, value]) => `${key}=${value}`).join(', ')})`
  }
}

// The loader of libtorch unpacks the file into a folder: names, sizes and sums are checked before.
function check_package(path: string, model_name: string): void {
  const stats = fs.statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new ValueError(`The provided filename ${path} does not exist`)
  if (stats.isDirectory()) throw new ValueError(`The provided filename ${path} is a directory`)
  const source = new FileSource(path)
  try {
    const zip = new ZipReader(source)
    const folders = zip.records.map(name => /^data\/aotinductor\/([^/]+)\//.exec(name)?.[1]).filter(name => name !== undefined)
    const names = [...new Set(folders)]
    if (names.length === 0) {
      const hint = zip.records.some(name => name.startsWith('models/')) ? '; it holds an exported program: torch.export.load reads it' : ''
      throw new RuntimeError(`${path} holds no program that AOTInductor compiled${hint}`)
    }
    if (!names.includes(model_name)) throw new RuntimeError(`Failed to find model '${model_name}' in ${path}: it holds ${names.join(', ')}`)
    for (const record of zip.records) zip.verify(record)
  } finally {
    source.close()
  }
}

/**
 * Loads a program that Python's `torch._inductor.aoti_compile_and_package` compiled. The package holds machine code, which **runs when it is
 * called**: load only what you trust. It must have been compiled for the same version of libtorch, kind of machine and device.
 *
 * @param path - the .pt2 file.
 * @param run_single_threaded - without locks, for calls that never overlap. Default: false.
 * @param device_index - which device of the kind that it was compiled for. Default: -1, the current one.
 * @throws {ValueError} if there is no such file; {RuntimeError} if it is no package, or does not fit this machine.
 * @example const model = torch._inductor.aoti_load_package('model.pt2'); const y = model(x)
 * @see torch._inductor.aoti_load_package
 */
export function aoti_load_package(
  ...args: Args<[path: string, run_single_threaded?: boolean, device_index?: number], typeof load_names, PackageOptions>
): AOTICompiledModel & ((...inputs: unknown[]) => unknown) {
  const { path, run_single_threaded = false, device_index = -1, model_name = 'model', num_runners = 1 } = bind<
    { path: string, run_single_threaded?: boolean, device_index?: number } & PackageOptions
  >('aoti_load_package', load_names, 1, args, load_keywords)
  if (typeof path !== 'string') throw new TypeError(`aoti_load_package(): argument 'path' must be str, not ${type_text(path)}`)
  check_package(path, model_name)
  const script = new ScriptObject(out => binding.package_load(out, path, model_name, run_single_threaded, num_runners, device_index))
  return new AOTICompiledModel(script) as AOTICompiledModel & ((...inputs: unknown[]) => unknown)
}
