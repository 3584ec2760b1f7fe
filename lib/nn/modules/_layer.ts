// What layers share: making parameters, and Python's text of their settings.
import { float_repr, tuple_repr } from '../../_python_format'
import { empty } from '../../generated/torch_functions'
import type { FactoryKwargs } from '../_types'
import { Parameter } from '../parameter'
import { register } from './_members'
import { Module } from './module'

/** A parameter without values yet. */
export function empty_parameter(size: readonly number[], { device, dtype }: FactoryKwargs): Parameter {
  return new Parameter(empty(size, { device, dtype }))
}

/** Makes parameters, or null where there is none, a layer's members: another value in their place is an error from now on. */
export function set_parameters(layer: Module, parameters: Readonly<Record<string, Parameter | null>>): void {
  for (const [name, parameter] of Object.entries(parameters)) register(layer, name, 'parameter', parameter)
}

/** Python's text of a setting; an array is a tuple. */
export function text(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : float_repr(value)
  return Array.isArray(value) ? tuple_repr(value.map(text)) : String(value)
}

/** Python's text of a setting that is a float there, also where it is whole. */
export function float_text(value: unknown): string {
  return typeof value === 'number' ? float_repr(value) : text(value)
}

/** `name=value, ...` of a module's fields. */
export function settings(module: object, ...names: string[]): string {
  return names.map(name => `${name}=${text((module as Record<string, unknown>)[name])}`).join(', ')
}

const INPUT = ['input'] as const

/** A module whose forward takes one tensor. */
export abstract class Layer extends Module {
  override get _forward_names(): typeof INPUT {
    return INPUT
  }
}
