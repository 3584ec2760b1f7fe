// An optimizer's state as plain data and back: the second half of torch.optim.optimizer.
import { is_kwargs, is_tensor } from '../_dispatch'
import { ValueError } from '../_errors'
import { float32 } from '../dtype'
import type { Tensor } from '../tensor'

/** What an optimizer keeps for one parameter, such as `{ momentum_buffer }`. */
export type ParamState = Record<string, unknown>

/** A group of parameters, without them, as it is saved. */
export type SavedGroup = Record<string, unknown> & { params: number[] }

/** PyTorch's layout: the state of each parameter by its number, and the groups with the numbers of their parameters. */
export interface OptimizerStateDict {
  state: Map<unknown, unknown>
  param_groups: SavedGroup[]
}

interface Group extends Record<string, unknown> {
  params: Tensor[]
}

/** Numbers the parameters in the order of the groups. */
export function pack(param_groups: readonly Group[], state: ReadonlyMap<unknown, unknown>): OptimizerStateDict {
  const numbers = new Map<unknown, number>()
  let start = 0
  const groups = param_groups.map(({ params, ...options }) => {
    params.forEach((param, i) => {
      if (!numbers.has(param)) numbers.set(param, start + i)
    })
    start += params.length
    return { ...options, params: params.map(param => numbers.get(param)!) }
  })
  return { state: new Map(Array.from(state, ([key, value]) => [numbers.get(key) ?? key, value])), param_groups: groups }
}

/** The groups and the state that a state dict means for these groups. @throws {ValueError} if they do not fit. */
export function unpack(groups: readonly Group[], { state, param_groups }: OptimizerStateDict): {
  param_groups: Group[], state: Map<unknown, unknown>
} {
  const saved = deep_copy(param_groups) as SavedGroup[]
  if (groups.length !== saved.length) throw new ValueError('loaded state dict has a different number of parameter groups')
  if (groups.some((group, i) => group.params.length !== saved[i].params.length)) {
    throw new ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
  }
  const params = new Map(groups.flatMap((group, i) => group.params.map((param, j) => [saved[i].params[j], param] as const)))
  const loaded = entries_of(state).map(([key, value]): [unknown, unknown] => {
    const param = params.get(key as number)
    return param === undefined ? [key, value] : [param, fit(value, param, key as number, param_groups)]
  })
  return {
    state: new Map(loaded),
    param_groups: groups.map((group, i): Group => ({
      ...(group['param_names'] === undefined ? {} : { param_names: group['param_names'] }), ...saved[i], params: group.params,
    })),
  }
}

// Names of an object's own fields are text; numbers of parameters are not.
function entries_of(state: unknown): [unknown, unknown][] {
  if (state instanceof Map) return [...state]
  return Object.entries(state as object).map(([key, value]) => [/^(0|[1-9]\d*)$/.test(key) ? Number(key) : key, value])
}

/** Brings the tensors of a parameter's state to its device and dtype. */
function fit(value: unknown, param: Tensor, number: number, groups: readonly SavedGroup[], key?: string): unknown {
  if (is_tensor(value)) return fit_tensor(value as Tensor, param, key, groups.find(group => group.params.includes(number)))
  if (Array.isArray(value)) return value.map(one => fit(one, param, number, groups))
  if (!is_kwargs(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fit(one, param, number, groups, name)]))
}

// A step count stays what it is: half precision could not count far. Fused and capturable kernels want it beside the parameter.
function fit_tensor(value: Tensor, param: Tensor, key: string | undefined, group: SavedGroup | undefined): Tensor {
  const { device, dtype } = param
  if (key === 'step') return group?.['capturable'] || group?.['fused'] ? value.to({ dtype: float32, device }) : value
  return dtype.is_floating_point ? value.to({ dtype, device }) : value.to({ device })
}

/** Python's copy.deepcopy for what groups hold: tensors, arrays, Maps, plain objects and constants. */
export function deep_copy(value: unknown): unknown {
  if (is_tensor(value)) return (value as Tensor).detach().clone().requires_grad_((value as Tensor).requires_grad)
  if (Array.isArray(value)) return value.map(deep_copy)
  if (value instanceof Map) return new Map(Array.from(value, ([key, one]) => [key, deep_copy(one)]))
  return is_kwargs(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep_copy(one)])) : value
}
