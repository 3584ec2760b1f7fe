// Streets, faces and objects with boxes, polygons or a class for each pixel; torchvision.datasets.cityscapes, .kitti, .widerface, .sbd.
import fs from 'node:fs'
import path from 'node:path'
import type { Args } from '../../_args'
import { from_numpy, tensor } from '../../_creation'
import { RuntimeError, ValueError } from '../../_errors'
import { int64 } from '../../dtype'
import { stack } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import {
  ListedImages, type SetOptions, as_list, fetch_archive, is_folder, largest_archive, names_in, not_found_or_corrupted, one_or_all, open_image,
  options_of, provide, read_json, read_lines,
} from './_listed'
import { type Fields, type MatlabArray, read_matlab_values } from './_matlab'
import { download_file_from_google_drive, download_url, extract_archive, iterable_to_str, verify_str_arg } from './utils'
import type { PairTransform, StandardTransform } from './vision'

type Transforms<Input> = ((image: Image) => Input) | null

const cityscapes_names = ['root', 'split', 'mode', 'target_type', 'transform', 'target_transform', 'transforms'] as const
type CityType = 'instance' | 'semantic' | 'polygon' | 'color'
type CitySplit = 'train' | 'test' | 'val' | 'train_extra'
const city_suffixes: Record<CityType, string> = {
  instance: 'instanceIds.png', semantic: 'labelIds.png', color: 'color.png', polygon: 'polygons.json',
}

/**
 * Streets of cities with the class of each pixel; the archives or their contents are to be put into `root` by hand.
 *
 * @param split - 'train', 'test' or 'val' if fine, else 'train', 'train_extra' or 'val'. Default: 'train'.
 * @param mode - 'fine' or 'coarse'. Default: 'fine'.
 * @param target_type - 'instance', 'semantic', 'color' (images), 'polygon' (JSON), or an array of these. Default: 'instance'.
 * @see torchvision.datasets.Cityscapes
 */
export class Cityscapes<Input = Image, Target = Image> extends ListedImages<Input, Target, readonly string[]> {
  readonly split: CitySplit
  readonly mode: 'gtFine' | 'gtCoarse'
  readonly target_type: readonly CityType[]

  constructor(...args: Args<[
    root: string, split?: CitySplit, mode?: 'fine' | 'coarse', target_type?: CityType | readonly CityType[], transform?: Transforms<Input>,
    target_transform?: AnyTransform | null, transforms?: PairTransform | StandardTransform | null,
  ], typeof cityscapes_names>) {
    const options = options_of(new.target, cityscapes_names, args)
    super(options.root, options)
    const { split = 'train', mode = 'fine' } = options
    const known = verify_str_arg(mode, 'mode', ['fine', 'coarse'])
    const splits: CitySplit[] = known === 'fine' ? ['train', 'test', 'val'] : ['train', 'train_extra', 'val']
    if (!splits.includes(split as CitySplit)) {
      throw new ValueError(`Unknown value '${String(split)}' for argument split if mode is '${known}'. Valid values are {${iterable_to_str(splits)}}.`)
    }
    this.split = split as CitySplit
    this.mode = known === 'fine' ? 'gtFine' : 'gtCoarse'
    this.target_type = as_list((options['target_type'] ?? 'instance') as CityType | CityType[])
      .map(type => verify_str_arg(type, 'target_type', ['instance', 'semantic', 'polygon', 'color']))
    const [images, targets] = [path.join(this.root, 'leftImg8bit', this.split), path.join(this.root, this.mode, this.split)]
    if (!is_folder(images) || !is_folder(targets)) this._extract()
    const found = names_in(images).flatMap(city => names_in(images, city).map(name => {
      const start = `${name.split('_leftImg8bit')[0]}_${this.mode}_`
      return [path.join(images, city, name), this.target_type.map(type => path.join(targets, city, start + city_suffixes[type]))] as const
    }))
    this._list(found.map(([file]) => file), found.map(([, files]) => files))
  }

