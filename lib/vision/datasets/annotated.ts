// Images with targets of several kinds; torchvision.datasets.caltech, .celeba, .oxford_iiit_pet.
import fs from 'node:fs'
import path from 'node:path'
import type { Args } from '../../_args'
import { from_numpy, tensor } from '../../_creation'
import { RuntimeError, ValueError } from '../../_errors'
import { int64 } from '../../dtype'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import {
  ListedImages, as_list, fetch_archive, is_folder, largest_archive, names_in, not_found_or_corrupted, numbered, one_or_all,
  open_image, options_of, provide, read_lines,
} from './_listed'
import { read_matlab } from './_matlab'
import { download_file_from_google_drive, extract_archive, iterable_to_str, verify_str_arg } from './utils'
import type { PairTransform, StandardTransform } from './vision'

type Transforms<Input> = ((image: Image) => Input) | null

const caltech101_names = ['root', 'target_type', 'transform', 'target_transform', 'download'] as const
type CaltechType = 'category' | 'annotation'

/**
 * Pictures of 101 kinds of things.
 *
 * @param target_type - 'category' (a number), 'annotation' (the outline, a tensor (2, N) of float64), or an array of these. Default: 'category'.
 * @see torchvision.datasets.Caltech101
 */
export class Caltech101<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _URL = 'https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip'
  static _MD5: string | null = '3138e1922a9193bfa496528edbbc45d0'
  readonly target_type: readonly CaltechType[]
  readonly categories: readonly string[]
  readonly annotation_categories: readonly string[]
  readonly index: readonly number[]
  readonly y: readonly number[]

  constructor(...args: Args<[
    root: string, target_type?: CaltechType | readonly CaltechType[], transform?: Transforms<Input>, target_transform?: AnyTransform | null,
    download?: boolean,
  ], typeof caltech101_names>) {
    const options = options_of(new.target, caltech101_names, args)
    super(path.join(options.root, 'caltech101'), { ...options, loader: open_image })
    this.target_type = as_list((options['target_type'] ?? 'category') as CaltechType | CaltechType[])
      .map(type => verify_str_arg(type, 'target_type', ['category', 'annotation']))
    const images = path.join(this.root, '101_ObjectCategories')
    const { _URL, _MD5 } = new.target
    provide(options.download, () => is_folder(images), () => { this._download(_URL, _MD5) }, not_found_or_corrupted)
    this.categories = names_in(images).filter(name => name !== 'BACKGROUND_Google')
    const renamed: Record<string, string> = { Faces: 'Faces_2', Faces_easy: 'Faces_3', Motorbikes: 'Motorbikes_16', airplanes: 'Airplanes_Side_2' }
    this.annotation_categories = this.categories.map(name => renamed[name] ?? name)
    const counts = this.categories.map(name => names_in(images, name).length)
    this.index = counts.flatMap(count => Array.from({ length: count }, (_, i) => i + 1))
    this.y = counts.flatMap((count, label) => Array.from({ length: count }, () => label))
    this._list(this.index.map((at, i) => path.join(images, this.categories[this.y[i]!]!, `image_${String(at).padStart(4, '0')}.jpg`)), this.y)
  }

  private _download(url: string, md5: string | null): void {
    fetch_archive(url, this.root, md5, 'caltech-101.zip')
    const folder = path.join(this.root, 'caltech-101')
    for (const name of names_in(folder).filter(one => one.endsWith('.gz'))) {
      extract_archive(path.join(folder, name), this.root, false, largest_archive)
    }
    fs.rmSync(folder, { recursive: true, force: true })
    fs.rmSync(path.join(this.root, 'caltech-101.zip'), { force: true })
  }

  protected override _target(row: number): unknown {
    return one_or_all(this.target_type.map(type => type === 'category' ? this.y[row] : this._outline(row)))
  }

  private _outline(row: number): Tensor {
    const name = `annotation_${String(this.index[row]).padStart(4, '0')}.mat`
    const file = path.join(this.root, 'Annotations', this.annotation_categories[this.y[row]!]!, name)
    const found = read_matlab(fs.readFileSync(file), file)['obj_contour']
    if (found === undefined) throw new RuntimeError(`${file} has no numbers obj_contour`)
    // MATLAB's order: the first dimension runs fastest.
    return from_numpy(Float64Array.from(found.data)).view([...found.shape].reverse()).t()
  }

  override extra_repr(): string {
    return `Target type: [${iterable_to_str(this.target_type)}]`
  }
}

