import fs from 'node:fs'
import path from 'node:path'
import { RuntimeError, ValueError } from '../../lib/_errors'
import { full } from '../../lib/_creation'
import { int64, uint8 } from '../../lib/dtype'
import type { Tensor } from '../../lib/tensor'
import { DataLoader, TensorDataset } from '../../lib/utils/data'
import { segmentation_to_mask } from '../../lib/vision/datasets/_coco_masks'
import { datasets, Image, io, transforms, tv_tensors as tv } from '../../lib/vision'
import golden from '../fixtures/vision_more_sets.json'
import { captured_children } from '../helpers/captured_children'
import { temporary_folder } from '../helpers/temporary'
import '../helpers/typescript_children'

const folder = temporary_folder()
captured_children()
const { v2 } = transforms
const wrap = datasets.wrap_dataset_for_transforms_v2
const bytes = (image: Tensor): Buffer => Buffer.from((io.encode_png(image) as Tensor).tolist() as number[])
const picture = bytes(full([3, 11, 14], 9, { dtype: uint8 }))

function put(files: Record<string, string | Uint8Array>): string {
  for (const [name, content] of Object.entries(files)) {
    const file = folder(...name.split('/'))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, content)
  }
  return folder()
}

describe('segments of COCO', () => {
  it.each(golden.coco.map((one, i) => [i, one] as const))('are the masks of pycocotools (%d)', (_, { segmentation, rows }) => {
    expect(segmentation_to_mask(segmentation, [11, 14]).tolist()).toEqual(rows.map(row => [...row].map(Number)))
  })

  it('must be run lengths of the picture, or polygons', () => {
    expect(() => segmentation_to_mask(5, [2, 2])).toThrow(new ValueError("COCO segmentation expected to be a dict or a list, got <class 'int'>"))
    expect(() => segmentation_to_mask({ counts: [1, 2], size: [2, 2] }, [2, 2])).toThrow(
      new RuntimeError('run lengths of a mask do not add up to 2 x 2 pixels'))
    expect(() => segmentation_to_mask({ counts: 'é', size: [2, 2] }, [2, 2])).toThrow(new RuntimeError('run lengths of a mask have an unknown character'))
  })
})

