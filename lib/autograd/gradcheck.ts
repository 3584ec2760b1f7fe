// Comparing gradients with differences: torch.autograd.gradcheck and gradgradcheck.
import { is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { float_repr } from '../_python_format'
import { warn } from '../_warnings'
import { complex128, float64 } from '../dtype'
import * as torch from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { make_tensor } from '../testing/_creation'
import { run_grad } from './_engine'
import { batched_forward_mismatch, batched_mismatch, forward_mismatch } from './_gradcheck_forward'

/** Gradients and differences do not agree. */
export class GradcheckError extends RuntimeError {
  constructor(message?: string) {
    super(message)
    Object.defineProperty(this, 'name', { value: 'GradcheckError', configurable: true, writable: true })
  }
}

type Checked = (...inputs: unknown[]) => unknown

/** Keywords of {@link gradcheck}. */
export interface GradcheckOptions {
  /** How far inputs are moved. Default: 1e-6. */
  eps?: number
  /** Default: 1e-5. */
  atol?: number
  /** Default: 1e-3. */
  rtol?: number
  /** Throw a GradcheckError on failure; otherwise give false. Default: true. */
  raise_exception?: boolean
  /** How much two runs of backward may differ. Default: 0. */
  nondet_tol?: number
  /** Check the dtypes of gradients. Default: false. */
  check_grad_dtypes?: boolean
  /** Compute gradients in a batch too. Default: false. */
  check_batched_grad?: boolean
  /** Compare the derivatives of forward mode too. Default: false. */
  check_forward_ad?: boolean
  /** Compute derivatives of forward mode in a batch too. Default: false. */
  check_batched_forward_grad?: boolean
  /** PyTorch's shorter way is not taken: the whole Jacobian is always compared. */
  fast_mode?: boolean
  /** Not compared here: gradients that are not given count as 0 in libtorch itself. */
  check_undefined_grad?: boolean
}

const list_of = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])
const is_real = (x: Tensor): boolean => x.dtype.is_floating_point || x.dtype.is_complex
const tensors_of = (value: unknown): Tensor[] => list_of(value).filter(is_tensor) as Tensor[]
const wants_grad = (value: unknown): value is Tensor => is_tensor(value) && (value as Tensor).requires_grad

function check_inputs(inputs: readonly unknown[]): void {
  inputs.forEach((input, i) => {
    if (!wants_grad(input)) return
    if (input.dtype !== float64 && input.dtype !== complex128) {
      warn(`Input #${i} requires gradient and is not a double precision floating point or complex. This check will likely fail if all the inputs are `
        + 'not of double precision floating point or complex. ')
    }
    const { shape } = input
    if (input.stride().some((stride, dim) => stride <= 0 && shape[dim]! > 1)) {
      throw new RuntimeError(`The ${i}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be able to `
        + 'compute the numerical gradients correctly. You should call .contiguous on the input before passing it to gradcheck.')
    }
  })
  if (!inputs.some(wants_grad)) {
    throw new ValueError('gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.')
  }
}

// A real function of the outputs' elements: complex outputs are compared part by part.
type Part = (output: Tensor) => Tensor

const parts_of = (output: Tensor): [name: string, part: Part][] =>
  (output.dtype.is_complex ? [['imaginary', one => one.imag], ['real', one => one.real]] : [['', one => one]])

/** The differences of output `k` when each element of an input moves: (elements of the input, elements of the output). */
function numerical_jacobian(func: Checked, inputs: readonly unknown[], input: Tensor, k: number, part: Part, eps: number): Tensor {
  const flat = input.data.view(-1) // backward does not know of these changes
  const value_at = (): Tensor => part(tensors_of(func(...inputs))[k]!).detach().flatten().clone()
  const slope = (place: Tensor, step: Tensor): Tensor => {
    const before = place.clone()
    place.copy_(before.add(step))
    const above = value_at()
    place.copy_(before.sub(step))
    const below = value_at()
    place.copy_(before)
    return above.sub(below).div(2 * eps)
  }
  const step = torch.zeros([], { dtype: input.dtype, device: input.device }).add(eps)
  const rows = Array.from({ length: flat.numel() }, (_, i) => {
    const place = flat.select(0, i)
    const along = slope(place, step)
    return input.dtype.is_complex ? torch.complex(along, slope(place, step.mul(torch.complex(along.new_zeros([]), along.new_ones([]))))) : along
  })
  return torch.stack(rows)
}

function analytical_jacobian(output: Tensor, input: Tensor): Tensor {
  const columns = Array.from({ length: output.numel() }, (_, i) => {
    const one = torch.zeros_like(output).contiguous()
    one.view(-1).select(0, i).fill_(1)
    const [grad] = run_grad([output], [input], [one], true, false, true)
    return grad === null || grad === undefined ? torch.zeros_like(input).flatten() : (grad.layout.name === 'strided' ? grad : grad.to_dense()).flatten()
  })
  return torch.stack(columns, 1)
}

function check_output(
  func: Checked, inputs: readonly unknown[], outputs: readonly Tensor[], k: number, i: number, options: Required<Pick<GradcheckOptions, 'eps' | 'atol' | 'rtol' | 'nondet_tol'>>,
): void {
  const input = inputs[i] as Tensor
  for (const [name, part] of parts_of(outputs[k]!)) {
    const output = part(outputs[k]!)
    const numerical = numerical_jacobian(func, inputs, input, k, part, options.eps)
    const analytical = analytical_jacobian(output, input)
    if (!analytical.allclose(numerical.to(analytical.dtype), { rtol: options.rtol, atol: options.atol })) {
      const prefix = name === '' ? '' : `While considering the ${name} part of complex outputs only, `
      throw new GradcheckError(`${prefix}Jacobian mismatch for output ${k} with respect to input ${i},\nnumerical:${numerical}\nanalytical:${analytical}\n`)
    }
    const again = analytical_jacobian(output, input)
    if (analytical.numel() > 0 && again.sub(analytical).abs().max().item() > options.nondet_tol) {
      throw new GradcheckError('Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values, '
        + `although analytical gradient matches numerical gradient.The tolerance for nondeterminism was ${float_repr(options.nondet_tol)}.`)
    }
  }
}

