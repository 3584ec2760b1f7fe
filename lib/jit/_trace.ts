// Recording what functions and modules do as graphs: torch/jit/_trace.py.
import { type Args, bind } from '../_args'
import { binding } from '../_C'
import { handle, is_kwargs, is_tensor } from '../_dispatch'
import { AttributeError, RuntimeError, ValueError } from '../_errors'
import { keep, kept } from '../_memory'
import { warn } from '../_warnings'
import { is_module, members, state_of, tracing } from '../nn/modules/_members'
import type { Module } from '../nn/modules/module'
import { Parameter } from '../nn/parameter'
import type { Tensor } from '../tensor'
import { type Checked, check_trace } from './_check_trace'
import { type Parameters, ScriptFunction, ScriptModule, note_parameter } from './_script'
import { SCRIPT, ScriptObject, read_values, script_id, write_value } from './_values'

/** Arguments of one call: a tensor, or an array of tensors and of nested arrays and dicts of them. */
export type Example = Tensor | readonly unknown[] | Readonly<Record<string, unknown>>

/** Keywords of {@link trace}. */
export interface TraceOptions {
  /** Run the trace and the function again and compare. Default: true. */
  check_trace?: boolean
  /** Arguments to check with. Default: the examples. Others in size find sizes that the trace took for constants. */
  check_inputs?: readonly Example[] | null
  /** The relative tolerance of the check. Default: 1e-5. */
  check_tolerance?: number
  /** Refuse lists and dicts as outputs. An array at the output is a tuple here. Default: true. */
  strict?: boolean
  /** Arguments by the names of the function's parameters, in the place of example_inputs. */
  example_kwarg_inputs?: Readonly<Record<string, unknown>> | null
  /** @internal */
  _force_outplace?: boolean
  /** @internal */
  _store_inputs?: boolean
}

type AnyFunction = (...args: never[]) => unknown

const STRICT = 1
const FORCE_OUTPLACE = 2
const STORE_INPUTS = 4

/** Whether a trace is being recorded. @see torch.jit.is_tracing */
export function is_tracing(): boolean {
  return binding.is_tracing()
}

// ---- modules of the trace ----

function class_name(module: Module): string {
  return module._get_name().replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)|^$/, '_')
}

// A module of TorchScript with the same members, on the same tensors.
function build(module: Module, root: ScriptObject | null, parameters: Parameters): ScriptObject {
  if (module instanceof ScriptModule) return module[SCRIPT]
  if (state_of(module).hooks?.backward.list().length) throw new ValueError(`Modules that have backward hooks assigned can't be compiled: ${module.toString()}`)
  const name = `__torch__.${class_name(module)}`
  const script = new ScriptObject(out => binding.new_script_module(out, root === null ? 0 : script_id(root), name))
  const id = script_id(script)
  const seen = new Set<Tensor>()
  for (const kind of ['parameter', 'buffer'] as const) {
    for (const [name, tensor] of members(module, kind)) {
      if (tensor === null) continue
      if (seen.has(tensor)) throw new ValueError("TracedModules don't support parameter sharing between modules")
      seen.add(tensor)
      if (tensor instanceof Parameter) note_parameter(parameters, tensor)
      binding.script_register(id, kind, name, handle(tensor))
    }
  }
  binding.script_register(id, 'attribute', 'training', module.training ? 1 : 0)
  for (const [name, child] of members(module, 'module')) {
    if (child !== null) binding.script_register(id, 'module', name, script_id(build(child, root ?? script, parameters)))
  }
  return script
}

// The names of the modules below, by which the graph is divided.
function scopes_of(module: Module, prefix: string, scopes: Map<Module, string>): Map<Module, string> {
  for (const [name, child] of module.named_children()) {
    scopes.set(child, `${prefix}.${name}`)
    scopes_of(child, `${prefix}.${name}`, scopes)
  }
  return scopes
}

function with_scopes<T>(scopes: Map<Module, string>, run: () => T): T {
  const outer = tracing.scope
  tracing.scope = (module, forward) => {
    const name = module instanceof ScriptModule ? undefined : scopes.get(module)
    if (name === undefined || !binding.is_tracing()) return forward()
    binding.push_scope(name)
    try {
      return forward()
    } finally {
      binding.pop_scope()
    }
  }
  try {
    return run()
  } finally {
    tracing.scope = outer
  }
}

// ---- parameters' names ----

// Splits at commas that are in no brackets or quotes.
function split_parameters(text: string): string[] {
  const parts: string[] = []
  let depth = 0, start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if ('\'"`'.includes(c)) {
      const end = text.indexOf(c, i + 1)
      i = end < 0 ? text.length : end
    } else if ('([{'.includes(c)) {
      depth++
    } else if (')]}'.includes(c)) {
      if (depth === 0) return [...parts, text.slice(start, i)]
      depth--
    } else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return []
}