const caltech256_names = ['root', 'transform', 'target_transform', 'download'] as const

/** Pictures of 256 kinds of things. @see torchvision.datasets.Caltech256 */
export class Caltech256<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _URL = 'https://data.caltech.edu/records/nyy15-4j048/files/256_ObjectCategories.tar'
  static _MD5: string | null = '67b4f42ca05d46448c6bb8ecd2220f6d'
  readonly categories: readonly string[]
  readonly y: readonly number[]

  constructor(...args: Args<[
    root: string, transform?: Transforms<Input>, target_transform?: ((target: number) => Target) | null, download?: boolean,
  ], typeof caltech256_names>) {
    const options = options_of(new.target, caltech256_names, args)
    super(path.join(options.root, 'caltech256'), { ...options, loader: open_image })
    const images = path.join(this.root, '256_ObjectCategories')
    const { _URL, _MD5 } = new.target
    provide(options.download, () => is_folder(images), () => { fetch_archive(_URL, this.root, _MD5, '256_ObjectCategories.tar') },
      not_found_or_corrupted)
    this.categories = names_in(images)
    const counts = this.categories.map(name => names_in(images, name).filter(file => file.endsWith('.jpg')).length)
    this.y = counts.flatMap((count, label) => Array.from({ length: count }, () => label))
    const number = (value: number, digits: number): string => String(value).padStart(digits, '0')
    this._list(counts.flatMap((count, label) => Array.from({ length: count }, (_, i) =>
      path.join(images, this.categories[label]!, `${number(label + 1, 3)}_${number(i + 1, 4)}.jpg`))), this.y)
  }
}

const celeba_names = ['root', 'split', 'target_type', 'transform', 'target_transform', 'download'] as const
const celeba_splits = { train: 0, valid: 1, test: 2, all: null } as const
type CelebaType = 'attr' | 'identity' | 'bbox' | 'landmarks'

interface Table {
  header: string[]
  index: string[]
  data: number[][]
}

/**
 * Faces of celebrities: 202,599 images with 40 attributes, identity, a box and five landmarks.
 *
 * @param split - 'train', 'valid', 'test' or 'all'. Default: 'train'.
 * @param target_type - 'attr', 'identity', 'bbox', 'landmarks', or an array of these, which may be empty. Default: 'attr'. Targets are int64 tensors.
 * @see torchvision.datasets.CelebA
 */
export class CelebA<Input = Image, Target = Tensor> extends ListedImages<Input, Target, null> {
  static base_folder = 'celeba'
  /** Id on Google Drive, MD5 sum and name of each file. */
  static file_list: readonly (readonly [id: string, md5: string | null, filename: string])[] = [
    ['0B7EVK8r0v71pZjFTYXZWM3FlRnM', '00d2c5bc6d35e252742224ab0c1e8fcb', 'img_align_celeba.zip'],
    ['0B7EVK8r0v71pblRyaVFSWGxPY0U', '75e246fa4810816ffd6ee81facbd244c', 'list_attr_celeba.txt'],
    ['1_ee_0u7vcNLOfNLegJRHmolfH5ICW-XS', '32bd1bd63d3c78cd57e08160ec5ed1e2', 'identity_CelebA.txt'],
    ['0B7EVK8r0v71pbThiMVRxWXZ4dU0', '00566efa6fedff7a56946cd1c10f1c16', 'list_bbox_celeba.txt'],
    ['0B7EVK8r0v71pd0FJY3Blby1HUTQ', 'cc24ecafdb5b50baae59b03474781f8c', 'list_landmarks_align_celeba.txt'],
    ['0B7EVK8r0v71pY0NSMzRuSXJEVkk', 'd32c9cbf5e040fd4025c592c306e6668', 'list_eval_partition.txt'],
  ]

