// transforms.v2 on samples for detection: picture, boxes, mask and points move together; batches are mixed by MixUp and CutMix. Run with:
// node scripts/run.mjs examples/augmentation
import { parseArgs } from 'node:util'
import torch, { nn } from 'torch-ts'
import { transforms, tv_tensors, utils } from 'torch-ts/vision'

const { v2 } = transforms
const { values: args } = parseArgs({ options: { seed: { type: 'string', default: '0' }, save: { type: 'string', default: 'augmentation.png' } } })
torch.manual_seed(Number(args.seed))
const [height, width] = [96, 128]

interface Sample {
  image: tv_tensors.Image
  boxes: tv_tensors.BoundingBoxes
  masks: tv_tensors.Mask
  points: tv_tensors.KeyPoints
  labels: torch.Tensor
}

/** Pictures of a red and a blue rectangle on grey noise. */
class Rectangles extends torch.utils.data.Dataset<Sample> {
  override get length(): number {
    return 16
  }

  override at(i: number): Sample {
    const corners = [[10 + 3 * i, 12 + i, 42 + 3 * i, 50 + 2 * i], [70 - 2 * i, 40, 110 - i, 88 - i]]
    const pixels = torch.rand(1, height, width).mul(40).add(100).expand(3, -1, -1).clone()
    const masks = torch.zeros([2, height, width], { dtype: torch.bool })
    corners.forEach(([x1, y1, x2, y2], box) => {
      masks.set_at([box, `${y1}:${y2}`, `${x1}:${x2}`], true)
      pixels.set_at([':', `${y1}:${y2}`, `${x1}:${x2}`], torch.tensor(box === 0 ? [230, 40, 40] : [40, 40, 230]).view(3, 1, 1))
    })
    const canvas_size = [height, width] as const
    return {
      image: new tv_tensors.Image(pixels.to(torch.uint8)), masks: new tv_tensors.Mask(masks), labels: torch.tensor([1, 2], { dtype: torch.int64 }),
      boxes: new tv_tensors.BoundingBoxes(corners, { format: 'XYXY', canvas_size }),
      points: new tv_tensors.KeyPoints(corners.map(([x1, y1, x2, y2]) => [(x1! + x2!) / 2, (y1! + y2!) / 2]), { canvas_size }),
    }
  }
}

const augment = new v2.Compose<Sample>([
  new v2.RandomPhotometricDistort(), new v2.RandomZoomOut({ fill: new Map<typeof tv_tensors.Mask | 'others', number>([[tv_tensors.Mask, 0], ['others', 60]]), side_range: [1, 1.5] }),
  new v2.RandomIoUCrop(), new v2.RandomHorizontalFlip(), new v2.RandomAffine(15, { scale: [0.8, 1.1] }), new v2.Resize([height, width]),
  new v2.ClampBoundingBoxes(), new v2.SanitizeBoundingBoxes({ min_size: 4 }), new v2.ClampKeyPoints(),
])

const set = new Rectangles()
const drawn = Array.from({ length: 8 }, (_, i) => {
  const { image, boxes, masks, points, labels } = augment(set.at(i))
  const areas = masks.pure().sum([1, 2]).tolist() as number[]
  console.log(`picture ${i}: ${boxes.length} boxes of ${[...image.shape].slice(-2).join(' x ')}, classes [${labels.tolist() as number[]}], areas [${areas}]`)
  const colors = ['yellow', 'lime'].slice(0, boxes.length)
  const shown = boxes.length === 0 ? image.pure()
    : utils.draw_bounding_boxes(utils.draw_segmentation_masks(image.pure(), masks.pure(), { alpha: 0.4, colors }), boxes.pure(), { width: 2, colors: 'white' })
  return utils.draw_keypoints(shown, points.pure().unsqueeze(0), { colors: 'black', radius: 2 })
})
utils.save_image(torch.stack(drawn).to(torch.float32).div(255), args.save, { nrow: 4 })
console.log(`wrote ${args.save}`)

// Whole batches: the pictures of two classes, mixed by their collate_fn, and a loss that takes shares of classes.
const mix = new v2.RandomChoice([new v2.MixUp({ num_classes: 2 }), new v2.CutMix({ num_classes: 2 })])
const to_float = new v2.Compose<tv_tensors.Image>([new v2.ToDtype(torch.float32, { scale: true }), new v2.ToPureTensor()])
const pictures = torch.stack(Array.from({ length: 16 }, (_, i) => to_float(set.at(i).image)))
const pairs = new torch.utils.data.TensorDataset(pictures, torch.arange(16).remainder(2))
const collate_fn = (batch: torch.Tensor[][]) => mix(...(torch.utils.data.default_collate(batch) as [torch.Tensor, torch.Tensor]))
const loader = new torch.utils.data.DataLoader(pairs, { batch_size: 8, shuffle: true, collate_fn: collate_fn as never })
const model = new nn.Sequential(
  new nn.Conv2d(3, 4, 3, { stride: 2 }), new nn.ReLU(), new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(4, 2))
for (const [images, shares] of loader as unknown as Iterable<[torch.Tensor, torch.Tensor]>) {
  const loss = nn.functional.cross_entropy(model(images), shares)
  const first = (shares.at(0).tolist() as number[]).map(one => one.toFixed(3))
  console.log(`batch of [${[...images.shape]}], shares of the first picture [${first}], loss ${loss.item().toFixed(4)}`)
}
