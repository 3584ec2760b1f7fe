// Places, living things, characters of alphabets; torchvision.datasets.places365, .inaturalist, .omniglot.
import fs from 'node:fs'
import path from 'node:path'
import type { Args } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import {
  ListedImages, type Loader, as_list, fetch_archive, is_folder, names_in, not_found_or_corrupted, numbered, one_or_all, open_image,
  options_of, provide, read_lines,
} from './_listed'
import { check_integrity, list_dir, list_files, verify_str_arg } from './utils'

const places_names = ['root', 'split', 'small', 'download', 'transform', 'target_transform', 'loader'] as const
const places_splits = ['train-standard', 'train-challenge', 'val', 'test'] as const
type PlacesSplit = typeof places_splits[number]
type Checked = readonly [filename: string, md5: string | null]

/**
 * Places of 365 kinds; the target is null in the test set.
 *
 * @param split - 'train-standard', 'train-challenge', 'val' or 'test'. Default: 'train-standard'.
 * @param small - images of 256 x 256 pixels in place of the original ones. Default: false.
 * @see torchvision.datasets.Places365
 */
export class Places365<Input = Image, Target = number | null> extends ListedImages<Input, Target, number | null> {
  static _BASE_URL = 'http://data.csail.mit.edu/places/places365/'
  static _DEVKIT_META: Record<'standard' | 'challenge', Checked> = {
    standard: ['filelist_places365-standard.tar', '35a0585fee1fa656440f3ab298f8479c'],
    challenge: ['filelist_places365-challenge.tar', '70a8307e459c3de41690a7c76c931734'],
  }

  static _CATEGORIES_META: Checked = ['categories_places365.txt', '06c963b85866bd0649f97cb43dd16673']
  static _FILE_LIST_META: Record<PlacesSplit, Checked> = {
    'train-standard': ['places365_train_standard.txt', '30f37515461640559006b8329efbed1a'],
    'train-challenge': ['places365_train_challenge.txt', 'b2931dc997b8c33c27e7329c073a6b57'],
    'val': ['places365_val.txt', 'e9f2fd57bfd9d07630173f4e8708e4b1'], 'test': ['places365_test.txt', '2fce8233fe493576d724142e45d93653'],
  }

  /** Large and small images of each split. */
  static _IMAGES_META: Record<PlacesSplit, readonly [large: Checked, small: Checked]> = {
    'train-standard': [
      ['train_large_places365standard.tar', '67e186b496a84c929568076ed01a8aa1'], ['train_256_places365standard.tar',
      '53ca1c756c3d1e7809517cc47c5561c5'],
    ],
    'train-challenge': [
      ['train_large_places365challenge.tar', '605f18e68e510c82b958664ea134545f'], ['train_256_places365challenge.tar',
      '741915038a5e3471ec7332404dfb64ef'],
    ],
    'val': [['val_large.tar', '9b71c4993ad89d2d8bcbdc4aef38042f'], ['val_256.tar', 'e27b17d8d44f4af9a78502beb927f808']],
    'test': [['test_large.tar', '41a4b6b724b1d2cd862fb3871ed59913'], ['test_256.tar', 'f532f6ad7b582262a2ec8009075e186b']],
  }

  readonly split: PlacesSplit
  readonly small: boolean
  readonly classes: readonly string[]
  readonly class_to_idx: Record<string, number>
  readonly imgs: readonly (readonly [string, number | null])[]
  readonly targets: readonly (number | null)[]

  constructor(...args: Args<[
    root: string, split?: PlacesSplit, small?: boolean, download?: boolean, transform?: ((image: Image) => Input) | null,
    target_transform?: AnyTransform | null, loader?: Loader,
  ], typeof places_names>) {
    const options = options_of(new.target, places_names, args)
    super(options.root, options)
    this.split = verify_str_arg(options['split'] ?? 'train-standard', 'split', places_splits)
    this.small = (options['small'] ?? false) as boolean
    const { _CATEGORIES_META, _FILE_LIST_META } = new.target
    const categories = this._devkit_lines(_CATEGORIES_META, options.download).map(line => line.split(/\s+/) as [string, string])
    this.class_to_idx = Object.fromEntries(categories.map(([name, number]) => [name, Number(number)]))
    this.classes = Object.keys(this.class_to_idx).sort()
    this.imgs = this._devkit_lines(_FILE_LIST_META[this.split], options.download).map(line => {
      const [name, label] = line.split(/\s+/) as [string, string | undefined]
      return [path.join(this.images_dir, ...name.split('/').filter(part => part !== '')), label === undefined ? null : Number(label)] as const
    })
    this.targets = this.imgs.map(([, label]) => label)
    if (options.download) this._download_images(new.target)
    this._list(this.imgs.map(([file]) => file), this.targets)
  }

  get variant(): 'standard' | 'challenge' {
    return this.split.includes('challenge') ? 'challenge' : 'standard'
  }

