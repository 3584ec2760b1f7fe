// Street View House Numbers; torchvision.datasets.svhn.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, bind } from '../../_args'
import { from_numpy } from '../../_creation'
import { RuntimeError } from '../../_errors'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { read_matlab } from './_matlab'
import { checked_index } from './_samples'
import { check_integrity, download_url, verify_str_arg } from './utils'
import { VisionDataset } from './vision'

const names = ['root', 'split', 'transform', 'target_transform', 'download'] as const

/** 'train' (73,257 images), 'test' (26,032) or 'extra' (531,131). */
export type SvhnSplit = 'train' | 'test' | 'extra'

/** Arguments of {@link SVHN}. */
export type SvhnArgs<Input, Target> = Args<[
  root: string, split?: SvhnSplit, transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null,
  download?: boolean,
], typeof names>

/**
 * Digits of house numbers, 32 x 32 pixels; the class of a digit is the digit.
 *
 * @param split - 'train', 'test' or 'extra'. Default: 'train'.
 * @param download - get the file if it is not there. Default: false.
 * @throws {RuntimeError} if the file is not there, or damaged
 * @see torchvision.datasets.SVHN
 */
export class SVHN<Input = Image, Target = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  /** URL, name and MD5 sum of the file of each split. */
  static split_list: Record<SvhnSplit, readonly [url: string, filename: string, md5: string | null]> = {
    train: ['http://ufldl.stanford.edu/housenumbers/train_32x32.mat', 'train_32x32.mat', 'e26dedcc434d2e4c54c9b2d4a06d8373'],
    test: ['http://ufldl.stanford.edu/housenumbers/test_32x32.mat', 'test_32x32.mat', 'eb5a983be6a315427106f1b164d9cef3'],
    extra: ['http://ufldl.stanford.edu/housenumbers/extra_32x32.mat', 'extra_32x32.mat', 'a93ce644f1a588dc4d68dda5feec44a7'],
  }

  readonly split: SvhnSplit
  /** Images, uint8 (N, 3, 32, 32). */
  data: Tensor
  /** Classes. */
  labels: number[]

  constructor(...args: SvhnArgs<Input, Target>) {
    const { root, split = 'train', transform, target_transform, download = false } = bind(`${new.target.name}.__init__`, names, 1, args)
    super(root as string, { transform: transform as AnyTransform, target_transform: target_transform as AnyTransform })
    this.split = verify_str_arg(split, 'split', ['train', 'test', 'extra'])
    if (download) this.download()
    const [, filename, md5] = this._file
    const file = path.join(this.root, filename)
    if (!check_integrity(file, md5)) throw new RuntimeError('Dataset not found or corrupted. You can use download=True to download it')
    const { X, y } = read_matlab(fs.readFileSync(file), file)
    const [height, width, channels, count] = X?.shape ?? []
    if (X === undefined || count === undefined || y?.data.length !== count) {
      throw new RuntimeError(`${file} should have images X (32, 32, 3, N) and N labels y. Got (${X?.shape.join(', ')}) and ${y?.data.length}`)
    }
    // MATLAB's order, read backwards: (N, C, W, H).
    this.data = from_numpy(X.data as Uint8Array).view([count, channels!, width!, height!]).transpose(2, 3)
    this.labels = Array.from(y.data, label => label === 10 ? 0 : label)
  }

  override get length(): number {
    return this.labels.length
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

  /** Gets the file if it is not there. */
  download(): void {
    const [url, filename, md5] = this._file
    download_url(url, this.root, filename, md5)
  }

  override extra_repr(): string {
    return `Split: ${this.split}`
  }

  private get _file(): readonly [string, string, string | null] {
    return (this.constructor as typeof SVHN).split_list[this.split]
  }
}
