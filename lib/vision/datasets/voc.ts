// Pascal VOC: objects in boxes and segments; torchvision.datasets.voc.
import fs from 'node:fs'
import path from 'node:path'
import type { Element } from '@xmldom/xmldom'
import { type Args, bind } from '../../_args'
import { RuntimeError } from '../../_errors'
import { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { checked_index } from './_samples'
import { download_and_extract_archive, verify_str_arg } from './utils'
import { type PairTransform, StandardTransform, VisionDataset } from './vision'

/** Where the data of a year comes from, and the folder of its archive that holds it. */
export interface VocSource {
  url: string
  filename: string
  md5: string | null
  base_dir: string
}

const host = 'https://thor.robots.ox.ac.uk/pascal/VOC/'
const source = (part: string, md5: string, base_dir: string): VocSource =>
  ({ url: host + part, filename: path.posix.basename(part), md5, base_dir })

/** The archives by year. */
export const DATASET_YEAR_DICT: Record<string, VocSource> = {
  '2012': source('voc2012/VOCtrainval_11-May-2012.tar', '6cd6e144f989b92b3379bac3b3de84fd', 'VOCdevkit/VOC2012'),
  '2011': source('voc2011/VOCtrainval_25-May-2011.tar', '6c3384ef61512963050cb5d687e5bf1e', 'TrainVal/VOCdevkit/VOC2011'),
  '2010': source('voc2010/VOCtrainval_03-May-2010.tar', 'da459979d0c395079b5c75ee67908abb', 'VOCdevkit/VOC2010'),
  '2009': source('voc2009/VOCtrainval_11-May-2009.tar', 'a3e00b113cfcfebf17e343f59da3caa1', 'VOCdevkit/VOC2009'),
  '2008': source('voc2008/VOCtrainval_14-Jul-2008.tar', '2629fa636546599198acfcfbfcf1904a', 'VOCdevkit/VOC2008'),
  '2007': source('voc2007/VOCtrainval_06-Nov-2007.tar', 'c52e279531787c972589f7e41ab4ae64', 'VOCdevkit/VOC2007'),
  '2007-test': source('voc2007/VOCtest_06-Nov-2007.tar', 'b6e924de25625d8de591ea690078ad9f', 'VOCdevkit/VOC2007'),
}

const names = ['root', 'year', 'image_set', 'download', 'transform', 'target_transform', 'transforms'] as const
const years = ['2007', '2008', '2009', '2010', '2011', '2012'] as const

/** A year of the challenge. */
export type VocYear = (typeof years)[number]

/** Arguments of {@link VOCDetection} and {@link VOCSegmentation}. */
export type VocArgs = Args<[
  root: string, year?: VocYear, image_set?: 'train' | 'trainval' | 'val' | 'test', download?: boolean, transform?: AnyTransform | null,
  target_transform?: AnyTransform | null, transforms?: PairTransform | StandardTransform | null,
], typeof names>

/** What both sets share: an image and a file beside it for each name in a list. */
abstract class VOCBase<Input, Target> extends VisionDataset<[Input, Target]> {
  declare readonly root: string
  /** @internal Folders of the lists and of the files beside the images, and the ending of those. */
  static _parts: readonly [lists: string, folder: string, ending: string]
  readonly year: VocYear
  readonly image_set: string
  readonly images: string[]
  readonly targets: string[]

  constructor(...args: VocArgs) {
    const bound = bind(`${new.target.name}.__init__`, names, 1, args)
    const { root, year = '2012', image_set = 'train', download = false, transform, target_transform, transforms } = bound
    super(root as string, {
      transforms: transforms as PairTransform, transform: transform as AnyTransform, target_transform: target_transform as AnyTransform,
    })
    this.year = verify_str_arg(year, 'year', years)
    const sets = ['train', 'trainval', 'val', ...year === '2007' ? ['test'] : []]
    this.image_set = verify_str_arg(image_set, 'image_set', sets)
    const { url, filename, md5, base_dir } = DATASET_YEAR_DICT[year === '2007' && image_set === 'test' ? '2007-test' : this.year]!
    if (download) download_and_extract_archive(url, this.root, null, filename, md5)
    const folder = path.join(this.root, base_dir)
    if (!fs.existsSync(folder)) throw new RuntimeError('Dataset not found or corrupted. You can use download=True to download it')
    const [lists, targets, ending] = (new.target as unknown as typeof VOCBase)._parts
    const list = fs.readFileSync(path.join(folder, 'ImageSets', lists, `${this.image_set}.txt`), 'utf8')
    const entries = list.split('\n').map(line => line.trim()).filter(line => line !== '')
    this.images = entries.map(name => path.join(folder, 'JPEGImages', `${name}.jpg`))
    this.targets = entries.map(name => path.join(folder, targets, name + ending))
  }

  override get length(): number {
    return this.images.length
  }

  protected abstract _target(file: string): unknown

  override __getitem__(index: number): [Input, Target] {
    const row = checked_index(index, this.length)
    const image = Image.open(this.images[row]!).convert('RGB')
    const target = this._target(this.targets[row]!)
    const { transforms } = this
    const pair = transforms instanceof StandardTransform ? transforms.apply(image, target)
      : transforms ? transforms(image as never, target as never) : [image, target]
    return pair as [Input, Target]
  }
}

/**
 * Images and their segments: a sample is `[image, mask]`, the mask an {@link Image} of mode 'P' with the number of a class in each pixel.
 *
 * @param year - '2007' to '2012'. Default: '2012'.
 * @param image_set - 'train', 'trainval' or 'val'; in 2007 also 'test'. Default: 'train'.
 * @see torchvision.datasets.VOCSegmentation
 */
export class VOCSegmentation<Input = Image, Target = Image> extends VOCBase<Input, Target> {
  static override _parts = ['Segmentation', 'SegmentationClass', '.png'] as const

  get masks(): string[] {
    return this.targets
  }

  protected override _target(file: string): Image {
    return Image.open(file)
  }
}

/** What an XML element becomes: a text, or its children by name, an array where there are several. */
export type VocTree = { [name: string]: VocTree | VocTree[] | string | string[] }

/**
 * Images and the boxes of their objects: a sample is `[image, annotation]`, the annotation the tree of its XML file.
 *
 * Arguments as of {@link VOCSegmentation}.
 * @see torchvision.datasets.VOCDetection
 */
export class VOCDetection<Input = Image, Target = VocTree> extends VOCBase<Input, Target> {
  static override _parts = ['Main', 'Annotations', '.xml'] as const

  get annotations(): string[] {
    return this.targets
  }

  protected override _target(file: string): VocTree {
    return VOCDetection.parse_voc_xml(parse_xml(fs.readFileSync(file, 'utf8'), file))
  }

  /** The tree of an element; `annotation.object` is an array even of one object. */
  static parse_voc_xml(node: Element): VocTree {
    const children = Array.from(node.childNodes).filter((child): child is Element => child.nodeType === 1)
    if (children.length === 0) {
      const text = node.textContent?.trim()
      return text === undefined || node.textContent === '' ? {} : { [node.tagName]: text }
    }
    const lists: Record<string, unknown[]> = {}
    for (const child of children) {
      for (const [name, value] of Object.entries(VOCDetection.parse_voc_xml(child))) (lists[name] ??= []).push(value)
    }
    if (node.tagName === 'annotation') lists['object'] = [lists['object'] ?? []]
    return { [node.tagName]: Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length === 1 ? list[0] : list])) as VocTree }
  }
}

/** The root of an XML text. Entities that a document defines itself are refused by the library. */
function parse_xml(text: string, file: string): Element {
  const { DOMParser } = require('@xmldom/xmldom') as typeof import('@xmldom/xmldom')
  try {
    if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw new RuntimeError('it defines a document type')
    const fail = (level: string, message: unknown): void => {
      if (level !== 'warning') throw new RuntimeError(String(message).split('\n')[0])
    }
    return new DOMParser({ onError: fail }).parseFromString(text, 'text/xml').documentElement!
  } catch (error) {
    throw new RuntimeError(`${file} is no valid annotation: ${(error as Error).message}`)
  }
}
