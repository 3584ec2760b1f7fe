// Sets of a folder for each class that are ImageFolders beneath; torchvision.datasets.eurosat, .country211, .imagenette, .imagenet.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Args } from '../../_args'
import { RuntimeError } from '../../_errors'
import { expanduser } from '../../_paths'
import { load, save } from '../../serialization'
import type { Image } from '../_image'
import {
  type ListArgs, ListedImages, type Loader, type SplitArgs, fetch_archive, is_folder, largest_archive, list_names, names_in, options_of, provide,
  read_lines, split_names,
} from './_listed'
import { type Fields, type MatlabArray, read_matlab_values } from './_matlab'
import { IMG_EXTENSIONS, find_classes, make_dataset } from './folder'
import { check_integrity, extract_archive, verify_str_arg } from './utils'

/** What an ImageFolder has: a folder for each class. */
abstract class Folders<Input, Target> extends ListedImages<Input, Target> {
  declare classes: readonly string[]
  declare class_to_idx: Record<string, number>
  /** Files and their classes. */
  declare samples: [string, number][]
  declare targets: number[]

  protected _find(folder: string, extensions: string | readonly string[] = IMG_EXTENSIONS, allow_empty = false): void {
    const [classes, class_to_idx] = find_classes(folder)
    this.classes = classes
    this.class_to_idx = class_to_idx
    this.samples = make_dataset(folder, { class_to_idx, extensions, allow_empty })
    this.targets = this.samples.map(([, target]) => target)
    this._list(this.samples.map(([file]) => file), this.targets)
  }

  /** The same as `samples`. */
  get imgs(): [string, number][] {
    return this.samples
  }
}

/** Satellite images of ten kinds of land. @see torchvision.datasets.EuroSAT */
export class EuroSAT<Input = Image, Target = number> extends Folders<Input, Target> {
  static _URL = 'https://huggingface.co/datasets/torchgeo/eurosat/resolve/c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip'
  static _MD5: string | null = 'c8fa014336c82ac7804f0398fcb19387'

  constructor(...args: ListArgs<Input, Target>) {
    const options = options_of(new.target, list_names, args)
    super(options.root, options)
    const { _URL, _MD5 } = new.target
    const base = path.join(this.root, 'eurosat')
    const folder = path.join(base, '2750')
    provide(options.download, () => is_folder(folder), () => { fetch_archive(_URL, base, _MD5) })
    this._find(folder)
  }
}

/** Photographs of 211 countries. @param split - 'train', 'valid' or 'test'. Default: 'train'. @see torchvision.datasets.Country211 */
export class Country211<Input = Image, Target = number> extends Folders<Input, Target> {
  static _URL = 'https://openaipublic.azureedge.net/clip/data/country211.tgz'
  static _MD5: string | null = '84988d7644798601126c29e9877aab6a'

  constructor(...args: SplitArgs<'train' | 'valid' | 'test', Input, Target>) {
    const options = options_of(new.target, split_names, args)
    super(options.root, options)
    const split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'valid', 'test'])
    const { _URL, _MD5 } = new.target
    const folder = path.join(this.root, 'country211')
    provide(options.download, () => is_folder(folder), () => { fetch_archive(_URL, this.root, _MD5) })
    this._find(path.join(folder, split))
  }
}

const imagenette_names = ['root', 'split', 'size', 'download', 'transform', 'target_transform', 'loader'] as const

/**
 * Ten classes of ImageNet.
 *
 * @param split - 'train' or 'val'. Default: 'train'.
 * @param size - 'full', '320px' or '160px': of the shorter side. Default: 'full'.
 * @see torchvision.datasets.Imagenette
 */
