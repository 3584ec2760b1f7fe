// Image files with lists of labels; torchvision.datasets.food101, .dtd, .fgvc_aircraft, .rendered_sst2, .sun397, .gtsrb, .stanford_cars, .clevr.
import fs from 'node:fs'
import path from 'node:path'
import type { Args } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import type { Image } from '../_image'
import {
  type ListArgs, ListedImages, type Loader, type SplitArgs, class_number, fetch_archive, is_folder, list_names, names_in,
  not_found_or_corrupted,
  numbered, options_of, provide, read_json, read_lines, split_names,
} from './_listed'
import { type Fields, read_matlab_values } from './_matlab'
import { make_dataset } from './folder'
import { verify_str_arg } from './utils'

/**
 * Food of 101 kinds: 750 images of each to train, 250 to test.
 *
 * @param split - 'train' or 'test'. Default: 'train'.
 * @param download - get the files if they are not there. Default: false.
 * @throws {RuntimeError} if the files are not there, or damaged
 * @see torchvision.datasets.Food101
 */
export class Food101<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _URL = 'http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz'
  static _MD5: string | null = '85eeb15f3717b99a5da872d97d918f87'
  readonly split: 'train' | 'test'
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>

  constructor(...args: SplitArgs<'train' | 'test', Input, Target>) {
    const options = options_of(new.target, split_names, args)
    super(options.root, options)
    this.split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'test'])
    const { _URL, _MD5 } = new.target
    const folder = path.join(this.root, 'food-101')
    provide(options.download, () => is_folder(folder, 'meta') && is_folder(folder, 'images'),
      () => { fetch_archive(_URL, this.root, _MD5) })
    const lists = Object.entries(read_json<Record<string, string[]>>(folder, 'meta', `${this.split}.json`))
    this.classes = lists.map(([name]) => name).sort()
    this.class_to_idx = numbered(this.classes)
    this._list(lists.flatMap(([, names]) => names.map(name => path.join(folder, 'images', `${name}.jpg`))),
      lists.flatMap(([name, names]) => names.map(() => this.class_to_idx[name]!)))
  }

  override extra_repr(): string {
    return `split=${this.split}`
  }
}

const dtd_names = ['root', 'split', 'partition', 'transform', 'target_transform', 'download', 'loader'] as const
type Three = 'train' | 'val' | 'test'

/**
 * Textures of 47 kinds, in ten partitions into three splits.
 *
 * @param split - 'train', 'val' or 'test'. Default: 'train'.
 * @param partition - 1 to 10. Default: 1.
 * @see torchvision.datasets.DTD
 */
export class DTD<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _URL = 'https://www.robots.ox.ac.uk/~vgg/data/dtd/download/dtd-r1.0.1.tar.gz'
  static _MD5: string | null = 'fff73e5086ae6bdbea199a49dfb8a4c1'
  readonly split: Three
  readonly partition: number
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>

  constructor(...args: Args<[
    root: string, split?: Three, partition?: number, transform?: ((image: Image) => Input) | null,
    target_transform?: ((target: number) => Target) | null, download?: boolean, loader?: Loader,
  ], typeof dtd_names>) {
    const options = options_of(new.target, dtd_names, args)
    const { split = 'train', partition = 1 } = options
    super(options.root, options)
    this.split = verify_str_arg(split, 'split', ['train', 'val', 'test'])
    if (!Number.isInteger(partition) || (partition as number) < 1 || (partition as number) > 10) {
      throw new ValueError(`Parameter 'partition' should be an integer with \`1 <= partition <= 10\`, but got ${String(partition)} instead`)
    }
    this.partition = partition as number
    const { _URL, _MD5 } = new.target
    const base = path.join(this.root, 'dtd')
    const folder = path.join(base, 'dtd')
    provide(options.download, () => is_folder(folder), () => { fetch_archive(_URL, base, _MD5) })
    const lines = read_lines(folder, 'labels', `${this.split}${this.partition}.txt`)
    this.classes = [...new Set(lines.map(line => line.split('/')[0]!))].sort()
    this.class_to_idx = numbered(this.classes)
    this._list(lines.map(line => path.join(folder, 'images', ...line.split('/'))), lines.map(line => this.class_to_idx[line.split('/')[0]!]!))
  }

  override extra_repr(): string {
    return `split=${this.split}, partition=${this.partition}`
  }
}

const aircraft_names = ['root', 'split', 'annotation_level', 'transform', 'target_transform', 'download', 'loader'] as const
const aircraft_levels = { variant: 'variants', family: 'families', manufacturer: 'manufacturers' } as const

/**
 * Aircraft: 10,000 images.
 *
 * @param split - 'train', 'val', 'trainval' or 'test'. Default: 'trainval'.
 * @param annotation_level - 'variant', 'family' or 'manufacturer'. Default: 'variant'.
 * @see torchvision.datasets.FGVCAircraft
 */