/** The names of a function's parameters as its source has them; none if it takes others than plain ones. */
export function parameter_names(fn: AnyFunction): string[] {
  const source = Function.prototype.toString.call(fn).replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '')
  const lone = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(source)
  if (lone) return [lone[1]!]
  const open = source.indexOf('(')
  const parts = open < 0 ? [] : split_parameters(source.slice(open + 1)).map(part => part.trim()).filter(part => part !== '')
  const names = parts.map(part => /^([A-Za-z_]\w*)\s*(?:=[^]*)?$/.exec(part)?.[1])
  return names.includes(undefined) ? [] : names as string[]
}

// ---- recording ----

interface Recording {
  name: string
  names: readonly string[]
  call: (...args: unknown[]) => unknown
  inputs: readonly unknown[]
  flags: number
}

function record(out: object, module: ScriptObject | null, { name, names, call, inputs, flags }: Recording): number {
  const id = keep(() => {
    const result = call(...read_values())
    write_value(result ?? null)
    return 0
  })
  try {
    write_value([...inputs])
    return binding.script_trace(out, module === null ? 0 : script_id(module), name, names.join('\n'), id, flags)
  } finally {
    kept.delete(id)
  }
}

function flags_of({ strict = true, _force_outplace = false, _store_inputs = true }: TraceOptions): number {
  return (strict ? STRICT : 0) + (_force_outplace ? FORCE_OUTPLACE : 0) + (_store_inputs ? STORE_INPUTS : 0)
}

function as_arguments(example: Example): readonly unknown[] {
  if (is_tensor(example) || is_kwargs(example)) return [example]
  if (Array.isArray(example)) return example
  throw new TypeError('trace(): the example inputs must be a tensor, an array or a dict')
}

/** What is traced: how to call it with positional arguments, and the parts of the recording that do not change. */
interface Target { name: string, call: (...args: unknown[]) => unknown, names: readonly string[] }

// By keyword: the names in the order of the parameters, and the call by these.
function by_keyword(target: Target, example: Readonly<Record<string, unknown>>): Target & { inputs: unknown[] } {
  const { names } = target
  for (const key of Object.keys(example)) {
    if (!names.includes(key)) {
      throw new ReferenceError(`'${key}' is not in forward() method's arguments,\n                         valid arguments name are [${names.join(',')}]`)
    }
  }
  const given = names.filter(name => name in example)
  const call = (...args: unknown[]): unknown => {
    const all = names.map(name => (given.includes(name) ? args[given.indexOf(name)] : undefined))
    while (all.length > 0 && all.at(-1) === undefined) all.pop()
    return target.call(...all)
  }
  return { name: target.name, names: given, call, inputs: given.map(name => example[name]) }
}

function recording(target: Target, example: Example, is_kwarg: boolean, flags: number): Recording {
  if (is_kwarg) return { ...by_keyword(target, example as Readonly<Record<string, unknown>>), flags }
  return { ...target, inputs: as_arguments(example), flags }
}

// ---- modules ----

function method_target(module: Module, name: string): Target {
  const method = (module as unknown as Record<string, unknown>)[name]
  if (typeof method !== 'function') throw new AttributeError(`'${module._get_name()}' object has no attribute '${name}'`)
  if (name !== 'forward') return { name, call: (...args) => (method as AnyFunction).apply(module, args as never[]), names: parameter_names(method as AnyFunction) }
  return { name, call: (...args) => module(...args) as unknown, names: module._forward_names ?? parameter_names(method as AnyFunction) }
}

function build_and_record(module: Module, methods: readonly Recording[]): ScriptModule {
  const parameters: Parameters = new Map()
  const script = build(module, null, parameters)
  with_scopes(scopes_of(module, '__module', new Map()), () => {
    for (const method of methods) record({}, script, method)
  })
  const traced = new ScriptModule(script, undefined, parameters)
  for (const one of traced.modules()) (one as unknown as { _name: string })._name = (one as ScriptModule).original_name
  return traced
}

/** Keywords of {@link trace_module}. */
export interface TraceModuleOptions extends Omit<TraceOptions, 'check_inputs' | 'example_kwarg_inputs'> {
  /** For each check the arguments by method. */
  check_inputs?: readonly Readonly<Record<string, Example>>[] | null
  /** Whether the examples are arguments by name. Default: false. */
  example_inputs_is_kwarg?: boolean
}

/**
 * As {@link trace}, for several methods of a module.
 *
 * @param inputs - the example arguments by the method's name: `{ forward: x, encode: [x, y] }`.
 * @see torch.jit.trace_module
 */