  private _extract(): void {
    const archives = [
      `leftImg8bit_${this.split === 'train_extra' ? 'trainextra' : 'trainvaltest'}.zip`, `${this.mode}${this.mode === 'gtFine' ? '_trainvaltest' : ''}.zip`,
    ].map(name => path.join(this.root, name))
    if (!archives.every(file => fs.existsSync(file))) {
      throw new RuntimeError('Dataset not found or incomplete. Please make sure all required folders for the specified "split" and "mode" are inside ' +
        'the "root" directory')
    }
    for (const file of archives) extract_archive(file, this.root, false, largest_archive)
  }

  get images(): readonly string[] {
    return this._image_files
  }

  get targets(): readonly (readonly string[])[] {
    return this._labels
  }

  protected override _target(row: number): unknown {
    return one_or_all(this.target_type.map((type, i) => type === 'polygon' ? read_json(this._labels[row]![i]!) : Image.open(this._labels[row]![i]!)))
  }

  override extra_repr(): string {
    return `Split: ${this.split}\nMode: ${this.mode}\nType: [${iterable_to_str(this.target_type)}]`
  }
}

const kitti_names = ['root', 'train', 'transform', 'target_transform', 'transforms', 'download'] as const

/** An object of {@link Kitti}. */
export interface KittiObject {
  type: string
  truncated: number
  occluded: number
  alpha: number
  bbox: number[]
  dimensions: number[]
  location: number[]
  rotation_y: number
}

/**
 * Streets with objects in them; the target is an array of {@link KittiObject}, or null in the test set.
 * @param train - Default: true.
 * @see torchvision.datasets.Kitti
 */
export class Kitti<Input = Image, Target = KittiObject[] | null> extends ListedImages<Input, Target, string | null> {
  static data_url = 'https://s3.eu-central-1.amazonaws.com/avg-kitti/'
  static resources: readonly string[] = ['data_object_image_2.zip', 'data_object_label_2.zip']
  readonly train: boolean

  constructor(...args: Args<[
    root: string, train?: boolean, transform?: Transforms<Input>, target_transform?: AnyTransform | null,
    transforms?: PairTransform | StandardTransform | null, download?: boolean,
  ], typeof kitti_names>) {
    const options = options_of(new.target, kitti_names, args)
    super(options.root, { ...options, loader: open_image })
    this.train = (options['train'] ?? true) as boolean
    const raw = path.join(this.root, 'Kitti', 'raw')
    const part = path.join(raw, this.train ? 'training' : 'testing')
    const { data_url, resources } = new.target
    provide(options.download, () => is_folder(part, 'image_2') && (!this.train || is_folder(part, 'label_2')), () => {
      for (const name of resources) fetch_archive(data_url + name, raw, null, name)
    }, 'Dataset not found. You may use download=True to download it.')
    const names = names_in(part, 'image_2')
    this._list(names.map(name => path.join(part, 'image_2', name)), names.map(name => this.train ? path.join(part, 'label_2',
    `${name.split('.')[0]}.txt`) : null))
  }

  get images(): readonly string[] {
    return this._image_files
  }

  protected override _target(row: number): KittiObject[] | null {
    const file = this._labels[row]!
    if (file === null) return null
    return read_lines(file).map(line => {
      const [type, ...cells] = line.split(/\s+/)
      const values = cells.map(Number)
      if (values.length < 14 || values.some(Number.isNaN)) throw new RuntimeError(`${file} has a line that is no object: ${line}`)
      return {
        type: type!, truncated: values[0]!, occluded: values[1]!, alpha: values[2]!, bbox: values.slice(3, 7), dimensions: values.slice(7, 10),
        location: values.slice(10, 13), rotation_y: values[13]!,
      }
    })
  }
}

const wider_names = ['root', 'split', 'transform', 'target_transform', 'download'] as const
const wider_columns = ['blur', 'expression', 'illumination', 'occlusion', 'pose', 'invalid'] as const

