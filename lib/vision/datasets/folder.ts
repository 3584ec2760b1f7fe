// Data sets of files in a folder for each class; torchvision.datasets.folder.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, bind } from '../../_args'
import { ValueError } from '../../_errors'
import { expanduser } from '../../_paths'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { checked_index, collate_as_they_come, open_images } from './_samples'
import { VisionDataset } from './vision'

/** Endings of the files that {@link ImageFolder} takes. */
export const IMG_EXTENSIONS = ['.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif', '.tiff', '.webp'] as const

/** Whether a file's name ends with one of these (in lower case). @see torchvision.datasets.folder.has_file_allowed_extension */
export function has_file_allowed_extension(filename: string, extensions: string | readonly string[]): boolean {
  const name = filename.toLowerCase()
  return (typeof extensions === 'string' ? [extensions] : extensions).some(ending => name.endsWith(ending))
}

/** Whether a file's name is that of an image. @see torchvision.datasets.folder.is_image_file */
export function is_image_file(filename: string): boolean {
  return has_file_allowed_extension(filename, IMG_EXTENSIONS)
}

function not_found(message: string): Error {
  return Object.assign(new Error(message), { name: 'FileNotFoundError', code: 'ENOENT' })
}

const is_folder = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false

/** The folders in a folder, sorted, and their numbers. @see torchvision.datasets.folder.find_classes */
export function find_classes(directory: string): [string[], Record<string, number>] {
  const classes = fs.readdirSync(directory).filter(name => is_folder(path.join(directory, name))).sort()
  if (classes.length === 0) throw not_found(`Couldn't find any class folder in ${directory}.`)
  return [classes, Object.fromEntries(classes.map((name, i) => [name, i]))]
}

/** The files below a folder, by folder and then by name; links are followed, none twice. */
function walk(folder: string): string[] {
  const found: [string, string[]][] = []
  const seen = new Set<string>()
  const visit = (where: string): void => {
    const real = fs.realpathSync(where)
    if (seen.has(real)) return
    seen.add(real)
    const entries = fs.readdirSync(where).map(name => path.join(where, name))
    found.push([where, entries.filter(file => !is_folder(file)).sort()])
    entries.filter(is_folder).forEach(visit)
  }
  visit(folder)
  return found.sort(([a], [b]) => a < b ? -1 : 1).flatMap(([, files]) => files)
}

const make_names = ['directory', 'class_to_idx', 'extensions', 'is_valid_file', 'allow_empty'] as const
type MakeParams = [
  directory: string, class_to_idx?: Record<string, number> | null, extensions?: string | readonly string[] | null,
  is_valid_file?: ((file: string) => boolean) | null, allow_empty?: boolean,
]

/**
 * The files of each class and its number.
 * @param extensions - endings of the files to take; or `is_valid_file` decides
 * @param allow_empty - classes may have no file. Default: false.
 * @throws {Error} "Found no valid file for the classes ..."
 * @see torchvision.datasets.folder.make_dataset
 */
export function make_dataset(...args: Args<MakeParams, typeof make_names>): [string, number][] {
  const bound = bind<{
    directory: string, class_to_idx?: Record<string, number>, extensions?: string | readonly string[] | null,
    is_valid_file?: ((file: string) => boolean) | null, allow_empty?: boolean
  }>('make_dataset', make_names, 1, args)
  const { extensions = null, is_valid_file = null, allow_empty = false } = bound
  const directory = expanduser(bound.directory)
  const class_to_idx = bound.class_to_idx ?? find_classes(directory)[1]
  if (Object.keys(class_to_idx).length === 0) throw new ValueError("'class_to_index' must have at least one entry to collect any samples.")
  if ((extensions === null) === (is_valid_file === null)) {
    throw new ValueError('Both extensions and is_valid_file cannot be None or not None at the same time')
  }
  const is_valid = is_valid_file ?? (file => has_file_allowed_extension(file, extensions!))
  const samples: [string, number][] = []
  const empty: string[] = []
  for (const name of Object.keys(class_to_idx).sort()) {
    const folder = path.join(directory, name)
    const files = is_folder(folder) ? walk(folder).filter(is_valid) : []
    for (const file of files) samples.push([file, class_to_idx[name]!])
    if (files.length === 0) empty.push(name)
  }
  if (empty.length > 0 && !allow_empty) {
    const known = extensions === null ? '' : `Supported extensions are: ${typeof extensions === 'string' ? extensions : extensions.join(', ')}`
    throw not_found(`Found no valid file for the classes ${empty.join(', ')}. ${known}`)
  }
  return samples
}

/** Reads an image file as RGB. @see torchvision.datasets.folder.default_loader */
export function default_loader(file: string): Image {
  return Image.open(file).convert('RGB')
}

const folder_names = ['root', 'loader', 'extensions', 'transform', 'target_transform', 'is_valid_file', 'allow_empty'] as const

