// How models of vision are compared with torchvision's, whose values in test/fixtures are sums and hashes.
import crypto from 'node:crypto'
import * as torch from '../../lib'

/** What is written down of every model: a count and two hashes. */
export interface Form {
  num_params: number
  state: string
  repr: string
}

const sha = (text: string): string => crypto.createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Makes something whose tensors have no values. */
export function without_values<T>(make: () => T): T {
  torch.set_default_device('meta')
  try {
    return make()
  } finally {
    torch.set_default_device(null)
  }
}

/** Parameters, names, shapes, dtypes and the printed model are torchvision's. */
export function expect_form(model: torch.nn.Module, { num_params, state, repr }: Form): void {
  expect([...model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0)).toBe(num_params)
  const lines = Object.entries(model.state_dict()).map(([key, tensor]) => `${key} [${[...tensor.shape].join(', ')}] ${String(tensor.dtype)}`)
  expect(sha(lines.join('\n'))).toBe(state)
  expect(sha(String(model))).toBe(repr)
}

/** The sum of magnitudes, and one of values times the sine of their numbers, so that places count. */
export function sums(tensors: readonly torch.Tensor[]): number[] {
  const flat = torch.cat(tensors.map(tensor => tensor.detach().reshape(-1).double()))
  const places = torch.arange(flat.numel(), { dtype: torch.float64 }).sin()
  return [flat.abs().sum().item(), flat.mul(places).sum().item()]
}

/** Both sums agree; the tolerance is a part of the first. */
export function expect_sums(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  for (const i of [0, 1]) expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThan(tolerance * wanted[0]!)
}
