// What the classes of transforms v2 share; torchvision.transforms.v2._utils.
import { is_tensor } from '../../../_dispatch'
import { ValueError } from '../../../_errors'
import { tuple_repr } from '../../../_python_format'
import { type_name } from '../../../_typename'
import type { Tensor } from '../../../tensor'
import { Image } from '../../_image'
import * as tv from '../../tv_tensors'
import { Floats, py, rand } from '../_base'
import type { Fill } from '../_functional_image'
import { get_dimensions, get_size } from './functional/_meta'
import { type Input, type InputClass, is_pure_tensor } from './functional/_registry'

/** A class, or a function that says whether it takes a value. */
export type TypeOrCheck = InputClass | ((inpt: unknown) => boolean)

/** Images of any kind, and videos. */
export const pictures: readonly TypeOrCheck[] = [is_pure_tensor, tv.Image, Image, tv.Video]

// The prototype of a class, unlike that of a function, cannot be set.
const is_class = (type: TypeOrCheck): type is InputClass =>
  Object.getOwnPropertyDescriptor(type, 'prototype')?.writable === false || [Object, Number, String, Boolean, BigInt].includes(type as never)

function is_a(inpt: unknown, type: TypeOrCheck): boolean {
  return is_class(type) ? Object(inpt) instanceof type : type(inpt)
}

/** Whether a value is of one of these kinds. @see torchvision.transforms.v2.check_type */
export function check_type(obj: unknown, types_or_checks: readonly TypeOrCheck[]): boolean {
  return types_or_checks.some(type => is_a(obj, type))
}

/** Whether some value is of one of these kinds. @see torchvision.transforms.v2.has_any */
export function has_any(flat_inputs: readonly unknown[], ...types_or_checks: readonly TypeOrCheck[]): boolean {
  return flat_inputs.some(inpt => check_type(inpt, types_or_checks))
}

/** Whether there is a value of each of these kinds. @see torchvision.transforms.v2.has_all */
export function has_all(flat_inputs: readonly unknown[], ...types_or_checks: readonly TypeOrCheck[]): boolean {
  return types_or_checks.every(type => flat_inputs.some(inpt => is_a(inpt, type)))
}

function only<T extends number[]>(
  flat_inputs: readonly unknown[], kinds: readonly TypeOrCheck[], size: (inpt: Input) => T, missing: string, what: string,
): T {
  const sizes = new Map<string, T>()
  for (const inpt of flat_inputs) {
    if (!check_type(inpt, kinds)) continue
    const one = size(inpt as Input)
    sizes.set(tuple_repr(one.map(String)), one)
  }
  const found = [...sizes.keys()]
  if (found.length === 0) throw new TypeError(`No ${missing} was found in the sample`)
  if (found.length > 1) throw new ValueError(`Found multiple ${what} dimensions in the sample: '${found.sort().join("', '")}'`)
  return sizes.get(found[0]!)!
}

/** The channels, height and width that all pictures of a sample have. @see torchvision.transforms.v2.query_chw */
export function query_chw(flat_inputs: readonly unknown[]): [channels: number, height: number, width: number] {
  return only(flat_inputs, pictures, get_dimensions, 'image or video', 'CxHxW')
}

/** The height and width that all parts of a sample have. @see torchvision.transforms.v2.query_size */
export function query_size(flat_inputs: readonly unknown[]): [height: number, width: number] {
  return only(flat_inputs, [...pictures, tv.Mask, tv.BoundingBoxes, tv.KeyPoints], get_size, 'image, video, mask, bounding box of keypoint', 'HxW')
}

/** The first boxes of a sample. @throws {ValueError} if there are none @see torchvision.transforms.v2.get_bounding_boxes */
export function get_bounding_boxes(flat_inputs: readonly unknown[]): tv.BoundingBoxes {
  const found = flat_inputs.find(inpt => inpt instanceof tv.BoundingBoxes)
  if (found === undefined) throw new ValueError('No bounding boxes were found in the sample')
  return found
}

/** The first points of a sample. @throws {ValueError} if there are none @see torchvision.transforms.v2.get_keypoints */
export function get_keypoints(flat_inputs: readonly unknown[]): tv.KeyPoints {
  const found = flat_inputs.find(inpt => inpt instanceof tv.KeyPoints)
  if (found === undefined) throw new ValueError('No keypoints were found in the sample')
  return found
}

// ---- random numbers ----

