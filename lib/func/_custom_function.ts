// autograd.Function under transforms: torch/_functorch/autograd_function.py.
import { is_tensor } from '../_dispatch'
import { RuntimeError } from '../_errors'
import { broadcast_prefix, python_text, spec_text, tree_flatten, tree_map, tree_type_text, tree_unflatten } from '../_pytree'
import { type FunctionClass, type FunctionCtx, type Gradients, run_function, set_function_call } from '../autograd/function'
import type { Tensor } from '../tensor'
import {
  type Level, Transform, Wrapper, add_batch_dim, top_level, unwrap_batched, unwrap_dead, unwrap_for_grad, with_forward_mode, with_grad_mode,
  with_level, with_lowered_level, wrap_for_grad, wrapper_of,
} from './_levels'
import { vmap } from './_vmap'

type Dim = number | null
const MORE = 'For more details, please see https://pytorch.org/docs/main/notes/extending.func.html'
const RANDOMNESS = ['error', 'same', 'different'] as const

const of_tensors = (tree: unknown, change: (tensor: Tensor) => unknown): unknown =>
  tree_map(leaf => (is_tensor(leaf) ? change(leaf as Tensor) : leaf), tree)

function call_function(type: FunctionClass, args: readonly unknown[]): unknown {
  const level = top_level()
  const alive = of_tensors(args, unwrap_dead) as unknown[]
  if (level === null) return run_function(type, alive)
  if (!type.setup_context) {
    throw new RuntimeError('In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override '
      + `the setup_context staticmethod. ${MORE}`)
  }
  return level.kind === Transform.Vmap ? call_batched(level, type, alive) : call_derived(level, type, alive)
}

// ---- grad and jvp: a Function of the level alone, whose forward goes on further out ----

function lowered<T>(level: Level, body: () => T): T {
  const outside = (): T => with_lowered_level(body)
  if (level.mode_before) return outside()
  return level.kind === Transform.Grad ? with_grad_mode(false, outside) : with_forward_mode(false, outside)
}

// An input that comes back must be the same object.
function rewrapped(
  outputs: unknown, unwrapped: readonly unknown[], originals: readonly unknown[], wrap: (tensor: Tensor, i: number) => Tensor,
): unknown {
  const [inputs, before] = [tree_flatten(unwrapped)[0], tree_flatten(originals)[0]]
  const [leaves, spec] = tree_flatten(outputs)
  return tree_unflatten(leaves.map((leaf, i) => {
    if (!is_tensor(leaf)) return leaf
    const place = inputs.indexOf(leaf)
    return place >= 0 ? before[place] : wrap(leaf as Tensor, i)
  }), spec)
}

function call_derived(level: Level, type: FunctionClass, args: readonly unknown[]): unknown {
  const lifted = of_tensors(args, tensor => {
    const [kind, own] = wrapper_of(tensor)
    return kind === Wrapper.GradTracking && own === level.level ? tensor : wrap_for_grad(tensor, level.level)
  }) as unknown[]
  const forward = (...operands: unknown[]): unknown => {
    const unwrapped = of_tensors(operands, tensor => unwrap_for_grad(tensor, level.level)) as unknown[]
    const output = with_grad_mode(true, () => with_forward_mode(true, () => lowered(level, () => call_function(type, unwrapped))))
    return rewrapped(output, unwrapped, operands, tensor => wrap_for_grad(tensor, level.level))
  }
  return run_function({ ...statics(type), name: `${type.name}Generated`, forward }, lifted)
}

// What a class inherits too: a spread copies own fields only.
function statics(type: FunctionClass): FunctionClass {
  const { name, forward, generate_vmap_rule } = type
  return {
    name, forward, ...(generate_vmap_rule === undefined ? {} : { generate_vmap_rule }),
    backward: (ctx, ...grads) => type.backward(ctx, ...grads),
    ...(type.jvp ? { jvp: (ctx: FunctionCtx, ...tangents: (Tensor | null)[]) => type.jvp!(ctx, ...tangents) } : {}),
    setup_context: (ctx, inputs, output) => { type.setup_context!(ctx, inputs, output) },
  }
}