describe('datasets.wrap_dataset_for_transforms_v2', () => {
  const annotations = [
    { id: 1, image_id: 7, category_id: 3, bbox: [1, 2, 5, 4], area: 20, iscrowd: 0, segmentation: golden.coco[0]!.segmentation },
    { id: 2, image_id: 7, category_id: 1, bbox: [0, 0, 3, 3], area: 9, iscrowd: 1, segmentation: golden.coco[7]!.segmentation },
  ]
  const put_coco = (): [string, string] => {
    const root = put({ 'a.png': picture, 'b.png': picture, 'coco.json': JSON.stringify({
      images: [{ id: 7, file_name: 'a.png' }, { id: 8, file_name: 'b.png' }], annotations, categories: [],
    }) })
    return [root, folder('coco.json')]
  }

  it('gives boxes, masks and labels of COCO', () => {
    const set = wrap(new datasets.CocoDetection(...put_coco()), { target_keys: ['boxes', 'masks', 'labels', 'iscrowd'] })
    const [image, target] = set.at(0) as unknown as [Image, { boxes: tv.BoundingBoxes, masks: tv.Mask, labels: Tensor, iscrowd: number[] }]
    expect(image).toBeInstanceOf(Image)
    expect([target.boxes.tolist(), target.boxes.format, target.boxes.canvas_size]).toEqual([[[1, 2, 6, 6], [0, 0, 3, 3]], 'XYXY', [11, 14]])
    const { masks, labels, iscrowd } = target
    expect([masks.constructor, [...masks.shape], labels.tolist(), iscrowd]).toEqual([tv.Mask, [2, 11, 14], [3, 1], [0, 1]])
    expect(set.at(1)[1]).toEqual({ image_id: 8 })
    expect(Object.keys(wrap(new datasets.CocoDetection(...put_coco())).at(0)[1])).toEqual(['image_id', 'boxes', 'labels'])
    expect(Object.keys(wrap(new datasets.CocoDetection(...put_coco()), 'all').at(0)[1])).toHaveLength(9)
  })

  it('takes the transforms over, also in workers', () => {
    const steps = new v2.Compose([new v2.ToImage(), new v2.RandomHorizontalFlip(1), new v2.ClampBoundingBoxes()])
    const beneath = new datasets.CocoDetection(...put_coco(), { transforms: steps as never })
    const set = wrap(beneath)
    const [image, { boxes }] = set.at(0) as unknown as [tv.Image, { boxes: tv.BoundingBoxes }]
    expect([image.constructor, boxes.tolist(), beneath.transforms]).toEqual([tv.Image, [[8, 2, 13, 6], [11, 0, 14, 3]], null])
    expect(String(set)).toMatch(/^Dataset WrappedCocoDetection\n {4}Number of datapoints: 2\n/)
    const collate_fn = (batch: unknown[]): unknown => batch
    for (const num_workers of [0, 1]) {
      const loader = new DataLoader(set, { batch_size: null, num_workers, ...num_workers === 0 && { collate_fn } })
      const [[, target]] = [...loader] as [unknown, { boxes: tv.BoundingBoxes }][]
      expect([target!.boxes.constructor.name, target!.boxes.tolist()]).toEqual(['BoundingBoxes', boxes.tolist()])
    }
  })

  it('gives boxes of VOC, Kitti, WIDERFace and CelebA, masks of segmentations', () => {
    const voc = 'VOCdevkit/VOC2012'
    const object = (name: string): string => `<object><name>${name}</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>5.7</xmax><ymax>6</ymax></bndbox></object>`
    const root = put({
      [`${voc}/ImageSets/Main/train.txt`]: 'x\n', [`${voc}/ImageSets/Segmentation/train.txt`]: 'x\n', [`${voc}/JPEGImages/x.jpg`]: picture,
      [`${voc}/Annotations/x.xml`]: `<annotation>${object('dog')}${object('person')}</annotation>`,
      [`${voc}/SegmentationClass/x.png`]: bytes(full([1, 11, 14], 5, { dtype: uint8 })), 'Kitti/raw/training/image_2/000.png': picture,
      'Kitti/raw/training/label_2/000.txt': 'Van 0.5 1 -1.5 1 2 3 4 5 6 7 8 9 10 0.25\n', 'celeba/img_align_celeba/1.jpg': picture,
      ...Object.fromEntries(['list_eval_partition.txt', 'identity_CelebA.txt'].map(name => [`celeba/${name}`, '1.jpg 0\n'])),
      ...Object.fromEntries(['bbox', 'landmarks_align', 'attr'].map(name => [`celeba/list_${name}_celeba.txt`, '1\na\n1.jpg 1 2 3 4\n'])),
      'leftImg8bit/val/bonn/bonn_1_leftImg8bit.png': picture, 'gtFine/val/bonn/bonn_1_gtFine_labelIds.png': bytes(full([1, 11, 14], 7, { dtype: uint8 })),
    })
    const found = wrap(new datasets.VOCDetection(root)).at(0)[1] as { boxes: tv.BoundingBoxes, labels: Tensor }
    expect([found.boxes.tolist(), found.boxes.dtype, found.labels.tolist()]).toEqual([[[1, 2, 5, 6], [1, 2, 5, 6]], int64, [12, 15]])
    const [, mask] = wrap(new datasets.VOCSegmentation(root)).at(0) as unknown as [Image, tv.Mask]
    expect([mask.constructor, [...mask.shape], mask.at(0, 0, 0).item()]).toEqual([tv.Mask, [1, 11, 14], 5])
    const kitti = wrap(new datasets.Kitti(root), ['boxes', 'labels', 'type']).at(0)[1] as { boxes: Tensor, labels: Tensor, type: string[] }
    expect([kitti.boxes.tolist(), kitti.labels.tolist(), kitti.type]).toEqual([[[1, 2, 3, 4]], [1], ['Van']])
    const [, box] = wrap(new datasets.CelebA(root, { target_type: 'bbox' })).at(0) as unknown as [Image, tv.BoundingBoxes]
    expect([box.tolist(), box.format]).toEqual([[[1, 2, 4, 6]], 'XYXY'])
    const [, streets] = wrap(new datasets.Cityscapes(root, { split: 'val', target_type: 'semantic' })).at(0) as unknown as [Image, tv.Mask]
    expect([streets.constructor, streets.at(0, 0, 0).item()]).toEqual([tv.Mask, 7])
  })

  it('gives a mask of each instance of Cityscapes, whose files have 16 bits', () => {
    const ids = full([1, 11, 14], 7, { dtype: int64 })
    ids.set_at([0, 2], 26001)
    const png = Buffer.from(sixteen_bits(ids), 'binary')
    const root = put({ 'leftImg8bit/val/bonn/bonn_1_leftImg8bit.png': picture, 'gtFine/val/bonn/bonn_1_gtFine_instanceIds.png': png })
    const [, { masks, labels }] = wrap(new datasets.Cityscapes(root, { split: 'val' })).at(0) as unknown as [Image, { masks: Tensor, labels: Tensor }]
    expect([[...masks.shape], masks.sum([1, 2, 3]).tolist(), labels.tolist()]).toEqual([[2, 1, 11, 14], [140, 14], [7, 26]])
  })

  it('leaves classes as they are, and refuses what it does not know', () => {
    const set = new datasets.FakeData(3)
    expect(() => wrap(set)).toThrow(new TypeError('No wrapper exists for dataset class FakeData. Please wrap the output yourself.'))
    expect(() => wrap(new TensorDataset(full([2], 1)) as never)).toThrow(TypeError)
    expect(() => wrap(new datasets.CocoDetection(...put_coco()), 'boxes' as never)).toThrow(
      new ValueError("`target_keys` can be None, 'all', or a collection of strings denoting the keys to be returned, but got boxes"))
    expect(() => wrap(new datasets.CocoDetection(...put_coco()), ['boxs'])).toThrow(new ValueError("Target keys ['boxs'] are not available"))
    const images = new datasets.ImageFolder(put({ 'images/a/1.png': picture }) + '/images')
    expect(wrap(images).at(0)[1]).toBe(0)
    expect(() => wrap(images, ['labels'])).toThrow(ValueError)
  })
})

/** A PNG of 16 bits a value. */
function sixteen_bits(ids: Tensor): string {
  const { PNG } = require('pngjs') as typeof import('pngjs')
  const [, height, width] = ids.shape as unknown as [number, number, number]
  const data = Buffer.alloc(height * width * 2)
  ;(ids.flatten().tolist() as number[]).forEach((value, i) => { data.writeUInt16LE(value, i * 2) })
  return PNG.sync.write({ width, height, data } as never, { colorType: 0, inputColorType: 0, bitDepth: 16, inputHasAlpha: false }).toString('binary')
}
