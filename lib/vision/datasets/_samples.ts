// What data sets of images share: indices, transforms of samples, images decoded beside each other.
import { is_tensor } from '../../_dispatch'
import { IndexError } from '../../_errors'
import { empty } from '../../generated/torch_functions'
import { Tensor } from '../../tensor'
import { default_collate } from '../../utils/data/_utils/collate'
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

/**
 * What `default_collate` makes of samples that come one by one: each is written into the batch at once, so that it need not outlive the
 * others. Kept until the end, the samples of a batch grow old for V8, and it takes a full collection to free them.
 */
export function collate_as_they_come(samples: Iterable<readonly [unknown, unknown]>, count: number): [unknown, unknown] {
  const inputs: unknown[] = []
  const targets: unknown[] = []
  let batch: Tensor | null = null
  for (const [input, target] of samples) {
    targets.push(target)
    const i = inputs.length
    if (i === 0 && is_plain(input)) batch = empty([count, ...input.shape], { dtype: input.dtype })
    const row: Tensor | undefined = batch?.select(0, i)
    if (row !== undefined && is_plain(input) && input.dtype === row.dtype && input.shape.join() === row.shape.join()) inputs.push(row.copy_(input))
    else [batch, inputs[i]] = [null, input]
  }
  return [batch ?? default_collate(inputs), default_collate(targets)]
}

function is_plain(value: unknown): value is Tensor {
  if (!is_tensor(value)) return false
  const one = value as Tensor
  return one.constructor === Tensor && one.device.type === 'cpu' && !one.requires_grad && one.layout.name === 'strided' && one.is_contiguous()
}
