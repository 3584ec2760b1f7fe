// What C++ calls: hooks, backward functions, packed tensors. The kinds are those of CallbackKind in native/callback.h.
import path from 'node:path'
import { type Handle, binding, set_callback } from '../_C'
import { type TensorBase, adopt, handle, is_tensor, take_values } from '../_dispatch'
import { keep, kept } from '../_memory'
import { write_ints } from '../_tape'
import { type_name } from '../_typename'

type Gradient = TensorBase | null

function variable(value: unknown): Handle {
  if (value == null) return 0
  if (!is_tensor(value)) throw new TypeError(`expected Variable, but hook returned '${type_name(value)}'`)
  return handle(value)
}

// The gradients that a hook of a node returned go onto the tape; -1 says that it returned none.
function answer(result: unknown): number {
  if (result == null) return -1
  if (!Array.isArray(result)) throw new TypeError(`expected tuple, but hook returned '${type_name(result)}'`)
  write_ints(result.map(variable))
  return result.length
}

function tensor_hook(hook: (grad: Gradient) => unknown, grad: Handle): Handle {
  return variable(hook(grad === 0 ? null : adopt(grad)))
}

function post_accumulate(hook: (tensor: TensorBase) => unknown, tensor: Handle, id: number): number {
  const made = adopt(tensor)
  hook(binding.weak_object(id) as TensorBase | undefined ?? made)
  return 0
}

function node_hook(hook: (grad_inputs: Gradient[], grad_outputs: Gradient[]) => unknown, inputs: number): number {
  const grads = take_values() as Gradient[]
  return answer(hook(grads.slice(0, inputs), grads.slice(inputs)))
}

function unpack(hook: (packed: unknown) => unknown, packed: number): Handle {
  const tensor = hook(kept.get(packed))
  if (!is_tensor(tensor)) {
    throw new TypeError(`Output of saved tensor unpack_hook expected to be a Tensor but got result of type ${type_name(tensor)}`)
  }
  return handle(tensor)
}

const own_folder = path.join(__dirname, '..') + path.sep
const FRAMES = 100

// The lines of the stack that are the user's.
function stack(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES
  const text: unknown = new Error().stack
  Error.stackTraceLimit = limit
  const lines = String(text).split('\n').slice(1)
  return lines.filter(line => !line.includes(own_folder) && !/[( ]node:/.test(line)).join('\n')
}

type Answer = (value: never, argument: number, id: number) => number | string

const answers: Answer[] = [
  () => 0,
  tensor_hook,
  (backward: () => number) => backward(),
  post_accumulate,
  (hook: (grad_outputs: Gradient[]) => unknown) => answer(hook(take_values() as Gradient[])),
  node_hook,
  (pack: (tensor: TensorBase) => unknown, tensor) => keep(pack(adopt(tensor))),
  unpack,
  stack,
  (traced: () => number) => traced(),
]

set_callback((kind, id, argument) => answers[kind]!(kept.get(id) as never, argument, id))
