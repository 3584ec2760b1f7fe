// Modules, functions and units of TorchScript: torch/jit/_script.py.
import { binding } from '../_C'
import { Callable } from '../_callable'
import { handle, is_tensor } from '../_dispatch'
import { NotImplementedError, ValueError } from '../_errors'
import { type Args, bind } from '../_args'
import { Module } from '../nn/modules/module'
import { state_of } from '../nn/modules/_members'
import { Parameter } from '../nn/parameter'
import type { Tensor } from '../tensor'
import { save_to_buffer, save_to_file } from './_files'
import {
  SCRIPT, type Description, ScriptObject, code_with_constants_of, describe, get_attribute, get_script, method_of, script_id, set_attribute,
  set_module_maker, text_of,
} from './_values'

/** Contents of extra files by name. */
export type ExtraFiles = Record<string, string | Uint8Array>

/**
 * A module of TorchScript: one that {@link load} read or {@link trace} made. It is an nn.Module: parameters, buffers, modules, state_dict,
 * `to`, `train`, hooks and optimizers work as for any other, on the same tensors that the compiled methods use. Its attributes are
 * properties, and its methods can be called with values of every type of TorchScript.
 *
 * A list or a tuple is an array, a dict a Map or a plain object, a named tuple has its fields, None is null; an int beyond 2^53 is a bigint.
 *
 * @see torch.jit.ScriptModule
 */
export class ScriptModule extends Module {
  declare readonly [SCRIPT]: ScriptObject
  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- as PyTorch's: its types are known when it runs */
  declare forward: (...args: unknown[]) => any

  /** @internal */
  constructor(script: ScriptObject, name = 'RecursiveScriptModule', parameters: Parameters = new Map()) {
    super()
    Object.defineProperty(this, SCRIPT, { value: script })
    Object.defineProperty(this, '_name', { value: name, writable: true })
    const description = describe(script)
    for (const [attribute, kind] of description.attributes) define_member(this, script, parameters, attribute, kind)
    for (const method of description.methods) define_method(this, method)
  }

  /** The name of the class that was compiled. */
  get original_name(): string {
    return describe(this[SCRIPT]).name
  }

  /** The source of forward, as TorchScript prints it. */
  get code(): string {
    return text_of(this[SCRIPT], 'forward', 'code')
  }

  /** The source of forward and the constants that it names. */
  get code_with_constants(): [code: string, constants: Record<string, unknown>] {
    return code_with_constants_of(this[SCRIPT], 'forward')
  }

  /** The graph of forward as text. */
  get graph(): string {
    return text_of(this[SCRIPT], 'forward', 'graph')
  }

  /** The graph of forward with those of all that it calls. */
  get inlined_graph(): string {
    return text_of(this[SCRIPT], 'forward', 'inlined_graph')
  }

  /**
   * Writes the module to a file that {@link load}, Python and C++ read. A crash leaves the old file or the new one.
   *
   * @param _extra_files - contents by name, to store with it.
   */
  save(f: string, { _extra_files }: { _extra_files?: ExtraFiles } = {}): void {
    save_to_file(this[SCRIPT], f, _extra_files)
  }

  /** The bytes that {@link save} would write. */
  save_to_buffer({ _extra_files }: { _extra_files?: ExtraFiles } = {}): Buffer {
    return save_to_buffer(this[SCRIPT], _extra_files)
  }

  /** Defines the method that a trace added. @internal */
  _add_method(name: string): void {
    define_method(this, name)
  }

  /** @internal */
  __deepcopy__(): ScriptModule {
    return new ScriptModule(new ScriptObject(out => binding.script_copy(out, script_id(this[SCRIPT]), true)), this._get_name())
  }

  override get _forward_names(): undefined {
    return undefined
  }

  override _get_name(): string {
    return (this as unknown as { _name: string })._name
  }

  override extra_repr(): string {
    return `original_name=${this.original_name}`
  }
}

set_module_maker(script => new ScriptModule(script))

function define_method(module: ScriptModule, name: string): void {
  if (name !== 'forward' && name in module) return
  Object.defineProperty(module, name, { value: method_of(module[SCRIPT], name), configurable: true, writable: true })
}

/** The parameters of a tree of modules by their tensors, so that one that several modules share is one object. */
export type Parameters = Map<number, Parameter>

/** Notes a parameter as the object that stands for its tensor. */
export function note_parameter(parameters: Parameters, parameter: Parameter): void {
  parameters.set(binding.impl_id(handle(parameter)), parameter)
}

function the_parameter(parameters: Parameters, tensor: Tensor): Parameter {
  const noted = parameters.get(binding.impl_id(handle(tensor)))
  if (noted !== undefined && !noted.is_disposed && noted.is(tensor)) return noted
  const parameter = Object.setPrototypeOf(tensor, Parameter.prototype) as Parameter
  note_parameter(parameters, parameter)
  return parameter
}

type Kind = Description['attributes'] extends Map<string, infer K> ? K : never