interface FolderBound {
  root: string
  loader: (file: string) => unknown
  extensions?: readonly string[] | null
  transform?: AnyTransform | null
  target_transform?: AnyTransform | null
  is_valid_file?: ((file: string) => boolean) | null
  allow_empty?: boolean
}

/** Arguments of {@link DatasetFolder}. */
export type FolderArgs<Raw, Input, Target> = Args<[
  root: string, loader: (file: string) => Raw, extensions?: readonly string[] | null, transform?: ((sample: Raw) => Input) | null,
  target_transform?: ((target: number) => Target) | null, is_valid_file?: ((file: string) => boolean) | null, allow_empty?: boolean,
], typeof folder_names>

/**
 * Samples in files: those of a class lie below a folder with its name.
 *
 * @param loader - reads a file
 * @param extensions - endings of the files to take; or `is_valid_file` decides
 * @param allow_empty - classes may have no file. Default: false.
 * @throws {Error} if there is no folder, or one without a file
 * @see torchvision.datasets.DatasetFolder
 */
export class DatasetFolder<Raw = unknown, Input = Raw, Target = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  readonly loader: (file: string) => Raw
  readonly extensions: readonly string[] | null
  /** Names of the classes, sorted. */
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>
  /** Files and their classes. */
  samples: [string, number][]
  targets: number[]

  constructor(...args: FolderArgs<Raw, Input, Target>) {
    const { root, loader, extensions = null, transform, target_transform, is_valid_file, allow_empty } = new.target._bind(args)
    super(root, { transform, target_transform })
    const [classes, class_to_idx] = this.find_classes(this.root)
    this.classes = classes
    this.class_to_idx = class_to_idx
    this.samples = make_dataset(this.root, { class_to_idx, extensions, is_valid_file, allow_empty })
    this.loader = loader as (file: string) => Raw
    this.extensions = extensions
    this.targets = this.samples.map(([, target]) => target)
  }

  /** @internal The arguments by name. */
  static _bind(args: readonly unknown[]): FolderBound {
    return bind(`${this.name}.__init__`, folder_names, 2, args)
  }

  /** The classes of a folder; a subclass may leave some out. */
  find_classes(directory: string): [string[], Record<string, number>] {
    return find_classes(directory)
  }

  override get length(): number {
    return this.samples.length
  }

  override __getitem__(index: number): [Input, Target] {
    const [file, target] = this.samples[checked_index(index, this.length)]!
    return this._transformed(this.loader(file), target)
  }

  __getitems__(indices: readonly number[]): [Input, Target][] {
    return [...this._each(indices)]
  }

  /** The batch that `default_collate` makes of samples. */
  get_batch(indices: readonly number[]): unknown {
    return collate_as_they_come(this._each(indices), indices.length)
  }

  /** Samples, one by one; with the loader of images, some are decoded while others are transformed. */
  private *_each(indices: readonly number[]): Generator<[Input, Target]> {
    if ((this.loader as unknown) !== default_loader) {
      for (const i of indices) yield this.__getitem__(i)
      return
    }
    const samples = indices.map(i => this.samples[checked_index(i, this.length)]!)
    const images = open_images(samples.map(([file]) => file))
    for (const [, target] of samples) yield this._transformed(images.next().value as Raw, target)
  }

  private _transformed(raw: Raw, target: number): [Input, Target] {
    return [
      (this.transform ? this.transform(raw as never) : raw) as unknown as Input,
      (this.target_transform ? this.target_transform(target as never) : target) as Target,
    ]
  }
}

const image_names = ['root', 'transform', 'target_transform', 'loader', 'is_valid_file', 'allow_empty'] as const

/** Arguments of {@link ImageFolder}. */
export type ImageFolderArgs<Input, Target> = Args<[
  root: string, transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null,
  loader?: (file: string) => Image, is_valid_file?: ((file: string) => boolean) | null, allow_empty?: boolean,
], typeof image_names>

/**
 * Images in files: those of a class lie below a folder with its name, as in `root/dog/1.png`, `root/cat/2.png`.
 *
 * A sample is `[image, target]`; without a transform the image is an {@link Image} in RGB.
 * @param loader - reads a file. Default: {@link default_loader}.
 * @param is_valid_file - which files to take. Default: those with the ending of an image.
 * @throws {Error} if there is no folder, or one without an image
 * @see torchvision.datasets.ImageFolder
 */
export class ImageFolder<Input = Image, Target = number> extends DatasetFolder<Image, Input, Target> {
  constructor(...args: ImageFolderArgs<Input, Target>) {
    super(...(args as unknown as FolderArgs<Image, Input, Target>))
  }

  static override _bind(args: readonly unknown[]): FolderBound {
    const bound = bind<Partial<FolderBound> & { root: string }>(`${this.name}.__init__`, image_names, 1, args)
    return { ...bound, loader: bound.loader ?? default_loader, extensions: bound.is_valid_file ? null : IMG_EXTENSIONS }
  }

  /** The same as `samples`. */
  get imgs(): [string, number][] {
    return this.samples
  }
}