export class Imagenette<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _ARCHIVES: Record<'full' | '320px' | '160px', readonly [url: string, md5: string | null]> = {
    'full': ['https://s3.amazonaws.com/fast-ai-imageclas/imagenette2.tgz', 'fe2fc210e6bb7c5664d602c3cd71e612'],
    '320px': ['https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-320.tgz', '3df6f0d01a2c9592104656642f5e78a3'],
    '160px': ['https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz', 'e793b78cc4c9e9a4ccc0c1155377a412'],
  }
  static _WNID_TO_CLASS: Readonly<Record<string, readonly string[]>> = {
    n01440764: ['tench', 'Tinca tinca'], n02102040: ['English springer', 'English springer spaniel'], n02979186: ['cassette player'],
    n03000684: ['chain saw', 'chainsaw'], n03028079: ['church', 'church building'], n03394916: ['French horn', 'horn'],
    n03417042: ['garbage truck', 'dustcart'], n03425413: ['gas pump', 'gasoline pump', 'petrol pump', 'island dispenser'],
    n03445777: ['golf ball'], n03888257: ['parachute', 'chute'],
  }

  /** Names of the folders. */
  readonly wnids: readonly string[]
  readonly wnid_to_idx: Record<string, number>
  /** The names of each class. */
  readonly classes: readonly (readonly string[])[]
  readonly class_to_idx: Record<string, number>

  constructor(...args: Args<[
    root: string, split?: 'train' | 'val', size?: 'full' | '320px' | '160px', download?: boolean, transform?: ((image: Image) => Input) | null,
    target_transform?: ((target: number) => Target) | null, loader?: Loader,
  ], typeof imagenette_names>) {
    const options = options_of(new.target, imagenette_names, args)
    super(options.root, options)
    const split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'val'])
    const size = verify_str_arg(options['size'] ?? 'full', 'size', ['full', '320px', '160px'])
    const [url, md5] = new.target._ARCHIVES[size]
    const base = path.join(this.root, path.posix.basename(url, '.tgz'))
    provide(options.download, () => is_folder(base), () => { fetch_archive(url, this.root, md5) },
      'Dataset not found. You can use download=True to download it.')
    const folder = path.join(base, split)
    ;[this.wnids, this.wnid_to_idx] = find_classes(folder)
    this.classes = this.wnids.map(wnid => Imagenette._WNID_TO_CLASS[wnid] ?? [wnid])
    this.class_to_idx = Object.fromEntries(this.classes.flatMap((names, i) => names.map(name => [name, i])))
    const samples = make_dataset(folder, { class_to_idx: this.wnid_to_idx, extensions: '.jpeg' })
    this._list(samples.map(([file]) => file), samples.map(([, label]) => label))
  }
}

/** Names and MD5 sums of the archives of ImageNet, which are to be got by hand. */
export const ARCHIVE_META: Record<'train' | 'val' | 'devkit', readonly [file: string, md5: string | null]> = {
  train: ['ILSVRC2012_img_train.tar', '1d675b47d978889d74fa0da5fadfb00e'], val: ['ILSVRC2012_img_val.tar', '29b22e2961454d5413ddabcf34fc5622'],
  devkit: ['ILSVRC2012_devkit_t12.tar.gz', 'fa75699e90414af021442c21a62c3abf'],
}
const META_FILE = 'meta.bin'

type Meta = [wnid_to_classes: Record<string, readonly string[]>, val_wnids: string[]]

const imagenet_names = ['root', 'split', 'transform', 'target_transform', 'loader', 'is_valid_file', 'allow_empty'] as const

function archive_of(root: string, part: keyof typeof ARCHIVE_META): string {
  const [file, md5] = ARCHIVE_META[part]
  if (check_integrity(path.join(root, file), md5)) return path.join(root, file)
  throw new RuntimeError(
    `The archive ${file} is not present in the root directory or is corrupted. You need to download it externally and place it in ${root}.`)
}

function number_of(value: unknown): number {
  return (value as MatlabArray).data[0]!
}

/** The synsets without children: number, name of the folder, names. */
function read_devkit(devkit: string): Meta {
  const file = path.join(devkit, 'data', 'meta.mat')
  const synsets = read_matlab_values(fs.readFileSync(file), file)['synsets'] as Fields[]
  const leaves = synsets.filter(one => number_of(one['num_children']) === 0)
  const wnids = new Map(leaves.map(one => [number_of(one['ILSVRC2012_ID']), one['WNID'] as string]))
  const ids = read_lines(devkit, 'data', 'ILSVRC2012_validation_ground_truth.txt')
  return [Object.fromEntries(leaves.map(one => [one['WNID'] as string, (one['words'] as string).split(', ')])), ids.map(id => wnids.get(Number(id))!)]
}

