// Helpers of the models: torchvision.models._utils.
import { NamedTuple } from '../../_dispatch'
import { ValueError } from '../../_errors'
import { BatchNorm2d, Conv2d, GroupNorm, Linear, Module, ModuleDict, Sequential, init } from '../../nn'
import type { Tensor } from '../../tensor'
import type { TensorModule } from '../_layers'

/** The multiple of `divisor` next to `value`, which is not smaller than 0.9 of it. @internal */
export function _make_divisible(value: number, divisor: number, min_value: number = divisor): number {
  const rounded = Math.max(min_value, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor)
  return rounded < 0.9 * value ? rounded + divisor : rounded
}

/** Python's round(): halves go to the even number. */
export function python_round(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

/** Puts a builder's own setting among the keywords. @throws {ValueError} if another one was given. @internal */
export function _ovewrite_named_param(kwargs: Record<string, unknown>, param: string, new_value: unknown): void {
  const given = kwargs[param]
  if (given !== undefined && given !== new_value) {
    throw new ValueError(`The parameter '${param}' expected value ${python_text(new_value)} but got ${python_text(given)} instead.`)
  }
  kwargs[param] = new_value
}

function python_text(value: unknown): string {
  return value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : String(value)
}

function needed_layers(model: Module, return_layers: Readonly<Record<string, string>>): Map<string, Module> {
  const children = [...model.named_children()]
  const wanted = new Set(Object.keys(return_layers))
  if ([...wanted].some(name => !children.some(([child]) => child === name))) throw new ValueError('return_layers are not present in model')
  const layers = new Map<string, Module>()
  for (const [name, module] of children) {
    layers.set(name, module)
    wanted.delete(name)
    if (wanted.size === 0) break
  }
  return layers
}

/**
 * A model's children up to the last that is wanted, applied one after the other; gives what the wanted ones made, by new names.
 *
 * @param return_layers - the new name of each child that is wanted
 * @throws {ValueError} if the model has no such child.
 * @example new IntermediateLayerGetter(resnet18(), { layer1: 'feat1', layer3: 'feat2' })(x).feat1
 * @see torchvision.models._utils.IntermediateLayerGetter
 */
export class IntermediateLayerGetter extends ModuleDict {
  return_layers: Readonly<Record<string, string>>

  constructor(model: Module, return_layers: Readonly<Record<string, string>>) {
    super(needed_layers(model, return_layers))
    this.return_layers = return_layers
  }

  override get _version(): number {
    return 2
  }

  forward(x: Tensor): Record<string, Tensor> {
    const found: Record<string, Tensor> = {}
    let value = x
    for (const [name, module] of this.items()) {
      value = (module as TensorModule)(value)
      const new_name = this.return_layers[name]
      if (new_name !== undefined) found[new_name] = value
    }
    return found
  }
}

/** Layers one after the other that were made in a list. */
export function sequential(layers: readonly Module[]): Sequential {
  return new Sequential(...layers)
}

/** The class of a model's outputs, as Python's namedtuple: read by name, by place, or destructured. */
export function outputs_class<Outputs extends NamedTuple>(name: string, fields: readonly string[]): new (values: readonly unknown[]) => Outputs {
  const type = class extends NamedTuple {
    override toString(): string {
      return `${name}(${fields.map((field, i) => `${field}=${this[i] === null ? 'None' : String(this[i])}`).join(', ')})`
    }
  }
  Object.defineProperties(type.prototype, { length: { value: fields.length }, _name: { value: name }, _fields: { value: fields } })
  fields.forEach((field, i) => {
    Object.defineProperty(type.prototype, field, { get(this: NamedTuple) { return this[i] } })
  })
  Object.defineProperty(type, 'name', { value: name })
  return type as unknown as new (values: readonly unknown[]) => Outputs
}

/** How the MobileNets draw their weights. @param linear - how the linear layers do, where it differs */
export function init_mobile_module(module: Module, linear = (weight: Tensor): unknown => init.normal_(weight, 0, 0.01)): void {
  if (module instanceof Conv2d) {
    init.kaiming_normal_(module.weight, { mode: 'fan_out' })
    if (module.bias !== null) init.zeros_(module.bias)
  } else if (module instanceof BatchNorm2d || module instanceof GroupNorm) {
    init.ones_(module.weight!)
    init.zeros_(module.bias!)
  } else if (module instanceof Linear) {
    linear(module.weight)
    init.zeros_(module.bias!)
  }
}

/** Nested arrays as Python writes lists. */
export function python_list(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(python_list).join(', ')}]` : String(value)
}
