// CIFAR10 and CIFAR100: small images of objects; torchvision.datasets.cifar.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, bind } from '../../_args'
import { from_numpy, tensor } from '../../_creation'
import { RuntimeError } from '../../_errors'
import { aten } from '../../_operators'
import { int64 } from '../../dtype'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import { type AnyTransform, apply_batched } from '../transforms/transforms'
import { ByteArray, unpickle_arrays } from './_numpy_pickle'
import { wrapped_index } from './_samples'
import { check_integrity, download_and_extract_archive } from './utils'
import { VisionDataset } from './vision'

const names = ['root', 'train', 'transform', 'target_transform', 'download'] as const

/** Arguments of {@link CIFAR10}: the first ones by position, the rest in one object. */
export type CifarArgs<Input, Target> = Args<[
  root: string, train?: boolean, transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null,
  download?: boolean,
], typeof names>

/** A file and its MD5 sum, null if it is not checked. */
export type CheckedFile = readonly [filename: string, md5: string | null]

const cat = aten('cat')

/**
 * 60,000 images of 32 x 32 pixels in 10 classes: 50,000 to train, 10,000 to test.
 *
 * A sample is `[image, target]`; without a transform the image is an {@link Image}.
 * @param root - folder that holds, or gets, `cifar-10-batches-py`
 * @param train - the training set; else the test set. Default: true.
 * @param download - get the files if they are not there. Default: false.
 * @throws {RuntimeError} if the files are not there, or damaged
 * @see torchvision.datasets.CIFAR10
 */
export class CIFAR10<Input = Image, Target = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  static base_folder = 'cifar-10-batches-py'
  static url = 'https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz'
  static filename = 'cifar-10-python.tar.gz'
  static tgz_md5: string | null = 'c58f30108f718f92721af3b95e74349a'
  static train_list: readonly CheckedFile[] = [
    ['data_batch_1', 'c99cafc152244af753f735de768cd75f'],
    ['data_batch_2', 'd4bba439e000b95fd0a9bffe97cbabec'],
    ['data_batch_3', '54ebc095f3ab1f0389bbae665268c751'],
    ['data_batch_4', '634d18415352ddfa80567beed471001a'],
    ['data_batch_5', '482c414d41f54cd18b22e5b47cb7c3cb'],
  ]
  static test_list: readonly CheckedFile[] = [['test_batch', '40351d587109b95175f43aff81a1287e']]
  static meta: { filename: string, key: string, md5: string | null } =
    { filename: 'batches.meta', key: 'label_names', md5: '5ff9c542aee3614f3951f8cda6e48888' }

  readonly train: boolean
  /** Images, uint8 (N, 32, 32, 3). */
  data: Tensor
  /** Classes. */
  targets: number[]
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>

  constructor(...args: CifarArgs<Input, Target>) {
    const { root, train = true, transform, target_transform, download = false } = bind(`${new.target.name}.__init__`, names, 1, args)
    super(root as string, { transform: transform as AnyTransform, target_transform: target_transform as AnyTransform })
    this.train = train as boolean
    if (download) this.download()
    if (!this._check_integrity()) throw new RuntimeError('Dataset not found or corrupted. You can use download=True to download it')
    const { train_list, test_list } = this._class
    const parts = (train ? train_list : test_list).map(([name]) => this._read_batch(name))
    this.data = cat([parts.map(part => part.images)]) as Tensor
    this.targets = parts.flatMap(part => part.labels)
    this.classes = this._read_classes()
    this.class_to_idx = Object.fromEntries(this.classes.map((name, i) => [name, i]))
  }

  override get length(): number {
    return this.data.size(0)
  }

  /** The image and its class, transformed. @throws {IndexError} if there is no such sample. Negative: from the end. */
  override __getitem__(index: number): [Input, Target] {
    const image = new Image(this.data.at(index))
    const target = this.targets.at(index)
    return [
      (this.transform ? this.transform(image as never) : image) as Input,
      (this.target_transform ? this.target_transform(target as never) : target) as Target,
    ]
  }

  /** The samples of these indices, collated, in a few operations for all. Null if the transforms have no form for batches. */
  get_batch(indices: readonly number[]): [Tensor, Tensor] | null {
    const { transform, length } = this
    if (!transform || this.target_transform) return null
    const rows = indices.map(i => wrapped_index(i, length))
    if (rows.includes(-1)) return null // the other way has the right error
    const images = apply_batched(transform, this.data.index_select(0, tensor(Int32Array.from(rows))))
    return images && [images, tensor(rows.map(i => this.targets[i]!), { dtype: int64 })]
  }

  /** Gets the files that are not there; waits until they are. */
  download(): void {
    if (this._check_integrity()) return
    const { url, filename, tgz_md5 } = this._class
    download_and_extract_archive(url, this.root, null, filename, tgz_md5)
  }

  override extra_repr(): string {
    return `Split: ${this.train ? 'Train' : 'Test'}`
  }

  /** Whether all files are there with their sums. */
  protected _check_integrity(): boolean {
    const { train_list, test_list } = this._class
    return [...train_list, ...test_list].every(([name, md5]) => check_integrity(this._path(name), md5))
  }

  private get _class(): typeof CIFAR10 {
    return this.constructor as typeof CIFAR10
  }

  private _path(name: string): string {
    return path.join(this.root, this._class.base_folder, name)
  }

  private _read(name: string): Record<string, unknown> {
    const file = this._path(name)
    try {
      return unpickle_arrays(fs.readFileSync(file))
    } catch (error) {
      throw new RuntimeError(`${file} is no batch of CIFAR: ${(error as Error).message}`)
    }
  }

  private _read_batch(name: string): { images: Tensor, labels: number[] } {
    const entry = this._read(name)
    const labels = (entry['labels'] ?? entry['fine_labels']) as number[]
    const { data } = entry
    if (!(data instanceof ByteArray) || data.data.length % 3072 !== 0 || !Array.isArray(labels)) {
      throw new RuntimeError(`${this._path(name)} is no batch of CIFAR: it has no images of 32 x 32 x 3 bytes and labels`)
    }
    const images = from_numpy(data.data).view([-1, 3, 32, 32]).permute([0, 2, 3, 1])
    if (images.size(0) !== labels.length) {
      throw new RuntimeError(`${this._path(name)} is no batch of CIFAR: it has ${images.size(0)} images and ${labels.length} labels`)
    }
    return { images, labels }
  }

  private _read_classes(): string[] {
    const { filename, key, md5 } = this._class.meta
    if (!check_integrity(this._path(filename), md5)) {
      throw new RuntimeError('Dataset metadata file not found or corrupted. You can use download=True to download it')
    }
    return this._read(filename)[key] as string[]
  }
}

/** As {@link CIFAR10}, in 100 classes. @see torchvision.datasets.CIFAR100 */
export class CIFAR100<Input = Image, Target = number> extends CIFAR10<Input, Target> {
  static override base_folder = 'cifar-100-python'
  static override url = 'https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz'
  static override filename = 'cifar-100-python.tar.gz'
  static override tgz_md5: string | null = 'eb9058c3a382ffc7106e4002c42a8d85'
  static override train_list: readonly CheckedFile[] = [['train', '16019d7e3df5f24257cddd939b257f8d']]
  static override test_list: readonly CheckedFile[] = [['test', 'f0ef6b0ae62326f3e7ffdfab6717acfc']]
  static override meta: { filename: string, key: string, md5: string | null } =
    { filename: 'meta', key: 'fine_label_names', md5: '7973b15100ade9c7d40fb424638fde48' }
}