/** Makes `meta.bin`, as Python does, of the devkit's archive. @see torchvision.datasets.imagenet.parse_devkit_archive */
export function parse_devkit_archive(root: string): void {
  const archive = archive_of(root, 'devkit')
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-imagenet-'))
  try {
    extract_archive(archive, temporary)
    save(read_devkit(path.join(temporary, 'ILSVRC2012_devkit_t12')), path.join(root, META_FILE))
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true })
  }
}

/** Unpacks the training set: an archive in the archive for each class. @see torchvision.datasets.imagenet.parse_train_archive */
export function parse_train_archive(root: string): void {
  const folder = path.join(root, 'train')
  extract_archive(archive_of(root, 'train'), folder, false, largest_archive)
  for (const name of names_in(folder)) {
    extract_archive(path.join(folder, name), path.join(folder, path.parse(name).name), true, largest_archive)
  }
}

/** Unpacks the validation set, and sorts it into folders. @see torchvision.datasets.imagenet.parse_val_archive */
export function parse_val_archive(root: string, wnids: readonly string[]): void {
  const folder = path.join(root, 'val')
  extract_archive(archive_of(root, 'val'), folder, false, largest_archive)
  const images = names_in(folder)
  if (images.length !== wnids.length) throw new RuntimeError(`${folder} has ${images.length} images and ${wnids.length} labels`)
  for (const wnid of new Set(wnids)) fs.mkdirSync(path.join(folder, wnid), { recursive: true })
  images.forEach((name, i) => { fs.renameSync(path.join(folder, name), path.join(folder, wnids[i]!, name)) })
}

/**
 * ImageNet of 2012. The archives are to be put into `root` by hand; they are unpacked at first use.
 *
 * @param split - 'train' or 'val'. Default: 'train'.
 * @throws {RuntimeError} that names the archive that is not there
 * @see torchvision.datasets.ImageNet
 */
export class ImageNet<Input = Image, Target = number> extends ListedImages<Input, Target> {
  readonly split: 'train' | 'val'
  readonly wnids: readonly string[]
  readonly wnid_to_idx: Record<string, number>
  /** The names of each class. */
  readonly classes: readonly (readonly string[])[]
  readonly class_to_idx: Record<string, number>
  readonly samples: [string, number][]
  readonly targets: number[]

  constructor(...args: Args<[
    root: string, split?: 'train' | 'val', transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null,
    loader?: Loader, is_valid_file?: ((file: string) => boolean) | null, allow_empty?: boolean,
  ], typeof imagenet_names>) {
    const options = options_of(new.target, imagenet_names, args)
    super(options.root, options)
    const { is_valid_file = null, allow_empty = false } = options as { is_valid_file?: ((file: string) => boolean) | null, allow_empty?: boolean }
    this.split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'val'])
    const root = expanduser(this.root)
    if (!check_integrity(path.join(root, META_FILE))) parse_devkit_archive(root)
    const [names, val_wnids] = load(path.join(root, META_FILE)) as unknown as Meta
    if (!is_folder(this.split_folder)) {
      if (this.split === 'train') parse_train_archive(root)
      else parse_val_archive(root, val_wnids)
    }
    ;[this.wnids, this.wnid_to_idx] = find_classes(this.split_folder)
    const extensions = is_valid_file ? null : IMG_EXTENSIONS
    this.samples = make_dataset(this.split_folder, { class_to_idx: this.wnid_to_idx, extensions, is_valid_file, allow_empty })
    this.targets = this.samples.map(([, label]) => label)
    this.classes = this.wnids.map(wnid => names[wnid] ?? [wnid])
    this.class_to_idx = Object.fromEntries(this.classes.flatMap((all, i) => all.map(name => [name, i])))
    this._list(this.samples.map(([file]) => file), this.targets)
  }

  get split_folder(): string {
    return path.join(this.root, this.split)
  }

  override extra_repr(): string {
    return `Split: ${this.split}`
  }
}