// ---- vmap: the rule that the class has, or one made of its forward, setup_context and backward ----

function call_batched(level: Level, type: FunctionClass, args: readonly unknown[]): unknown {
  if (type.generate_vmap_rule) {
    if (type.vmap) {
      throw new RuntimeError(`You tried to vmap over ${type.name}, but it has both generate_vmap_rule=True and an overridden vmap staticmethod. `
        + `Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid ambiguity. ${MORE}`)
    }
    return generated_rule(level, type, args)
  }
  if (!type.vmap) {
    throw new RuntimeError(`You tried to vmap over ${type.name}, but it does not have vmap support. Please override and implement the vmap `
      + `staticmethod or set generate_vmap_rule=True. ${MORE}`)
  }
  const [unwrapped, in_dims] = unwrap_tree(args, level.level)
  if (tree_flatten(in_dims)[0].every(dim => dim === null)) return with_lowered_level(() => call_function(type, unwrapped as unknown[]))
  const info = { batch_size: level.batch_size, randomness: RANDOMNESS[level.randomness]! }
  const [output, out_dims] = checked_result(with_lowered_level(() => type.vmap!(info, in_dims as Dim[], ...unwrapped as never[])))
  const spec = tree_flatten(output)[1]
  const dims = broadcast_prefix(out_dims, spec)
  if (dims === null) {
    throw new RuntimeError(`The autograd.Function's vmap staticmethod returned an incompatible (output, out_dims) tuple. Expected `
      + `out_dims=${python_text(out_dims)} to be compatible with the structure of \`output\`. out_dims has structure `
      + `${spec_text(tree_flatten(out_dims)[1])} but output has structure ${spec_text(spec)}. ${MORE}`)
  }
  return rewrapped(output, unwrapped as unknown[], args, (tensor, i) =>
    (dims[i] === null ? tensor : add_batch_dim(tensor, dims[i] as number, level.level)))
}

function checked_result(result: unknown): [output: unknown, out_dims: unknown] {
  const message = 'Expected the vmap staticmethod to have two returns, an output and out_dims with pytree structure compatible with the output. '
  if (!Array.isArray(result)) throw new RuntimeError(`${message}Got a ${tree_type_text(result)} instead`)
  if (result.length !== 2) throw new RuntimeError(`${message}Got ${result.length} returns instead`)
  return result as [unknown, unknown]
}

function unwrap_tree(tree: unknown, level: number): [values: unknown, dims: unknown] {
  const [leaves, spec] = tree_flatten(tree)
  const pairs = leaves.map(leaf => (is_tensor(leaf) ? unwrap_batched(leaf as Tensor, level) : [leaf, null]))
  return [tree_unflatten(pairs.map(([value]) => value), spec), tree_unflatten(pairs.map(([, dim]) => dim), spec)]
}

// vmap without its checks: it gives the dimensions of the batches that came out beside them.
function within(level: Level, dims: unknown, args: readonly unknown[], body: (...args: unknown[]) => unknown): [values: unknown, dims: unknown] {
  return with_level(Transform.Vmap, own => {
    const [leaves, spec] = tree_flatten(args)
    const places = broadcast_prefix(dims, spec)!
    const batched = leaves.map((leaf, i) => (places[i] === null || !is_tensor(leaf) ? leaf : add_batch_dim(leaf as Tensor, places[i] as number, own)))
    return unwrap_tree(body(...tree_unflatten(batched, spec) as unknown[]), own)
  }, level.batch_size, level.randomness)
}

// The context with some of its fields replaced; everything else is the context's own.
function with_fields(ctx: FunctionCtx, fields: Record<string, unknown>): FunctionCtx {
  return new Proxy(ctx, {
    get(target, key) {
      if (typeof key === 'string' && key in fields) return fields[key]
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) as unknown : value
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  })
}

const list_of = (value: unknown): unknown[] => (Array.isArray(value) ? value as unknown[] : [value])