export class FGVCAircraft<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _URL = 'https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz'
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>

  constructor(...args: Args<[
    root: string, split?: Three | 'trainval', annotation_level?: keyof typeof aircraft_levels, transform?: ((image: Image) => Input) | null,
    target_transform?: ((target: number) => Target) | null, download?: boolean, loader?: Loader,
  ], typeof aircraft_names>) {
    const options = options_of(new.target, aircraft_names, args)
    super(options.root, options)
    const split = verify_str_arg(options['split'] ?? 'trainval', 'split', ['train', 'val', 'trainval', 'test'])
    const level = verify_str_arg(options['annotation_level'] ?? 'variant', 'annotation_level', ['variant', 'family', 'manufacturer'])
    const folder = path.join(this.root, 'fgvc-aircraft-2013b')
    const { _URL } = new.target
    provide(options.download, () => is_folder(folder), () => { fetch_archive(_URL, this.root, null) })
    this.classes = read_lines(folder, 'data', `${aircraft_levels[level]}.txt`)
    this.class_to_idx = numbered(this.classes)
    const list = path.join(folder, 'data', `images_${level}_${split}.txt`)
    const rows = read_lines(list).map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
    this._list(rows.map(([name]) => path.join(folder, 'data', 'images', `${name}.jpg`)),
      rows.map(([, label]) => class_number(this.class_to_idx, label, list)))
  }
}

/**
 * Sentences of film reviews as images, 'negative' or 'positive'.
 * @param split - 'train', 'val' or 'test'. Default: 'train'.
 * @see torchvision.datasets.RenderedSST2
 */
export class RenderedSST2<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _URL = 'https://openaipublic.azureedge.net/clip/data/rendered-sst2.tgz'
  static _MD5: string | null = '2384d08e9dcfa4bd55b324e610496ee5'
  readonly split: Three
  readonly classes: readonly string[] = ['negative', 'positive']
  readonly class_to_idx: Record<string, number> = { negative: 0, positive: 1 }

  constructor(...args: SplitArgs<Three, Input, Target>) {
    const options = options_of(new.target, split_names, args)
    super(options.root, options)
    this.split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'val', 'test'])
    const { _URL, _MD5 } = new.target
    const folder = path.join(this.root, 'rendered-sst2', this.split === 'val' ? 'valid' : this.split)
    provide(options.download, () => this.classes.every(name => is_folder(folder, name)),
      () => { fetch_archive(_URL, this.root, _MD5) })
    const samples = make_dataset(folder, { extensions: ['png'] })
    this._list(samples.map(([file]) => file), samples.map(([, label]) => label))
  }

  override extra_repr(): string {
    return `split=${this.split}`
  }
}

/** Scenes of 397 kinds: 108,754 images, in the order of their paths. @see torchvision.datasets.SUN397 */
export class SUN397<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _DATASET_URL = 'http://vision.princeton.edu/projects/2010/SUN/SUN397.tar.gz'
  static _DATASET_MD5: string | null = '8ca2778205c41d23104230ba66911c7a'
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>

  constructor(...args: ListArgs<Input, Target>) {
    const options = options_of(new.target, list_names, args)
    super(options.root, options)
    const { _DATASET_URL, _DATASET_MD5 } = new.target
    const folder = path.join(this.root, 'SUN397')
    provide(options.download, () => is_folder(folder), () => { fetch_archive(_DATASET_URL, this.root, _DATASET_MD5) })
    this.classes = read_lines(folder, 'ClassName.txt').map(line => line.slice(3))
    this.class_to_idx = numbered(this.classes)
    const files = (fs.readdirSync(folder, { recursive: true }) as string[]).filter(name => /(^|[\\/])sun_[^\\/]*\.jpg$/.test(name)).sort()
    this._list(files.map(name => path.join(folder, name)),
      files.map(name => class_number(this.class_to_idx, name.split(path.sep).slice(1, -1).join('/'), path.join(folder, name))))
  }
}

const gtsrb_names = ['root', 'split', 'transform', 'target_transform', 'download'] as const

