// What data sets of images share: indices, transforms of samples, images decoded beside each other.
import { IndexError } from '../../_errors'
import { Image, type PendingImage } from '../_image'

/** An index from 0, or -1 if there is no such sample. Negative: from the end. */
export function wrapped_index(index: number, length: number): number {
  const wrapped = index < 0 ? index + length : index
  return Number.isInteger(wrapped) && wrapped >= 0 && wrapped < length ? wrapped : -1
}

/** {@link wrapped_index}. @throws {IndexError} if there is no such sample */
export function checked_index(index: number, length: number): number {
  const wrapped = wrapped_index(index, length)
  if (wrapped < 0) throw new IndexError(`list index out of range: ${index} of ${length}`)
  return wrapped
}

/** Images that are being decoded while others are used. */
const ahead = 8

/** The images of some files in RGB, in order; the next ones are decoded meanwhile. Errors come with the image they concern. */
export function* open_images(files: readonly string[]): Generator<Image> {
  const pending: (PendingImage | { error: unknown })[] = []
  let next = 0
  for (let i = 0; i < files.length; i++) {
    for (; next < files.length && next < i + ahead; next++) pending.push(begin(files[next]!))
    const one = pending.shift()!
    if ('error' in one) throw one.error
    yield one.finish().convert('RGB')
  }
}

function begin(file: string): PendingImage | { error: unknown } {
  try {
    return Image.begin_open(file)
  } catch (error) {
    return { error }
  }
}