/** The boxes (x, y, width, height) of the faces of a picture, and what is known of each. */
export type WiderFaces = Record<'bbox' | typeof wider_columns[number], Tensor>

/**
 * Faces in boxes; the target is null in the test set.
 * @param split - 'train', 'val' or 'test'. Default: 'train'.
 * @see torchvision.datasets.WIDERFace
 */
export class WIDERFace<Input = Image, Target = WiderFaces | null> extends ListedImages<Input, Target, number[][] | null> {
  /** Id on Google Drive, MD5 sum and name of each archive. */
  static FILE_LIST: readonly (readonly [id: string, md5: string | null, filename: string])[] = [
    ['15hGDLhsx8bLgLcIRD5DhYt5iBxnjNF1M', '3fedf70df600953d25982bcd13d91ba2', 'WIDER_train.zip'],
    ['1GUCogbp16PMGa39thoMMeWxp7Rp5oM8Q', 'dfa7d7e790efa35df3788964cf0bbaea', 'WIDER_val.zip'],
    ['1HIfDbVEWKmsYKJZm4lchTBDLW5N7dY5T', 'e5d8f4248ed24c334bbd12f49c29dd40', 'WIDER_test.zip'],
  ]

  static ANNOTATIONS_FILE: readonly [url: string, md5: string | null, filename: string] = [
    'http://shuoyang1213.me/WIDERFACE/support/bbx_annotation/wider_face_split.zip', '0e3767bcf0e326556d407bf5bff5d27c', 'wider_face_split.zip',
  ]

  readonly split: 'train' | 'val' | 'test'

  constructor(...args: Args<[
    root: string, split?: 'train' | 'val' | 'test', transform?: Transforms<Input>, target_transform?: AnyTransform | null, download?: boolean,
  ], typeof wider_names>) {
    const options = options_of(new.target, wider_names, args)
    super(path.join(options.root, 'widerface'), { ...options, loader: open_image })
    this.split = verify_str_arg(options['split'] ?? 'train', 'split', ['train', 'val', 'test'])
    const { FILE_LIST, ANNOTATIONS_FILE: [url, md5, filename] } = new.target
    const folders = [...FILE_LIST.map(([, , name]) => name), filename].map(name => path.parse(name).name)
    provide(options.download, () => folders.every(name => is_folder(this.root, name)), () => {
      for (const [id, sum, name] of FILE_LIST) {
        download_file_from_google_drive(id, this.root, name, sum)
        extract_archive(path.join(this.root, name), null, false, largest_archive)
      }
      fetch_archive(url, this.root, md5)
    }, 'Dataset not found or corrupted. You can use download=True to download and prepare it')
    const lists = path.join(this.root, 'wider_face_split')
    const place = (name: string): string => path.resolve(this.root, `WIDER_${this.split}`, 'images', name)
    if (this.split === 'test') {
      const files = read_lines(lists, 'wider_face_test_filelist.txt').map(place)
      this._list(files, files.map(() => null))
    } else {
      const found = WIDERFace._parse(path.join(lists, `wider_face_${this.split}_bbx_gt.txt`))
      this._list(found.map(([name]) => place(name)), found.map(([, rows]) => rows))
    }
  }

  /** The name of an image, the number of its boxes, then a line for each (one of zeros if there are none), and so on. */
  private static _parse(file: string): [name: string, rows: number[][]][] {
    const lines = read_lines(file)
    const found: [string, number[][]][] = []
    for (let at = 0; at < lines.length;) {
      const count = Number(lines[at + 1])
      const rows = lines.slice(at + 2, at + 2 + Math.max(count, 1)).map(line => line.split(/\s+/).map(Number))
      if (!Number.isInteger(count) || rows.length < count || rows.some(row => row.length < 10 || row.some(Number.isNaN))) {
        throw new RuntimeError(`Error parsing annotation file ${file}`)
      }
      found.push([lines[at]!, rows])
      at += 2 + rows.length
    }
    return found
  }

