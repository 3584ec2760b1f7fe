// The base of transforms v2; torchvision.transforms.v2.Transform.
import { NotImplementedError, ValueError } from '../../../_errors'
import { float_repr } from '../../../_python_format'
import { tree_flatten, tree_unflatten } from '../../../_pytree'
import { Tensor } from '../../../tensor'
import { Image } from '../../_image'
import * as tv from '../../tv_tensors'
import { Transform as Printed, describe, py } from '../_base'
import { call_kernel, is_pure_tensor } from './functional/_registry'
import { type TypeOrCheck, check_type, happens, has_any } from './_utils'

/** A kind of function that a transform calls for each input. */
type AnyFunctional = (...args: never[]) => unknown

export interface Transform {
  <T>(inpt: T): T
  <T extends readonly unknown[]>(...inputs: T): T
}

/**
 * The base of transforms: takes samples of any structure of arrays, objects and Maps, and transforms the images, videos, masks
 * and boxes in it; all else comes back as it is. Several inputs come back as an array.
 *
 * Of plain tensors, the first is transformed as an image, and none if there is an image or video of another kind.
 * Your own extend it by `make_params` (what is drawn once for the sample) and `transform` (of one input).
 *
 * @example
 * class Darker extends v2.Transform<{ factor: number }> {
 *   override make_params() { return { factor: Math.random() } }
 *   override transform(inpt: torch.Tensor, { factor }: { factor: number }) { return inpt.mul(factor) }
 * }
 * @see torchvision.transforms.v2.Transform
 */
export class Transform<Params extends object = object> extends Printed {
  /** What is transformed: classes, or functions that say whether they take an input. */
  protected get _transformed_types(): readonly TypeOrCheck[] {
    return [Tensor, Image]
  }

  /** Throws if the inputs are not what the transform needs. */
  check_inputs(_flat_inputs: readonly unknown[]): void {
    // all are welcome
  }

  /** What the transform draws for a sample. @param flat_inputs - all that will be transformed */
  make_params(_flat_inputs: readonly unknown[]): Params {
    return {} as Params
  }

  /** Transforms one input. */
  transform(_inpt: unknown, _params: Params): unknown {
    throw new NotImplementedError(`${this.constructor.name}.transform is not implemented`)
  }

  /** Calls a function of transforms.v2.functional; an input that it does not take comes back as it is. */
  protected _call_kernel<T>(functional: AnyFunctional, inpt: T, ...params: readonly unknown[]): T {
    return call_kernel(functional, inpt, ...params) as T
  }

  /** @internal Which inputs are transformed. */
  protected _needs_transform_list(flat_inputs: readonly unknown[]): boolean[] {
    let takes_pure = !has_any(flat_inputs, tv.Image, tv.Video, Image)
    return flat_inputs.map(inpt => {
      if (!check_type(inpt, this._transformed_types)) return false
      if (!is_pure_tensor(inpt)) return true
      const is_first = takes_pure
      takes_pure = false
      return is_first
    })
  }

  /** @internal Transforms what needs it. */
  protected _run(inputs: readonly unknown[], is_wanted: () => boolean): unknown {
    const sample = inputs.length > 1 ? inputs : inputs[0]
    const [flat, spec] = tree_flatten(sample)
    this.check_inputs(flat)
    if (!is_wanted()) return sample
    const needs = this._needs_transform_list(flat)
    const params = this.make_params(flat.filter((_, i) => needs[i]))
    return tree_unflatten(flat.map((inpt, i) => needs[i] ? this.transform(inpt, params) : inpt), spec)
  }

  protected override __call__(...inputs: unknown[]): unknown {
    return this._run(inputs, () => true)
  }

  /** Fields that are floats: a whole number of theirs prints with a point. */
  protected get _floats(): readonly string[] {
    return []
  }

  /** The text of the fields. */
  extra_repr(): string {
    const text = ([name, value]: [string, unknown]): string | null => {
      if (name.startsWith('_') || value === null) return null
      if (typeof value === 'number') return `${name}=${this._floats.includes(name) ? float_repr(value) : py(value)}`
      if (typeof value === 'boolean' || typeof value === 'string') return `${name}=${typeof value === 'string' ? value : py(value)}`
      if (!Array.isArray(value)) return null
      const is_list_of_calls = value.some(one => typeof one === 'function')
      return `${name}=${is_list_of_calls ? `[${(value as AnyFunctional[]).map(describe).join(', ')}]` : py(value)}`
    }
    return Object.entries(this).map(text).filter(one => one !== null).join(', ')
  }

  override toString(): string {
    const extra = this.extra_repr()
    return `${this.constructor.name}(${extra.includes('\n') ? `\n  ${extra.replaceAll('\n', '\n  ')}\n` : extra})`
  }
}

/** A transform that happens with probability p. */
export class RandomlyApplied<Params extends object = object> extends Transform<Params> {
  readonly p: number

  constructor(p: unknown = 0.5) {
    super()
    if (!((p as number) >= 0 && (p as number) <= 1)) throw new ValueError('`p` should be a floating point value in the interval [0.0, 1.0].')
    this.p = p as number
  }

  protected override __call__(...inputs: unknown[]): unknown {
    return this._run(inputs, () => happens(this.p))
  }
}
