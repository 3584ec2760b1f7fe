// Weight normalisation by a hook, the form before parametrizations: torch.nn.utils.weight_norm.
import { type Args, bind } from '../../_args'
import { Callable } from '../../_callable'
import { RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { warn } from '../../_warnings'
import { norm_except_dim } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { del_attr, get_attr, set_attr } from '../modules/_members'
import type { Module } from '../modules/module'
import { Parameter, UninitializedParameter } from '../parameter'
import { add_pre_hook, drop_pre_hook, pre_hooks_of } from './_pre_hooks'

const weight_norm_op = aten('_weight_norm')

/** The hook that computes the tensor before each forward. @see torch.nn.utils.weight_norm.WeightNorm */
export class WeightNorm extends Callable {
  readonly dim: number

  constructor(readonly name: string, dim: number | null) {
    super()
    this.dim = dim ?? -1
  }

  compute_weight(module: Module): Tensor {
    return weight_norm_op([get_attr(module, `${this.name}_v`), get_attr(module, `${this.name}_g`), this.dim]) as Tensor
  }

  static apply(module: Module, name: string, dim: number | null): WeightNorm {
    warn('`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.', 'FutureWarning')
    if (hook_of(module, name)) throw new RuntimeError(`Cannot register two weight_norm hooks on the same parameter ${name}`)
    const hook = new WeightNorm(name, dim)
    const weight = get_attr(module, name) as Tensor
    if (weight instanceof UninitializedParameter) {
      throw new ValueError("The module passed to `WeightNorm` can't have uninitialized parameters. Make sure to run the dummy forward "
        + 'before applying weight normalization')
    }
    del_attr(module, name)
    module.register_parameter(`${name}_g`, new Parameter(norm_except_dim(weight, 2, hook.dim).detach()))
    module.register_parameter(`${name}_v`, new Parameter(weight.detach()))
    set_attr(module, name, hook.compute_weight(module))
    add_pre_hook(module, hook)
    return hook
  }

  remove(module: Module): void {
    const weight = this.compute_weight(module)
    for (const suffix of ['', '_g', '_v']) del_attr(module, this.name + suffix)
    set_attr(module, this.name, new Parameter(weight.detach()))
  }

  protected override __call__(module: Module): void {
    set_attr(module, this.name, this.compute_weight(module))
  }
}

function hook_of(module: Module, name: string): WeightNorm | undefined {
  return pre_hooks_of(module).find((hook): hook is WeightNorm => hook instanceof WeightNorm && hook.name === name)
}

const names = ['module', 'name', 'dim'] as const

/**
 * Makes a parameter `g * v / |v|` of two others, `<name>_g` and `<name>_v`, before each forward.
 *
 * @param name - of the parameter. Default: 'weight'.
 * @param dim - the dimension whose slices have a norm each; null: one norm for all. Default: 0.
 * @deprecated use {@link parametrizations.weight_norm}
 * @see torch.nn.utils.weight_norm
 */
export function weight_norm<M extends Module>(...args: Args<[module: M, name?: string, dim?: number | null], typeof names>): M {
  const { module, name = 'weight', dim = 0 } = bind<{ module: M, name?: string, dim?: number | null }>('weight_norm', names, 1, args)
  WeightNorm.apply(module, name, dim)
  return module
}

const remove_names = ['module', 'name'] as const

/** Makes the parameter a plain one again, with the value that it has. @see torch.nn.utils.remove_weight_norm */
export function remove_weight_norm<M extends Module>(...args: Args<[module: M, name?: string], typeof remove_names>): M {
  const { module, name = 'weight' } = bind<{ module: M, name?: string }>('remove_weight_norm', remove_names, 1, args)
  const hook = hook_of(module, name)
  if (!hook) throw new ValueError(`weight_norm of '${name}' not found in ${String(module)}`)
  hook.remove(module)
  drop_pre_hook(module, hook)
  return module
}
