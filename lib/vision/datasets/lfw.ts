// Labeled Faces in the Wild; torchvision.datasets.lfw.
import path from 'node:path'
import type { Args } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import type { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { type Loader, class_number, not_found_or_corrupted, numbered, options_of, read_lines } from './_listed'
import { checked_index } from './_samples'
import { default_loader } from './folder'
import { check_integrity, verify_str_arg } from './utils'
import { VisionDataset } from './vision'

const names = ['root', 'split', 'image_set', 'transform', 'target_transform', 'download', 'loader'] as const
const suffixes = { '10fold': '', 'train': 'DevTrain', 'test': 'DevTest' } as const
type Split = keyof typeof suffixes
type ImageSet = 'original' | 'funneled' | 'deepfunneled'

/** Arguments of {@link LFWPeople} and {@link LFWPairs}. */
export type LfwArgs<Input, Target> = Args<[
  root: string, split?: Split, image_set?: ImageSet, transform?: ((image: Image) => Input) | null,
  target_transform?: ((target: number) => Target) | null,
  download?: boolean, loader?: Loader,
], typeof names>

abstract class LFW<T> extends VisionDataset<T> {
  declare readonly root: string
  static base_folder = 'lfw-py'
  /** Folder, archive and MD5 sum of the archive of each set. */
  static file_dict: Record<ImageSet, readonly [folder: string, archive: string, md5: string | null]> = {
    original: ['lfw', 'lfw.tgz', 'a17d05bd522c52d84eca14327a23d494'], funneled: ['lfw_funneled', 'lfw-funneled.tgz',
    '1b42dfed7d15c9b2dd63d5e5840c86ad'],
    deepfunneled: ['lfw-deepfunneled', 'lfw-deepfunneled.tgz', '68331da3eb755a505a502b5aacb3c201'],
  }

  static checksums: Record<string, string | null> = {
    'pairs.txt': '9f1ba174e4e1c508ff7cdf10ac338a7d', 'pairsDevTest.txt': '5132f7440eb68cf58910c8a45a2ac10b',
    'pairsDevTrain.txt': '4f27cbf15b2da4a85c1907eb4181ad21', 'people.txt': '450f0863dd89e85e73936a6d71a3474b',
    'peopleDevTest.txt': 'e4bf5be0a43b5dcd9dc5ccfcb8fb19c5', 'peopleDevTrain.txt': '54eaac34beb6d042ed3a7d883e247a21',
    'lfw-names.txt': 'a6d0a479bd074669f656265a6e693f6d',
  }

  static names = 'lfw-names.txt'
  readonly split: Split
  readonly image_set: ImageSet
  readonly loader: Loader
  protected readonly _lines: readonly string[]

  constructor(view: 'people' | 'pairs', type: typeof LFW, args: readonly unknown[]) {
    const options = options_of(type, names, args)
    const { split = '10fold', image_set = 'funneled', transform, target_transform, loader = default_loader } = options
    super(path.join(options.root, type.base_folder), { transform, target_transform })
    this.image_set = verify_str_arg(String(image_set).toLowerCase(), 'image_set', ['original', 'funneled', 'deepfunneled'])
    this.split = verify_str_arg(String(split).toLowerCase(), 'split', ['10fold', 'train', 'test'])
    if (options.download) {
      throw new ValueError('LFW dataset is no longer available for automatic download.Please download the dataset manually and place it in the specified ' +
        'directory.A commonly used mirror is available at: https://www.kaggle.com/datasets/jessicali9530/lfw-dataset')
    }
    const list = `${view}${suffixes[this.split]}.txt`
    const [, archive, md5] = type.file_dict[this.image_set]
    const needed: [string, string | null | undefined][] = [[archive, md5], [list, type.checksums[list]]]
    if (view === 'people') needed.push([type.names, type.checksums[type.names]])
    if (!needed.every(([name, sum]) => check_integrity(path.join(this.root, name), sum))) throw new RuntimeError(not_found_or_corrupted)
    this.loader = loader
    this._lines = read_lines(this.root, list)
  }

  /** The file of an image of a person. */
  protected _file(identity: string, number: string | number): string {
    const [folder] = (this.constructor as unknown as typeof LFW).file_dict[this.image_set]
    return path.join(this.root, folder, identity, `${identity}_${String(number).padStart(4, '0')}.jpg`)
  }

  protected _wrong(line: string | undefined): RuntimeError {
    return new RuntimeError(`${this.root} has a list with a line that is not understood: ${line ?? 'its end'}`)
  }

  override extra_repr(): string {
    return `Alignment: ${this.image_set}\nSplit: ${this.split}`
  }
}

const apply = (transform: AnyTransform | null, value: unknown): unknown => transform ? transform(value as never) : value

/**
 * Faces and who they are; the files are to be put into `root/lfw-py` by hand.
 *
 * @param split - '10fold', 'train' or 'test'. Default: '10fold'.
 * @param image_set - 'original', 'funneled' or 'deepfunneled'. Default: 'funneled'.
 * @see torchvision.datasets.LFWPeople
 */
export class LFWPeople<Input = Image, Target = number> extends LFW<[Input, Target]> {
  readonly class_to_idx: Record<string, number>
  /** Files. */
  readonly data: readonly string[]
  readonly targets: readonly number[]

  constructor(...args: LfwArgs<Input, Target>) {
    super('people', new.target as unknown as typeof LFW, args)
    const list = path.join(this.root, LFW.names)
    this.class_to_idx = numbered(read_lines(list).map(line => line.split(/\s+/)[0]!))
    const rows = this._people()
    this.data = rows.flatMap(([name, count]) => Array.from({ length: count }, (_, i) => this._file(name, i + 1)))
    this.targets = rows.flatMap(([name, count]) => Array.from({ length: count }, () => class_number(this.class_to_idx, name, list)))
  }

  private _people(): [name: string, count: number][] {
    const lines = this._lines
    let [folds, at] = this.split === '10fold' ? [Number(lines[0]), 1] : [1, 0]
    const found: [string, number][] = []
    for (; folds > 0; folds--) {
      const count = Number(lines[at])
      if (!(count >= 0)) throw this._wrong(lines[at])
      for (const line of lines.slice(at + 1, at + 1 + count)) {
        const [name, number] = line.split('\t')
        if (number === undefined) throw this._wrong(line)
        found.push([name!, Number(number)])
      }
      at += count + 1
    }
    return found
  }

  override get length(): number {
    return this.data.length
  }

  override __getitem__(index: number): [Input, Target] {
    const row = checked_index(index, this.length)
    return [apply(this.transform, this.loader(this.data[row]!)), apply(this.target_transform, this.targets[row])] as [Input, Target]
  }

  override extra_repr(): string {
    return `${super.extra_repr()}\nClasses (identities): ${Object.keys(this.class_to_idx).length}`
  }
}

/**
 * Pairs of faces: a sample is `[image, image, target]`, 1 if they are of the same person. Arguments as of {@link LFWPeople}.
 * @see torchvision.datasets.LFWPairs
 */
export class LFWPairs<Input = Image, Target = number> extends LFW<[Input, Input, Target]> {
  readonly pair_names: readonly (readonly [string, string])[]
  /** Two files each. */
  readonly data: readonly (readonly [string, string])[]
  readonly targets: readonly number[]

  constructor(...args: LfwArgs<Input, Target>) {
    super('pairs', new.target as unknown as typeof LFW, args)
    const rows = this._pairs()
    this.pair_names = rows.map(([a, , b]) => [a, b])
    this.data = rows.map(([a, i, b, j]) => [this._file(a, i), this._file(b, j)])
    this.targets = rows.map(([, , , , same]) => same)
  }

  private _pairs(): [string, string, string, string, number][] {
    const [first, ...lines] = this._lines
    const counts = (first ?? '').split('\t').map(Number)
    const [folds, pairs] = this.split === '10fold' ? [counts[0]!, counts[1]!] : [1, counts[0]!]
    if (!(folds > 0 && pairs >= 0)) throw this._wrong(first)
    return Array.from({ length: folds * pairs * 2 }, (_, i) => {
      const cells = lines[i]?.split('\t') ?? []
      const same = i % (pairs * 2) < pairs
      if (cells.length < (same ? 3 : 4)) throw this._wrong(lines[i])
      const [a, x, b, y] = cells as [string, string, string, string]
      return same ? [a, x, a, b, 1] : [a, x, b, y, 0]
    })
  }

  override get length(): number {
    return this.data.length
  }

  override __getitem__(index: number): [Input, Input, Target] {
    const row = checked_index(index, this.length)
    const [first, second] = this.data[row]!.map(file => apply(this.transform, this.loader(file)))
    return [first, second, apply(this.target_transform, this.targets[row])] as [Input, Input, Target]
  }
}
