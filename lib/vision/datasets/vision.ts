// Base of the data sets of images; torchvision.datasets.vision.
import fs from 'node:fs'
import { ValueError } from '../../_errors'
import { expanduser } from '../../_paths'
import { Dataset } from '../../utils/data'
import { type AnyTransform, describe } from '../transforms/transforms'

/** A transform of a sample and its target together. */
export type PairTransform = (input: never, target: never) => readonly [unknown, unknown]

export interface VisionOptions {
  transforms?: PairTransform | StandardTransform | null
  transform?: AnyTransform | null
  target_transform?: AnyTransform | null
}

/** Applies one transform to the sample, another to the target. @see torchvision.datasets.vision.StandardTransform */
export class StandardTransform {
  constructor(readonly transform: AnyTransform | null = null, readonly target_transform: AnyTransform | null = null) {}

  /** The transformed sample and target. */
  apply(input: unknown, target: unknown): [unknown, unknown] {
    return [
      this.transform ? this.transform(input as never) : input,
      this.target_transform ? this.target_transform(target as never) : target,
    ]
  }

  toString(): string {
    const part = (transform: AnyTransform | null, head: string): string[] =>
      transform === null ? [] : describe(transform).split('\n').map((line, i) => (i === 0 ? head : ' '.repeat(head.length)) + line)
    return ['StandardTransform', ...part(this.transform, 'Transform: '), ...part(this.target_transform, 'Target transform: ')].join('\n')
  }
}

/** A folder that may not be read would look like one without files. @throws {Error} PermissionError that names it */
function check_readable(folder: string): void {
  try {
    fs.opendirSync(folder).closeSync()
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return
    throw Object.assign(new Error(`[Errno 13] Permission denied: '${folder}'`), { name: 'PermissionError', code: 'EACCES' })
  }
}

/**
 * Base class of data sets that are read from a folder. A subclass defines `__getitem__` and `length`.
 * @throws {ValueError} if `transforms` is given beside `transform` or `target_transform`; a PermissionError if the folder may not be read
 * @see torchvision.datasets.VisionDataset
 */
export abstract class VisionDataset<T = unknown> extends Dataset<T> {
  readonly root: string | null
  transform: AnyTransform | null
  target_transform: AnyTransform | null
  transforms: PairTransform | StandardTransform | null

  constructor(root: string | null = null, { transforms = null, transform = null, target_transform = null }: VisionOptions = {}) {
    super()
    this.root = root === null ? null : expanduser(root)
    if (this.root !== null) check_readable(this.root)
    if (transforms && (transform || target_transform)) {
      throw new ValueError('Only transforms or transform/target_transform can be passed as argument')
    }
    this.transform = transform
    this.target_transform = target_transform
    this.transforms = transform || target_transform ? new StandardTransform(transform, target_transform) : transforms
  }

  /** Lines that a subclass adds to the text of the data set. */
  extra_repr(): string {
    return ''
  }

  override toString(): string {
    const body = [`Number of datapoints: ${this.length}`]
    if (this.root !== null) body.push(`Root location: ${this.root}`)
    if (this.extra_repr() !== '') body.push(...this.extra_repr().split('\n'))
    const { transforms } = this
    if (transforms) body.push(transforms instanceof StandardTransform ? String(transforms) : describe(transforms))
    return [`Dataset ${this.constructor.name}`, ...body.map((line) => '    ' + line)].join('\n')
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
