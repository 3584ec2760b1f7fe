// Small pictures in one file; torchvision.datasets.usps, .semeion, .fer2013, .moving_mnist.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, bind } from '../../_args'
import { from_numpy } from '../../_creation'
import { RuntimeError, ValueError } from '../../_errors'
import { type_text } from '../../_typename'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { bunzip2 } from './_bzip2'
import { type SetOptions, not_found_or_corrupted, options_of, provide, read_lines, read_text, transformed } from './_listed'
import { checked_index } from './_samples'
import { check_integrity, download_url, verify_str_arg } from './utils'
import { VisionDataset } from './vision'

/** Grey pictures and the label of each, in memory. */
abstract class Pictures<Input = Image, Target = number, Label = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  /** Pictures, uint8 (N, H, W). */
  declare data: Tensor
  /** @internal */
  declare protected _labels: readonly Label[]

  constructor({ root, transform, target_transform }: SetOptions) {
    super(root, { transform, target_transform })
  }

  protected _set(pixels: Uint8Array, side: number, labels: readonly Label[], file: string): void {
    const count = pixels.length / side ** 2
    if (count !== labels.length) throw new RuntimeError(`${file} has ${count} pictures of ${side} x ${side} pixels and ${labels.length} labels`)
    this.data = from_numpy(pixels).view([count, side, side])
    this._labels = labels
  }

  override get length(): number {
    return this._labels.length
  }

  override __getitem__(index: number): [Input, Target] {
    const row = checked_index(index, this.length)
    return transformed(this, new Image(this.data.at(row)), this._labels[row]) as [Input, Target]
  }
}

type PictureTransform<Input> = ((image: Image) => Input) | null
type LabelTransform<Target> = ((target: number) => Target) | null
const usps_names = ['root', 'train', 'transform', 'target_transform', 'download'] as const
const largest = 2 ** 30

/** Handwritten digits of the US Postal Service, 16 x 16 pixels. @param train - Default: true. @see torchvision.datasets.USPS */
export class USPS<Input = Image, Target = number> extends Pictures<Input, Target> {
  /** URL, name and MD5 sum of each file. */
  static split_list: Record<'train' | 'test', readonly [url: string, filename: string, md5: string | null]> = {
    train: ['https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/usps.bz2', 'usps.bz2', 'ec16c51db3855ca6c91edd34d0e9b197'],
    test: ['https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/usps.t.bz2', 'usps.t.bz2', '8ea070ee2aca1ac39742fdd1ef5ed118'],
  }

  constructor(...args: Args<[
    root: string, train?: boolean, transform?: PictureTransform<Input>, target_transform?: LabelTransform<Target>, download?: boolean,
  ], typeof usps_names>) {
    const options = options_of(new.target, usps_names, args)
    super(options)
    const [url, filename, md5] = new.target.split_list[options['train'] ?? true ? 'train' : 'test']
    const file = path.join(this.root, filename)
    provide(options.download, () => fs.existsSync(file), () => { download_url(url, this.root, filename, md5) })
    const lines = bunzip2(fs.readFileSync(file), file, largest).toString('latin1').split('\n').filter(line => line.trim() !== '')
    const rows = lines.map(line => line.trim().split(/\s+/))
    // As there: in float32, cut off to whole numbers.
    const pixel = (cell: string): number => Math.fround(Math.fround(Math.fround(Math.fround(Number(cell.slice(cell.indexOf(':') + 1))) + 1) / 2) * 255)
    this._set(Uint8Array.from(rows.flatMap(cells => cells.slice(1).map(pixel))), 16, rows.map(cells => Number(cells[0]) - 1), file)
  }

  get targets(): readonly number[] {
    return this._labels
  }
}

const semeion_names = ['root', 'transform', 'target_transform', 'download'] as const