function generated_rule(level: Level, type: FunctionClass, args: readonly unknown[]): unknown {
  const [unwrapped, in_dims] = unwrap_tree(args, level.level) as [unknown[], Dim[]]
  let out_dims: unknown = null
  let saved_dims: unknown = []
  let shapes: (number[] | null)[] = []

  const forward = (...operands: unknown[]): unknown => {
    const [outputs, dims] = within(level, in_dims, operands, type.forward as (...args: unknown[]) => unknown)
    out_dims = dims
    return outputs
  }
  const setup_context = (ctx: FunctionCtx, inputs: unknown, output: unknown): void => {
    within(level, [in_dims, out_dims], [inputs, output], (examples, result) => {
      const own_level = top_level()!.level
      const save = (method: 'save_for_backward' | 'save_for_forward') => (...tensors: unknown[]): void => {
        const [values, dims] = unwrap_tree(tensors, own_level)
        saved_dims = dims;
        (ctx[method] as (...tensors: unknown[]) => void)(...values as unknown[])
      }
      const own = with_fields(ctx, { save_for_backward: save('save_for_backward'), save_for_forward: save('save_for_forward') })
      type.setup_context!(own, examples as never, result as never)
      shapes = (examples as unknown[]).map(one => (is_tensor(one) ? [...(one as Tensor).shape] : null))
      return []
    })
  }
  const backward = (ctx: FunctionCtx, ...grads: Tensor[]): Gradients => {
    const dims = list_of(out_dims).map((dim, i) => (is_tensor(grads[i]) ? dim : null))
    const [results, result_dims] = within(level, [saved_dims, dims], [ctx.saved_tensors, grads], (saved_tensors, examples) =>
      type.backward(with_fields(ctx, { saved_tensors }), ...examples as Tensor[]))
    return reduced(results, result_dims, in_dims, level.batch_size, shapes)
  }
  const jvp = (ctx: FunctionCtx, ...tangents: (Tensor | null)[]): unknown => {
    const dims = in_dims.map((dim, i) => (is_tensor(tangents[i]) ? dim : null))
    const [results, result_dims] = within(level, [saved_dims, dims], [ctx.saved_tensors, tangents], (saved_tensors, examples) =>
      type.jvp!(with_fields(ctx, { saved_tensors }), ...examples as Tensor[]))
    const list = reduced(results, result_dims, list_of(out_dims) as Dim[], level.batch_size, null)
    return Array.isArray(results) ? list : list[0]
  }
  const rule: FunctionClass = { name: `Vmapped${type.name}`, forward, backward, setup_context, ...(type.jvp ? { jvp } : {}), generate_vmap_rule: true }
  const outputs = with_lowered_level(() => call_function(rule, unwrapped))
  const [leaves, spec] = tree_flatten(outputs)
  const places = tree_flatten(out_dims)[0]
  return tree_unflatten(leaves.map((leaf, i) => (is_tensor(leaf) && places[i] != null
    ? add_batch_dim(leaf as Tensor, places[i] as number, level.level) : leaf)), spec)
}

// Gradients with the batch where the inputs have theirs: summed for an input without, expanded for one that has no batch of its own.
function reduced(
  values: unknown, dims: unknown, wanted: readonly Dim[], batch_size: number, shapes: readonly (number[] | null)[] | null,
): (Tensor | null)[] {
  const places = list_of(dims) as Dim[]
  return list_of(values).map((value, i) => {
    if (!is_tensor(value)) return null
    return reduce(value as Tensor, places[i] ?? null, wanted[i] ?? null, batch_size, shapes?.[i] ?? null)
  })
}

function reduce(grad: Tensor, dim: Dim, wanted: Dim, batch_size: number, shape: readonly number[] | null): Tensor {
  if (wanted === null) return dim === null ? grad : grad.sum(dim)
  const place = dim ?? wanted
  let result = grad
  if (dim === null) {
    const single = grad.unsqueeze(wanted)
    const sizes = [...single.shape]
    sizes[wanted] = batch_size
    result = single.expand(sizes)
  }
  if (shape !== null) return vmap((one: Tensor) => one.sum_to_size([...shape]), { in_dims: place, out_dims: wanted })(result)
  return place === wanted ? result : result.movedim(place, wanted)
}

set_function_call(call_function)