  readonly split: keyof typeof celeba_splits
  readonly target_type: readonly CelebaType[]
  /** Names of the images. */
  readonly filename: readonly string[]
  /** (N, 1), (N, 4), (N, 10) and (N, 40) of int64; attributes are 0 or 1. */
  readonly identity: Tensor
  readonly bbox: Tensor
  readonly landmarks_align: Tensor
  readonly attr: Tensor
  readonly attr_names: readonly string[]

  constructor(...args: Args<[
    root: string, split?: keyof typeof celeba_splits, target_type?: CelebaType | readonly CelebaType[], transform?: Transforms<Input>,
    target_transform?: AnyTransform | null, download?: boolean,
  ], typeof celeba_names>) {
    const options = options_of(new.target, celeba_names, args)
    super(options.root, { ...options, loader: open_image })
    const { base_folder, file_list } = new.target
    this.target_type = as_list((options['target_type'] ?? 'attr') as CelebaType | CelebaType[])
    if (this.target_type.length === 0 && this.target_transform !== null) {
      throw new RuntimeError('target_transform is specified but target_type is empty')
    }
    const folder = path.join(this.root, base_folder)
    const images = path.join(folder, 'img_align_celeba')
    const tables = file_list.filter(([, , name]) => !name.endsWith('.zip'))
    provide(options.download, () => is_folder(images) && tables.every(([, , name]) => fs.existsSync(path.join(folder, name))), () => {
      for (const [id, md5, name] of file_list) download_file_from_google_drive(id, folder, name, md5)
      extract_archive(path.join(folder, 'img_align_celeba.zip'), null, false, largest_archive)
    }, not_found_or_corrupted)
    this.split = verify_str_arg(String(options['split'] ?? 'train').toLowerCase(), 'split', ['train', 'valid', 'test', 'all'])
    const wanted = celeba_splits[this.split]
    const splits = CelebA._table(folder, 'list_eval_partition.txt', 0)
    const rows = splits.data.flatMap(([part], i) => wanted === null || part === wanted ? [i] : [])
    const values = (table: Table): Tensor => {
      if (table.data.length !== splits.data.length) {
        throw new RuntimeError(`${folder} has ${splits.data.length} images in list_eval_partition.txt and ${table.data.length} in another list`)
      }
      return tensor(rows.map(i => table.data[i]!), { dtype: int64 })
    }
    this.filename = rows.map(i => splits.index[i]!)
    this.identity = values(CelebA._table(folder, 'identity_CelebA.txt', 0))
    this.bbox = values(CelebA._table(folder, 'list_bbox_celeba.txt', 2))
    this.landmarks_align = values(CelebA._table(folder, 'list_landmarks_align_celeba.txt', 2))
    const attributes = CelebA._table(folder, 'list_attr_celeba.txt', 2)
    this.attr = values(attributes).add(1).div(2, { rounding_mode: 'floor' })
    this.attr_names = attributes.header
    this._list(this.filename.map(name => path.join(images, name)), this.filename.map(() => null))
  }

  private static _table(folder: string, name: string, head: number): Table {
    const lines = read_lines(folder, name).map(line => line.split(/\s+/))
    const rows = lines.slice(head)
    const data = rows.map(row => row.slice(1).map(Number))
    if (data.some(row => !row.every(Number.isInteger))) throw new RuntimeError(`${path.join(folder, name)} has something that is no whole number`)
    return { header: head === 0 ? [] : lines[head - 1]!, index: rows.map(row => row[0]!), data }
  }