function check(func: Checked, inputs: readonly unknown[], options: GradcheckOptions): void {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, nondet_tol = 0, check_grad_dtypes = false } = options
  const every = tensors_of(func(...inputs))
  const outputs = every.filter(one => one.requires_grad)
  const differentiable = (...given: unknown[]): Tensor[] => tensors_of(func(...given as never[])).filter((_, i) => every[i]!.requires_grad)
  inputs.forEach((input, i) => {
    if (!wants_grad(input) || !is_real(input)) return
    if (outputs.length === 0) {
      for (const [k, output] of every.entries()) {
        if (!is_real(output)) continue
        const moves = numerical_jacobian(func, inputs, input, k, one => one, eps).ne(0).any().item<boolean>()
        if (moves) throw new GradcheckError('Numerical gradient for function expected to be zero')
      }
    }
    for (const [k, output] of outputs.entries()) {
      if (check_grad_dtypes) {
        const [grad] = run_grad([output], [input], [torch.ones_like(output)], true, false, true)
        if (grad && grad.dtype !== input.dtype) throw new GradcheckError('Gradient has dtype mismatch')
      }
      check_output(differentiable, inputs, outputs, k, i, { eps, atol, rtol, nondet_tol })
      if (options.check_forward_ad) fail(forward_mismatch(differentiable, inputs, i, k, { eps, atol, rtol }))
    }
    if (options.check_batched_forward_grad) fail(batched_forward_mismatch(differentiable, inputs, i))
  })
  if (!options.check_batched_grad) return
  for (const [k, output] of outputs.entries()) fail(batched_mismatch(output, k, inputs.filter(wants_grad)))
}

function fail(message: string | null): void {
  if (message !== null) throw new GradcheckError(message)
}

/**
 * Compares the gradients of a function with what its outputs do when each element of an input is moved a little.
 *
 * @param func - takes the inputs and gives a tensor or a list of them.
 * @param inputs - one or several, of which some require grad; they should be float64 or complex128.
 * @returns true; false on failure if raise_exception is false
 * @throws {GradcheckError} if they differ, or backward gives other gradients when it runs again; {ValueError} if no input requires grad.
 * @see torch.autograd.gradcheck
 */
export function gradcheck(func: (input: Tensor) => unknown, inputs: Tensor, options?: GradcheckOptions): boolean
export function gradcheck<Inputs extends readonly unknown[]>(
  func: (...inputs: Inputs) => unknown, inputs: readonly [...Inputs], options?: GradcheckOptions): boolean
export function gradcheck(func: (...inputs: never) => unknown, inputs: Tensor | readonly unknown[], options: GradcheckOptions = {}): boolean {
  if (options.check_batched_forward_grad && !options.check_forward_ad) {
    throw new AssertionError('Setting check_batched_forward_grad=True requires check_forward_ad to be True')
  }
  try {
    const list = list_of(inputs)
    check_inputs(list)
    check(func as Checked, list, options)
    return true
  } catch (error) {
    if (options.raise_exception ?? true) throw error
    if (error instanceof GradcheckError) return false
    throw error
  }
}

/** Keywords of {@link gradgradcheck}. */
export interface GradgradcheckOptions extends GradcheckOptions {
  /** Random grad_outputs that are not contiguous. Default: false. */
  gen_non_contig_grad_outputs?: boolean
}

/**
 * The same for the gradients of gradients.
 *
 * @param grad_outputs - what the outputs' gradients are multiplied by. Default: random.
 * @see torch.autograd.gradgradcheck
 */
export function gradgradcheck(
  func: (input: Tensor) => unknown, inputs: Tensor, grad_outputs?: Tensor | readonly Tensor[] | null, options?: GradgradcheckOptions): boolean
export function gradgradcheck<Inputs extends readonly unknown[]>(
  func: (...inputs: Inputs) => unknown, inputs: readonly [...Inputs], grad_outputs?: Tensor | readonly Tensor[] | null,
  options?: GradgradcheckOptions): boolean
export function gradgradcheck(
  func: (...inputs: never) => unknown, inputs: Tensor | readonly unknown[], grad_outputs: Tensor | readonly Tensor[] | null = null,
  options: GradgradcheckOptions = {},
): boolean {
  const { gen_non_contig_grad_outputs = false, ...more } = options
  const list = list_of(inputs)
  const differentiable = (values: readonly unknown[]): Tensor[] => tensors_of((func as Checked)(...values)).filter(one => one.requires_grad)
  const grads = grad_outputs === null ? differentiable(list).map(one => make_tensor([...one.shape], { dtype: is_real(one) ? one.dtype : float64,
    device: one.device, low: -1, high: 1, requires_grad: true, noncontiguous: gen_non_contig_grad_outputs })) : tensors_of(grad_outputs)
  const wanted = list.map(wants_grad)
  const first_order: Checked = (...given) => {
    const own = given.slice(0, list.length)
    const leaves = own.filter((_, i) => wanted[i]) as Tensor[]
    return run_grad(differentiable(own), leaves, given.slice(list.length) as Tensor[], true, true, true).filter(one => one !== null)
  }
  return gradcheck(first_order, [...list, ...grads], more)
}
