// What sets of image files with a label each share. Part of many files of torchvision.datasets.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, type Bound, bind } from '../../_args'
import { RuntimeError } from '../../_errors'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { checked_index, open_images } from './_samples'
import { default_loader } from './folder'
import { download_and_extract_archive } from './utils'
import { type PairTransform, StandardTransform, VisionDataset } from './vision'

/** @internal The messages of torchvision for files that are not there. */
export const not_found = 'Dataset not found. You can use download=True to download it'
export const not_found_or_corrupted = 'Dataset not found or corrupted. You can use download=True to download it'

export const is_folder = (...parts: string[]): boolean => fs.statSync(path.join(...parts), { throwIfNoEntry: false })?.isDirectory() ?? false

/** Reads a file of text or JSON. @throws {RuntimeError} that names the file */
export function read_text(...parts: string[]): string {
  const file = path.join(...parts)
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw new RuntimeError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

export function read_json<T>(...parts: string[]): T {
  const text = read_text(...parts)
  try {
    return JSON.parse(text) as T
  } catch (error) {
    throw new RuntimeError(`${path.join(...parts)} is no JSON: ${(error as Error).message}`)
  }
}

/** The lines of a file of text, without empty ones. */
export function read_lines(...parts: string[]): string[] {
  return read_text(...parts).split(/\r?\n/).map(line => line.trim()).filter(line => line !== '')
}

/** Names in a folder, sorted. @throws {RuntimeError} that names a folder that cannot be read */
export function names_in(...parts: string[]): string[] {
  const folder = path.join(...parts)
  try {
    return fs.readdirSync(folder).sort()
  } catch (error) {
    throw new RuntimeError(`${folder} cannot be read: ${(error as Error).message}`)
  }
}

/** Bounds what an archive of images holds: the largest sets take some 100 GB. */
export const largest_archive = 2 ** 38

/** Gets an archive, and unpacks it. */
export function fetch_archive(url: string, folder: string, md5: string | null, filename: string | null = null): void {
  download_and_extract_archive(url, folder, null, filename, md5, false, largest_archive)
}

/** Gets what a set needs unless it is there, and says so if it is not. */
export function provide(download: boolean | undefined, exists: () => boolean, get: () => void, message = not_found): void {
  if (download && !exists()) get()
  if (!exists()) throw new RuntimeError(message)
}

/** The numbers of names by their order. */
export const numbered = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name, i) => [name, i]))

/** The number of a class that a line names. @throws {RuntimeError} if there is none */
export function class_number(classes: Readonly<Record<string, number>>, name: string, file: string): number {
  const found = classes[name]
  if (found === undefined) throw new RuntimeError(`${file} names a class that is not there: ${name}`)
  return found
}

/** Applies the transforms of a set to a sample and its target. */
export function transformed(set: VisionDataset, sample: unknown, target: unknown): [unknown, unknown] {
  const { transforms } = set
  if (transforms instanceof StandardTransform) return transforms.apply(sample, target)
  return transforms ? [...transforms(sample as never, target as never)] : [sample, target]
}

export const as_list = <T>(value: T | readonly T[]): readonly T[] => Array.isArray(value) ? value as readonly T[] : [value as T]

/** One target, several as an array, or none. */
export const one_or_all = (targets: readonly unknown[]): unknown => targets.length > 1 ? targets : targets.length === 1 ? targets[0] : null

/** Images as they are in their files. */
export const open_image = (file: string): Image => Image.open(file)

/** Reads an image file. */
export type Loader = (file: string) => Image

/** Arguments of sets without splits. */
export type ListArgs<Input, Target> = Args<[
  root: string, transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null, download?: boolean,
  loader?: Loader,
], readonly ['root', 'transform', 'target_transform', 'download', 'loader']>

/** Arguments of sets with splits. */
export type SplitArgs<Split extends string, Input, Target> = Args<[
  root: string, split?: Split, transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null,
  download?: boolean, loader?: Loader,
], readonly ['root', 'split', 'transform', 'target_transform', 'download', 'loader']>

export const list_names = ['root', 'transform', 'target_transform', 'download', 'loader'] as const
export const split_names = ['root', 'split', 'transform', 'target_transform', 'download', 'loader'] as const

/** The arguments that a constructor of a set is called with, by name. */
export interface SetOptions extends Bound {
  root: string
  transform?: AnyTransform | null
  target_transform?: AnyTransform | null
  transforms?: PairTransform | StandardTransform | null
  download?: boolean
  loader?: Loader
}

/** The arguments of a constructor by name. */
export function options_of(type: { name: string }, names: readonly string[], args: readonly unknown[], required = 1): SetOptions {
  return bind<SetOptions>(`${type.name}.__init__`, names, required, args)
}

/** Image files and the label of each. The constructor of a subclass calls {@link _list}. */
export abstract class ListedImages<Input = Image, Target = number, Label = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  readonly loader: Loader
  /** @internal */
  declare protected _image_files: readonly string[]
  /** @internal */
  declare protected _labels: readonly Label[]

  constructor(root: string, { transform, target_transform, transforms, loader = default_loader }: Partial<SetOptions>) {
    super(root, { transform, target_transform, transforms })
    this.loader = loader
  }

  /** @internal Sets the files and their labels. */
  protected _list(files: readonly string[], labels: readonly Label[]): void {
    if (files.length !== labels.length) throw new RuntimeError(`${this.root} has ${files.length} images and ${labels.length} labels`)
    this._image_files = files
    this._labels = labels
  }

  override get length(): number {
    return this._image_files.length
  }

  override __getitem__(index: number): [Input, Target] {
    const row = checked_index(index, this.length)
    return this._sample(this.loader(this._image_files[row]!), row)
  }

  /** Samples of a batch: with the loader of images, some are decoded while others are transformed. */
  __getitems__(indices: readonly number[]): [Input, Target][] {
    if (this.loader !== default_loader) return indices.map(i => this.__getitem__(i))
    const rows = indices.map(i => checked_index(i, this.length))
    const images = open_images(rows.map(row => this._image_files[row]!))
    return rows.map(row => this._sample(images.next().value as Image, row))
  }

  /** @internal What the label of a file is to the user. */
  protected _target(row: number): unknown {
    return this._labels[row]
  }

  private _sample(image: Image, row: number): [Input, Target] {
    return transformed(this, image, this._target(row)) as [Input, Target]
  }
}
