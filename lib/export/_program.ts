// What torch.export.save wrote: ExportedProgram of torch/export/exported_program.py, as data.
import { Callable } from '../_callable'
import { NotImplementedError, RuntimeError } from '../_errors'
import type { Tensor } from '../tensor'

/** One input or output of a graph: an object with one key, its kind. */
export type ArgumentSpec = Readonly<Record<string, unknown>>

/** A graph as the file has it: nodes with `target`, `inputs` and `outputs`, and the values between them. */
export interface ExportGraph {
  readonly inputs: readonly unknown[]
  readonly outputs: readonly unknown[]
  readonly nodes: readonly ExportNode[]
  readonly tensor_values: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

interface ExportNode {
  readonly target: string
  readonly inputs: readonly { readonly name: string, readonly arg: unknown }[]
  readonly outputs: readonly unknown[]
}

/** A field of the file's JSON that is an object. @throws {RuntimeError} */
export function object_in(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RuntimeError(`the exported program is broken: '${name}' is no object`)
  return value as Record<string, unknown>
}

function list_in(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw new RuntimeError(`the exported program is broken: '${name}' is no list`)
  return value as unknown[]
}

const NAMES = ['parameter_name', 'buffer_name', 'tensor_constant_name', 'custom_obj_name']

/** What a graph's inputs and outputs stand for. @see torch.export.ExportGraphSignature */
export class ExportGraphSignature {
  readonly input_specs: readonly ArgumentSpec[]
  readonly output_specs: readonly ArgumentSpec[]

  /** @internal */
  constructor(data: unknown) {
    const { input_specs, output_specs } = object_in(data, 'signature')
    this.input_specs = list_in(input_specs, 'input_specs').map(spec => object_in(spec, 'input_specs'))
    this.output_specs = list_in(output_specs, 'output_specs').map(spec => object_in(spec, 'output_specs'))
  }

  #inputs(kind: string): string[] {
    return this.input_specs.filter(spec => kind in spec).map(spec => {
      const { arg, ...rest } = object_in(spec[kind], kind)
      const name = NAMES.find(one => one in rest)
      return name === undefined ? argument_text(arg) : String(rest[name])
    })
  }

  /** The names of the module's parameters that are inputs of the graph. */
  get parameters(): string[] {
    return this.#inputs('parameter')
  }

  /** The names of its buffers. */
  get buffers(): string[] {
    return this.#inputs('buffer')
  }

  /** The names of tensors that were neither. */
  get lifted_tensor_constants(): string[] {
    return this.#inputs('tensor_constant')
  }

  /** The graph's names of what the user gives. */
  get user_inputs(): string[] {
    return this.#inputs('user_input')
  }

  /** The graph's names of what the user gets. */
  get user_outputs(): string[] {
    return this.output_specs.filter(spec => 'user_output' in spec).map(spec => argument_text(object_in(spec.user_output, 'user_output').arg))
  }
}

// An argument is a name, or an object whose one key is its kind: { as_tensor: { name: 'x' } }, { as_ints: [1, 2] }.
function argument_text(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null || depth > 32) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(one => argument_text(one, depth + 1)).join(', ')}]`
  if ('name' in value && typeof value.name === 'string') return value.name
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first && first[0].startsWith('as_')) return first[0] === 'as_none' ? 'None' : argument_text(first[1], depth + 1)
  return JSON.stringify(value)
}

function node_text(data: unknown): string {
  const { target, inputs, outputs } = object_in(data, 'nodes')
  const args = list_in(inputs, 'inputs').map(one => argument_text(object_in(one, 'inputs').arg))
  const results = list_in(outputs, 'outputs').map(one => argument_text(one))
  return `    ${results.join(', ')} = ${String(target)}(${args.join(', ')})`
}

export interface ProgramParts {
  state_dict: Record<string, Tensor>
  constants: Record<string, Tensor>
  example_inputs: readonly [args: readonly unknown[], kwargs: unknown] | null
  data: unknown
}

const CANNOT_RUN = 'libtorch has no executor for exported programs outside Python. Compile it there with torch._inductor.aoti_compile_and_package and load '
  + 'the package with torch._inductor.aoti_load_package, or save the module with torch.jit.trace and load it with torch.jit.load.'

/**
 * What a file of torch.export.save holds: weights, constants and the graph, as data. It cannot be run.
 *
 * @see torch.export.ExportedProgram
 */
export class ExportedProgram extends Callable {
  /** Parameters and persistent buffers by name. Parameters are nn.Parameters. */
  readonly state_dict: Record<string, Tensor>
  /** Other tensors: constants of the program and buffers that are not persistent. */
  readonly constants: Record<string, Tensor>
  readonly graph_signature: ExportGraphSignature
  /** The inputs that the program was exported with; null if the file has none, or holds more than plain values. */
  readonly example_inputs: ProgramParts['example_inputs']
  readonly graph: ExportGraph
  /** All of the file's description of the program, as its JSON has it: `graph_module`, `opset_version`, `range_constraints`, `torch_version` ... */
  readonly data: Readonly<Record<string, unknown>>

  /** @internal */
  constructor({ state_dict, constants, example_inputs, data }: ProgramParts) {
    super()
    this.data = object_in(data, 'program')
    const { graph, signature } = object_in(this.data.graph_module, 'graph_module')
    const { nodes, inputs, outputs } = object_in(graph, 'graph')
    for (const [name, list] of Object.entries({ nodes, inputs, outputs })) list_in(list, name)
    this.graph = graph as ExportGraph
    this.graph_signature = new ExportGraphSignature(signature)
    this.state_dict = state_dict
    this.constants = constants
    this.example_inputs = example_inputs
  }

  /** The parameters in order. */
  parameters(): Tensor[] {
    return this.graph_signature.parameters.map(name => this.state_dict[name]!)
  }

  /** @throws {NotImplementedError} always: there is nothing to run it. */
  module(): never {
    throw new NotImplementedError(`ExportedProgram.module(): ${CANNOT_RUN}`)
  }

  protected __call__(): never {
    throw new NotImplementedError(`Unable to call ExportedProgram: ${CANNOT_RUN}`)
  }

  /** The graph, one line for each operator. */
  override toString(): string {
    const inputs = this.graph.inputs.map(one => argument_text(one)).join(', ')
    const outputs = this.graph.outputs.map(one => argument_text(one)).join(', ')
    return `ExportedProgram:\n  forward(${inputs}):\n${this.graph.nodes.map(node_text).join('\n')}\n    return (${outputs})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
