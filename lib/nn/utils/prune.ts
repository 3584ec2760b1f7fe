// Pruning: torch.nn.utils.prune. The base class and the container are in _pruning_method.ts.
import { type Args, arrange, bind } from '../../_args'
import { type Kwargs, is_kwargs } from '../../_dispatch'
import { AssertionError, IndexError, ValueError } from '../../_errors'
import { type IndexPart, slice } from '../../_indexing'
import { norm } from '../../_functional/linear_algebra'
import { float_repr } from '../../_python_format'
import { value_text } from '../../_typename'
import { kthvalue, ones_like, rand, rand_like, topk, zeros_like } from '../../generated/torch_functions'
import { contiguous_format } from '../../layout'
import type { Tensor } from '../../tensor'
import { get_attr } from '../modules/_members'
import type { Module } from '../modules/module'
import { drop_pre_hook } from './_pre_hooks'
import { BasePruningMethod, type PruningClass, PruningContainer, type PruningType, apply_method, pruning_hooks } from './_pruning_method'
import { round } from './_python'
import { parameters_to_vector } from './convert_parameters'

export { BasePruningMethod, PruningContainer, type PruningClass, type PruningType } from './_pruning_method'

// ---- amounts: a whole number is a count (JavaScript has no 1.0), any other a fraction ----

function check_amount(amount: unknown): number {
  if (typeof amount !== 'number') throw new TypeError(`Invalid type for amount: ${value_text(amount)}. Must be int or float.`)
  if (Number.isInteger(amount) ? amount < 0 : !(amount >= 0 && amount <= 1)) {
    throw new ValueError(`amount=${amount_text(amount)} should either be a float in the range [0, 1] or a non-negative integer`)
  }
  return amount
}

function amount_text(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : float_repr(amount)
}

/** How many of `size` an amount is. @throws {ValueError} if there are fewer. */
function count_of(amount: number, size: number): number {
  const count = Number.isInteger(amount) ? amount : round(amount * size)
  if (count > size) throw new ValueError(`amount=${count} should be smaller than the number of parameters to prune=${size}`)
  return count
}

/** The size along a method's dimension. @throws {ValueError} if there are fewer than two dimensions. */
function channels_of(t: Tensor, dim: number): number {
  const { shape } = t
  if (shape.length <= 1) {
    throw new ValueError(`Structured pruning can only be applied to multidimensional tensors. Found tensor of shape ${String(shape)} with ${shape.length} dims`)
  }
  if (dim >= shape.length) throw new IndexError(`Invalid index ${dim} for tensor of size ${String(shape)}`)
  if (dim < -shape.length) throw new IndexError('tuple index out of range')
  return shape.at(dim)!
}

/** Zeros, with ones where `channels` points to along `dim`. */
function channel_mask(t: Tensor, dim: number, channels: Tensor): Tensor {
  const index: IndexPart[] = new Array<string>(t.dim()).fill(':')
  index[dim < 0 ? dim + t.dim() : dim] = channels
  return zeros_like(t).set_at(index, 1)
}

function without(mask: Tensor, indices: Tensor): Tensor {
  const result = mask.clone({ memory_format: contiguous_format })
  result.view(-1).set_at(indices, 0)
  return result
}

// ---- methods ----

/** Prunes nothing: it only makes the mask. @see torch.nn.utils.prune.Identity */
export class Identity extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = 'unstructured'

  compute_mask(_t: Tensor, default_mask: Tensor): Tensor {
    return default_mask
  }
}

const amount_names = ['amount'] as const

/**
 * Prunes elements at random.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @see torch.nn.utils.prune.RandomUnstructured
 */
export class RandomUnstructured extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = 'unstructured'
  readonly amount: number

  constructor(...args: Args<[amount: number], typeof amount_names>) {
    super()
    this.amount = check_amount(arrange<[number]>('RandomUnstructured.__init__', amount_names, 1, args)[0])
  }

  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const count = count_of(this.amount, t.numel())
    if (count === 0) return default_mask.clone({ memory_format: contiguous_format })
    return without(default_mask, topk(rand_like(t).view(-1), count).indices)
  }
}

/**
 * Prunes the elements with the least magnitudes.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @see torch.nn.utils.prune.L1Unstructured
 */
export class L1Unstructured extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = 'unstructured'
  readonly amount: number

  constructor(...args: Args<[amount: number], typeof amount_names>) {
    super()
    this.amount = check_amount(arrange<[number]>('L1Unstructured.__init__', amount_names, 1, args)[0])
  }

  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const count = count_of(this.amount, t.numel())
    if (count === 0) return default_mask.clone({ memory_format: contiguous_format })
    return without(default_mask, topk(t.abs().view(-1), count, { largest: false }).indices)
  }
}

const random_structured_names = ['amount', 'dim'] as const

/**
 * Prunes whole slices along a dimension at random.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @param dim - Default: -1.
 * @see torch.nn.utils.prune.RandomStructured
 */
