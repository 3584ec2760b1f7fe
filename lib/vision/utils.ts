// Grids of images and drawings on them; torchvision.utils.
import { type Args, bind } from '../_args'
import { from_numpy, tensor as make_tensor } from '../_creation'
import { is_tensor } from '../_dispatch'
import { ValueError } from '../_errors'
import { aten } from '../_operators'
import { type_text } from '../_typename'
import { warn } from '../_warnings'
import { no_grad } from '../autograd/grad_mode'
import * as dtypes from '../dtype'
import { type Tensor, elements } from '../tensor'
import { Canvas, type Colour, parse_colour } from './_canvas'
import { Image } from './_image'

const ops = { cat: aten('cat'), stack: aten('stack'), permute: aten('permute'), new_full: aten('new_full') }

/** A colour: a name of CSS, '#rrggbb', or red, green and blue from 0 to 255. */
export type ColourLike = string | Colour

const grid_names = ['tensor', 'nrow', 'padding', 'normalize', 'value_range', 'scale_each', 'pad_value'] as const
type GridParams = [
  tensor: Tensor | readonly Tensor[], nrow?: number, padding?: number, normalize?: boolean, value_range?: readonly [number, number] | null,
  scale_each?: boolean, pad_value?: number,
]
interface GridOptions {
  nrow?: number, padding?: number, normalize?: boolean, value_range?: readonly [number, number] | null, scale_each?: boolean, pad_value?: number
}

/** Any images as (N, C, H, W), C at least 3. */
function as_batch(images: unknown): Tensor {
  if (!is_tensor(images) && !Array.isArray(images)) throw new TypeError(`tensor or list of tensors expected, got ${type_text(images)}`)
  if (Array.isArray(images)) {
    const other = images.find(image => !is_tensor(image))
    if (other !== undefined) throw new TypeError(`tensor or list of tensors expected, got a list containing ${type_text(other)}`)
  }
  let batch = (Array.isArray(images) ? ops.stack([images, 0]) : images) as Tensor
  if (batch.ndim === 2) batch = batch.unsqueeze(0)
  if (batch.ndim === 3) batch = (batch.size(0) === 1 ? ops.cat([[batch, batch, batch], 0]) as Tensor : batch).unsqueeze(0)
  return batch.ndim === 4 && batch.size(1) === 1 ? ops.cat([[batch, batch, batch], 1]) as Tensor : batch
}

function normalize_range(image: Tensor, range: readonly [number, number] | null): void {
  const [low, high] = range ?? [image.min().item<number>(), image.max().item<number>()]
  image.clamp_({ min: low, max: high })
  image.sub_(low).div_(Math.max(high - low, 1e-5))
}

/**
 * Puts images beside and below each other: (C, H, W) of N images (N, C, H, W), or of an array of images of one size.
 *
 * @param nrow - images in a row. Default: 8.
 * @param padding - pixels between them. Default: 2.
 * @param normalize - stretch the values to [0, 1], from `value_range` or from the smallest and largest value. Default: false.
 * @param scale_each - each image by itself. Default: false.
 * @param pad_value - of the pixels between. Default: 0.
 * @see torchvision.utils.make_grid
 */
export function make_grid(...args: Args<GridParams, typeof grid_names>): Tensor {
  const { tensor, ...options } = bind<{ tensor: unknown } & GridOptions>('make_grid', grid_names, 1, args)
  return no_grad(() => grid_of(as_batch(tensor), options))
}

