// Spectral normalisation by a hook, the form before parametrizations: torch.nn.utils.spectral_norm.
import { type Args, bind } from '../../_args'
import { Callable } from '../../_callable'
import { KeyError, RuntimeError, ValueError } from '../../_errors'
import { no_grad } from '../../autograd/grad_mode'
import { multi_dot } from '../../generated/linalg'
import { dot, mv } from '../../generated/torch_functions'
import { contiguous_format } from '../../layout'
import type { Tensor } from '../../tensor'
import { normalize } from '../_functional/normalization'
import { type LoadPreHook, type StateDictPostHook, hooks_of } from '../modules/_hooks'
import { del_attr, get_attr, member_kind, set_attr } from '../modules/_members'
import { _ConvTransposeNd } from '../modules/conv'
import type { LocalMetadata, Module } from '../modules/module'
import { Parameter, UninitializedParameter } from '../parameter'
import { add_pre_hook, drop_pre_hook, pre_hooks_of } from './_pre_hooks'
import { dim_first } from './parametrizations'

type Metadata = LocalMetadata & { spectral_norm?: Record<string, number> }

/** The hook that computes the tensor before each forward. @see torch.nn.utils.spectral_norm.SpectralNorm */
export class SpectralNorm extends Callable {
  static readonly _version = 1

  constructor(readonly name = 'weight', readonly n_power_iterations = 1, readonly dim = 0, readonly eps = 1e-12) {
    super()
    if (n_power_iterations <= 0) {
      throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`)
    }
  }

  reshape_weight_to_matrix(weight: Tensor): Tensor {
    return dim_first(weight, this.dim).reshape([weight.size(this.dim), -1])
  }

  compute_weight(module: Module, do_power_iteration: boolean): Tensor {
    const { name, eps } = this
    const weight = get_attr(module, `${name}_orig`) as Tensor
    let u = get_attr(module, `${name}_u`) as Tensor
    let v = get_attr(module, `${name}_v`) as Tensor
    const matrix = this.reshape_weight_to_matrix(weight)
    if (do_power_iteration) {
      no_grad(() => {
        for (let i = 0; i < this.n_power_iterations; i++) {
          normalize(mv(matrix.t(), u), { dim: 0, eps, out: v })
          normalize(mv(matrix, v), { dim: 0, eps, out: u })
        }
        // Backward needs them as they are now; the next call changes them in place.
        u = u.clone({ memory_format: contiguous_format })
        v = v.clone({ memory_format: contiguous_format })
      })
    }
    return weight.div(dot(u, mv(matrix, v)))
  }

  remove(module: Module): void {
    const weight = no_grad(() => this.compute_weight(module, false))
    for (const suffix of ['', '_u', '_v', '_orig']) del_attr(module, this.name + suffix)
    module.register_parameter(this.name, new Parameter(weight.detach()))
  }

  protected override __call__(module: Module): void {
    set_attr(module, this.name, this.compute_weight(module, module.training))
  }

  /** The v for which weight_mat v is sigma u. @internal */
  _solve_v_and_rescale(weight_mat: Tensor, u: Tensor, target_sigma: Tensor): Tensor {
    const v = multi_dot([weight_mat.t().mm(weight_mat).pinverse(), weight_mat.t(), u.unsqueeze(1)]).squeeze(1)
    return v.mul_(target_sigma.div(dot(u, mv(weight_mat, v))))
  }

  static apply(module: Module, name: string, n_power_iterations: number, dim: number, eps: number): SpectralNorm {
    if (hook_of(module, name)) throw new RuntimeError(`Cannot register two spectral_norm hooks on the same parameter ${name}`)
    const hook = new SpectralNorm(name, n_power_iterations, dim, eps)
    const weight = parameter_of(module, name)
    const [u, v] = no_grad(() => {
      const [h, w] = hook.reshape_weight_to_matrix(weight).shape as unknown as [number, number]
      return [h, w].map(size => normalize(weight.new_empty([size]).normal_(0, 1), { dim: 0, eps })) as [Tensor, Tensor]
    })
    del_attr(module, name)
    module.register_parameter(`${name}_orig`, weight)
    // A plain tensor, so that it is no member; the hook computes it before it is used.
    set_attr(module, name, weight.detach())
    module.register_buffer(`${name}_u`, u)
    module.register_buffer(`${name}_v`, v)
    add_pre_hook(module, hook)
    module.register_state_dict_post_hook(new SpectralNormStateDictHook(hook) as unknown as StateDictPostHook)
    module.register_load_state_dict_pre_hook(new SpectralNormLoadStateDictPreHook(hook) as unknown as LoadPreHook)
    return hook
  }
}

function parameter_of(module: Module, name: string): Parameter {
  if (member_kind(module, name) !== 'parameter') throw new KeyError(`'${name}'`)
  const weight = get_attr(module, name) as Parameter | null | undefined
  if (weight == null) throw new ValueError(`\`SpectralNorm\` cannot be applied as parameter \`${name}\` is None`)
  if (weight instanceof UninitializedParameter) {
    throw new ValueError("The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy forward "
      + 'before applying spectral normalization')
  }
  return weight
}

function hook_of(module: Module, name: string): SpectralNorm | undefined {
  return pre_hooks_of(module).find((hook): hook is SpectralNorm => hook instanceof SpectralNorm && hook.name === name)
}

/** Upgrades checkpoints of PyTorch before 1.0, which lack v. @see torch.nn.utils.spectral_norm.SpectralNormLoadStateDictPreHook */
export class SpectralNormLoadStateDictPreHook extends Callable {
  constructor(readonly fn: SpectralNorm) {
    super()
  }

