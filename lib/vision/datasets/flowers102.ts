// Oxford 102 Flower; torchvision.datasets.flowers102.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, bind } from '../../_args'
import { RuntimeError } from '../../_errors'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { read_matlab } from './_matlab'
import { checked_index } from './_samples'
import { default_loader } from './folder'
import { check_integrity, download_and_extract_archive, download_url, verify_str_arg } from './utils'
import { VisionDataset } from './vision'

const names = ['root', 'split', 'transform', 'target_transform', 'download', 'loader'] as const
const splits = { train: 'trnid', val: 'valid', test: 'tstid' } as const

/** Arguments of {@link Flowers102}. */
export type FlowersArgs<Input, Target> = Args<[
  root: string, split?: keyof typeof splits, transform?: ((image: Image) => Input) | null,
  target_transform?: ((target: number) => Target) | null, download?: boolean, loader?: (file: string) => Image,
], typeof names>

/**
 * Flowers of 102 kinds: 1,020 images to train, 1,020 to validate and 6,149 to test.
 *
 * @param split - 'train', 'val' or 'test'. Default: 'train'.
 * @param download - get the files if they are not there. Default: false.
 * @param loader - reads an image. Default: as RGB.
 * @throws {RuntimeError} if the files are not there, or damaged
 * @see torchvision.datasets.Flowers102
 */
export class Flowers102<Input = Image, Target = number> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  static url = 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/'
  /** Name and MD5 sum of each file. */
  static files: Record<'image' | 'label' | 'setid', readonly [filename: string, md5: string | null]> = {
    image: ['102flowers.tgz', '52808999861908f626f3c1f4e79d11fa'],
    label: ['imagelabels.mat', 'e0620be6f572b9609742df49c70aed4d'],
    setid: ['setid.mat', 'a5357ecc9cb78c4bef273ce3793fc85c'],
  }
  static classes: readonly string[] = [
    'pink primrose', 'hard-leaved pocket orchid', 'canterbury bells', 'sweet pea', 'english marigold', 'tiger lily',
    'moon orchid', 'bird of paradise', 'monkshood', 'globe thistle', 'snapdragon', "colt's foot", 'king protea', 'spear thistle',
    'yellow iris', 'globe-flower', 'purple coneflower', 'peruvian lily', 'balloon flower', 'giant white arum lily', 'fire lily',
    'pincushion flower', 'fritillary', 'red ginger', 'grape hyacinth', 'corn poppy', 'prince of wales feathers',
    'stemless gentian', 'artichoke', 'sweet william', 'carnation', 'garden phlox', 'love in the mist', 'mexican aster',
    'alpine sea holly', 'ruby-lipped cattleya', 'cape flower', 'great masterwort', 'siam tulip', 'lenten rose', 'barbeton daisy',
    'daffodil', 'sword lily', 'poinsettia', 'bolero deep blue', 'wallflower', 'marigold', 'buttercup', 'oxeye daisy',
    'common dandelion', 'petunia', 'wild pansy', 'primula', 'sunflower', 'pelargonium', 'bishop of llandaff', 'gaura',
    'geranium', 'orange dahlia', 'pink-yellow dahlia?', 'cautleya spicata', 'japanese anemone', 'black-eyed susan', 'silverbush',
    'californian poppy', 'osteospermum', 'spring crocus', 'bearded iris', 'windflower', 'tree poppy', 'gazania', 'azalea',
    'water lily', 'rose', 'thorn apple', 'morning glory', 'passion flower', 'lotus', 'toad lily', 'anthurium', 'frangipani',
    'clematis', 'hibiscus', 'columbine', 'desert-rose', 'tree mallow', 'magnolia', 'cyclamen', 'watercress', 'canna lily',
    'hippeastrum', 'bee balm', 'ball moss', 'foxglove', 'bougainvillea', 'camellia', 'mallow', 'mexican petunia', 'bromelia',
    'blanket flower', 'trumpet creeper', 'blackberry lily',
  ]

  readonly split: keyof typeof splits
  readonly loader: (file: string) => Image
  private readonly _images: string[]
  private readonly _labels: number[]

  constructor(...args: FlowersArgs<Input, Target>) {
    const bound = bind(`${new.target.name}.__init__`, names, 1, args)
    const { root, split = 'train', transform, target_transform, download = false, loader = default_loader } = bound
    super(root as string, { transform: transform as AnyTransform, target_transform: target_transform as AnyTransform })
    this.split = verify_str_arg(split, 'split', Object.keys(splits) as (keyof typeof splits)[])
    if (download) this.download()
    if (!this._check_integrity()) throw new RuntimeError('Dataset not found or corrupted. You can use download=True to download it')
    const ids = this._numbers('setid', splits[this.split])
    const labels = this._numbers('label', 'labels')
    this._images = ids.map(id => path.join(this._folder, 'jpg', `image_${String(id).padStart(5, '0')}.jpg`))
    this._labels = ids.map(id => labels[id - 1]! - 1)
    if (this._labels.some(label => !(label >= 0))) {
      throw new RuntimeError(`${this._path('label')} has ${labels.length} labels, and ${this._path('setid')} asks for image ${Math.max(...ids)}`)
    }
    this.loader = loader as (file: string) => Image
  }

  get classes(): readonly string[] {
    return Flowers102.classes
  }

  override get length(): number {
    return this._images.length
  }

  override __getitem__(index: number): [Input, Target] {
    const row = checked_index(index, this.length)
    const image = this.loader(this._images[row]!)
    const target = this._labels[row]
    return [
      (this.transform ? this.transform(image as never) : image) as Input,
      (this.target_transform ? this.target_transform(target as never) : target) as Target,
    ]
  }

  /** Gets the files that are not there. */
  download(): void {
    if (this._check_integrity()) return
    const { url, files } = this.constructor as typeof Flowers102
    download_and_extract_archive(url + files.image[0], this._folder, null, files.image[0], files.image[1])
    for (const [filename, md5] of [files.label, files.setid]) download_url(url + filename, this._folder, filename, md5)
  }

  override extra_repr(): string {
    return `split=${this.split}`
  }

  private get _folder(): string {
    return path.join(this.root, 'flowers-102')
  }

  private _path(kind: 'label' | 'setid'): string {
    return path.join(this._folder, (this.constructor as typeof Flowers102).files[kind][0])
  }

  private _check_integrity(): boolean {
    const { files } = this.constructor as typeof Flowers102
    return fs.existsSync(path.join(this._folder, 'jpg')) &&
      (['label', 'setid'] as const).every(kind => check_integrity(this._path(kind), files[kind][1]))
  }

  private _numbers(kind: 'label' | 'setid', name: string): number[] {
    const file = this._path(kind)
    const found = read_matlab(fs.readFileSync(file), file)[name]
    if (found === undefined) throw new RuntimeError(`${file} has no numbers ${name}`)
    return Array.from(found.data)
  }
}