/** True with probability p: as torch compares, in float32. */
export const happens = (p: number): boolean => rand() < Math.fround(p)

/** A whole number of pixels: the product in float32, as it is there. */
export const part_of = (size: number, part: Tensor): number => Math.trunc(part.mul(size).item<number>())

// ---- arguments ----

/** New pixels: one value, one for each channel, or a Map from classes (and 'others') to these. */
export type FillArg = Fill | ReadonlyMap<InputClass | 'others', Fill>

/** Checks a fill, and gives it for each class. */
export function setup_fill(fill: unknown): ReadonlyMap<InputClass | 'others', Fill> {
  const map = (fill instanceof Map ? fill : new Map([['others', fill]])) as ReadonlyMap<InputClass | 'others', Fill>
  for (const value of map.values()) {
    if (value !== null && typeof value !== 'number' && !Array.isArray(value)) {
      throw new TypeError('Got inappropriate fill arg, only Numbers, tuples, lists and dicts are allowed.')
    }
  }
  return map
}

/** The fill for an input. */
export function fill_of(map: ReadonlyMap<InputClass | 'others', Fill>, inpt: unknown): Fill {
  return map.get((inpt as object).constructor as InputClass) ?? map.get('others') ?? null
}

/** Two floats: a number is taken twice. */
export function two_numbers(arg: unknown, name: string): Floats {
  if (typeof arg === 'number') return Floats.of_values([arg, arg], false)
  if (!Array.isArray(arg)) throw new TypeError(`${name} should be a number or a sequence of numbers. Got <class '${type_name(arg)}'>`)
  if (arg.length !== 1 && arg.length !== 2) throw new ValueError(`If ${name} is a sequence its length should be 1 or 2. Got ${arg.length}`)
  const wrong: unknown = (arg as unknown[]).find(one => typeof one !== 'number')
  if (wrong !== undefined) throw new ValueError(`${name} should be a sequence of numbers. Got <class '${type_name(wrong)}'>`)
  return Floats.of_values([arg[0] as number, (arg[1] ?? arg[0]) as number], false)
}

/** @throws {ValueError} if it is not 1, 2 or 4 integers */
export function check_padding(padding: unknown, padding_mode: unknown): void {
  const list = Array.isArray(padding) ? padding as unknown[] : [padding]
  if (![1, 2, 4].includes(list.length) || !list.every(Number.isInteger)) {
    throw new ValueError(`Padding must be an int or a 1, 2, or 4 element of tuple or list, got ${py(padding)}.`)
  }
  check_padding_mode(padding_mode)
}

export function check_padding_mode(padding_mode: unknown): void {
  if (!['constant', 'edge', 'reflect', 'symmetric'].includes(padding_mode as string)) {
    throw new ValueError('Padding mode should be either constant, edge, reflect or symmetric')
  }
}

/** How labels are found: 'default', a function of the inputs, or null for none. */
export type LabelsGetter = 'default' | ((inputs: never) => Tensor | readonly Tensor[] | null) | null

function default_labels(inputs: unknown): Tensor {
  const place = Array.isArray(inputs) ? inputs[1] as unknown : inputs
  if (is_pure_tensor(place)) return place as Tensor
  const is_object = typeof place === 'object' && place !== null && !is_tensor(place) && !(place instanceof Image)
  if (!is_object) {
    throw new ValueError('When using the default labels_getter, the input passed to forward must be a dictionary or a two-tuple ' +
      `whose second item is a dictionary or a tensor, but got ${type_name(place)} instead.`)
  }
  const entries: [unknown, unknown][] = place instanceof Map ? [...place.entries()] : Object.entries(place)
  const named = entries.map(([key, value]) => [String(key).toLowerCase(), value] as const)
  const found = named.find(([key]) => key === 'labels') ?? named.find(([key]) => key.includes('label'))
  if (found === undefined) {
    throw new ValueError('Could not infer where the labels are in the sample. Try passing a callable as the labels_getter parameter? ' +
      'If there are no labels in the sample by design, pass labels_getter=None.')
  }
  return found[1] as Tensor
}

export function parse_labels_getter(getter: unknown): (inputs: unknown) => unknown {
  if (getter === 'default') return default_labels
  if (getter === null) return () => null
  if (typeof getter === 'function') return getter as (inputs: unknown) => unknown
  throw new ValueError(`labels_getter should either be 'default', a callable, or None, but got ${String(getter)}.`)
}
