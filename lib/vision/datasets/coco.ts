// MS COCO: objects and captions in one JSON file; torchvision.datasets.coco.
import fs from 'node:fs'
import path from 'node:path'
import { type Args, bind } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { expanduser } from '../../_paths'
import { type_text } from '../../_typename'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { checked_index } from './_samples'
import { type PairTransform, StandardTransform, VisionDataset } from './vision'

const names = ['root', 'annFile', 'transform', 'target_transform', 'transforms'] as const

/** Arguments of {@link CocoDetection}. */
export type CocoArgs = Args<[
  root: string, annFile: string, transform?: AnyTransform | null, target_transform?: AnyTransform | null,
  transforms?: PairTransform | StandardTransform | null,
], typeof names>

/** An annotation as the file has it: `image_id`, `category_id`, `bbox` (x, y, width, height), `segmentation` ... */
export interface CocoAnnotation {
  id: number
  image_id: number
  [field: string]: unknown
}

interface CocoImage {
  id: number
  file_name: string
}

interface CocoFile {
  images?: CocoImage[]
  annotations?: CocoAnnotation[]
  categories?: { id: number, name: string }[]
}

/**
 * Images and the annotations of each, as the JSON file has them; {@link wrap_dataset_for_transforms_v2} makes masks of them.
 *
 * @param root - folder of the images
 * @param annFile - the JSON file
 * @throws {RuntimeError} if the file is no such JSON
 * @see torchvision.datasets.CocoDetection
 */
export class CocoDetection<Input = Image, Target = CocoAnnotation[]> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  /** Numbers of the images, sorted. */
  readonly ids: number[]
  readonly categories: { id: number, name: string }[]
  private readonly _files: Map<number, string>
  private readonly _annotations = new Map<number, CocoAnnotation[]>()

  constructor(...args: CocoArgs) {
    const { root, annFile, transform, target_transform, transforms } = bind(`${new.target.name}.__init__`, names, 2, args)
    super(root as string, {
      transforms: transforms as PairTransform, transform: transform as AnyTransform, target_transform: target_transform as AnyTransform,
    })
    const { images, annotations, categories } = read_json(expanduser(annFile as string))
    this._files = new Map(images!.map(({ id, file_name }) => [id, file_name]))
    for (const one of annotations ?? []) {
      const list = this._annotations.get(one.image_id)
      if (list === undefined) this._annotations.set(one.image_id, [one])
      else list.push(one)
    }
    this.ids = [...this._files.keys()].sort((a, b) => a - b)
    this.categories = categories ?? []
  }

  override get length(): number {
    return this.ids.length
  }

  override __getitem__(index: number): [Input, Target] {
    if (!Number.isInteger(index)) throw new ValueError(`Index must be of type integer, got ${type_text(index)} instead.`)
    const id = this.ids[checked_index(index, this.length)]!
    const image = Image.open(path.join(this.root, this._files.get(id)!)).convert('RGB')
    const target = this._load_target(id)
    const { transforms } = this
    const pair = transforms instanceof StandardTransform ? transforms.apply(image, target)
      : transforms ? transforms(image as never, target as never) : [image, target]
    return pair as [Input, Target]
  }

  /** The annotations of an image. */
  protected _load_target(id: number): unknown {
    return this._annotations.get(id) ?? []
  }
}

function read_json(file: string): CocoFile {
  const text = fs.readFileSync(file, 'utf8')
  try {
    const found = JSON.parse(text) as CocoFile
    if (!Array.isArray(found.images)) throw new RuntimeError('it has no list of images')
    return found
  } catch (error) {
    throw new RuntimeError(`${file} is no annotation file of COCO: ${(error as Error).message}`)
  }
}

/** Images and their captions. Arguments as of {@link CocoDetection}. @see torchvision.datasets.CocoCaptions */
export class CocoCaptions<Input = Image, Target = string[]> extends CocoDetection<Input, Target> {
  protected override _load_target(id: number): string[] {
    return (super._load_target(id) as CocoAnnotation[]).map(annotation => annotation['caption'] as string)
  }
}