  protected override __call__(
    _module: Module, state_dict: Record<string, Tensor>, prefix: string, local_metadata: Metadata, strict: boolean, missing_keys: string[],
  ): void {
    const { fn } = this
    const version = local_metadata.spectral_norm?.[`${fn.name}.version`]
    if (version !== undefined && version >= 1) return
    const key = prefix + fn.name
    if (version === undefined && ['_orig', '_u', '_v'].every(suffix => key + suffix in state_dict) && !(key in state_dict)) return
    const missing = ['_orig', '', '_u'].map(suffix => key + suffix).filter(name => !(name in state_dict))
    if (strict) missing_keys.push(...missing)
    if (missing.length > 0) return
    no_grad(() => {
      const original = state_dict[`${key}_orig`]!
      const sigma = original.div(state_dict[key]!).mean()
      delete state_dict[key]
      state_dict[`${key}_v`] = fn._solve_v_and_rescale(fn.reshape_weight_to_matrix(original), state_dict[`${key}_u`]!, sigma)
    })
  }
}

/** Notes the version in the state_dict's metadata. @see torch.nn.utils.spectral_norm.SpectralNormStateDictHook */
export class SpectralNormStateDictHook extends Callable {
  constructor(readonly fn: SpectralNorm) {
    super()
  }

  protected override __call__(_module: Module, _state_dict: unknown, _prefix: string, local_metadata: Metadata): void {
    const versions = local_metadata.spectral_norm ??= {}
    const key = `${this.fn.name}.version`
    if (key in versions) throw new RuntimeError(`Unexpected key in metadata['spectral_norm']: ${key}`)
    versions[key] = SpectralNorm._version
  }
}

const names = ['module', 'name', 'n_power_iterations', 'eps', 'dim'] as const

/**
 * Divides a parameter by its largest singular value before each forward; a power iteration in training mode estimates it.
 * {@link parametrizations.spectral_norm} is the newer form.
 *
 * @param name - of the parameter. Default: 'weight'.
 * @param n_power_iterations - how many each time. Default: 1.
 * @param eps - the least norm to divide by. Default: 1e-12.
 * @param dim - the dimension that is the matrix's rows. Default: 1 for transposed convolutions, else 0.
 * @see torch.nn.utils.spectral_norm
 */
export function spectral_norm<M extends Module>(
  ...args: Args<[module: M, name?: string, n_power_iterations?: number, eps?: number, dim?: number | null], typeof names>
): M {
  const { module, name = 'weight', n_power_iterations = 1, eps = 1e-12, dim = null }
    = bind<{ module: M, name?: string, n_power_iterations?: number, eps?: number, dim?: number | null }>('spectral_norm', names, 1, args)
  SpectralNorm.apply(module, name, n_power_iterations, dim ?? (module instanceof _ConvTransposeNd ? 1 : 0), eps)
  return module
}

const remove_names = ['module', 'name'] as const

/** Makes the parameter a plain one again, with the value that it has. @see torch.nn.utils.remove_spectral_norm */
export function remove_spectral_norm<M extends Module>(...args: Args<[module: M, name?: string], typeof remove_names>): M {
  const { module, name = 'weight' } = bind<{ module: M, name?: string }>('remove_spectral_norm', remove_names, 1, args)
  const hook = hook_of(module, name)
  if (!hook) throw new ValueError(`spectral_norm of '${name}' not found in ${String(module)}`)
  hook.remove(module)
  drop_pre_hook(module, hook)
  const { state_dict_post, load_pre } = hooks_of(module)
  const of_this = (entry: unknown): boolean => (
    (entry instanceof SpectralNormStateDictHook || entry instanceof SpectralNormLoadStateDictPreHook) && entry.fn.name === name)
  state_dict_post.drop(of_this)
  load_pre.drop(of_this)
  return module
}