function grid_of(images: Tensor, options: GridOptions): Tensor {
  const { nrow = 8, padding = 2, normalize = false, value_range = null, scale_each = false, pad_value = 0 } = options
  let batch = images
  if (normalize) {
    batch = batch.clone()
    if (value_range !== null && !Array.isArray(value_range)) {
      throw new TypeError('value_range has to be a tuple (min, max) if specified. min and max are numbers')
    }
    for (const part of scale_each ? batch : [batch]) normalize_range(part, value_range)
  }
  const [count, channels, h, w] = batch.shape
  if (count === 1) return batch.squeeze(0)
  const columns = Math.min(nrow, count)
  const rows = Math.ceil(count / columns)
  const [height, width] = [h + padding, w + padding]
  const grid = ops.new_full([batch, [channels, height * rows + padding, width * columns + padding], pad_value]) as Tensor
  for (let k = 0; k < count; k++) {
    const [y, x] = [Math.floor(k / columns), k % columns]
    grid.narrow(1, y * height + padding, h).narrow(2, x * width + padding, w).copy_(batch.select(0, k))
  }
  return grid
}

const save_names = ['tensor', 'fp', 'format'] as const

/**
 * Writes an image with values in [0, 1], or a grid of a batch of them (see {@link make_grid}), into a file.
 * @param format - 'png', 'jpeg' ... Default: what the name says.
 * @see torchvision.utils.save_image
 */
export function save_image(
  ...args: Args<[tensor: Tensor | readonly Tensor[], fp: string, format?: string | null], typeof save_names, GridOptions>
): void {
  const { tensor, fp, format = null, ...options } =
    bind<{ tensor: Tensor, fp: string, format?: string | null } & GridOptions>('save_image', save_names, 2, args, grid_names.slice(1))
  const grid = no_grad(() => grid_of(as_batch(tensor), options))
  const bytes = no_grad(() => ops.permute([grid.mul(255).add_(0.5).clamp_(0, 255), [1, 2, 0]]) as Tensor).to('cpu', dtypes.uint8)
  new Image(bytes.contiguous()).save(fp, format)
}

/** Checks what all drawings ask of an image. */
function check_image(image: Tensor, channels: readonly number[], messages: { type: string, channels: string }): void {
  if (!is_tensor(image)) throw new TypeError(`${messages.type}, got ${type_text(image)}`)
  if (image.dtype !== dtypes.uint8 && !image.dtype.is_floating_point) {
    throw new ValueError(`The image dtype must be uint8 or float, got ${image.dtype}`)
  }
  if (image.ndim !== 3) throw new ValueError('Pass individual images, not batches')
  if (!channels.includes(image.size(0))) throw new ValueError(messages.channels)
}

const rgb_only = { type: 'The image must be a tensor', channels: 'Pass an RGB image. Other Image formats are not supported' }

function palette(count: number): Colour[] {
  return Array.from({ length: count }, (_, i) => [2 ** 25 - 1, 2 ** 15 - 1, 2 ** 21 - 1].map(part => i * part % 255) as unknown as Colour)
}

const is_triple = (value: unknown): value is Colour => Array.isArray(value) && value.length === 3 && value.every(part => typeof part === 'number')

/** One colour for each of some objects. */
function parse_colours(colours: unknown, count: number): Colour[] {
  if (colours === null || colours === undefined) return palette(count)
  if (typeof colours === 'string' || is_triple(colours)) colours = new Array(count).fill(colours)
  if (!Array.isArray(colours)) throw new ValueError(`colors must be a tuple or a string, or a list thereof, but got ${String(colours)}.`)
  if (colours.length < count) {
    throw new ValueError(`Number of colors must be equal or larger than the number of objects, but got ${colours.length} < ${count}.`)
  }
  return colours.map(colour => typeof colour === 'string' ? parse_colour(colour) : colour as Colour)
}

/** Draws on a copy of an image (C, H, W); floats are taken as [0, 1]. */
function drawn(image: Tensor, draw: (canvas: Canvas) => void): Tensor {
  const { dtype, device } = image
  const rgb = image.size(0) === 1 ? image.expand([3, -1, -1]) : image
  const bytes = dtype.is_floating_point ? rgb.mul(256 - 1e-3).to(dtypes.uint8) : rgb
  const [, height, width] = rgb.shape
  const data = elements(ops.permute([bytes, [1, 2, 0]]) as Tensor) as Uint8Array
  draw(new Canvas(data, width, height))
  const result = (ops.permute([from_numpy(data).view([height, width, 3]), [2, 0, 1]]) as Tensor).contiguous().to(device)
  return dtype.is_floating_point ? result.to(dtype).mul_(1 / 255) : result
}