/** Traffic signs of 43 kinds. @param split - 'train' or 'test'. Default: 'train'. @see torchvision.datasets.GTSRB */
export class GTSRB<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static _base_url = 'https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/'
  /** Name and MD5 sum of the archives of a split. */
  static _archives: Record<'train' | 'test', readonly (readonly [name: string, md5: string | null])[]> = {
    train: [['GTSRB-Training_fixed.zip', '513f3c79a4c5141765e10e952eaa2478']],
    test: [['GTSRB_Final_Test_Images.zip', 'c7e4e6327067d32654124b0fe9e82185'], ['GTSRB_Final_Test_GT.zip', 'fe31e9c9270bbcd7b84b7f21a9d9d9e5']],
  }

  constructor(...args: Args<[
    root: string, split?: 'train' | 'test', transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null,
    download?: boolean,
  ], typeof gtsrb_names>) {
    const options = options_of(new.target, gtsrb_names, args)
    super(options.root, options)
    const split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'test'])
    const base = path.join(this.root, 'gtsrb')
    const folder = path.join(base, 'GTSRB', ...split === 'train' ? ['Training'] : ['Final_Test', 'Images'])
    const { _base_url, _archives } = new.target
    provide(options.download, () => is_folder(folder), () => {
      for (const [name, md5] of _archives[split]) fetch_archive(_base_url + name, base, md5)
    })
    const samples = split === 'train' ? make_dataset(folder, { extensions: ['.ppm'] }) : GTSRB._test_samples(base, folder)
    this._list(samples.map(([file]) => file), samples.map(([, label]) => label))
  }

  private static _test_samples(base: string, folder: string): [string, number][] {
    const file = path.join(base, 'GT-final_test.csv')
    const [head = '', ...lines] = read_lines(file)
    const columns = head.split(';').map(name => name.trim())
    const [name, label] = [columns.indexOf('Filename'), columns.indexOf('ClassId')]
    if (name < 0 || label < 0) throw new RuntimeError(`${file} has no columns Filename and ClassId`)
    return lines.map(line => line.split(';').map(cell => cell.trim())).map(cells => [path.join(folder, cells[name]!), Number(cells[label])])
  }
}

/**
 * Cars of 196 kinds, put there by hand: the data can no longer be downloaded.
 * @param split - 'train' or 'test'. Default: 'train'.
 * @see torchvision.datasets.StanfordCars
 */
export class StanfordCars<Input = Image, Target = number> extends ListedImages<Input, Target> {
  readonly split: 'train' | 'test'
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>

  constructor(...args: SplitArgs<'train' | 'test', Input, Target>) {
    const options = options_of(new.target, split_names, args)
    super(options.root, options)
    this.split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'test'])
    if (options.download) throw new ValueError('The original URL is broken so the StanfordCars dataset cannot be downloaded anymore.')
    const base = path.join(this.root, 'stanford_cars')
    const devkit = path.join(base, 'devkit')
    const list = this.split === 'train' ? path.join(devkit, 'cars_train_annos.mat') : path.join(base, 'cars_test_annos_withlabels.mat')
    const images = path.join(base, `cars_${this.split}`)
    if (!is_folder(devkit) || !fs.existsSync(list) || !is_folder(images)) throw new RuntimeError('Dataset not found.')
    const rows = read_matlab_values(fs.readFileSync(list), list)['annotations'] as Fields[] | undefined
    if (!Array.isArray(rows)) throw new RuntimeError(`${list} has no annotations`)
    const meta = path.join(devkit, 'cars_meta.mat')
    this.classes = (read_matlab_values(fs.readFileSync(meta), meta)['class_names'] ?? []) as string[]
    this.class_to_idx = numbered(this.classes)
    this._list(rows.map(({ fname }) => path.join(images, fname as string)), rows.map(row => (row['class'] as { data: Uint8Array }).data[0]! - 1))
  }
}

/**
 * Scenes of simple bodies; the label is the number of them, null in the test set.
 * @param split - 'train', 'val' or 'test'. Default: 'train'.
 * @see torchvision.datasets.CLEVRClassification
 */
export class CLEVRClassification<Input = Image, Target = number | null> extends ListedImages<Input, Target, number | null> {
  static _URL = 'https://dl.fbaipublicfiles.com/clevr/CLEVR_v1.0.zip'
  static _MD5: string | null = 'b11922020e72d0cd9154779b2d3d07d2'
  readonly split: Three

  constructor(...args: SplitArgs<Three, Input, Target>) {
    const options = options_of(new.target, split_names, args)
    super(options.root, options)
    this.split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'val', 'test'])
    const { _URL, _MD5 } = new.target
    const base = path.join(this.root, 'clevr')
    const folder = path.join(base, 'CLEVR_v1.0')
    provide(options.download, () => is_folder(folder), () => { fetch_archive(_URL, base, _MD5) }, not_found_or_corrupted)
    const files = names_in(folder, 'images', this.split)
    this._list(files.map(name => path.join(folder, 'images', this.split, name)),
    this.split === 'test' ? files.map(() => null) : this._counts(folder, files))
  }

  private _counts(folder: string, files: readonly string[]): number[] {
    const file = path.join(folder, 'scenes', `CLEVR_${this.split}_scenes.json`)
    const { scenes } = read_json<{ scenes: { image_filename: string, objects: unknown[] }[] }>(file)
    const counts = Object.fromEntries(scenes.map(({ image_filename, objects }) => [image_filename, objects.length]))
    return files.map(name => class_number(counts, name, file))
  }

  override extra_repr(): string {
    return `split=${this.split}`
  }
}
