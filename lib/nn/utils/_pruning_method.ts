// What pruning methods share, and several of them on one tensor: BasePruningMethod and PruningContainer of torch.nn.utils.prune.
import { Callable } from '../../_callable'
import { AssertionError, AttributeError, IndexError, ValueError } from '../../_errors'
import type { IndexPart } from '../../_indexing'
import { type_text } from '../../_typename'
import { ones_like } from '../../generated/torch_functions'
import { contiguous_format } from '../../layout'
import type { Tensor } from '../../tensor'
import { del_attr, get_attr, member_kind, set_attr } from '../modules/_members'
import type { Module } from '../modules/module'
import type { Parameter } from '../parameter'
import { add_pre_hook, drop_pre_hook, pre_hooks_of } from './_pre_hooks'

/** What a method removes: single elements, whole slices along its `dim`, or elements by a mask for the whole tensor. */
export type PruningType = 'unstructured' | 'structured' | 'global'

/** A class of pruning methods. */
export type PruningClass<A extends readonly unknown[] = readonly unknown[]> = new (...args: A) => BasePruningMethod

/**
 * Base of the ways to prune: a subclass defines {@link compute_mask} and PRUNING_TYPE. An instance is the hook that computes the
 * pruned tensor, `<name>_mask * <name>_orig`, before each forward.
 *
 * @see torch.nn.utils.prune.BasePruningMethod
 */
export abstract class BasePruningMethod extends Callable {
  declare PRUNING_TYPE: PruningType
  /** The name of the tensor in its module. */
  declare _tensor_name: string | null | undefined

  /** The mask for `t`: ones to keep, zeros to prune. What `default_mask` prunes stays pruned. */
  abstract compute_mask(t: Tensor, default_mask: Tensor): Tensor

  protected override __call__(module: Module): void {
    set_attr(module, this._tensor_name!, this.apply_mask(module))
  }

  /** The pruned tensor. */
  apply_mask(module: Module): Tensor {
    if (this._tensor_name == null) throw new AssertionError(`Module ${String(module)} has to be pruned`)
    const mask = get_attr(module, `${this._tensor_name}_mask`) as Tensor
    const orig = get_attr(module, `${this._tensor_name}_orig`) as Tensor
    return mask.to(orig.dtype).mul(orig)
  }

  /**
   * Prunes a tensor of a module from now on; a method that is there already goes on with what the other one left.
   *
   * @param args - for the method's constructor.
   */
  static apply(module: Module, name: string, ...args: unknown[]): BasePruningMethod {
    return apply_method(this as unknown as PruningClass, module, name, args)
  }

  /** `t` with the mask applied; no module is involved. @param importance_scores - to decide by. Default: t. */
  prune(t: Tensor, default_mask: Tensor | null = null, importance_scores: Tensor | null = null): Tensor {
    if (importance_scores !== null && String(importance_scores.shape) !== String(t.shape)) {
      throw new AssertionError(`importance_scores should have the same shape as tensor t, got ${String(importance_scores.shape)} vs ${String(t.shape)}`)
    }
    return t.mul(this.compute_mask(importance_scores ?? t, default_mask ?? ones_like(t)))
  }

  /** Makes the pruned tensor a plain parameter. The hook stays; {@link remove} of the namespace takes it away too. */
  remove(module: Module): void {
    const name = this._tensor_name
    if (name == null) throw new AssertionError(`Module ${String(module)} has to be pruned before pruning can be removed`)
    const weight = this.apply_mask(module)
    del_attr(module, name)
    const orig = get_attr(module, `${name}_orig`) as Parameter
    orig.data = weight.detach()
    del_attr(module, `${name}_orig`)
    del_attr(module, `${name}_mask`)
    set_attr(module, name, orig)
  }
}

// ---- applying a method to a module ----

/** The pruning hooks of a module, of all tensors. */
export function pruning_hooks(module: Module): BasePruningMethod[] {
  return pre_hooks_of(module).filter((hook): hook is BasePruningMethod => hook instanceof BasePruningMethod)
}

// The new method alone, or behind the one that is there.
function composite(method: BasePruningMethod, module: Module, name: string): BasePruningMethod {
  const found = pruning_hooks(module).filter(hook => hook._tensor_name === name)
  if (found.length > 1) {
    throw new AssertionError(`Avoid adding multiple pruning hooks to the same tensor ${name} of module ${String(module)}. Use a PruningContainer.`)
  }
  method._tensor_name = name
  const [before] = found
  if (!before) return method
  const container = before instanceof PruningContainer ? before : new PruningContainer(before)
  container.add_pruning_method(method)
  drop_pre_hook(module, before)
  return container
}

