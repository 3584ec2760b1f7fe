// STL10: images for learning from few labels; torchvision.datasets.stl10.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, bind } from '../../_args'
import { from_numpy, tensor } from '../../_creation'
import { RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { type_text } from '../../_typename'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import type { CheckedFile } from './cifar'
import { checked_index } from './_samples'
import { check_integrity, download_and_extract_archive, verify_str_arg } from './utils'
import { VisionDataset } from './vision'

const names = ['root', 'split', 'folds', 'transform', 'target_transform', 'download'] as const
const splits = ['train', 'train+unlabeled', 'unlabeled', 'test'] as const

/** Which images: 5,000 to train, 100,000 without labels, 8,000 to test. */
export type Stl10Split = (typeof splits)[number]

/** Arguments of {@link STL10}. */
export type Stl10Args<Input, Target> = Args<[
  root: string, split?: Stl10Split, folds?: number | null, transform?: ((image: Image) => Input) | null,
  target_transform?: ((target: number) => Target) | null, download?: boolean,
], typeof names>

const cat = aten('cat')
const image_bytes = 3 * 96 * 96

/**
 * Images of 96 x 96 pixels in 10 classes; those without a label have the class -1.
 *
 * @param split - 'train', 'train+unlabeled', 'unlabeled' or 'test'. Default: 'train'.
 * @param folds - 0 to 9: only the 1,000 training images of that fold. Default: all.
 * @param download - get the files if they are not there. Default: false.
 * @throws {RuntimeError} if the files are not there, or damaged
 * @see torchvision.datasets.STL10
 */
export class STL10<Input = Image, Target = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  static base_folder = 'stl10_binary'
  static url = 'http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz'
  static filename = 'stl10_binary.tar.gz'
  static tgz_md5: string | null = '91f7769df0f17e558f3565bffb0c7dfb'
  static train_list: readonly CheckedFile[] = [
    ['train_X.bin', '918c2871b30a85fa023e0c44e0bee87f'],
    ['train_y.bin', '5a34089d4802c674881badbb80307741'],
    ['unlabeled_X.bin', '5242ba1fed5e4be9e1e742405eb56ca4'],
  ]
  static test_list: readonly CheckedFile[] = [
    ['test_X.bin', '7f263ba9f9e0b06b93213547f721ac82'], ['test_y.bin', '36f9794fa4beb8a2c72628de14fa638e'],
  ]

  readonly split: Stl10Split
  readonly folds: number | null
  /** Images, uint8 (N, 3, 96, 96). */
  data: Tensor
  /** Classes. */
  labels: number[]
  readonly classes: readonly string[] = []

  constructor(...args: Stl10Args<Input, Target>) {
    const bound = bind(`${new.target.name}.__init__`, names, 1, args)
    const { root, split = 'train', folds = null, transform, target_transform, download = false } = bound
    super(root as string, { transform: transform as AnyTransform, target_transform: target_transform as AnyTransform })
    this.split = verify_str_arg(split, 'split', splits)
    this.folds = verify_folds(folds)
    if (download) this.download()
    else if (!this._check_integrity()) throw new RuntimeError('Dataset not found or corrupted. You can use download=True to download it')
    const [data, labels] = this._load()
    this.data = data
    this.labels = labels
    const file = this._path('class_names.txt')
    if (fs.existsSync(file)) this.classes = fs.readFileSync(file, 'utf8').split(/\r?\n/).filter(line => line !== '')
  }

  override get length(): number {
    return this.data.size(0)
  }

  override __getitem__(index: number): [Input, Target] {
    const row = checked_index(index, this.length)
    const image = new Image(this.data.at(row).permute([1, 2, 0]))
    const target = this.labels[row]
    return [
      (this.transform ? this.transform(image as never) : image) as Input,
      (this.target_transform ? this.target_transform(target as never) : target) as Target,
    ]
  }

  /** Gets the files that are not there. */
  download(): void {
    if (this._check_integrity()) return
    const { url, filename, tgz_md5 } = this._class
    download_and_extract_archive(url, this.root, null, filename, tgz_md5)
  }

  override extra_repr(): string {
    return `Split: ${this.split}`
  }

  protected _check_integrity(): boolean {
    const { train_list, test_list } = this._class
    return [...train_list, ...test_list].every(([name, md5]) => check_integrity(this._path(name), md5))
  }

  private get _class(): typeof STL10 {
    return this.constructor as typeof STL10
  }

  private _path(name: string): string {
    return path.join(this.root, this._class.base_folder, name)
  }

  private _load(): [Tensor, number[]] {
    const [[train_images], [train_labels], [unlabeled]] = this._class.train_list as [CheckedFile, CheckedFile, CheckedFile]
    const [[test_images], [test_labels]] = this._class.test_list as [CheckedFile, CheckedFile]
    if (this.split === 'test') return this._labelled(test_images, test_labels)
    const without = this.split === 'train' ? null : this._images(unlabeled)
    const none = without === null ? [] : new Array<number>(without.size(0)).fill(-1)
    if (this.split === 'unlabeled') return [without!, none]
    const [images, labels] = this._fold(...this._labelled(train_images, train_labels))
    return without === null ? [images, labels] : [cat([[images, without]]) as Tensor, [...labels, ...none]]
  }

  private _images(name: string): Tensor {
    const bytes = fs.readFileSync(this._path(name))
    if (bytes.length % image_bytes !== 0) throw new RuntimeError(`${this._path(name)} holds no whole number of images of ${image_bytes} bytes`)
    return from_numpy(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)).view([-1, 3, 96, 96]).transpose(2, 3)
  }

  private _labelled(images: string, labels: string): [Tensor, number[]] {
    const data = this._images(images)
    const classes = Array.from(fs.readFileSync(this._path(labels)), label => label - 1)
    if (classes.length !== data.size(0)) {
      throw new RuntimeError(`${this._path(labels)} has ${classes.length} labels for ${data.size(0)} images`)
    }
    return [data, classes]
  }

  private _fold(data: Tensor, labels: number[]): [Tensor, number[]] {
    if (this.folds === null) return [data, labels]
    const line = fs.readFileSync(this._path('fold_indices.txt'), 'utf8').split('\n')[this.folds] ?? ''
    const rows = line.trim().split(/\s+/).map(Number)
    return [data.index_select(0, tensor(Int32Array.from(rows))), rows.map(i => labels[i]!)]
  }
}

function verify_folds(folds: unknown): number | null {
  if (folds === null) return null
  if (typeof folds !== 'number') throw new ValueError(`Expected type None or int for argument folds, but got type ${type_text(folds)}.`)
  if (!Number.isInteger(folds) || folds < 0 || folds > 9) {
    throw new ValueError(`Value for argument folds should be in the range [0, 10), but got ${folds}.`)
  }
  return folds
}