export class RandomStructured extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = 'structured'
  readonly amount: number
  readonly dim: number

  constructor(...args: Args<[amount: number, dim?: number], typeof random_structured_names>) {
    super()
    const [amount, dim = -1] = arrange<[number, number?]>('RandomStructured.__init__', random_structured_names, 1, args)
    this.amount = check_amount(amount)
    this.dim = dim
  }

  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const size = channels_of(t, this.dim)
    const count = count_of(this.amount, size)
    if (count === 0) return default_mask
    const probabilities = rand([size])
    const threshold = kthvalue(probabilities, count).values
    const mask = channel_mask(t, this.dim, probabilities.gt(threshold))
    return mask.mul_(default_mask.to(mask.dtype))
  }
}

const ln_names = ['amount', 'n', 'dim'] as const
/** The order of a norm. */
export type NormOrder = number | 'fro' | 'nuc'

/**
 * Prunes the whole slices along a dimension that have the least norms.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @param n - the order of the norm.
 * @param dim - Default: -1.
 * @see torch.nn.utils.prune.LnStructured
 */
export class LnStructured extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = 'structured'
  readonly amount: number
  readonly n: NormOrder
  readonly dim: number

  constructor(...args: Args<[amount: number, n: NormOrder, dim?: number], typeof ln_names>) {
    super()
    const [amount, n, dim = -1] = arrange<[number, NormOrder, number?]>('LnStructured.__init__', ln_names, 2, args)
    this.amount = check_amount(amount)
    this.n = n
    this.dim = dim
  }

  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const size = channels_of(t, this.dim)
    const count = count_of(this.amount, size)
    const others = Array.from({ length: t.dim() }, (_, d) => d)
    others.splice(this.dim, 1)
    const kept = topk(norm(t, this.n, others), size - count, { largest: true }).indices
    if (count === 0) return default_mask
    const mask = channel_mask(t, this.dim, kept)
    return mask.mul_(default_mask.to(mask.dtype))
  }
}

const mask_names = ['mask'] as const

/** Prunes by a mask that is given. @see torch.nn.utils.prune.CustomFromMask */
export class CustomFromMask extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = 'global'
  readonly mask: Tensor

  constructor(...args: Args<[mask: Tensor], typeof mask_names>) {
    super()
    this.mask = arrange<[Tensor]>('CustomFromMask.__init__', mask_names, 1, args)[0]
  }

  compute_mask(_t: Tensor, default_mask: Tensor): Tensor {
    const { mask } = this
    if (String(default_mask.shape) !== String(mask.shape)) {
      throw new AssertionError(`default_mask shape ${String(default_mask.shape)} must match self.mask shape ${String(mask.shape)}`)
    }
    return default_mask.mul(mask.to(default_mask.dtype))
  }
}

// ---- functions ----

const identity_names = ['module', 'name'] as const

/** Makes a tensor a pruned one with a mask of ones. @see torch.nn.utils.prune.identity */
export function identity<M extends Module>(...args: Args<[module: M, name: string], typeof identity_names>): M {
  const [module, name] = arrange<[M, string]>('identity', identity_names, 2, args)
  apply_method(Identity, module, name, [])
  return module
}

const random_names = ['module', 'name', 'amount'] as const

/**
 * Prunes elements of a parameter at random.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @example prune.random_unstructured(linear, 'weight', 0.2)
 * @see torch.nn.utils.prune.random_unstructured
 */
export function random_unstructured<M extends Module>(...args: Args<[module: M, name: string, amount: number], typeof random_names>): M {
  const [module, name, amount] = arrange<[M, string, number]>('random_unstructured', random_names, 3, args)
  apply_method(RandomUnstructured, module, name, [amount])
  return module
}

const l1_names = ['module', 'name', 'amount', 'importance_scores'] as const

/**
 * Prunes the elements of a parameter with the least magnitudes.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @param importance_scores - whose magnitudes count. Default: the parameter's own.
 * @see torch.nn.utils.prune.l1_unstructured
 */
export function l1_unstructured<M extends Module>(
  ...args: Args<[module: M, name: string, amount: number, importance_scores?: Tensor | null], typeof l1_names>
): M {
  const [module, name, amount, scores = null] = arrange<[M, string, number, (Tensor | null)?]>('l1_unstructured', l1_names, 3, args)
  apply_method(L1Unstructured, module, name, [amount], scores)
  return module
}

const structured_names = ['module', 'name', 'amount', 'dim'] as const

/**
 * Prunes whole slices of a parameter along a dimension at random.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @see torch.nn.utils.prune.random_structured
 */
export function random_structured<M extends Module>(
  ...args: Args<[module: M, name: string, amount: number, dim: number], typeof structured_names>
): M {
  const [module, name, amount, dim] = arrange<[M, string, number, number]>('random_structured', structured_names, 4, args)
  apply_method(RandomStructured, module, name, [amount, dim])
  return module
}

const ln_structured_names = ['module', 'name', 'amount', 'n', 'dim', 'importance_scores'] as const

/**
 * Prunes the whole slices of a parameter along a dimension that have the least norms.
 *
 * @param amount - how many: a whole number is a count, any other the fraction.
 * @param n - the order of the norm.
 * @param importance_scores - whose norms count. Default: the parameter's own.
 * @see torch.nn.utils.prune.ln_structured
 */
