// Images and what is said of them; torchvision.datasets.flickr, .sbu.
import fs from 'node:fs'
import path from 'node:path'
import type { Args } from '../../_args'
import { RuntimeError } from '../../_errors'
import { expanduser } from '../../_paths'
import type { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import {
  ListedImages, type Loader, fetch_archive, list_names, names_in, not_found_or_corrupted, options_of, provide, read_lines, read_text,
} from './_listed'
import { check_integrity, download_url } from './utils'

const flickr_names = ['root', 'ann_file', 'transform', 'target_transform', 'loader'] as const

type FlickrArgs<Input> = Args<[
  root: string, ann_file: string, transform?: ((image: Image) => Input) | null, target_transform?: AnyTransform | null, loader?: Loader,
], typeof flickr_names>

const by_name = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => a < b ? -1 : 1

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? parseInt(hex, 16) : null
    return code === null ? entities[name!] ?? whole : code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/**
 * Pictures in a table of HTML: a link to each, and its captions as items of a list.
 * @param ann_file - the HTML file
 * @see torchvision.datasets.Flickr8k
 */
export class Flickr8k<Input = Image, Target = string[]> extends ListedImages<Input, Target, string[]> {
  /** Files of the images, sorted. */
  readonly ids: readonly string[]

  constructor(...args: FlickrArgs<Input>) {
    const options = options_of(new.target, flickr_names, args, 2)
    super(options.root, options)
    const file = expanduser(options['ann_file'] as string)
    const table = /<table[^>]*>(.*)<\/table>/is.exec(read_text(file))?.[1]
    if (table === undefined) throw new RuntimeError(`${file} has no table`)
    const names = names_in(this.root)
    const found = new Map<string, string[]>()
    let captions: string[] | null = null
    for (const [, link, item] of table.matchAll(/<a\b[^>]*>\s*(.*?)\s*<\/a>|<li\b[^>]*>\s*(.*?)\s*(?=<\/li|<li|<\/ul)|Image Not Found/gis)) {
      if (item !== undefined) captions?.push(unescaped(item))
      else if (link === undefined) captions = null
      else found.set(this._file(names, link, file), captions = [])
    }
    const all = [...found].sort(by_name)
    this.ids = all.map(([id]) => id)
    this._list(this.ids, all.map(([, texts]) => texts))
  }

  /** The file whose name begins with the last part but one of a link. */
  private _file(names: readonly string[], link: string, file: string): string {
    const id = link.split('/').at(-2)
    const name = names.find(one => one.startsWith(`${id}_`) && one.endsWith('.jpg'))
    if (name === undefined) throw new RuntimeError(`${file} names a picture that is not in ${this.root}: ${link}`)
    return path.join(this.root, name)
  }
}

/**
 * Pictures with five captions each.
 * @param ann_file - lines of a name, `#` and a number, a tabulator and a caption
 * @see torchvision.datasets.Flickr30k
 */
export class Flickr30k<Input = Image, Target = string[]> extends ListedImages<Input, Target, string[]> {
  /** Names of the images, sorted. */
  readonly ids: readonly string[]

  constructor(...args: FlickrArgs<Input>) {
    const options = options_of(new.target, flickr_names, args, 2)
    super(options.root, options)
    const file = expanduser(options['ann_file'] as string)
    const found = new Map<string, string[]>()
    for (const line of read_lines(file)) {
      const [id, caption] = line.split('\t')
      if (caption === undefined) throw new RuntimeError(`${file} has a line without a caption: ${line}`)
      const name = id!.slice(0, -2)
      found.set(name, [...found.get(name) ?? [], caption])
    }
    const all = [...found].sort(by_name)
    this.ids = all.map(([id]) => id)
    this._list(this.ids.map(id => path.join(this.root, id)), all.map(([, texts]) => texts))
  }
}

/**
 * A million pictures and their captions: those that could still be downloaded.
 * @param download - Default: true.
 * @see torchvision.datasets.SBU
 */
export class SBU<Input = Image, Target = string> extends ListedImages<Input, Target, string> {
  static url = 'https://www.cs.rice.edu/~vo9/sbucaptions/SBUCaptionedPhotoDataset.tar.gz'
  static filename = 'SBUCaptionedPhotoDataset.tar.gz'
  static md5_checksum: string | null = '9aec147b3488753cf758b4d493422285'
  /** Names of the pictures. */
  readonly photos: readonly string[]
  readonly captions: readonly string[]

  constructor(...args: Args<[
    root: string, transform?: ((image: Image) => Input) | null, target_transform?: ((target: string) => Target) | null, download?: boolean,
    loader?: Loader,
  ], typeof list_names>) {
    const options = options_of(new.target, list_names, args)
    super(options.root, options)
    const { url, filename, md5_checksum } = new.target
    const folder = path.join(this.root, 'dataset')
    const urls = path.join(folder, 'SBU_captioned_photo_dataset_urls.txt')
    provide(options.download ?? true, () => check_integrity(path.join(this.root, filename), md5_checksum), () => {
      fetch_archive(url, this.root, md5_checksum, filename)
      for (const photo of read_lines(urls)) SBU._try(photo, folder)
    }, not_found_or_corrupted)
    const [places, texts] = [read_lines(urls), read_text(folder, 'SBU_captioned_photo_dataset_captions.txt').split(/\r?\n/)]
    const rows = places.map((place, i) => [path.posix.basename(place), (texts[i] ?? '').trimEnd()] as const)
      .filter(([name]) => fs.existsSync(path.join(folder, name)))
    this.photos = rows.map(([name]) => name)
    this.captions = rows.map(([, caption]) => caption)
    this._list(this.photos.map(name => path.join(folder, name)), this.captions)
  }

  /** Most of these pictures are gone: what cannot be had is left out, as there. */
  private static _try(url: string, folder: string): void {
    try {
      download_url(url, folder)
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error
    }
  }
}