  protected override _target(row: number): unknown {
    return one_or_all(this.target_type.map(type => {
      if (type === 'attr') return this.attr.at(row)
      if (type === 'identity') return this.identity.at(row, 0)
      if (type === 'bbox') return this.bbox.at(row)
      if (type === 'landmarks') return this.landmarks_align.at(row)
      throw new ValueError(`Target type "${String(type)}" is not recognized.`)
    }))
  }

  override extra_repr(): string {
    return `Target type: [${iterable_to_str(this.target_type)}]\nSplit: ${this.split}`
  }
}

const pet_names = ['root', 'split', 'target_types', 'transforms', 'transform', 'target_transform', 'download'] as const
type PetType = 'category' | 'binary-category' | 'segmentation'

/**
 * Cats and dogs of 37 breeds.
 *
 * @param split - 'trainval' or 'test'. Default: 'trainval'.
 * @param target_types - 'category', 'binary-category' (cat or dog), 'segmentation' (an image), or an array of these. Default: 'category'.
 * @see torchvision.datasets.OxfordIIITPet
 */
export class OxfordIIITPet<Input = Image, Target = number> extends ListedImages<Input, Target> {
  /** URL and MD5 sum of each archive. */
  static _RESOURCES: readonly (readonly [url: string, md5: string | null])[] = [
    ['https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz', '5c4f3ee8e5d25df40f4fd59a7f44e54c'],
    ['https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz', '95a8c909bbe2e81eed6a22bccdf3f68f'],
  ]

  readonly target_types: readonly PetType[]
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>
  readonly bin_classes: readonly string[] = ['Cat', 'Dog']
  readonly bin_class_to_idx: Record<string, number> = { Cat: 0, Dog: 1 }
  private readonly _bin_labels: readonly number[]
  private readonly _segments: readonly string[]

  constructor(...args: Args<[
    root: string, split?: 'trainval' | 'test', target_types?: PetType | readonly PetType[], transforms?: PairTransform | StandardTransform | null,
    transform?: Transforms<Input>, target_transform?: AnyTransform | null, download?: boolean,
  ], typeof pet_names>) {
    const options = options_of(new.target, pet_names, args)
    super(options.root, options)
    const split = verify_str_arg(options['split'] ?? 'trainval', 'split', ['trainval', 'test'])
    this.target_types = as_list((options['target_types'] ?? 'category') as PetType | PetType[])
      .map(type => verify_str_arg(type, 'target_types', ['category', 'binary-category', 'segmentation']))
    const base = path.join(this.root, 'oxford-iiit-pet')
    const { _RESOURCES } = new.target
    provide(options.download, () => is_folder(base, 'images') && is_folder(base, 'annotations'), () => {
      for (const [url, md5] of _RESOURCES) fetch_archive(url, base, md5)
    })
    const rows = read_lines(base, 'annotations', `${split}.txt`).map(line => line.split(/\s+/) as [id: string, label: string, bin: string])
    const labels = rows.map(([, label]) => Number(label) - 1)
    this._bin_labels = rows.map(([, , label]) => Number(label) - 1)
    const breeds = new Map(rows.map(([id], i) => [labels[i]!, id.slice(0, id.lastIndexOf('_'))]))
    const title = (name: string): string => name.split('_').map(part => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase()).join(' ')
    this.classes = [...breeds].sort(([a], [b]) => a - b).map(([, name]) => title(name))
    this.class_to_idx = numbered(this.classes)
    this._segments = rows.map(([id]) => path.join(base, 'annotations', 'trimaps', `${id}.png`))
    this._list(rows.map(([id]) => path.join(base, 'images', `${id}.jpg`)), labels)
  }

  protected override _target(row: number): unknown {
    return one_or_all(this.target_types.map(type =>
      type === 'category' ? this._labels[row] : type === 'binary-category' ? this._bin_labels[row] : Image.open(this._segments[row]!)))
  }
}