const box_names = [
  'image', 'boxes', 'labels', 'colors', 'fill', 'width', 'font', 'font_size', 'label_colors', 'label_background_colors', 'fill_labels',
] as const
type Colours = ColourLike | readonly ColourLike[] | null
type BoxParams = [
  image: Tensor, boxes: Tensor, labels?: readonly (string | null)[] | null, colors?: Colours, fill?: boolean, width?: number, font?: string | null,
  font_size?: number | null, label_colors?: Colours, label_background_colors?: Colours, fill_labels?: boolean,
]

/**
 * Draws boxes (xmin, ymin, xmax, ymax) into a copy of an image.
 *
 * Shape: image (1 or 3, H, W), uint8 or float in [0, 1]; boxes (N, 4) → (3, H, W) of the image's dtype. Text is in DejaVu Sans
 * unless `font` names a TrueType file.
 * @param labels - one for each box. Default: none.
 * @param colors - one for all, or one for each. Default: a palette.
 * @param fill - tint the box with its colour. Default: false.
 * @param width - of the lines, which grow inwards. Default: 1.
 * @see torchvision.utils.draw_bounding_boxes
 */
export function draw_bounding_boxes(...args: Args<BoxParams, typeof box_names>): Tensor {
  const bound = bind<{
    image: Tensor, boxes: Tensor, labels?: readonly (string | null)[] | null, colors?: unknown, fill?: boolean, width?: number, font?: string | null,
    font_size?: number | null, label_colors?: unknown, label_background_colors?: unknown, fill_labels?: boolean
  }>('draw_bounding_boxes', box_names, 2, args)
  const { image, boxes, labels, fill = false, width = 1, font, font_size, fill_labels = false } = bound
  check_image(image, [1, 3], { type: 'Tensor expected', channels: 'Only grayscale and RGB images are supported' })
  const corners = boxes.tolist() as number[][]
  if (corners.some(([x0, y0, x1, y1]) => x0! > x1! || y0! > y1!)) {
    throw new ValueError('Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert to convert them')
  }
  const count = boxes.size(0)
  if (count === 0) {
    warn("boxes doesn't contain any box. No box was drawn")
    return image
  }
  if (labels && labels.length !== count) {
    throw new ValueError(`Number of boxes (${count}) and labels (${labels.length}) mismatch. Please specify labels for each box.`)
  }
  if (!font && font_size) warn("Argument 'font_size' will be ignored since 'font' is not set.")
  const colours = parse_colours(bound.colors, count)
  const inks = bound.label_colors || fill_labels ? parse_colours(bound.label_colors ?? 'black', count) : colours
  const grounds = fill_labels && bound.label_background_colors ? parse_colours(bound.label_background_colors, count) : colours
  return drawn(image, canvas => corners.forEach((corner, i) => {
    const [x0, y0, x1, y1] = corner.map(Math.trunc) as [number, number, number, number]
    if (fill) canvas.fill(x0, y0, x1, y1, colours[i]!, 100)
    canvas.frame(x0, y0, x1, y1, colours[i]!, width)
    const options = { ...font && { font, size: font_size ?? 10 }, ...fill_labels && { background: grounds[i]! } }
    if (labels?.[i]) canvas.text(x0 + width + 1, y0 + width + 1, labels[i], inks[i]!, options)
  }))
}

const mask_names = ['image', 'masks', 'alpha', 'colors'] as const

/**
 * Tints where masks are set; where masks overlap, black.
 *
 * Shape: image (3, H, W), uint8 or float in [0, 1]; masks (N, H, W) or (H, W), bool → (3, H, W)
 * @param alpha - 0: masks are invisible, 1: they hide the image. Default: 0.8.
 * @see torchvision.utils.draw_segmentation_masks
 */