export function trace_module(mod: Module, inputs: Readonly<Record<string, Example>>, options: TraceModuleOptions = {}): ScriptModule {
  if (!is_module(mod)) throw new AttributeError('expected torch.nn.Module as the first argument')
  if (!is_kwargs(inputs)) throw new AttributeError('expected a dictionary of (method_name, input) pairs')
  const is_kwarg = options.example_inputs_is_kwarg === true
  const flags = flags_of({ strict: options.strict, _force_outplace: options._force_outplace, _store_inputs: options._store_inputs })
  const recordings = (examples: Readonly<Record<string, Example>>): Recording[] =>
    Object.entries(examples).map(([name, example]) => recording(method_target(mod, name), example, is_kwarg, flags))
  const traced = build_and_record(mod, recordings(inputs))
  if (options.check_trace === false) return traced
  for (const examples of options.check_inputs ?? [inputs]) {
    for (const one of recordings(examples)) {
      const again = (args: readonly unknown[]): Checked => ({
        script: build_and_record(mod, [{ ...one, inputs: args, flags: flags & ~STORE_INPUTS }])[SCRIPT], method: one.name,
      })
      check_trace(one.call, one.inputs, { script: traced[SCRIPT], method: one.name }, again, options.check_tolerance ?? 1e-5)
    }
  }
  return traced
}

// ---- both ----

const trace_names = ['func', 'example_inputs', 'optimize', 'check_trace', 'check_inputs', 'check_tolerance', 'strict'] as const

type TraceArgs<F> = Args<[func: F, example_inputs?: Example | null, optimize?: null, check_trace?: boolean, check_inputs?: readonly Example[] | null,
  check_tolerance?: number, strict?: boolean], typeof trace_names, TraceOptions>

/**
 * Runs a module or function once with example inputs and records the operators that it calls as TorchScript, which can be saved, and which
 * Python and C++ run without TypeScript. A module's parameters keep their names and tensors.
 *
 * What is no tensor is a constant of the trace: sizes that were read, `item()`, branches and counts of loops. Reading values warns (TracerWarning);
 * reading `shape` cannot, so write `x.flatten(1)` or `x.view(-1, 96)` rather than `x.view(x.size(0), -1)`, or check with inputs of another size.
 *
 * @param func - a module, or a function of tensors. It gives a tensor, or arrays (tuples) of tensors.
 * @param example_inputs - the arguments: a tensor or an array of them.
 * @returns a {@link ScriptModule} for a module, a {@link ScriptFunction} for a function
 * @throws {TracingCheckError} if a second trace is another graph.
 * @example torch.jit.trace(model.eval(), torch.randn(1, 1, 28, 28)).save('model.pt')
 * @see torch.jit.trace
 */
export function trace(...args: TraceArgs<Module>): ScriptModule
export function trace(...args: TraceArgs<AnyFunction>): ScriptFunction
export function trace(...args: TraceArgs<Module | AnyFunction>): ScriptModule | ScriptFunction {
  const { func, example_inputs, ...options } = bind<{ func: Module | AnyFunction, example_inputs?: Example | null } & TraceOptions>(
    'trace', trace_names, 1, args, ['example_kwarg_inputs', '_force_outplace', '_store_inputs'])
  return trace_any(func, example_inputs ?? null, options)
}

function trace_any(func: Module | AnyFunction, example_inputs: Example | null, options: TraceOptions): ScriptModule | ScriptFunction {
  if (func instanceof ScriptModule || func instanceof ScriptFunction) {
    warn('The input to trace is already a ScriptModule, tracing it is a no-op. Returning the object as is.')
    return func
  }
  if (typeof func !== 'function') throw new TypeError('trace(): argument \'func\' must be a Module or a function')
  const { example_kwarg_inputs } = options
  if (example_inputs === null && !is_kwargs(example_kwarg_inputs)) throw new RuntimeError('example_kwarg_inputs should be a dict')
  const is_kwarg = example_inputs === null
  const example = example_inputs ?? example_kwarg_inputs as Example
  if (is_module(func)) {
    const check_inputs = options.check_inputs?.map(one => ({ forward: one })) ?? null
    return trace_module(func, { forward: example }, { ...options, check_inputs, example_inputs_is_kwarg: is_kwarg })
  }
  return trace_function(func, example, is_kwarg, options)
}

function trace_function(func: AnyFunction, example: Example, is_kwarg: boolean, options: TraceOptions): ScriptFunction {
  const name = func.name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_') || '_lambda'
  const target: Target = { name, names: parameter_names(func), call: func as Target['call'] }
  const once = (one: Recording): ScriptObject => new ScriptObject(out => record(out, null, one))
  const flags = flags_of(options)
  const script = once(recording(target, example, is_kwarg, flags))
  if (options.check_trace !== false) {
    for (const inputs of options.check_inputs ?? [example]) {
      const one = recording(target, inputs, is_kwarg, flags)
      check_trace(one.call, one.inputs, { script, method: '' }, values => ({ script: once({ ...one, inputs: values }), method: '' }),
        options.check_tolerance ?? 1e-5)
    }
  }
  return new ScriptFunction(script)
}
