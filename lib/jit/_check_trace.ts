// The check of a trace: the function, the trace and a second trace, compared. _check_trace of torch/jit/_trace.py.
import { binding } from '../_C'
import { is_tensor, take_values } from '../_dispatch'
import { warn } from '../_warnings'
import { no_grad } from '../autograd/grad_mode'
import * as dtypes from '../dtype'
import { preserve_format } from '../layout'
import { assert_close } from '../testing'
import { type Tensor } from '../tensor'
import { type ScriptObject, method_of, script_id } from './_values'

/** A method of a script, or a function if the name is empty. */
export interface Checked { script: ScriptObject, method: string }

/** A trace that is not the same when it is recorded again. @see torch.jit.TracingCheckError */
export class TracingCheckError extends Error {
  constructor(graph_diff_error: string | null, tensor_compare_error: string | null, extra_msg: string | null = null) {
    let message = 'Tracing failed sanity checks!\n'
    if (extra_msg !== null) message += `${extra_msg}\n`
    if (graph_diff_error !== null) message += `ERROR: Graphs differed across invocations!\n${indent(graph_diff_error)}\n`
    if (tensor_compare_error !== null) {
      message += 'ERROR: Tensor-valued Constant nodes differed in value across invocations. This often indicates that the tracer has '
        + `encountered untraceable code.\n${indent(tensor_compare_error)}\n`
    }
    super(message)
    Object.defineProperty(this, 'name', { value: 'TracingCheckError', configurable: true, writable: true })
  }
}

function indent(text: string): string {
  return text.replace(/\n$/, '').split('\n').map(line => `\t${line}`).join('\n')
}

function copy_of(value: unknown): unknown {
  if (is_tensor(value)) {
    const tensor = value as Tensor
    return tensor.detach().clone({ memory_format: preserve_format }).requires_grad_(tensor.requires_grad)
  }
  if (Array.isArray(value)) return value.map(copy_of)
  if (value instanceof Map) return new Map([...value as Map<unknown, unknown>].map(([key, one]) => [key, copy_of(one)]))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copy_of(one)]))
  return value
}

// Lines with '- ' and '+ ' where the texts differ.
function difference(before: string, after: string): string {
  const a = before.split('\n'), b = after.split('\n')
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
    }
  }
  const lines: string[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`)
      i++
      j++
    } else if (j === b.length || (i < a.length && longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      lines.push(`- ${a[i++]}`)
    } else {
      lines.push(`+ ${b[j++]}`)
    }
  }
  return lines.join('\n')
}

function graph_of({ script, method }: Checked): string {
  return binding.canonical_graph(script_id(script), method).replace(/___torch_mangle_[0-9]+\./g, '')
}

function constants_of({ script, method }: Checked): [text: string, value: Tensor][] {
  binding.constant_tensors(script_id(script), method)
  const values = take_values()
  return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i] as string, values[2 * i + 1] as Tensor])
}

function diagnosis(traced: Checked, again: Checked): [graph: string | null, constants: string | null] {
  const a = graph_of(traced), b = graph_of(again)
  const graph = a === b ? null : `Graph diff:\n${indent(difference(a, b))}\n`
  const others = constants_of(again)
  for (const [i, [text, value]] of constants_of(traced).entries()) {
    const other = others[i]?.[1]
    if (other === undefined) break
    const error = mismatch(value, other, { equal_nan: true })
    if (error !== null) return [graph, `Node:\n${indent(text)}\nComparison exception: ${indent(error)}`]
  }
  return [graph, null]
}

function mismatch(actual: Tensor, expected: Tensor, options: Parameters<typeof assert_close>[2]): string | null {
  try {
    assert_close(actual, expected, options)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function absolute_tolerance(tensor: Tensor): number {
  if (!tensor.dtype.is_floating_point && !tensor.dtype.is_complex) return 0
  return tensor.dtype === dtypes.float64 || tensor.dtype === dtypes.complex128 ? 1e-7 : 1e-5
}

function plain(tensor: Tensor): Tensor {
  const dense = tensor.is_quantized ? tensor.dequantize() : tensor.is_mkldnn ? tensor.to_dense() : tensor
  return dense.to(dense.dtype.is_complex ? dtypes.complex128 : dtypes.float64)
}

function warn_nondeterministic({ script, method }: Checked): void {
  binding.nondeterministic_nodes(script_id(script), method)
  const [nodes] = take_values() as [string[]]
  if (nodes.length === 0) return
  warn(`Trace had nondeterministic nodes. Did you forget call .eval() on your model? Nodes:\n${nodes.slice(0, 20).map(indent).join('\n')}`
    + '\nThis may cause errors in trace checking. To disable trace checking, pass check_trace=False to torch.jit.trace()', 'TracerWarning')
}

// Whether all agree; a warning for each that does not.
function compare(actual: readonly Tensor[], expected: readonly Tensor[], what: string, rtol: number, traced: Checked): boolean {
  let ok = true
  actual.forEach((one, i) => {
    const other = expected[i]
    if (other === undefined) return
    const atol = Math.max(absolute_tolerance(one), absolute_tolerance(other))
    const error = mismatch(plain(one), plain(other), { rtol, atol, equal_nan: true })
    if (error === null) return
    if (ok) warn_nondeterministic(traced)
    ok = false
    warn(`Output nr ${i + 1}. of the traced function does not match the corresponding output of the ${what}. Detailed error:\n${error}`, 'TracerWarning')
  })
  return ok
}

/**
 * Runs the function, its trace and a second trace with copies of the inputs. Warns about outputs that differ.
 *
 * @param again - records a second trace
 * @throws {TracingCheckError} if the graphs or their constants differ, or one of the three throws.
 */
export function check_trace(
  func: (...args: unknown[]) => unknown, inputs: readonly unknown[], traced: Checked, again: (inputs: readonly unknown[]) => Checked, rtol: number,
): void {
  no_grad(() => {
    const second = again(copy_of(inputs) as unknown[])
    const outputs = (call: (...args: unknown[]) => unknown, what: string): Tensor[] => {
      try {
        const result = call(...copy_of(inputs) as unknown[])
        return (Array.isArray(result) ? result as unknown[] : [result]).filter(is_tensor) as Tensor[]
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        throw new TracingCheckError(...diagnosis(traced, second),
          `encountered an exception while running the ${what} with test inputs.\nException:\n${indent(text)}`)
      }
    }
    const traced_outputs = outputs(method_of(traced.script, traced.method), 'trace')
    if (compare(traced_outputs, outputs(func, 'Python function'), 'Python function', rtol, traced)) {
      compare(traced_outputs, outputs(method_of(second.script, second.method), 'repeated trace'), 'repeated trace', rtol, traced)
    }
    const [graph, constants] = diagnosis(traced, second)
    if (graph !== null || constants !== null) throw new TracingCheckError(graph, constants)
  })
}