export function draw_segmentation_masks(
  ...args: Args<[image: Tensor, masks: Tensor, alpha?: number, colors?: Colours], typeof mask_names>
): Tensor {
  const { image, alpha = 0.8, ...bound } =
    bind<{ image: Tensor, masks: Tensor, alpha?: number, colors?: unknown }>('draw_segmentation_masks', mask_names, 2, args)
  check_image(image, [3], rgb_only)
  const masks = bound.masks.ndim === 2 ? bound.masks.unsqueeze(0) : bound.masks
  if (masks.ndim !== 3) throw new ValueError('masks must be of shape (H, W) or (batch_size, H, W)')
  if (masks.dtype !== dtypes.bool) throw new ValueError(`The masks must be of dtype bool. Got ${masks.dtype}`)
  if (masks.size(1) !== image.size(1) || masks.size(2) !== image.size(2)) {
    throw new ValueError('The image and the masks must have the same height and width')
  }
  if (masks.size(0) === 0) {
    warn("masks doesn't contain any mask. No mask was drawn")
    return image
  }
  return no_grad(() => {
    const { dtype, device } = image
    let painted = image.clone()
    parse_colours(bound.colors, masks.size(0)).slice(0, masks.size(0)).forEach((colour, i) => {
      const values = make_tensor(colour.map(part => dtype.is_floating_point ? part / 255 : part), { dtype, device }).view([3, 1, 1])
      painted = values.where(masks.select(0, i), painted)
    })
    painted = painted.masked_fill(masks.sum({ dim: 0 }).gt(1), 0)
    return image.mul(1 - alpha).add(painted.mul(alpha)).to(dtype)
  })
}

const keypoint_names = ['image', 'keypoints', 'connectivity', 'colors', 'radius', 'width', 'visibility'] as const
type KeypointParams = [
  image: Tensor, keypoints: Tensor, connectivity?: readonly (readonly [number, number])[] | null, colors?: ColourLike | null, radius?: number,
  width?: number, visibility?: Tensor | null,
]

/**
 * Draws points (x, y), and white lines between some of them.
 *
 * Shape: image (3, H, W), uint8 or float in [0, 1]; keypoints (instances, K, 2) → (3, H, W)
 * @param connectivity - pairs of points that lines connect. Default: none.
 * @param visibility - (instances, K): points to draw. Default: all.
 * @see torchvision.utils.draw_keypoints
 */
export function draw_keypoints(...args: Args<KeypointParams, typeof keypoint_names>): Tensor {
  const { image, keypoints, connectivity, colors, radius = 2, width = 3, ...bound } = bind<{
    image: Tensor, keypoints: Tensor, connectivity?: readonly (readonly [number, number])[], colors?: ColourLike, radius?: number, width?: number,
    visibility?: Tensor | null
  }>('draw_keypoints', keypoint_names, 2, args)
  check_image(image, [3], rgb_only)
  if (keypoints.ndim !== 3) throw new ValueError('keypoints must be of shape (num_instances, K, 2)')
  let visibility = bound.visibility ?? null
  if (visibility?.ndim === 3) visibility = visibility.squeeze(-1)
  if (visibility && visibility.ndim !== 2) throw new ValueError(`visibility must be of shape (num_instances, K). Got ndim=${visibility.ndim}`)
  const seen = (visibility?.tolist() ?? null) as unknown[][] | null
  const white: Colour = [255, 255, 255]
  const colour = colors ? parse_colours(colors, 1)[0]! : white
  return drawn(image, canvas => (keypoints.tolist() as number[][][]).forEach((instance, i) => {
    const at = instance.map(point => point.map(Math.trunc) as [number, number])
    const shown = (k: number): boolean => seen === null || Boolean(seen[i]![k])
    at.forEach(([x, y], k) => shown(k) && canvas.disc(x, y, radius, colour))
    for (const [from, to] of connectivity ?? []) {
      if (shown(from) && shown(to)) canvas.line(...at[from]!, ...at[to]!, white, width)
    }
  }))
}

export { flow_to_image } from './_flow'
