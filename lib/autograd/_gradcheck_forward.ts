// Forward-mode derivatives and batches of gradients in gradcheck: parts of torch/autograd/gradcheck.py.
import { is_tensor } from '../_dispatch'
import { vmap_batches } from '../_vmap_internals'
import * as torch from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { run_grad_batched } from './_batched'
import { run_grad } from './_engine'
import { dual_level, make_dual, unpack_dual } from './forward_ad'

/** Gives the differentiable outputs. */
type Checked = (...inputs: never[]) => readonly Tensor[]

interface Tolerances { eps: number, atol: number, rtol: number }

/** How an input moves: along the real or the imaginary axis. */
interface Direction { name: string, unit: (like: Tensor) => Tensor }

const real: Direction = { name: '', unit: like => torch.ones_like(like) }
const imaginary: Direction = { name: 'imaginary', unit: like => torch.complex(torch.zeros_like(like.real), torch.ones_like(like.real)) }

const directions = (input: Tensor): Direction[] => (input.dtype.is_complex ? [imaginary, { ...real, name: 'real' }] : [real])

// What each element of the input moves, one after the other.
function rows_of(input: Tensor, { unit }: Direction, row: (step: Tensor) => Tensor): Tensor {
  const steps = Array.from({ length: input.numel() }, (_, i) => {
    const step = torch.zeros_like(input.detach()).contiguous()
    step.view(-1).select(0, i).copy_(unit(step.view(-1).select(0, i)))
    return row(step)
  })
  return torch.stack(steps)
}

function with_input(inputs: readonly unknown[], i: number, value: Tensor): never[] {
  return inputs.map((input, k) => (k === i ? value : is_tensor(input) ? (input as Tensor).detach() : input)) as never[]
}

function tangent_of(func: Checked, inputs: readonly unknown[], i: number, k: number, step: Tensor): Tensor {
  const output = func(...with_input(inputs, i, make_dual((inputs[i] as Tensor).detach(), step)))[k]!
  const { primal, tangent } = unpack_dual(output)
  return tangent ?? torch.zeros_like(primal)
}

/** The message of a Jacobian by forward mode that differs from the differences, or null. */
export function forward_mismatch(func: Checked, inputs: readonly unknown[], i: number, k: number, { eps, atol, rtol }: Tolerances): string | null {
  const input = inputs[i] as Tensor
  for (const direction of directions(input)) {
    const analytical = rows_of(input, direction, step => dual_level(() => tangent_of(func, inputs, i, k, step)).flatten())
    const value = (moved: Tensor): Tensor => func(...with_input(inputs, i, moved))[k]!.detach()
    const numerical = rows_of(input, direction, step =>
      value(input.detach().add(step.mul(eps))).sub(value(input.detach().sub(step.mul(eps)))).div(2 * eps).flatten())
    if (analytical.allclose(numerical.to(analytical.dtype), { rtol, atol })) continue
    const prefix = direction.name === '' ? '' : `While considering the ${direction.name} part of complex inputs only, `
    return `${prefix}Jacobian computed with forward mode mismatch for output ${k} with respect to input ${i},\n`
      + `numerical:${numerical}\nanalytical:${analytical}\n`
  }
  return null
}

function zeros_for(grads: readonly (Tensor | null)[], like: readonly Tensor[], batch: number[]): Tensor[] {
  return grads.map((grad, i) => grad ?? torch.zeros([...batch, ...like[i]!.shape], { dtype: like[i]!.dtype, device: like[i]!.device }))
}

function difference(one_by_one: readonly Tensor[][], at_once: readonly Tensor[], what: string, output: number | null): string | null {
  for (const [i, result] of at_once.entries()) {
    const expected = torch.stack(one_by_one.map(list => list[i]!))
    if (torch.allclose(result, expected)) continue
    return `For ${output === null ? `output ${i}` : `output ${output} and input ${i}`}:\n\ngot:\n${result}\n\nexpected:\n${expected}\n\n`
      + `gradcheck or gradgradcheck failed while testing ${what}.`
  }
  return null
}

const BATCHED = 'batched gradient computation'
const BATCHED_FORWARD = 'batched gradient computation with forward-mode AD'

/** The message of gradients that differ when computed in a batch, or null. */
export function batched_mismatch(output: Tensor, k: number, inputs: readonly Tensor[]): string | null {
  const vectors = [0, 1].map(() => torch.randn_like(output))
  const expected = vectors.map(v => zeros_for(run_grad([output], inputs, [v], true, false, true), inputs, []))
  let found: Tensor[]
  try {
    found = zeros_for(run_grad_batched([output], inputs, [torch.stack(vectors)], true, false, true), inputs, [2])
  } catch (error) {
    return `While computing batched gradients, got: ${(error as Error).message}\n\ngradcheck or gradgradcheck failed while testing ${BATCHED}.`
  }
  return difference(expected, found, BATCHED, k)
}

/** The same for derivatives by forward mode. */
export function batched_forward_mismatch(func: Checked, inputs: readonly unknown[], i: number): string | null {
  const input = (inputs[i] as Tensor).detach()
  const vectors = [0, 1].map(() => torch.randn_like(input))
  const jvp = (tangent: Tensor): Tensor[] => dual_level(() => func(...with_input(inputs, i, make_dual(input, tangent))).map(one => {
    const { primal, tangent } = unpack_dual(one)
    return tangent ?? torch.zeros_like(primal)
  }))
  const expected = vectors.map(jvp)
  let found: Tensor[]
  try {
    found = vmap_batches(jvp, [torch.stack(vectors)]) as Tensor[]
  } catch (error) {
    return `While computing batched gradients, got: ${(error as Error).message}\n\ngradcheck failed while testing ${BATCHED_FORWARD}.`
  }
  return difference(expected, found, BATCHED_FORWARD, null)
}