export function ln_structured<M extends Module>(...args: Args<
  [module: M, name: string, amount: number, n: NormOrder, dim: number, importance_scores?: Tensor | null], typeof ln_structured_names
>): M {
  const [module, name, amount, n, dim, scores = null]
    = arrange<[M, string, number, NormOrder, number, (Tensor | null)?]>('ln_structured', ln_structured_names, 5, args)
  apply_method(LnStructured, module, name, [amount, n, dim], scores)
  return module
}

const custom_names = ['module', 'name', 'mask'] as const

/** Prunes a parameter by a mask of its shape: zeros are pruned. @see torch.nn.utils.prune.custom_from_mask */
export function custom_from_mask<M extends Module>(...args: Args<[module: M, name: string, mask: Tensor], typeof custom_names>): M {
  const [module, name, mask] = arrange<[M, string, Tensor]>('custom_from_mask', custom_names, 3, args)
  apply_method(CustomFromMask, module, name, [mask])
  return module
}

/** A parameter: its module and its name there. */
export type Located = readonly [module: Module, name: string]
/** Scores for some parameters. Python's dict with (module, name) as keys. */
export type ImportanceScores = ReadonlyMap<Located, Tensor>

/**
 * Prunes several parameters together, as if they were one vector.
 *
 * @param parameters - pairs of a module and a name.
 * @param pruning_method - a class of PRUNING_TYPE 'unstructured'.
 * @param importance_scores - in place of the values, for some of the parameters. Default: none.
 * @param kwargs - keywords for the method, such as `{ amount: 0.2 }`.
 * @example prune.global_unstructured([[fc1, 'weight'], [fc2, 'weight']], prune.L1Unstructured, { amount: 10 })
 * @see torch.nn.utils.prune.global_unstructured
 */
export function global_unstructured(
  parameters: Iterable<Located>, pruning_method: PruningClass<never>,
  ...rest: [importance_scores: ImportanceScores | null, kwargs?: Kwargs] | [kwargs?: Kwargs & { importance_scores?: ImportanceScores | null }]
): void {
  if (typeof (parameters as Partial<Iterable<Located>> | null)?.[Symbol.iterator] !== 'function') {
    throw new TypeError('global_unstructured(): parameters is not an Iterable')
  }
  const last = rest.at(-1)
  const { importance_scores, ...kwargs } = (is_kwargs(last) ? last : {}) as { importance_scores?: unknown }
  const scores = importance_scores ?? (is_kwargs(rest[0]) ? null : rest[0]) ?? new Map()
  if (!(scores instanceof Map)) throw new TypeError('global_unstructured(): importance_scores must be of type dict')
  const located = [...parameters]
  const mask = global_mask(located, pruning_method as unknown as PruningClass, [...scores as Map<Located, Tensor>], kwargs)
  let pointer = 0
  for (const [module, name] of located) {
    const param = get_attr(module, name) as Tensor
    const end = pointer + param.numel()
    custom_from_mask(module, name, mask.at(slice(pointer, end)).view_as(param))
    pointer = end
  }
}

function global_mask(parameters: readonly Located[], Method: PruningClass, scores: readonly (readonly [Located, Tensor])[], kwargs: object): Tensor {
  const values = parameters.map(([module, name]) => (
    scores.find(([located]) => located[0] === module && located[1] === name)?.[1] ?? get_attr(module, name) as Tensor))
  const masks = parameters.map(([module, name]) => (get_attr(module, `${name}_mask`) ?? ones_like(get_attr(module, name) as Tensor)) as Tensor)
  const [value, mask] = [parameters_to_vector(values), parameters_to_vector(masks)]
  const container = new PruningContainer()
  container._tensor_name = 'temp'
  const method = new Method(...(Object.keys(kwargs).length > 0 ? [kwargs] : []))
  method._tensor_name = 'temp'
  if (method.PRUNING_TYPE !== 'unstructured') {
    throw new TypeError('Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. '
      + `Found method <class 'torch.nn.utils.prune.${Method.name}'> of type ${method.PRUNING_TYPE}`)
  }
  container.add_pruning_method(method)
  return container.compute_mask(value, mask)
}

const remove_names = ['module', 'name'] as const

/** Makes a pruned parameter a plain one: what is pruned stays zero, and can be trained again. @see torch.nn.utils.prune.remove */
export function remove<M extends Module>(...args: Args<[module: M, name: string], typeof remove_names>): M {
  const { module, name } = bind<{ module: M, name: string }>('remove', remove_names, 2, args)
  const hook = pruning_hooks(module).find(({ _tensor_name }) => _tensor_name === name)
  if (!hook) throw new ValueError(`Parameter '${name}' of module ${String(module)} has to be pruned before pruning can be removed`)
  hook.remove(module)
  drop_pre_hook(module, hook)
  return module
}

/** Whether a module, or one below it, has a pruned parameter. @see torch.nn.utils.prune.is_pruned */
export function is_pruned(module: Module): boolean {
  for (const submodule of module.modules()) if (pruning_hooks(submodule).length > 0) return true
  return false
}