/** Prunes a tensor of a module: what {@link BasePruningMethod.apply} does. */
export function apply_method<A extends readonly unknown[]>(
  Method: PruningClass<A>, module: Module, name: string, args: A, importance_scores: Tensor | null = null,
): BasePruningMethod {
  const method = composite(new Method(...args), module, name)
  const orig = get_attr(module, name)
  if (!(name in module)) throw new AttributeError(`'${module._get_name()}' object has no attribute '${name}'`)
  const scores = importance_scores ?? orig as Tensor
  if (String(scores.shape) !== String((orig as Tensor).shape)) {
    throw new AssertionError(`importance_scores should have the same shape as parameter ${name} of ${String(module)}, `
      + `got ${String(scores.shape)} vs ${String((orig as Tensor).shape)}`)
  }
  const first = !(method instanceof PruningContainer)
  const default_mask = first ? move_away(module, name, orig as Parameter)
    : (get_attr(module, `${name}_mask`) as Tensor).detach().clone({ memory_format: contiguous_format })
  try {
    const mask = method.compute_mask(scores, default_mask)
    module.register_buffer(`${name}_mask`, mask)
    set_attr(module, name, method.apply_mask(module))
    add_pre_hook(module, method)
  } catch (error) {
    if (first) {
      del_attr(module, `${name}_orig`)
      module.register_parameter(name, orig as Parameter)
    }
    throw error
  }
  return method
}

function move_away(module: Module, name: string, orig: Parameter): Tensor {
  module.register_parameter(`${name}_orig`, orig)
  if (member_kind(module, name) === 'parameter') del_attr(module, name)
  return ones_like(orig)
}

// ---- several methods ----

/**
 * Pruning methods for one tensor, in the order in which they came.
 *
 * @see torch.nn.utils.prune.PruningContainer
 */
export class PruningContainer extends BasePruningMethod implements Iterable<BasePruningMethod> {
  private _pruning_methods: BasePruningMethod[] = []

  constructor(...methods: BasePruningMethod[]) {
    super()
    if (methods.length === 1) this._tensor_name = methods[0]!._tensor_name
    for (const method of methods) this.add_pruning_method(method)
  }

  /** Adds a method. @throws {ValueError} if it is for a tensor of another name. */
  add_pruning_method(method: BasePruningMethod): void {
    if (!(method instanceof BasePruningMethod)) throw new TypeError(`${type_text(method)} is not a BasePruningMethod subclass`)
    if (this._tensor_name !== method._tensor_name) {
      throw new ValueError(`Can only add pruning methods acting on the parameter named '${String(this._tensor_name)}' to PruningContainer ${this._get_text()}. `
        + `Found '${String(method._tensor_name)}'`)
    }
    this._pruning_methods.push(method)
  }

  private _get_text(): string {
    return '<torch.nn.utils.prune.PruningContainer object>'
  }

  /** The number of methods. */
  get length(): number {
    return this._pruning_methods.length
  }

  [Symbol.iterator](): Iterator<BasePruningMethod> {
    return this._pruning_methods[Symbol.iterator]()
  }

  /** A method by its place; negative places count from the end. */
  at(index: number): BasePruningMethod {
    const found = this._pruning_methods.at(index)
    if (!found) throw new IndexError('tuple index out of range')
    return found
  }

  /** What the last method makes of the part that the mask has left. */
  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const method = this.at(-1)
    const mask = default_mask.to({ dtype: t.dtype, copy: false })
    const left = part_left(method, t, default_mask)
    const partial = method.compute_mask(t.at(...left), default_mask.at(...left))
    return mask.set_at(left, partial.to(mask.dtype))
  }
}

// The index of what a method may still prune.
function part_left(method: BasePruningMethod, t: Tensor, mask: Tensor): IndexPart[] {
  switch (method.PRUNING_TYPE) {
    case 'unstructured': return [mask.eq(1)]
    case 'structured': return slices_left(method, t, mask)
    case 'global': return ['...']
    default: throw new ValueError(`Unrecognized PRUNING_TYPE ${String(method.PRUNING_TYPE)}`)
  }
}

function slices_left(method: BasePruningMethod & { dim?: number }, t: Tensor, mask: Tensor): IndexPart[] {
  if (method.dim === undefined) throw new AttributeError('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.')
  const n_dims = t.dim()
  const dim = method.dim < 0 ? n_dims + method.dim : method.dim
  if (dim < 0) throw new IndexError(`Index is out of bounds for tensor with dimensions ${n_dims}`)
  const others = Array.from({ length: n_dims }, (_, d) => d).filter(d => d !== dim)
  const index: IndexPart[] = new Array<string>(n_dims).fill(':')
  index[dim] = mask.sum(others).ne(0)
  return index
}
