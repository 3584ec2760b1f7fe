// Samples of data sets as tv_tensors, for transforms.v2; torchvision.tv_tensors._dataset_wrapper.
import { with_keywords } from '../../_args'
import { tensor } from '../../_creation'
import { RuntimeError, ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import { int32, int64 } from '../../dtype'
import { stack } from '../../generated/torch_functions'
import { unique } from '../../_functional/unique'
import type { Tensor } from '../../tensor'
import type { Image } from '../_image'
import { read_image } from '../io'
import * as tv from '../tv_tensors'
import { convert_bounding_box_format } from '../transforms/v2/functional/_meta'
import { Caltech101, Caltech256, CelebA, OxfordIIITPet } from './annotated'
import { CIFAR10, CIFAR100 } from './cifar'
import { GTSRB } from './classification'
import { CocoCaptions, CocoDetection } from './coco'
import { segmentation_to_mask } from './_coco_masks'
import { transformed } from './_listed'
import { DatasetFolder } from './folder'
import { Country211, EuroSAT, ImageNet, Imagenette } from './folders'
import { MNIST } from './mnist'
import { Cityscapes, Kitti, SBDataset, WIDERFace } from './scenes'
import { VisionDataset } from './vision'
import { VOCDetection, VOCSegmentation } from './voc'

type Sample = readonly [image: Image, target: unknown]
type Wrapper = (index: number, sample: Sample) => unknown
type Target = Record<string, unknown>

/** Which keys of a target to keep. */
export type TargetKeys = 'all' | readonly string[] | null

/** A wrapper of a class's samples, and whether it takes `target_keys`. */
type Factory = [type: { prototype: VisionDataset, name: string }, make: (set: never, keys: TargetKeys) => Wrapper, takes_keys?: true]

const identity = (): Wrapper => (_, sample) => sample

function keys_of(keys: TargetKeys, available: readonly string[], usual: readonly string[]): Set<string> {
  if (keys === 'all') return new Set(available)
  const wanted = new Set(keys ?? usual)
  const extra = [...wanted].filter(key => !available.includes(key)).sort()
  if (extra.length > 0) throw new ValueError(`Target keys [${extra.map(key => `'${key}'`).join(', ')}] are not available`)
  return wanted
}

function refuse(description: string): never {
  throw new RuntimeError(`${description} is currently not supported by this wrapper. If this would be helpful for you, please open an issue at ` +
    'https://github.com/pytorch/vision/issues.')
}

const size_of = (image: Image): tv.CanvasSize => [image.height, image.width]

/** Boxes (x, y, width, height) by corners. */
function by_corners(boxes: Tensor | number[][], image: Image): tv.BoundingBoxes {
  return convert_bounding_box_format(new tv.BoundingBoxes(boxes, { format: 'XYWH', canvas_size: size_of(image) }), { new_format: 'XYXY' })
}

const column = (rows: readonly object[], key: string): unknown[] => rows.filter(row => key in row).map(row => (row as Target)[key])

/** The columns of a list of objects that are asked for, beside those that are made. */
function columns(rows: readonly object[], keys: ReadonlySet<string>, made: Target): Target {
  return Object.fromEntries([...keys].map(key => [key, key in made ? (made[key] as () => unknown)() : column(rows, key)]))
}

function coco(set: CocoDetection, target_keys: TargetKeys): Wrapper {
  const native = ['segmentation', 'area', 'iscrowd', 'image_id', 'bbox', 'category_id']
  const keys = keys_of(target_keys, [...native, 'boxes', 'masks', 'labels'], ['image_id', 'boxes', 'labels'])
  return (index, [image, target]) => {
    const image_id = set.ids.at(index)
    const rows = target as object[]
    if (rows.length === 0) return [image, { image_id }]
    const size = size_of(image)
    return [image, columns(rows, keys, {
      image_id: () => image_id,
      boxes: () => by_corners(column(rows, 'bbox') as number[][], image),
      masks: () => new tv.Mask(stack(column(rows, 'segmentation').map(one => segmentation_to_mask(one, [size[0], size[1]])))),
      labels: () => tensor(column(rows, 'category_id') as number[], { dtype: int64 }),
    })]
  }
}

const voc_categories = [
  '__background__', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow', 'diningtable', 'dog', 'horse', 'motorbike',
  'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor',
]

function voc(_: VOCDetection, target_keys: TargetKeys): Wrapper {
  const keys = keys_of(target_keys, ['annotation', 'boxes', 'labels'], ['boxes', 'labels'])
  return (__, [image, target]) => {
    const { annotation } = target as { annotation: { object: { name: string, bndbox: Record<string, string> }[] } }
    const boxes = annotation.object.map(({ bndbox }) => ['xmin', 'ymin', 'xmax', 'ymax'].map(part => Math.trunc(Number(bndbox[part]))))
    return [image, {
      ...keys.has('annotation') && { annotation },
      ...keys.has('boxes') && { boxes: new tv.BoundingBoxes(boxes, { format: 'XYXY', canvas_size: size_of(image), dtype: int64 }) },
      ...keys.has('labels') && { labels: tensor(annotation.object.map(({ name }) => voc_categories.indexOf(name)), { dtype: int64 }) },
    }]
  }
}

const kitti_categories = ['Car', 'Van', 'Truck', 'Pedestrian', 'Person_sitting', 'Cyclist', 'Tram', 'Misc', 'DontCare']

function kitti(_: Kitti, target_keys: TargetKeys): Wrapper {
  const native = ['type', 'truncated', 'occluded', 'alpha', 'bbox', 'dimensions', 'location', 'rotation_y']
  const keys = keys_of(target_keys, [...native, 'boxes', 'labels'], ['boxes', 'labels'])
  return (__, [image, target]) => {
    if (target === null) return [image, target]
    const rows = target as { type: string, bbox: number[] }[]
    return [image, columns(rows, keys, {
      boxes: () => new tv.BoundingBoxes(rows.map(row => row.bbox), { format: 'XYXY', canvas_size: size_of(image) }),
      labels: () => tensor(rows.map(row => kitti_categories.indexOf(row.type)), { dtype: int64 }),
    })]
  }
}

function wider(_: WIDERFace, target_keys: TargetKeys): Wrapper {
  const available = ['bbox', 'blur', 'expression', 'illumination', 'occlusion', 'pose', 'invalid']
  const keys = keys_of(target_keys, available, available)
  return (__, [image, target]) => {
    if (target === null) return [image, target]
    const faces = target as Record<string, Tensor>
    return [image, Object.fromEntries([...keys].map(key => [key, key === 'bbox' ? by_corners(faces[key]!, image) : faces[key]]))]
  }
}

const segmentation = (): Wrapper => (_, [image, mask]) => [image, new tv.Mask(mask as Image)]

/** Wraps the targets of some types. */
function by_type(types: readonly string[], target: unknown, wrappers: Record<string, (item: unknown, i: number) => unknown>): unknown {
  const items = types.length > 1 ? target as unknown[] : [target]
  const made = items.map((item, i) => wrappers[types[i]!]?.(item, i) ?? item)
  return made.length === 1 ? made[0] : made
}

function celeba(set: CelebA): Wrapper {
  if (set.target_type.some(type => type === 'attr' || type === 'landmarks')) refuse("`CelebA` dataset with `target_type=['attr', 'landmarks', ...]`")
  return (_, [image, target]) => [image, by_type(set.target_type, target, { bbox: item => by_corners((item as Tensor).unsqueeze(0), image) })]
}

function pet(set: OxfordIIITPet): Wrapper {
  return (_, [image, target]) =>
    [image, target === null ? null : by_type(set.target_types, target, { segmentation: item => new tv.Mask(item as Image) })]
}

/** A mask and the class of each instance: of 16 bits in the file, a thousand times the class and a number, or the class. */
function instances(file: string): Target {
  const data = read_image(file).to(int32)
  const ids = [...unique(data) as Tensor]
  const labels = ids.map(id => {
    const value = id.item<number>()
    return value >= 1000 ? Math.floor(value / 1000) : value
  })
  return { masks: new tv.Mask(stack(ids.map(id => data.eq(id)))), labels: tensor(labels, { dtype: int32 }) }
}

function cityscapes(set: Cityscapes): Wrapper {
  if (set.target_type.some(type => type === 'polygon' || type === 'color')) refuse("`Cityscapes` dataset with `target_type=['polygon', 'color', ...]`")
  return (index, [image, target]) => [image, by_type(set.target_type, target, {
    instance: (_, i) => instances(set.targets.at(index)![i]!), semantic: item => new tv.Mask(item as Image),
  })]
}

function caltech(set: Caltech101): Wrapper {
  if (set.target_type.includes('annotation')) refuse("Caltech101 dataset with `target_type=['annotation', ...]`")
  return identity()
}

function sbd(set: SBDataset): Wrapper {
  if (set.mode === 'boundaries') refuse("SBDataset with mode='boundaries'")
  return segmentation()
}

// Of a class and one that extends it, the latter comes first.
const factories: readonly Factory[] = [
  ...[Caltech256, CIFAR10, CIFAR100, Country211, EuroSAT, ImageNet, MNIST, GTSRB, DatasetFolder, Imagenette, CocoCaptions]
    .map((type): Factory => [type, identity]),
  [VOCSegmentation, segmentation], [Caltech101, caltech], [CocoDetection, coco, true], [VOCDetection, voc, true], [SBDataset, sbd], [CelebA, celeba],
  [Kitti, kitti, true], [OxfordIIITPet, pet], [Cityscapes, cityscapes], [WIDERFace, wider, true],
]

function wrapper_of(dataset: VisionDataset, keys: TargetKeys): Wrapper {
  if (!(dataset instanceof VisionDataset)) {
    throw new TypeError('This wrapper is meant for subclasses of `torchvision.datasets.VisionDataset`, ' +
      `but got a '${type_name(dataset)}' instead.`)
  }
  const found = factories.find(([type]) => dataset instanceof (type as unknown as typeof WrappedDataset))
  if (found === undefined) {
    throw new TypeError(`No wrapper exists for dataset class ${(dataset as object).constructor.name}. Please wrap the output yourself.`)
  }
  const [type, make, takes_keys] = found
  if (keys !== null && !takes_keys) {
    throw new ValueError('`target_keys` is currently only supported for `CocoDetection`, `VOCDetection`, `Kitti`, and `WIDERFace`, ' +
      `but got ${type.name}.`)
  }
  return make(dataset as never, keys)
}

/** A data set whose samples are in the classes of tv_tensors; the transforms of the one beneath apply after that. */
export class WrappedDataset<T = [Image, Record<string, unknown>]> extends VisionDataset<T> {
  /** The data set beneath. */
  readonly dataset: VisionDataset
  readonly target_keys: TargetKeys
  readonly #wrapper: Wrapper

  constructor(dataset: VisionDataset, target_keys: TargetKeys) {
    super(dataset.root)
    this.#wrapper = wrapper_of(dataset, target_keys)
    this.dataset = dataset
    this.target_keys = target_keys
    const { transform, target_transform, transforms } = dataset
    Object.assign(this, { transform, target_transform, transforms })
    Object.assign(dataset, { transform: null, target_transform: null, transforms: null })
  }

  override get length(): number {
    return this.dataset.length
  }

  override __getitem__(index: number): T {
    const sample = this.#wrapper(index, this.dataset.__getitem__(index) as Sample) as Sample
    return transformed(this, sample[0], sample[1]) as T
  }

  override extra_repr(): string {
    return this.dataset.extra_repr()
  }

  override toString(): string {
    return super.toString().replace(/^Dataset \w+/, `Dataset Wrapped${this.dataset.constructor.name}`)
  }

  /** How it travels to a worker: as the data set with its transforms, wrapped there. */
  __reduce__(): [make: unknown, args: unknown[]] {
    const { transform, target_transform, transforms } = this
    const beneath = Object.defineProperties({}, Object.getOwnPropertyDescriptors(this.dataset)) as VisionDataset
    Object.setPrototypeOf(beneath, Object.getPrototypeOf(this.dataset) as object)
    return [wrap_dataset_for_transforms_v2, [Object.assign(beneath, { transform, target_transform, transforms }), this.target_keys]]
  }
}

/**
 * A data set of torchvision with samples for transforms.v2: boxes, masks and labels in the classes of tv_tensors.
 *
 * CocoDetection, VOCDetection, Kitti and WIDERFace give objects with the columns `target_keys`; segmentations become masks; sets of classes
 * stay as they are. The transforms of the data set are taken over, and applied to the wrapped samples. It is at `dataset` of the result.
 *
 * @param target_keys - names of what a target is to have, or 'all'. Default: by the class: boxes and labels, of COCO also image_id.
 * @throws {TypeError} for other data sets; {ValueError} for other keys
 * @example wrap_dataset_for_transforms_v2(new datasets.CocoDetection(root, file, { transforms }), ['boxes', 'masks', 'labels'])
 * @see torchvision.datasets.wrap_dataset_for_transforms_v2
 */
export const wrap_dataset_for_transforms_v2 = with_keywords('wrap_dataset_for_transforms_v2', ['dataset', 'target_keys'],
  (dataset: VisionDataset, target_keys: TargetKeys = null): WrappedDataset => {
    const is_list = Array.isArray(target_keys) && target_keys.every(key => typeof key === 'string')
    if (target_keys !== null && target_keys !== 'all' && !is_list) {
      throw new ValueError(`\`target_keys\` can be None, 'all', or a collection of strings denoting the keys to be returned, but got ${String(target_keys)}`)
    }
    return new WrappedDataset(dataset, target_keys)
  })