  get images_dir(): string {
    const size = this.small ? '256' : 'large'
    return path.join(this.root, this.split.startsWith('train') ? `data_${size}_${this.variant}` : `${this.split}_${size}`)
  }

  private _devkit_lines([name, md5]: Checked, download = false): string[] {
    const file = path.join(this.root, name)
    if (!check_integrity(file, md5)) {
      if (!download) throw new RuntimeError(`The file ${file} does not exist or is corrupted. You can set download=True to download it.`)
      const { _BASE_URL, _DEVKIT_META } = this.constructor as typeof Places365
      const [archive, sum] = _DEVKIT_META[this.variant]
      fetch_archive(_BASE_URL + archive, this.root, sum)
    }
    return read_lines(file)
  }

  private _download_images({ _BASE_URL, _IMAGES_META }: typeof Places365): void {
    if (fs.existsSync(this.images_dir)) return
    const [name, md5] = _IMAGES_META[this.split][this.small ? 1 : 0]
    fetch_archive(_BASE_URL + name, this.root, md5)
    if (this.split.startsWith('train')) fs.renameSync(this.images_dir.slice(0, this.images_dir.lastIndexOf('_')), this.images_dir)
  }

  override extra_repr(): string {
    return `Split: ${this.split}\nSmall: ${this.small ? 'True' : 'False'}`
  }
}

const ranks = ['kingdom', 'phylum', 'class', 'order', 'family', 'genus'] as const
type Rank = 'full' | 'super' | typeof ranks[number]
const inaturalist_names = ['root', 'version', 'target_type', 'transform', 'target_transform', 'download', 'loader'] as const
const inaturalist_versions = ['2017', '2018', '2019', '2021_train', '2021_train_mini', '2021_valid'] as const
type InatVersion = typeof inaturalist_versions[number]

/**
 * Living things.
 *
 * @param version - '2017', '2018', '2019', '2021_train', '2021_train_mini' or '2021_valid'. Default: '2021_train'.
 * @param target_type - 'full' (the species), of 2021 'kingdom', 'phylum', 'class', 'order', 'family', 'genus', before that 'super'; or several
 * @see torchvision.datasets.INaturalist
 */
export class INaturalist<Input = Image, Target = number> extends ListedImages<Input, Target> {
  /** URL and MD5 sum of each archive, and the folder in it. */
  static _ARCHIVES: Record<InatVersion, readonly [url: string, md5: string | null, folder: string]> = Object.fromEntries(([
    ['2017', '2017/train_val_images', '7c784ea5e424efaec655bd392f87301f'], ['2018', '2018/train_val2018', 'b1c6952ce38f31868cc50ea72d066cc3'],
    ['2019', '2019/train_val2019', 'c60a6e2962c9b8ccbd458d12c8582644'], ['2021_train', '2021/train', 'e0526d53c7f7b2e3167b2b43bb2690ed'],
    ['2021_train_mini', '2021/train_mini', 'db6ed8330e634445efc8fec83ae81442'], ['2021_valid', '2021/val', 'f6f6e0e242e3d4c9569ba56400938afc'],
  ] as const).map(([version, place, md5]) =>
    [version, [`https://ml-inat-competition-datasets.s3.amazonaws.com/${place}.tar.gz`, md5, path.posix.basename(place)]])) as never

  readonly version: InatVersion
  readonly target_type: readonly Rank[]
  /** Folders of the species. */
  readonly all_categories: readonly string[]
  /** The number of each name of a rank. */
  readonly categories_index: Readonly<Record<string, Record<string, number>>>
  /** The numbers of each species by rank. */
  readonly categories_map: readonly Readonly<Record<string, number>>[]

  constructor(...args: Args<[
    root: string, version?: InatVersion, target_type?: Rank | readonly Rank[], transform?: ((image: Image) => Input) | null,
    target_transform?: AnyTransform | null, download?: boolean, loader?: Loader | null,
  ], typeof inaturalist_names>) {
    const options = options_of(new.target, inaturalist_names, args)
    const version = verify_str_arg(options['version'] ?? '2021_train', 'version', inaturalist_versions)
    super(path.join(options.root, version), { ...options, loader: options.loader ?? open_image })
    this.version = version
    const { _ARCHIVES: { [version]: [url, md5, folder] } } = new.target
    provide(options.download, () => is_folder(this.root) && names_in(this.root).length > 0, () => {
      const base = path.dirname(this.root)
      fetch_archive(url, base, md5, `${version}.tgz`)
      if (!is_folder(base, folder)) throw new RuntimeError(`Unable to find downloaded files at ${path.join(base, folder)}`)
      fs.renameSync(path.join(base, folder), this.root)
    }, not_found_or_corrupted)
    const is_new = version.startsWith('2021')
    this.target_type = as_list((options['target_type'] ?? 'full') as Rank | Rank[])
      .map(type => verify_str_arg<Rank>(type, 'target_type', is_new ? ['full', ...ranks] : ['full', 'super']))
    const kinds = is_new ? this._of_2021() : this._of_before()
    this.all_categories = kinds.map(([name]) => name)
    const index: Record<string, Record<string, number>> = is_new ? Object.fromEntries(ranks.map(rank => [rank, {}]))
      : { super: numbered(names_in(this.root)) }
    this.categories_map = kinds.map(([, names]) => Object.fromEntries(Object.entries(names).map(([rank, name]) =>
      [rank, index[rank]![name] ??= Object.keys(index[rank]!).length])))
    this.categories_index = index
    const found = this.all_categories.flatMap((name, i) => names_in(this.root, name).map(file => [path.join(this.root, name, file), i] as const))
    this._list(found.map(([file]) => file), found.map(([, i]) => i))
  }