/** 1,593 handwritten digits, 16 x 16 pixels of 0 and 255. @param download - Default: true. @see torchvision.datasets.SEMEION */
export class SEMEION<Input = Image, Target = number> extends Pictures<Input, Target> {
  static url = 'http://archive.ics.uci.edu/ml/machine-learning-databases/semeion/semeion.data'
  static filename = 'semeion.data'
  static md5_checksum: string | null = 'cb545d371d2ce14ec121470795a77432'

  constructor(...args: Args<[
    root: string, transform?: PictureTransform<Input>, target_transform?: LabelTransform<Target>, download?: boolean,
  ], typeof semeion_names>) {
    const options = options_of(new.target, semeion_names, args)
    super(options)
    const { url, filename, md5_checksum } = new.target
    const file = path.join(this.root, filename)
    provide(options.download ?? true, () => check_integrity(file, md5_checksum),
      () => { download_url(url, this.root, filename, md5_checksum) }, not_found_or_corrupted)
    const rows = read_lines(file).map(line => line.split(/\s+/).map(Number))
    const wrong = rows.findIndex(row => row.length !== 266)
    if (wrong >= 0) throw new RuntimeError(`${file} has ${rows[wrong]!.length} numbers in line ${wrong + 1} in place of 266`)
    this._set(Uint8Array.from(rows.flatMap(row => row.slice(0, 256).map(value => value * 255))), 16, rows.map(row => row.indexOf(1, 256) - 256), file)
  }

  get labels(): readonly number[] {
    return this._labels
  }
}

const fer_names = ['root', 'split', 'transform', 'target_transform'] as const

/** The rows of a CSV file as cells, with quotes. */
function csv_rows(text: string): string[][] {
  return text.split(/\r?\n/).filter(line => line !== '').map(line =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, line.endsWith(',') ? undefined : -1).map(([, cell]) =>
      cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!))
}

/**
 * Faces with one of seven expressions, 48 x 48 pixels; the files are to be put into `root/fer2013` by hand.
 *
 * @param split - 'train' or 'test'. Default: 'train'.
 * @see torchvision.datasets.FER2013
 */
export class FER2013<Input = Image, Target = number | null> extends Pictures<Input, Target, number | null> {
  /** Name and MD5 sum of each file. */
  static _RESOURCES: Record<'train' | 'test' | 'fer' | 'icml', readonly [filename: string, md5: string | null]> = {
    train: ['train.csv', '3f0dfb3d3fd99c811a1299cb947e3131'], test: ['test.csv', 'b02c2298636a634e8c2faabbf3ea9a23'],
    fer: ['fer2013.csv', 'f8428a1edbd21e88f42c73edd2a14f95'], icml: ['icml_face_data.csv', 'b114b9e04e6949e5fe8b6a98b3892b1d'],
  }

  readonly split: 'train' | 'test'

  constructor(...args: Args<[
    root: string, split?: 'train' | 'test', transform?: PictureTransform<Input>, target_transform?: LabelTransform<Target>,
  ], typeof fer_names>) {
    const options = options_of(new.target, fer_names, args)
    super(options)
    this.split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'test'])
    const { _RESOURCES } = new.target
    const folder = path.join(this.root, 'fer2013')
    const whole = (['fer', 'icml'] as const).find(kind => fs.existsSync(path.join(folder, _RESOURCES[kind][0])))
    const [filename, md5] = _RESOURCES[whole ?? this.split]
    const file = path.join(folder, filename)
    if (!check_integrity(file, md5)) {
      throw new RuntimeError(`${filename} not found in ${folder} or corrupted. You can download it from ` +
        'https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge')
    }
    const [head = [], ...rows] = csv_rows(read_text(file))
    const column = (name: string): number => head.findIndex(one => one.trim() === name)
    const usage = this.split === 'train' ? ['Training'] : ['PublicTest', 'PrivateTest']
    const wanted = whole === undefined ? rows : rows.filter(row => usage.includes(row[column('Usage')]!))
    const has_labels = whole !== undefined || this.split === 'train'
    this._set(Uint8Array.from(wanted.flatMap(row => (row[column('pixels')] ?? '').trim().split(/\s+/).map(Number))), 48,
      wanted.map(row => has_labels ? Number(row[column('emotion')]) : null), file)
  }

  override extra_repr(): string {
    return `split=${this.split}`
  }
}

