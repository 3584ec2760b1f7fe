// Which function transforms which class; torchvision.transforms.v2.functional._utils.
import { type Args, arrange } from '../../../../_args'
import { is_tensor } from '../../../../_dispatch'
import { ValueError } from '../../../../_errors'
import { type_text } from '../../../../_typename'
import { Tensor } from '../../../../tensor'
import { Image } from '../../../_image'
import * as tv from '../../../tv_tensors'

/** What transforms work on: tensors, those of tv_tensors, decoded images. */
export type Input = Tensor | Image

/** A class that has kernels. */
export type InputClass = abstract new (...args: never[]) => object

type Kernel = (inpt: never, ...params: never[]) => unknown

/** The functions of one name by the class of their input. */
export interface Kernels<Params extends readonly unknown[]> {
  /** Of plain tensors, images (unless `still` is false) and videos (unless `video` is false). */
  image: (image: Tensor, ...params: Params) => unknown
  still?: false
  video?: false
  mask?: (mask: Tensor, ...params: Params) => Tensor
  boxes?: (boxes: tv.BoundingBoxes, ...params: Params) => tv.BoundingBoxes
  points?: (points: tv.KeyPoints, ...params: Params) => tv.KeyPoints
  pil?: (image: Image, ...params: Params) => unknown
}

const registry = new WeakMap<object, Map<InputClass, Kernel>>()
const built_in: readonly InputClass[] = [tv.TVTensor, tv.Image, tv.Video, tv.Mask, tv.BoundingBoxes, tv.KeyPoints]

/** Whether it is a tensor, but none of tv_tensors. @see torchvision.transforms.v2.functional.is_pure_tensor */
export function is_pure_tensor(inpt: unknown): boolean {
  return is_tensor(inpt) && !(inpt instanceof tv.TVTensor)
}

/** Gives the result the class of the input: of a tensor, or of several. */
function wrapped(kernel: (x: Tensor, ...params: never[]) => unknown): Kernel {
  return ((inpt: Tensor, ...params: never[]) => {
    const result = kernel((inpt as tv.TVTensor).pure(), ...params)
    const like = { like: inpt }
    return Array.isArray(result) ? (result as Tensor[]).map(one => tv.wrap(one, like)) : tv.wrap(result as Tensor, like)
  }) as Kernel
}

function kernels_of<P extends readonly unknown[]>({ image, still, video, mask, boxes, points, pil }: Kernels<P>): Map<InputClass, Kernel> {
  const found = new Map<InputClass, Kernel>([[Tensor, image as never]])
  if (still !== false) found.set(tv.Image, wrapped(image as never))
  if (video !== false) found.set(tv.Video, wrapped(image as never))
  if (mask) found.set(tv.Mask, wrapped(mask as never))
  if (boxes) found.set(tv.BoundingBoxes, boxes as never)
  if (points) found.set(tv.KeyPoints, points as never)
  if (pil) found.set(Image, pil as never)
  return found
}

function find(functional: object, inpt: unknown): Kernel | null {
  const kernels = registry.get(functional)!
  if (is_pure_tensor(inpt)) return kernels.get(Tensor) ?? null
  let Class = (inpt as object | null | undefined)?.constructor as InputClass | undefined
  while (typeof Class === 'function' && Class !== tv.TVTensor) {
    const kernel = kernels.get(Class)
    if (kernel) return kernel
    Class = Object.getPrototypeOf(Class) as InputClass
  }
  return null
}

/** A function with kernels: its result is of the kind of its input. */
export type Functional<Params extends readonly unknown[], Names extends readonly string[], Result = never> =
  <T extends Input>(...args: Args<[inpt: T, ...Params], readonly ['inpt', ...Names]>) => [Result] extends [never] ? T : Result

/** Makes a function that takes its arguments by position or keyword, and looks up the kernel of its input. */
export function functional<Result = never, Params extends readonly unknown[] = [], const Names extends readonly string[] = []>(
  name: string, names: Names, required: number, kernels: Kernels<Params>,
): Functional<Params, Names, Result> {
  const call = (...args: unknown[]): unknown => {
    const [inpt, ...params] = arrange<[unknown, ...unknown[]]>(name, ['inpt', ...names], 1 + required, args)
    const kernel = find(call, inpt)
    if (kernel !== null) return kernel(inpt as never, ...params as never[])
    const known = [...registry.get(call)!.keys()].map(Class => Class.name).join(', ')
    throw new TypeError(`Functional F.${name} supports inputs of type ${known}, but got ${type_text(inpt)} instead.`)
  }
  registry.set(call, kernels_of(kernels))
  return call as never
}

/** Calls the kernel of an input; an input that has none comes back as it is. @internal */
export function call_kernel(functional: (...args: never[]) => unknown, inpt: unknown, ...params: readonly unknown[]): unknown {
  const kernel = find(functional, inpt)
  return kernel === null ? inpt : kernel(inpt as never, ...params as never[])
}

/**
 * Gives a function a kernel for a class that extends TVTensor: it gets the input and the other arguments by position.
 * @example functional.register_kernel(functional.horizontal_flip, MyTensor)(x => new MyTensor(x.flip([-1])))
 * @throws {ValueError} for other functions and classes
 * @see torchvision.transforms.v2.functional.register_kernel
 */
export function register_kernel<T extends tv.TVTensor>(functional: (...args: never[]) => unknown, tv_tensor_cls: new (...args: never[]) => T) {
  const kernels = registry.get(functional)
  if (!kernels) {
    throw new ValueError('Kernels can only be registered on functionals from the torchvision.transforms.v2.functional namespace, ' +
      `but got ${type_text(functional)}.`)
  }
  if (typeof tv_tensor_cls !== 'function' || !(tv_tensor_cls.prototype instanceof tv.TVTensor)) {
    throw new ValueError('Kernels can only be registered for subclasses of torchvision.tv_tensors.TVTensor, but got ' +
      `${(tv_tensor_cls as { name?: string }).name ?? String(tv_tensor_cls)}.`)
  }
  if (built_in.includes(tv_tensor_cls)) {
    throw new ValueError(`Kernels cannot be registered for the builtin tv_tensor classes, but got ${tv_tensor_cls.name}`)
  }
  return <K extends (inpt: T, ...params: never[]) => unknown>(kernel: K): K => {
    kernels.set(tv_tensor_cls, kernel as never)
    return kernel
  }
}

/** Runs a kernel of images on a mask, which may have no dimension of channels. */
export function as_image(mask: Tensor, work: (image: Tensor) => Tensor): Tensor {
  return mask.ndim < 3 ? work(mask.unsqueeze(0)).squeeze(0) : work(mask)
}
