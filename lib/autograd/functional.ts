// Jacobians, Hessians and their products with vectors: torch.autograd.functional.
import { bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { AssertionError, NotImplementedError, RuntimeError } from '../_errors'
import { tree_type_text } from '../_pytree'
import { vmap_batches } from '../_vmap_internals'
import { stack, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { run_grad_batched } from './_batched'
import { run_grad } from './_engine'
import { dual_level, make_dual, unpack_dual } from './forward_ad'
import { enable_grad, is_grad_enabled, set_grad_enabled } from './grad_mode'

/** A function of tensors that gives one or an array of them. */
export type TensorFunction = (...inputs: never[]) => unknown
type Tensors = Tensor | readonly Tensor[]
type Maybe = Tensor | null

// ---- arguments ----

function as_list(value: unknown, name: string, fn_name: string): [several: boolean, list: Tensor[]] {
  const several = Array.isArray(value)
  const list: unknown[] = several ? value : [value]
  list.forEach((one, i) => {
    if (is_tensor(one)) return
    const place = several ? `value at index ${i} has type ${tree_type_text(one)}` : `given ${name} has type ${tree_type_text(one)}`
    throw new TypeError(`The ${name} given to ${fn_name} must be either a Tensor or a tuple of Tensors but the ${place}.`)
  })
  return [several, list as Tensor[]]
}

const OUTPUTS = 'outputs of the user-provided function'

// New tensor objects in any case: the function may have captured the same tensors, and these must not count.
function fresh(inputs: readonly Tensor[], create_graph: boolean, need_graph: boolean): Tensor[] {
  return inputs.map(input => {
    if (!create_graph || !input.requires_grad) return input.detach().requires_grad_(need_graph)
    return input.is_sparse ? input.clone() : input.view_as(input)
  })
}

function finished(tensors: readonly Tensor[], create_graph: boolean): Tensor[] {
  return create_graph ? [...tensors] : tensors.map(one => one.detach())
}

const one_or_all = <T>(list: readonly T[], several: boolean): T | readonly T[] => (several ? list : list[0]!)

function check_v(v: readonly Tensor[], others: readonly Tensor[], several: boolean): void {
  if (v.length !== others.length) {
    throw new RuntimeError(several ? `v is a tuple of invalid length: should be ${others.length} but got ${v.length}.`
      : 'The given v should contain a single Tensor.')
  }
  v.forEach((one, i) => {
    const [wanted, given] = [String(others[i]!.shape), String(one.shape)]
    if (given !== wanted) throw new RuntimeError(`${several ? `Entry ${i} in ` : ''}v has invalid size: should be ${wanted} but got ${given}.`)
  })
}

type Kind = 'outputs' | 'grad_inputs' | 'jacobian' | 'hessian'

const NOT_STRICT: Record<Kind, (i: number) => string> = {
  hessian: i => `The hessian of the user-provided function with respect to input ${i} is independent of the input. This is not allowed in `
    + 'strict mode. You should ensure that your function is thrice differentiable and that the hessian depends on the inputs.',
  jacobian: i => `While computing the hessian, found that the jacobian of the user-provided function with respect to input ${i} is `
    + 'independent of the input. This is not allowed in strict mode. You should ensure that your function is twice differentiable and that '
    + 'the jacobian depends on the inputs (this would be violated by a linear function for example).',
  grad_inputs: i => `The gradient with respect to input ${i} is independent of the inputs of the user-provided function. `
    + 'This is not allowed in strict mode.',
  outputs: i => `Output ${i} of the user-provided function does not require gradients. The outputs must be computed in a differentiable `
    + 'manner from the input when running in strict mode.',
}

function check_requires_grad(tensors: readonly Maybe[], kind: Kind, strict: boolean): void {
  if (!strict) return
  tensors.forEach((one, i) => {
    if (one === null) {
      throw new RuntimeError(`The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`)
    }
    if (!one.requires_grad) throw new RuntimeError(NOT_STRICT[kind](i))
  })
}

interface GradOptions { create_graph?: boolean, retain_graph?: boolean | null, batched?: boolean }

// The gradients of those outputs that have any.
function gradients(outputs: readonly Maybe[], inputs: readonly Tensor[], grads: readonly Maybe[] | null, options: GradOptions): Maybe[] {
  const places = outputs.map((_, i) => i).filter(i => outputs[i]?.requires_grad)
  if (places.length === 0) return inputs.map(() => null)
  const run = options.batched ? run_grad_batched : run_grad
  return run(places.map(i => outputs[i]!), inputs, places.map(i => grads?.[i] ?? null), options.retain_graph, options.create_graph, true)
}

type Stage = 'back' | 'back_trick' | 'double_back' | 'double_back_trick'

const INDEPENDENT: Record<Stage, (i: number) => string> = {
  back: i => `The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
  back_trick: i => `The gradient with respect to the input is independent of entry ${i} in the grad_outputs when using the double backward `
    + 'trick to compute forward mode gradients. This is not allowed in strict mode.',
  double_back: i => `The jacobian of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
  double_back_trick: i => `The hessian of the user-provided function is independent of entry ${i} in the grad_jacobian. This is not allowed `
    + 'in strict mode as it prevents from using the double backward trick to replace forward mode AD.',
}

// Zeros in the place of gradients that are not there, or an error if `strict`.
function filled(grads: readonly Maybe[], like: readonly Tensor[], strict: boolean, create_graph: boolean, stage: Stage): Tensor[] {
  return grads.map((grad, i) => {
    if (grad === null) {
      if (strict) throw new RuntimeError(INDEPENDENT[stage](i))
      return zeros_like(like[i]!)
    }
    if (strict && create_graph && !grad.requires_grad) {
      throw new RuntimeError(`The ${stage.includes('double') ? 'hessian' : 'jacobian'} of the user-provided function is independent of `
        + `input ${i}. This is not allowed in strict mode when create_graph=True.`)
    }
    return grad
  })
}

const product_names = ['func', 'inputs', 'v', 'create_graph', 'strict'] as const

interface Product { func: TensorFunction, inputs: unknown, v: unknown, create_graph: boolean, strict: boolean }

function product_arguments(name: string, args: readonly unknown[]): Product {
  const { func, inputs, v = null, create_graph = false, strict = false } = bind<Partial<Product>>(name, product_names, 2, args)
  return { func: func!, inputs, v, create_graph, strict }
}

const call = (func: TensorFunction, inputs: readonly Tensor[]): unknown => func(...inputs as never[])

// The vector, in a graph only if the caller wants one.
function vector(v: unknown, name: string, create_graph: boolean): Tensor[] {
  return fresh(as_list(v, 'v', name)[1], create_graph, false)
}

function check_single_input(inputs: readonly Tensor[]): void {
  if (inputs.length === 1 && inputs[0]!.numel() === 1) return
  throw new RuntimeError('The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.')
}

// ---- products ----

/** What the products take beside the function and its inputs. */
export interface ProductOptions {
  /** The vector; may be left out for a single element. Default: null. */
  v?: Tensors | null
  /** Compute everything in a differentiable way. Default: false. */
  create_graph?: boolean
  /** Throw if an output does not depend on an input, in place of zeros. Default: false. */
  strict?: boolean
}

type OneOrAll<I> = I extends Tensor ? Tensor : Tensor[]
type Result<F extends TensorFunction, Other> = [output: ReturnType<F>, product: Other]
type ProductArguments = [options: ProductOptions] | [v?: Tensors | null, options?: Omit<ProductOptions, 'v'>]
  | [v: Tensors | null, create_graph: boolean, strict?: boolean]

/**
 * A vector times the Jacobian of `func`.
 *
 * @param inputs - a tensor, or an array of func's arguments.
 * @param v - of the shapes of the outputs; may be left out if there is one output of one element.
 * @param create_graph - compute both results in a differentiable way. Default: false.
 * @param strict - throw if an output does not depend on an input. Default: false, zeros.
 * @returns `[output, vjp]`, the latter as the inputs.
 * @see torch.autograd.functional.vjp
 */
export function vjp<F extends TensorFunction, I extends Tensors>(func: F, inputs: I, ...rest: ProductArguments): Result<F, OneOrAll<I>>
export function vjp(...args: unknown[]): unknown {
  const { func, inputs: given, v, create_graph, strict } = product_arguments('vjp', args)
  const [several, inputs, several_outputs, outputs, vectors] = enable_grad(() => {
    const [several, list] = as_list(given, 'inputs', 'vjp')
    const inputs = fresh(list, create_graph, true)
    const [several_outputs, outputs] = as_list(call(func, inputs), OUTPUTS, 'vjp')
    check_requires_grad(outputs, 'outputs', strict)
    let vectors: Tensor[] | null = null
    if (v !== null) {
      vectors = vector(v, 'vjp', create_graph)
      check_v(vectors, outputs, several_outputs)
    } else if (outputs.length !== 1 || outputs[0]!.numel() !== 1) {
      throw new RuntimeError('The vector v can only be None if the user-provided function returns a single Tensor with a single element.')
    }
    return [several, inputs, several_outputs, outputs, vectors] as const
  })
  const product = set_grad_enabled(create_graph || is_grad_enabled(), () =>
    filled(gradients(outputs, inputs, vectors, { create_graph }), inputs, strict, create_graph, 'back'))
  return [one_or_all(finished(outputs, create_graph), several_outputs), one_or_all(finished(product, create_graph), several)]
}

/**
 * The Jacobian of `func` times a vector, by backward run twice; {@link torch.func.jvp} needs one forward run.
 *
 * @param v - of the shapes of the inputs; may be left out if there is one input of one element.
 * @returns `[output, jvp]`, the latter as the outputs.
 * @see torch.autograd.functional.jvp
 */
export function jvp<F extends TensorFunction>(func: F, inputs: Tensors, ...rest: ProductArguments): Result<F, ReturnType<F>>
export function jvp(...args: unknown[]): unknown {
  const { func, inputs: given, v, create_graph, strict } = product_arguments('jvp', args)
  const state = enable_grad(() => {
    const [several, list] = as_list(given, 'inputs', 'jvp')
    const inputs = fresh(list, create_graph, true)
    const vectors = v === null ? null : vector(v, 'jvp', create_graph)
    if (vectors === null) check_single_input(inputs)
    else check_v(vectors, inputs, several)
    const [several_outputs, outputs] = as_list(call(func, inputs), OUTPUTS, 'jvp')
    check_requires_grad(outputs, 'outputs', strict)
    const grad_outputs = outputs.map(output => zeros_like(output, { requires_grad: true }))
    const grad_inputs = gradients(outputs, inputs, grad_outputs, { create_graph: true })
    check_requires_grad(grad_inputs, 'grad_inputs', strict)
    return { several_outputs, outputs, grad_outputs, grad_inputs, vectors }
  })
  const product = set_grad_enabled(create_graph || is_grad_enabled(), () =>
    filled(gradients(state.grad_inputs, state.grad_outputs, state.vectors, { create_graph }), state.outputs, strict, create_graph, 'back_trick'))
  const results = (list: readonly Tensor[]): unknown => one_or_all(finished(list, create_graph), state.several_outputs)
  return [results(state.outputs), results(product)]
}

interface Prepared { several: boolean, inputs: Tensor[], vectors: Tensor[] | null, outputs: Tensor[], jacobian: Maybe[] }

// What vhp and hvp have in common: the gradient of a function with one output of one element.
function prepare(name: string, { func, inputs: given, v, create_graph, strict }: Product): Prepared {
  const [several, list] = as_list(given, 'inputs', name)
  const inputs = fresh(list, create_graph, true)
  const vectors = v === null ? null : vector(v, name, create_graph)
  if (vectors === null) check_single_input(inputs)
  else check_v(vectors, inputs, several)
  const [several_outputs, outputs] = as_list(call(func, inputs), OUTPUTS, name)
  check_requires_grad(outputs, 'outputs', strict)
  if (several_outputs) throw new RuntimeError(`The function given to ${name} should return a single Tensor`)
  if (outputs[0]!.numel() !== 1) {
    throw new RuntimeError(`The Tensor returned by the function given to ${name} should contain a single element`)
  }
  const jacobian = gradients(outputs, inputs, null, { create_graph: true })
  check_requires_grad(jacobian, 'jacobian', strict)
  return { several, inputs, vectors, outputs, jacobian }
}

/**
 * A vector times the Hessian of a function with one output of one element.
 *
 * @returns `[output, vhp]`, the latter as the inputs.
 * @see torch.autograd.functional.vhp
 */
export function vhp<F extends TensorFunction, I extends Tensors>(func: F, inputs: I, ...rest: ProductArguments): Result<F, OneOrAll<I>>
export function vhp(...args: unknown[]): unknown {
  const options = product_arguments('vhp', args)
  const { create_graph, strict } = options
  const { several, inputs, vectors, outputs, jacobian } = enable_grad(() => prepare('vhp', options))
  const product = set_grad_enabled(create_graph || is_grad_enabled(), () =>
    filled(gradients(jacobian, inputs, vectors, { create_graph }), inputs, strict, create_graph, 'double_back'))
  return [finished(outputs, create_graph)[0], one_or_all(finished(product, create_graph), several)]
}

/**
 * The Hessian of a function with one output of one element times a vector. Slower than {@link vhp}, which gives the same for a
 * function that is twice continuously differentiable.
 *
 * @returns `[output, hvp]`, the latter as the inputs.
 * @see torch.autograd.functional.hvp
 */
export function hvp<F extends TensorFunction, I extends Tensors>(func: F, inputs: I, ...rest: ProductArguments): Result<F, OneOrAll<I>>
export function hvp(...args: unknown[]): unknown {
  const options = product_arguments('hvp', args)
  const { create_graph, strict } = options
  const { several, inputs, vectors, outputs, double_back, grad_jacobian } = enable_grad(() => {
    const prepared = prepare('hvp', options)
    const grad_jacobian = prepared.inputs.map(input => zeros_like(input, { requires_grad: true }))
    const double_back = gradients(prepared.jacobian, prepared.inputs, grad_jacobian, { create_graph: true })
    check_requires_grad(prepared.jacobian, 'hessian', strict)
    return { ...prepared, double_back, grad_jacobian }
  })
  const product = set_grad_enabled(create_graph || is_grad_enabled(), () =>
    filled(gradients(double_back, grad_jacobian, vectors, { create_graph }), inputs, strict, create_graph, 'double_back_trick'))
  return [finished(outputs, create_graph)[0], one_or_all(finished(product, create_graph), several)]
}

// ---- whole matrices ----

// The rows of the identity, split among tensors.
function basis_of(tensors: readonly Tensor[]): Tensor[] {
  const numels = tensors.map(one => one.numel())
  const total = numels.reduce((sum, numel) => sum + numel, 0)
  let start = 0
  return tensors.map((tensor, i) => {
    const piece = tensor.new_zeros([total, numels[i]!])
    piece.diagonal(start).fill_(1)
    start -= numels[i]!
    return piece
  })
}

type Matrix = Tensor[][]

const shapes = (a: Tensor, b: Tensor): number[] => [...a.shape, ...b.shape]

function by_forward_mode(func: TensorFunction, given: unknown, strict: boolean, vectorize: boolean): unknown {
  if (strict) {
    throw new RuntimeError('torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together (yet). '
      + 'Please either set `strict=False` or `strategy="reverse-mode"`.')
  }
  const [several, inputs] = as_list(given, 'inputs', 'jacobian')
  if (!vectorize) {
    throw new NotImplementedError('Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`.')
  }
  let several_outputs = false
  let outputs: Tensor[] = []
  const columns = vmap_batches((...tangents) => dual_level(() => {
    const duals = inputs.map((input, i) => make_dual(input, tangents[i]!.view_as(input)))
    let list: Tensor[]
    [several_outputs, list] = as_list(call(func, duals), OUTPUTS, 'jacobian')
    const pairs = list.map(dual => unpack_dual(dual))
    outputs = pairs.map(({ primal }) => primal)
    return pairs.map(({ primal, tangent }) => tangent ?? zeros_like(primal))
  }), basis_of(inputs)) as Tensor[]
  const numels = inputs.map(input => input.numel())
  const matrix = columns.map((all, k) => all.split(numels, 0).map((piece, i) => {
    const last = Array.from({ length: piece.dim() - 1 }, (_, dim) => dim + 1)
    return piece.permute([...last, 0]).reshape(shapes(outputs[k]!, inputs[i]!))
  }))
  return unpacked(matrix, several_outputs, several)
}

const unpacked = (matrix: Matrix, several_rows: boolean, several_columns: boolean): unknown =>
  one_or_all(matrix.map(row => one_or_all(row, several_columns)), several_rows)

function vectorized(outputs: readonly Tensor[], inputs: readonly Tensor[], create_graph: boolean): Matrix {
  const numels = outputs.map(output => output.numel())
  const total = numels.reduce((sum, numel) => sum + numel, 0)
  const flat = outputs.map(output => output.reshape(-1))
  const rows = gradients(flat, inputs, basis_of(outputs), { create_graph, batched: true })
    .map((all, i) => all ?? zeros_like(inputs[i]!).expand([total, ...inputs[i]!.shape]))
  const pieces = rows.map((all, i) => all.split(numels, 0).map((piece, k) => piece.view(shapes(outputs[k]!, inputs[i]!))))
  return outputs.map((_, k) => pieces.map(one => one[k]!))
}

function row_by_row(outputs: readonly Tensor[], inputs: readonly Tensor[], create_graph: boolean, strict: boolean): Matrix {
  return outputs.map((output, k) => {
    const flat = output.reshape(-1)
    const rows = Array.from({ length: output.numel() }, (_, j) => gradients([flat.at(j)], inputs, null, { retain_graph: true, create_graph }))
    return inputs.map((input, i) => {
      const column = rows.map(row => {
        const grad = row[i]!
        if (grad === null) {
          if (strict) {
            throw new RuntimeError(`Output ${k} of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`)
          }
          return zeros_like(input)
        }
        if (strict && create_graph && !grad.requires_grad) {
          throw new RuntimeError(`The jacobian of the user-provided function is independent of input ${k}. `
            + 'This is not allowed in strict mode when create_graph=True.')
        }
        return grad
      })
      return stack(column, 0).view(shapes(output, input))
    })
  })
}

type Strategy = 'forward-mode' | 'reverse-mode'

/** Keywords of {@link jacobian}. */
export interface JacobianOptions {
  /** Compute it in a differentiable way. Default: false. */
  create_graph?: boolean
  /** Throw if an output does not depend on an input, in place of zeros. Default: false. */
  strict?: boolean
  /** Compute all rows at once. Default: false. */
  vectorize?: boolean
  /** 'forward-mode' goes column by column, with vectorize only. Default: 'reverse-mode'. */
  strategy?: Strategy
}

interface JacobianArguments extends JacobianOptions { func: TensorFunction, inputs: unknown }

type Entry<R, In> = R extends Tensor ? In : In[]

/**
 * The Jacobian of `func`, whose outputs may be one tensor or an array of them.
 *
 * @param inputs - a tensor, or an array of func's arguments.
 * @returns a tensor of shape output.shape + input.shape; for several outputs or inputs an array of (arrays of) these.
 * @throws {RuntimeError} for settings that do not go together, and under `strict`; {TypeError} for what is no tensor.
 * @example torch.autograd.functional.jacobian(x => x.exp(), x)
 * @see torch.autograd.functional.jacobian
 */
export function jacobian<F extends TensorFunction, I extends Tensors>(
  func: F, inputs: I, options?: JacobianOptions): Entry<ReturnType<F>, I extends Tensor ? Tensor : Tensor[]>
export function jacobian<F extends TensorFunction, I extends Tensors>(func: F, inputs: I, create_graph: boolean, strict?: boolean,
  vectorize?: boolean, strategy?: Strategy): Entry<ReturnType<F>, I extends Tensor ? Tensor : Tensor[]>
export function jacobian(...args: unknown[]): unknown {
  const { func, inputs: given, create_graph = false, strict = false, vectorize = false, strategy = 'reverse-mode' } =
    bind<JacobianArguments>('jacobian', ['func', 'inputs', 'create_graph', 'strict', 'vectorize', 'strategy'], 2, args)
  if (!['forward-mode', 'reverse-mode'].includes(strategy)) {
    throw new AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than '
      + 'inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".')
  }
  if (strategy === 'forward-mode') {
    if (create_graph) {
      throw new NotImplementedError('torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
        + 'together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.')
    }
    return by_forward_mode(func, given, strict, vectorize)
  }
  return enable_grad(() => {
    const [several, list] = as_list(given, 'inputs', 'jacobian')
    const inputs = fresh(list, create_graph, true)
    const [several_outputs, outputs] = as_list(call(func, inputs), OUTPUTS, 'jacobian')
    check_requires_grad(outputs, 'outputs', strict)
    if (vectorize && strict) {
      throw new RuntimeError('torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. '
        + 'Please either set `strict=False` or `vectorize=False`.')
    }
    const matrix = vectorize ? vectorized(outputs, inputs, create_graph) : row_by_row(outputs, inputs, create_graph, strict)
    return unpacked(matrix.map(row => finished(row, create_graph)), several_outputs, several)
  })
}

/** Keywords of {@link hessian}. */
export interface HessianOptions extends Omit<JacobianOptions, 'strategy'> {
  /** How the outer Jacobian is computed; 'forward-mode' with vectorize only. Default: 'reverse-mode'. */
  outer_jacobian_strategy?: Strategy
}

interface HessianArguments extends HessianOptions { func: TensorFunction, inputs: unknown }

function single_output(func: TensorFunction, inputs: readonly Tensor[], strict: boolean): Tensor {
  const [several, [output]] = as_list(call(func, inputs), OUTPUTS, 'hessian')
  if (output !== undefined) check_requires_grad([output], 'outputs', strict)
  if (several || output === undefined) throw new RuntimeError('The function given to hessian should return a single Tensor')
  if (output.numel() !== 1) throw new RuntimeError('The Tensor returned by the function given to hessian should contain a single element')
  return output.squeeze()
}

/**
 * The Hessian of a function with one output of one element.
 *
 * @param inputs - a tensor, or an array of func's arguments.
 * @returns a tensor of shape input.shape + input.shape; for several inputs an array of arrays of these.
 * @see torch.autograd.functional.hessian
 */
export function hessian<I extends Tensors>(func: TensorFunction, inputs: I, options?: HessianOptions): I extends Tensor ? Tensor : Tensor[][]
export function hessian<I extends Tensors>(func: TensorFunction, inputs: I, create_graph: boolean, strict?: boolean, vectorize?: boolean,
  outer_jacobian_strategy?: Strategy): I extends Tensor ? Tensor : Tensor[][]
export function hessian(...args: unknown[]): unknown {
  const { func, inputs: given, create_graph = false, strict = false, vectorize = false, outer_jacobian_strategy = 'reverse-mode' } =
    bind<HessianArguments>('hessian', ['func', 'inputs', 'create_graph', 'strict', 'vectorize', 'outer_jacobian_strategy'], 2, args)
  const [several, inputs] = as_list(given, 'inputs', 'hessian')
  if (!['forward-mode', 'reverse-mode'].includes(outer_jacobian_strategy)) {
    throw new AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
  }
  const gradient = (...all: Tensor[]): Tensor[] => {
    const own = outer_jacobian_strategy === 'forward-mode' ? all.map(one => one.requires_grad_(true)) : all
    const result = jacobian((...leaves: Tensor[]) => single_output(func, leaves, strict), own, { create_graph: true }) as unknown as Tensor[]
    check_requires_grad(result, 'jacobian', strict)
    return result
  }
  const matrix = jacobian(gradient, inputs, { create_graph, strict, vectorize, strategy: outer_jacobian_strategy }) as unknown as Matrix
  return unpacked(matrix, several, several)
}