// A member of the script as a property: its value is read where it is, since methods may set it. A tensor or module that is still
// the same is the same object.
function define_member(module: ScriptModule, script: ScriptObject, parameters: Parameters, name: string, kind: Kind): void {
  let known: unknown
  if (kind === 'module') known = new ScriptModule(get_script(script, name), undefined, parameters)
  const get = (): unknown => {
    if (kind === 'module') return known
    const value = get_attribute(script, name)
    if (!is_tensor(value)) return known = value
    if (is_tensor(known) && !known.is_disposed && (known as Tensor).is(value as Tensor)) return known
    return known = kind === 'parameter' ? the_parameter(parameters, value as Tensor) : value
  }
  const set = (value: unknown): void => {
    if (kind === 'parameter' && value === null) return
    set_attribute(script, name, value)
    if (kind !== 'attribute') known = value
  }
  Object.defineProperty(module, name, { get, set, configurable: true, enumerable: kind !== 'constant' })
  if (kind === 'parameter' || kind === 'buffer' || kind === 'module') state_of(module).kinds.set(name, kind)
}

/** The name of the class in Python's printouts. */
export const RecursiveScriptModule = ScriptModule

/**
 * A function of TorchScript: one that {@link trace} made or that a {@link CompilationUnit} defines. Call it as any function.
 *
 * @see torch.jit.ScriptFunction
 */
export class ScriptFunction extends Callable {
  declare readonly [SCRIPT]: ScriptObject
  declare readonly name: string
  declare protected __call__: (...args: unknown[]) => unknown

  /** @internal */
  constructor(script: ScriptObject) {
    super()
    Object.defineProperty(this, SCRIPT, { value: script })
    Object.defineProperty(this, 'name', { value: describe(script).name })
    Object.defineProperty(this, '__call__', { value: method_of(script, '') })
  }

  /** Its parameters and results with their types. */
  get schema(): string {
    return text_of(this[SCRIPT], '', 'schema')
  }

  get code(): string {
    return text_of(this[SCRIPT], '', 'code')
  }

  get code_with_constants(): [code: string, constants: Record<string, unknown>] {
    return code_with_constants_of(this[SCRIPT], '')
  }

  get graph(): string {
    return text_of(this[SCRIPT], '', 'graph')
  }

  get inlined_graph(): string {
    return text_of(this[SCRIPT], '', 'inlined_graph')
  }

  /** Writes it as the forward of a module without parameters. */
  save(f: string, { _extra_files }: { _extra_files?: ExtraFiles } = {}): void {
    save_to_file(this[SCRIPT], f, _extra_files)
  }

  /** The bytes that {@link save} would write. */
  save_to_buffer({ _extra_files }: { _extra_files?: ExtraFiles } = {}): Buffer {
    return save_to_buffer(this[SCRIPT], _extra_files)
  }

  toString(): string {
    return `<torch.jit.ScriptFunction ${this.name}>`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

export interface ScriptFunction {
  // eslint-disable-next-line @typescript-eslint/prefer-function-type, @typescript-eslint/no-explicit-any -- a class too, above; as PyTorch's: untyped
  (...args: unknown[]): any
}

const unit_names = ['lang'] as const

/**
 * Functions compiled from TorchScript source, which is a part of Python. Each is a property of the unit.
 *
 * @throws {RuntimeError} for source that TorchScript does not compile, with the place.
 * @example
 * const unit = new torch.jit.CompilationUnit('def twice(x):\n    return x + x')
 * unit.twice(torch.ones(2))
 * @see torch.jit.CompilationUnit
 */
export class CompilationUnit {
  [name: string]: any // eslint-disable-line @typescript-eslint/no-explicit-any -- the functions

  constructor(...args: Args<[lang?: string | null], typeof unit_names>) {
    const { lang } = bind('CompilationUnit', unit_names, 0, args)
    if (lang != null && typeof lang !== 'string') throw new TypeError("CompilationUnit(): argument 'lang' must be str")
    Object.defineProperty(this, SCRIPT, { value: new ScriptObject(out => binding.script_compile(out, (lang as string | null | undefined) ?? '')) })
    define_functions(this)
  }

  /** Compiles more functions into the unit. */
  define(src: string): void {
    binding.script_define(script_id(unit_script(this)), src)
    define_functions(this)
  }

  /** A function by name, or null. */
  find_function(name: string): ScriptFunction | null {
    const holder = new ScriptObject(out => binding.script_function(out, script_id(unit_script(this)), name))
    return script_id(holder) === 0 ? null : new ScriptFunction(holder)
  }
}

function unit_script(unit: CompilationUnit): ScriptObject {
  return (unit as unknown as { [SCRIPT]: ScriptObject })[SCRIPT]
}

function define_functions(unit: CompilationUnit): void {
  for (const name of describe(unit_script(unit)).methods) {
    if (name in unit) continue
    Object.defineProperty(unit, name, { value: unit.find_function(name), enumerable: true })
  }
}

/**
 * TorchScript compiles Python source, which a TypeScript function does not have: this always throws. {@link trace} records what a
 * function or module does; {@link CompilationUnit} compiles TorchScript source.
 *
 * @throws {NotImplementedError} always, but for what is TorchScript already.
 * @see torch.jit.script
 */
export function script<T>(obj: T): T {
  if (obj instanceof ScriptModule || obj instanceof ScriptFunction) return obj
  throw new NotImplementedError('torch.jit.script compiles Python source, which a TypeScript function or module does not have. Use torch.jit.trace(fn, '
    + 'example_inputs) to record it as a graph, or new torch.jit.CompilationUnit(source) to compile TorchScript source.')
}

/** The script of a module or function; throws for anything else. */
export function script_of(value: unknown, name: string): ScriptObject {
  if (value instanceof ScriptModule || value instanceof ScriptFunction) return value[SCRIPT]
  throw new ValueError(`${name}(): expected a ScriptModule or ScriptFunction`)
}