const moving_names = ['root', 'split', 'split_ratio', 'download', 'transform'] as const

/** Numbers of a NumPy file (.npy): unsigned bytes in C order. */
function read_npy(file: string): Tensor {
  const bytes = fs.readFileSync(file)
  const fail = (what: string): RuntimeError => new RuntimeError(`${file} is no NumPy file: ${what}`)
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY') throw fail('it has another header')
  const [at, length] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)]
  const head = bytes.toString('latin1', at, at + length)
  const shape = /'shape': \(([\d, ]*)\)/.exec(head)?.[1]?.split(',').filter(one => one.trim() !== '').map(Number)
  if (shape === undefined || !/'descr': '\|u1'/.test(head) || !/'fortran_order': False/.test(head)) throw fail(`it has another header: ${head.trim()}`)
  const data = bytes.subarray(at + length)
  if (shape.reduce((product, size) => product * size, 1) !== data.length) throw fail(`it has ${data.length} bytes in the shape (${shape.join(', ')})`)
  return from_numpy(Uint8Array.from(data)).view(shape)
}

/**
 * 10,000 sequences of 20 pictures with two moving digits: a sample is a tensor (20, 1, 64, 64) of uint8.
 *
 * @param split - 'train': the first `split_ratio` pictures of each; 'test': the rest. Default: all.
 * @param split_ratio - Default: 10.
 * @see torchvision.datasets.MovingMNIST
 */
export class MovingMNIST<Input = Tensor> extends VisionDataset<Input> {
  declare readonly root: string
  static _URL = 'http://www.cs.toronto.edu/~nitish/unsupervised_video/mnist_test_seq.npy'
  static _MD5: string | null = 'be083ec986bfe91a449d63653c411eb2'
  readonly split: 'train' | 'test' | null
  readonly split_ratio: number
  /** Pictures, uint8 (N, T, 1, H, W). */
  data: Tensor

  constructor(...args: Args<[
    root: string, split?: 'train' | 'test' | null, split_ratio?: number, download?: boolean, transform?: ((sequence: Tensor) => Input) | null,
  ], typeof moving_names>) {
    const { root, split = null, split_ratio = 10, download = false, transform = null } = bind(`${new.target.name}.__init__`, moving_names, 1, args)
    super(root as string, { transform: transform as AnyTransform })
    this.split = split === null ? null : verify_str_arg<'train' | 'test'>(split, 'split', ['train', 'test'])
    if (!Number.isInteger(split_ratio)) throw new TypeError(`\`split_ratio\` should be an integer, but got ${type_text(split_ratio)}`)
    if ((split_ratio as number) < 1 || (split_ratio as number) > 19) {
      throw new ValueError(`\`split_ratio\` should be \`1 <= split_ratio <= 19\`, but got ${String(split_ratio)} instead.`)
    }
    this.split_ratio = split_ratio as number
    const { _URL, _MD5 } = new.target
    const folder = path.join(this.root, 'MovingMNIST')
    const file = path.join(folder, path.posix.basename(_URL))
    provide(download as boolean, () => fs.existsSync(file), () => { download_url(_URL, folder, null, _MD5) },
      'Dataset not found. You can use download=True to download it.')
    const all = read_npy(file)
    const part = this.split === 'train' ? all.at(`:${this.split_ratio}`) : this.split === 'test' ? all.at(`${this.split_ratio}:`) : all
    this.data = part.transpose(0, 1).unsqueeze(2).contiguous()
  }

  override get length(): number {
    return this.data.size(0)
  }

  override __getitem__(index: number): Input {
    const sequence = this.data.at(checked_index(index, this.length))
    return (this.transform ? this.transform(sequence as never) : sequence) as Input
  }
}