  /** Folders of 2021: the number, six ranks and the species. */
  private _of_2021(): [folder: string, names: Record<string, string>][] {
    return names_in(this.root).map((name, i) => {
      const pieces = name.split('_')
      if (pieces.length !== 8) throw new RuntimeError(`Unexpected category name ${name}, wrong number of pieces`)
      const wanted = String(i).padStart(5, '0')
      if (pieces[0] !== wanted) throw new RuntimeError(`Unexpected category id ${pieces[0]}, expecting ${wanted}`)
      return [name, Object.fromEntries(ranks.map((rank, r) => [rank, pieces[r + 1]!]))]
    })
  }

  /** Folders in folders of groups; from 2018 on their names are their numbers. */
  private _of_before(): [folder: string, names: Record<string, string>][] {
    const found: [string, Record<string, string>][] = []
    for (const group of names_in(this.root)) {
      for (const name of names_in(this.root, group)) {
        const at = this.version === '2017' ? found.length : Number(name)
        if (!Number.isInteger(at)) throw new RuntimeError(`Unexpected non-numeric dir name: ${name}`)
        if (found[at] !== undefined) throw new RuntimeError(`Duplicate category ${name}`)
        found[at] = [path.join(group, name), { super: group }]
      }
    }
    for (let i = 0; i < found.length; i++) if (found[i] === undefined) throw new RuntimeError(`Missing category ${i}`)
    return found
  }

  /** The name of a number of a kind of targets. @throws {ValueError} if there is none */
  category_name(category_type: string, category_id: number): string {
    if (category_type === 'full') return this.all_categories[category_id]!
    const names = this.categories_index[category_type]
    if (names === undefined) throw new ValueError(`Invalid category type '${category_type}'`)
    const found = Object.keys(names).find(name => names[name] === category_id)
    if (found === undefined) throw new ValueError(`Invalid category id ${category_id} for ${category_type}`)
    return found
  }

  protected override _target(row: number): unknown {
    const kind = this._labels[row]!
    return one_or_all(this.target_type.map(type => type === 'full' ? kind : this.categories_map[kind]![type]))
  }
}

const omniglot_names = ['root', 'background', 'transform', 'target_transform', 'download', 'loader'] as const
const open_grey: Loader = file => Image.open(file).convert('L')

/**
 * Characters of 50 alphabets, 20 drawings of each.
 * @param background - the 30 alphabets to train, else the other 20. Default: true.
 * @see torchvision.datasets.Omniglot
 */
export class Omniglot<Input = Image, Target = number> extends ListedImages<Input, Target> {
  static folder = 'omniglot-py'
  static download_url_prefix = 'https://raw.githubusercontent.com/brendenlake/omniglot/master/python'
  static zips_md5: Record<'images_background' | 'images_evaluation', string | null> = {
    images_background: '68d2efa1b9178cc56df9314c21c6e718', images_evaluation: '6b91aef0f799c5bb55b94e3f2daec811',
  }

  readonly background: boolean

  constructor(...args: Args<[
    root: string, background?: boolean, transform?: ((image: Image) => Input) | null, target_transform?: ((target: number) => Target) | null,
    download?: boolean, loader?: Loader | null,
  ], typeof omniglot_names>) {
    const options = options_of(new.target, omniglot_names, args)
    super(path.join(options.root, new.target.folder), { ...options, loader: options.loader ?? open_grey })
    this.background = (options['background'] ?? true) as boolean
    const part = this.background ? 'images_background' : 'images_evaluation'
    const { zips_md5: { [part]: md5 }, download_url_prefix } = new.target
    provide(options.download, () => check_integrity(path.join(this.root, `${part}.zip`), md5),
      () => { fetch_archive(`${download_url_prefix}/${part}.zip`, this.root, md5, `${part}.zip`) }, not_found_or_corrupted)
    const folder = path.join(this.root, part)
    const characters = list_dir(folder, true).flatMap(alphabet => list_dir(alphabet, true))
    const found = characters.flatMap((character, i) => list_files(character, '.png', true).map(file => [file, i] as const))
    this._list(found.map(([file]) => file), found.map(([, label]) => label))
  }
}