  protected override _target(row: number): WiderFaces | null {
    const rows = this._labels[row]!
    if (rows === null) return null
    const all = tensor(rows.map(one => one.slice(0, 10)), { dtype: int64 })
    return { bbox: all.at(':', ':4').clone(), ...Object.fromEntries(wider_columns.map((name, i) => [name, all.at(':',
    i + 4).clone()])) } as WiderFaces
  }

  override extra_repr(): string {
    return `Split: ${this.split}`
  }
}

const sbd_names = ['root', 'image_set', 'mode', 'download', 'transforms'] as const

/**
 * Boundaries of objects in pictures of Pascal VOC.
 *
 * @param image_set - 'train', 'val' or 'train_noval'. Default: 'train'.
 * @param mode - 'boundaries': a tensor (20, H, W) of uint8; 'segmentation': an {@link Image} of classes. Default: 'boundaries'.
 * @see torchvision.datasets.SBDataset
 */
export class SBDataset<Input = Image, Target = Tensor> extends ListedImages<Input, Target, string> {
  static url = 'https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/semantic_contours/benchmark.tgz'
  static md5: string | null = '82b4d87ceb2ed10f6038a1cba92111cb'
  static filename = 'benchmark.tgz'
  static voc_train_url = 'https://www.cs.cornell.edu/~bharathh/train_noval.txt'
  static voc_split_md5: string | null = '79bff800c5f0b1ec6b21080a3c066722'
  readonly image_set: string
  readonly mode: 'boundaries' | 'segmentation'
  readonly num_classes = 20

  constructor(...args: Args<[
    root: string, image_set?: 'train' | 'val' | 'train_noval', mode?: 'boundaries' | 'segmentation', download?: boolean,
    transforms?: PairTransform | StandardTransform | null,
  ], typeof sbd_names>) {
    const options: SetOptions = options_of(new.target, sbd_names, args)
    super(options.root, options)
    this.image_set = verify_str_arg(options['image_set'] ?? 'train', 'image_set', ['train', 'val', 'train_noval'])
    this.mode = verify_str_arg(options['mode'] ?? 'boundaries', 'mode', ['segmentation', 'boundaries'])
    if (options.download) this._download(new.target)
    if (!is_folder(this.root)) throw new RuntimeError(not_found_or_corrupted)
    const names = read_lines(this.root, `${this.image_set}.txt`)
    this._list(names.map(name => path.join(this.root, 'img', `${name}.jpg`)), names.map(name => path.join(this.root, 'cls', `${name}.mat`)))
  }

  private _download({ url, md5, filename, voc_train_url, voc_split_md5 }: typeof SBDataset): void {
    fetch_archive(url, this.root, md5, filename)
    for (const name of ['cls', 'img', 'inst', 'train.txt', 'val.txt']) {
      fs.renameSync(path.join(this.root, 'benchmark_RELEASE', 'dataset', name), path.join(this.root, name))
    }
    if (this.image_set === 'train_noval') download_url(voc_train_url, this.root, 'train_noval.txt', voc_split_md5)
  }

  protected override _target(row: number): unknown {
    const file = this._labels[row]!
    const [found] = (read_matlab_values(fs.readFileSync(file), file)['GTcls'] ?? []) as Fields[]
    const plane = ({ data, shape }: MatlabArray): Tensor => from_numpy(Uint8Array.from(data)).view([...shape].reverse()).t()
    const value = found?.[this.mode === 'segmentation' ? 'Segmentation' : 'Boundaries'] as MatlabArray | MatlabArray[] | undefined
    if (!value) throw new RuntimeError(`${file} has no ${this.mode} of GTcls`)
    if (!Array.isArray(value)) return new Image(plane(value).contiguous())
    return stack(value.map(plane))
  }

  override extra_repr(): string {
    return `Image set: ${this.image_set}\nMode: ${this.mode}`
  }
}
