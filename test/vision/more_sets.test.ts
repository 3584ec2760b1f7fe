import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { RuntimeError, ValueError } from '../../lib/_errors'
import { full, tensor } from '../../lib/_creation'
import { uint8 } from '../../lib/dtype'
import type { Tensor } from '../../lib/tensor'
import { datasets, type Image, io } from '../../lib/vision'
import { bunzip2 } from '../../lib/vision/datasets/_bzip2'
import matlab from '../fixtures/vision_more_sets.json'
import { captured_children } from '../helpers/captured_children'
import { Loopback } from '../helpers/loopback'
import { temporary_folder } from '../helpers/temporary'
import { make_zip } from '../helpers/zip'
import '../helpers/typescript_children'

const folder = temporary_folder()
captured_children()
const md5 = (data: Uint8Array): string => crypto.createHash('md5').update(data).digest('hex')
const picture = (value: number, channels = 3): Buffer => {
  const bytes = io.encode_png(full([channels, 2, 3], value, { dtype: uint8 }))
  return Buffer.from((bytes as Tensor).tolist() as number[])
}
const pictures = Array.from({ length: 8 }, (_, i) => picture(i))

/** Writes files: a number is a picture of that value. */
function put(files: Record<string, number | string | Uint8Array>): string {
  for (const [name, content] of Object.entries(files)) {
    const file = folder(...name.split('/'))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, typeof content === 'number' ? pictures[content]! : content)
  }
  return folder()
}

type AnySet = { length: number, at(i: number): unknown }
const value_of = (image: unknown): number => (image as Image).data[0]!
/** The value of each picture and its target. */
const samples = (set: AnySet): unknown[] => Array.from({ length: set.length }, (_, i) => {
  const [image, target] = set.at(i) as [Image, unknown]
  return [value_of(image), target]
})

describe('data sets of folders and lists', () => {
  it('Food101', () => {
    const root = put({
      'food-101/meta/train.json': '{"pie": ["pie/1", "pie/2"], "cake": ["cake/3"]}', 'food-101/images/pie/1.jpg': 1, 'food-101/images/pie/2.jpg': 2,
      'food-101/images/cake/3.jpg': 3,
    })
    const set = new datasets.Food101(root)
    expect([samples(set), set.classes, set.class_to_idx]).toEqual([[[1, 1], [2, 1], [3, 0]], ['cake', 'pie'], { cake: 0, pie: 1 }])
    expect(set.__getitems__([2, -3]).map(([image, target]) => [value_of(image), target])).toEqual([[3, 0], [1, 1]])
    expect(String(set)).toBe(`Dataset Food101\n    Number of datapoints: 3\n    Root location: ${root}\n    split=train`)
    expect(() => new datasets.Food101(root, 'test')).toThrow(/food-101\/meta\/test\.json cannot be read: ENOENT/)
    put({ 'food-101/meta/test.json': '{' })
    expect(() => new datasets.Food101(root, 'test')).toThrow(/^.*test\.json is no JSON: /)
  })

  it('DTD', () => {
    const root = put({ 'dtd/dtd/labels/val3.txt': 'dotted/a.jpg\nbanded/b.jpg\n', 'dtd/dtd/images/dotted/a.jpg': 1, 'dtd/dtd/images/banded/b.jpg': 2 })
    const set = new datasets.DTD(root, { split: 'val', partition: 3 })
    expect([samples(set), set.classes, set.extra_repr()]).toEqual([[[1, 1], [2, 0]], ['banded', 'dotted'], 'split=val, partition=3'])
    expect(() => new datasets.DTD(root, 'val', 11)).toThrow(
      new ValueError("Parameter 'partition' should be an integer with `1 <= partition <= 10`, but got 11 instead"))
  })

  it('FGVCAircraft', () => {
    const data = 'fgvc-aircraft-2013b/data'
    const root = put({
      [`${data}/families.txt`]: 'Boeing 707\nBAe 146\n', [`${data}/images_family_test.txt`]: '0001 BAe 146\n0002 Boeing 707\n',
      [`${data}/images/0001.jpg`]: 1, [`${data}/images/0002.jpg`]: 2,
    })
    expect(samples(new datasets.FGVCAircraft(root, 'test', 'family'))).toEqual([[1, 1], [2, 0]])
    put({ [`${data}/images_family_test.txt`]: '0001 BAe 147\n' })
    expect(() => new datasets.FGVCAircraft(root, 'test', 'family')).toThrow(/images_family_test\.txt names a class that is not there: BAe 147$/)
  })

  it('RenderedSST2, EuroSAT, Country211, SUN397 and Imagenette', () => {
    const root = put({
      'rendered-sst2/valid/negative/1.png': 1, 'rendered-sst2/valid/positive/2.png': 2, 'eurosat/2750/Forest/1.jpg': 3, 'eurosat/2750/Crop/2.jpg': 4,
      'country211/valid/AD/1.jpg': 5, 'SUN397/ClassName.txt': '/a/abbey\n/b/bar/indoor\n', 'SUN397/a/abbey/sun_x.jpg': 6,
      'SUN397/b/bar/indoor/sun_y.jpg': 7, 'SUN397/b/bar/indoor/other.jpg': 1, 'imagenette2-160/val/n03028079/1.JPEG': 1,
      'imagenette2-160/val/n01440764/2.JPEG': 2,
    })
    expect(samples(new datasets.RenderedSST2(root, 'val'))).toEqual([[1, 0], [2, 1]])
    const land = new datasets.EuroSAT(root)
    expect([samples(land), land.classes, land.targets]).toEqual([[[4, 0], [3, 1]], ['Crop', 'Forest'], [0, 1]])
    expect(samples(new datasets.Country211(root, 'valid'))).toEqual([[5, 0]])
    expect(samples(new datasets.SUN397(root))).toEqual([[6, 0], [7, 1]])
    const ten = new datasets.Imagenette(root, 'val', '160px')
    expect([samples(ten), ten.classes, ten.class_to_idx['church building']]).toEqual([
      [[2, 0], [1, 1]], [['tench', 'Tinca tinca'], ['church', 'church building']], 1,
    ])
  })

  it('GTSRB', () => {
    const root = put({
      'gtsrb/GTSRB/Training/00000/1.ppm': 1, 'gtsrb/GTSRB/Training/00001/1.ppm': 2, 'gtsrb/GTSRB/Final_Test/Images/00000.ppm': 3,
      'gtsrb/GT-final_test.csv': 'Filename;Width;ClassId\n00000.ppm;3;16\n',
    })
    expect(samples(new datasets.GTSRB(root))).toEqual([[1, 0], [2, 1]])
    expect(samples(new datasets.GTSRB(root, 'test'))).toEqual([[3, 16]])
    put({ 'gtsrb/GT-final_test.csv': 'Name;Class\n' })
    expect(() => new datasets.GTSRB(root, 'test')).toThrow(/GT-final_test\.csv has no columns Filename and ClassId$/)
  })

  it('CLEVRClassification', () => {
    const root = put({
      'clevr/CLEVR_v1.0/images/val/b.png': 1, 'clevr/CLEVR_v1.0/images/val/a.png': 2, 'clevr/CLEVR_v1.0/images/test/c.png': 3,
      'clevr/CLEVR_v1.0/scenes/CLEVR_val_scenes.json': JSON.stringify({
        scenes: [{ image_filename: 'a.png', objects: [1, 2, 3] }, { image_filename: 'b.png', objects: [] }],
      }),
    })
    expect(samples(new datasets.CLEVRClassification(root, 'val'))).toEqual([[2, 3], [1, 0]])
    expect(samples(new datasets.CLEVRClassification(root, 'test'))).toEqual([[3, null]])
  })

  it('Places365', () => {
    class Small extends datasets.Places365 {
      static override _CATEGORIES_META = ['categories_places365.txt', null] as const
      static override _FILE_LIST_META = { ...datasets.Places365._FILE_LIST_META, val: ['places365_val.txt', null] as const, test: ['places365_test.txt', null] as const }
    }
    const root = put({
      'categories_places365.txt': '/b/bar 1\n/a/abbey 0\n', 'places365_val.txt': '1.jpg 1\n2.jpg 0\n', 'places365_test.txt': '3.jpg\n',
      'val_256/1.jpg': 1, 'val_256/2.jpg': 2, 'test_large/3.jpg': 3,
    })
    const set = new Small(root, 'val', { small: true })
    expect([samples(set), set.classes, set.extra_repr()]).toEqual([[[1, 1], [2, 0]], ['/a/abbey', '/b/bar'], 'Split: val\nSmall: True'])
    expect(samples(new Small(root, 'test'))).toEqual([[3, null]])
    expect(() => new datasets.Places365(root)).toThrow(
      new RuntimeError(`The file ${folder('categories_places365.txt')} does not exist or is corrupted. You can set download=True to download it.`))
  })

  it('INaturalist', () => {
    const kinds = ['00000_Animalia_Mollusca_Bivalvia_Arcida_Arcidae_Anadara_grandis', '00001_Animalia_Chordata_Aves_Passeriformes_Corvidae_Corvus_corax']
    const root = put({ [`2021_valid/${kinds[0]}/1.jpg`]: 1, [`2021_valid/${kinds[1]}/2.jpg`]: 2, '2018/Birds/1/1.jpg': 3, '2018/Fungi/0/1.jpg': 4 })
    const set = new datasets.INaturalist(root, '2021_valid', ['full', 'kingdom', 'class'])
    expect(samples(set)).toEqual([[1, [0, 0, 0]], [2, [1, 0, 1]]])
    expect([set.category_name('class', 1), set.category_name('full', 0)]).toEqual(['Aves', kinds[0]])
    expect(() => set.category_name('class', 5)).toThrow(new ValueError('Invalid category id 5 for class'))
    expect(samples(new datasets.INaturalist(root, '2018', 'super'))).toEqual([[4, 1], [3, 0]])
    put({ '2018/Fungi/x/1.jpg': 1 })
    expect(() => new datasets.INaturalist(root, '2018')).toThrow(new RuntimeError('Unexpected non-numeric dir name: x'))
  })

  it('Omniglot, from a server', async () => {
    const zip = make_zip({ 'images_evaluation/Tengwar/c1/1.png': picture(1, 1), 'images_evaluation/Avesta/c9/2.png': picture(2, 1) })
    const server = await Loopback.start({ '/images_evaluation.zip': { body: zip } })
    try {
      class Served extends datasets.Omniglot {
        static override download_url_prefix = server.url.slice(0, -1)
        static override zips_md5 = { images_background: null, images_evaluation: md5(zip) }
      }
      const set = new Served(folder(), false, { download: true })
      expect([samples(set), (set.at(0)[0] as Image).mode]).toEqual([[[2, 0], [1, 1]], 'L'])
      expect(new Served(folder(), false, { download: true }).length).toBe(2)
      expect(await server.requests()).toHaveLength(1)
    } finally {
      await server.stop()
    }
  })

  it.each<[string, (root: string) => unknown, string]>([
    ['Food101', root => new datasets.Food101(root), 'Dataset not found. You can use download=True to download it'],
    ['Caltech256', root => new datasets.Caltech256(root), 'Dataset not found or corrupted. You can use download=True to download it'],
    ['StanfordCars', root => new datasets.StanfordCars(root), 'Dataset not found.'],
    ['Kitti', root => new datasets.Kitti(root), 'Dataset not found. You may use download=True to download it.'],
    ['ImageNet', root => new datasets.ImageNet(root), 'The archive ILSVRC2012_devkit_t12.tar.gz is not present in the root directory or is corrupted. ' +
      'You need to download it externally and place it in '],
    ['LFWPeople', root => new datasets.LFWPeople(root), 'Dataset not found or corrupted. You can use download=True to download it'],
    ['Cityscapes', root => new datasets.Cityscapes(root), 'Dataset not found or incomplete.'],
    ['FER2013', root => new datasets.FER2013(root), 'train.csv not found in '],
  ])('%s says what is not there', (_, make, message) => {
    expect(() => make(folder())).toThrow(RuntimeError)
    expect(() => make(folder())).toThrow(message)
  })
})

describe('data sets with several targets', () => {
  it('Caltech101 and Caltech256', () => {
    const root = put({
      'caltech101/101_ObjectCategories/Faces/image_0001.jpg': 1, 'caltech101/101_ObjectCategories/ant/image_0001.jpg': 2,
      'caltech101/101_ObjectCategories/BACKGROUND_Google/image_0001.jpg': 3, 'caltech101/Annotations/Faces_2/annotation_0001.mat': Buffer.from(matlab.outline, 'base64'),
      'caltech256/256_ObjectCategories/001.ak47/001_0001.jpg': 4, 'caltech256/256_ObjectCategories/002.flag/002_0001.jpg': 5,
      'caltech256/256_ObjectCategories/002.flag/notes.txt': '',
    })
    const set = new datasets.Caltech101(root, ['category', 'annotation'])
    expect(set.categories).toEqual(['Faces', 'ant'])
    const [, [label, outline]] = set.at(0) as unknown as [Image, [number, Tensor]]
    expect([label, outline.tolist()]).toEqual([0, [[1, 2, 3], [4.5, 5, 6]]])
    expect(samples(new datasets.Caltech101(root))).toEqual([[1, 0], [2, 1]])
    expect(samples(new datasets.Caltech256(root))).toEqual([[4, 0], [5, 1]])
  })

  it('CelebA', () => {
    const rows = (head: string, one: string, two: string, three: string): string => `${head}1.jpg ${one}\n2.jpg  ${two}\n3.jpg ${three}\n`
    const lists = {
      'list_eval_partition.txt': rows('', '0', '1', '0'), 'identity_CelebA.txt': rows('', '7', '8', '9'), 'list_bbox_celeba.txt': rows('3\nid x y w h\n', '1 2 3 4', '0 0 0 0', '5 6 7 8'),
      'list_landmarks_align_celeba.txt': rows('3\na b\n', '1 2', '3 4', '5 6'), 'list_attr_celeba.txt': rows('3\nBald Young \n', '-1  1', '1 1', '1 -1'),
    }
    const root = put({
      ...Object.fromEntries(Object.entries(lists).map(([name, text]) => [`celeba/${name}`, text])), 'celeba/img_align_celeba/1.jpg': 1, 'celeba/img_align_celeba/3.jpg': 3,
    })
    const set = new datasets.CelebA<Image, Tensor[]>(root, 'train', ['attr', 'identity', 'bbox', 'landmarks'])
    const [image, target] = set.at(1)
    expect([value_of(image), target.map(one => one.tolist()), set.attr_names]).toEqual([3, [[1, 0], 9, [5, 6, 7, 8], [5, 6]], ['Bald', 'Young']])
    expect(new datasets.CelebA(root, 'all').length).toBe(3)
    expect(new datasets.CelebA(root, { target_type: [] }).at(0)[1]).toBeNull()
    put({ 'celeba/list_attr_celeba.txt': '1\nBald\n1.jpg x\n' })
    expect(() => new datasets.CelebA(root)).toThrow(/list_attr_celeba\.txt has something that is no whole number$/)
    put({ 'celeba/list_attr_celeba.txt': '1\nBald\n1.jpg 1\n' })
    expect(() => new datasets.CelebA(root)).toThrow(/has 3 images in list_eval_partition\.txt and 1 in another list$/)
  })

  it('OxfordIIITPet', () => {
    const root = put({
      'oxford-iiit-pet/annotations/trainval.txt': 'Abyssinian_100 1 1 1\ngreat_pyrenees_2 2 2 1\n', 'oxford-iiit-pet/images/Abyssinian_100.jpg': 1,
      'oxford-iiit-pet/images/great_pyrenees_2.jpg': 2, 'oxford-iiit-pet/annotations/trimaps/great_pyrenees_2.png': 3,
    })
    const set = new datasets.OxfordIIITPet<Image, [number, number, Image]>(root, 'trainval', ['category', 'binary-category', 'segmentation'])
    expect(set.classes).toEqual(['Abyssinian', 'Great Pyrenees'])
    const [, [label, kind, segments]] = set.at(1)
    expect([label, kind, value_of(segments)]).toEqual([1, 1, 3])
    expect(samples(new datasets.OxfordIIITPet(root))).toEqual([[1, 0], [2, 1]])
  })

  it('Cityscapes', () => {
    const root = put({
      'leftImg8bit/val/bonn/bonn_1_leftImg8bit.png': 1, 'gtFine/val/bonn/bonn_1_gtFine_labelIds.png': 2,
      'gtFine/val/bonn/bonn_1_gtFine_polygons.json': '{"objects": [1]}',
    })
    const set = new datasets.Cityscapes<Image, [Image, object]>(root, { split: 'val', target_type: ['semantic', 'polygon'] })
    const [image, [mask, polygons]] = set.at(0)
    expect([value_of(image), value_of(mask), polygons]).toEqual([1, 2, { objects: [1] }])
    expect(set.extra_repr()).toBe("Split: val\nMode: gtFine\nType: ['semantic', 'polygon']")
    expect(() => new datasets.Cityscapes(root, 'test', 'coarse')).toThrow(
      new ValueError("Unknown value 'test' for argument split if mode is 'coarse'. Valid values are {'train', 'train_extra', 'val'}."))
  })

  it('Kitti', () => {
    const root = put({
      'Kitti/raw/training/image_2/000.png': 1, 'Kitti/raw/training/label_2/000.txt': 'Car 0.5 1 -1.5 1 2 3 4 5 6 7 8 9 10 0.25\n',
      'Kitti/raw/testing/image_2/001.png': 2,
    })
    expect(samples(new datasets.Kitti(root))).toEqual([[1, [{
      type: 'Car', truncated: 0.5, occluded: 1, alpha: -1.5, bbox: [1, 2, 3, 4], dimensions: [5, 6, 7], location: [8, 9, 10], rotation_y: 0.25,
    }]]])
    expect(samples(new datasets.Kitti(root, false))).toEqual([[2, null]])
    put({ 'Kitti/raw/training/label_2/000.txt': 'Car 1 2\n' })
    expect(() => new datasets.Kitti(root).at(0)).toThrow(/000\.txt has a line that is no object: Car 1 2$/)
  })

  it('WIDERFace', () => {
    const lists = 'widerface/wider_face_split'
    const root = put({
      [`${lists}/wider_face_val_bbx_gt.txt`]: 'a/1.jpg\n2\n1 2 3 4 0 0 1 0 0 1\n5 6 7 8 2 0 0 0 0 0 \na/2.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n',
      [`${lists}/wider_face_test_filelist.txt`]: 'b/3.jpg\n', 'widerface/WIDER_val/images/a/1.jpg': 1, 'widerface/WIDER_val/images/a/2.jpg': 2,
      'widerface/WIDER_test/images/b/3.jpg': 3, 'widerface/WIDER_train/x': '',
    })
    const set = new datasets.WIDERFace(root, 'val')
    const [image, faces] = set.at(0)
    expect([value_of(image), faces!.bbox.tolist(), faces!.blur.tolist(), set.at(1)[1]!.bbox.tolist()]).toEqual([
      1, [[1, 2, 3, 4], [5, 6, 7, 8]], [0, 2], [[0, 0, 0, 0]],
    ])
    expect(samples(new datasets.WIDERFace(root, 'test'))).toEqual([[3, null]])
    put({ [`${lists}/wider_face_val_bbx_gt.txt`]: 'a/1.jpg\n2\n1 2 3 4 0 0 1 0 0 1\n' })
    expect(() => new datasets.WIDERFace(root, 'val')).toThrow(/^Error parsing annotation file .*wider_face_val_bbx_gt\.txt$/)
  })

  it('StanfordCars, SBDataset and ImageNet, which are in files of MATLAB', () => {
    const from = (text: string): Buffer => Buffer.from(text, 'base64')
    const root = put({
      'stanford_cars/devkit/cars_train_annos.mat': from(matlab.cars), 'stanford_cars/devkit/cars_meta.mat': from(matlab.car_names),
      'stanford_cars/cars_train/1.jpg': 1, 'stanford_cars/cars_train/2.jpg': 2, 'sbd/train.txt': 'x\n', 'sbd/img/x.jpg': 3, 'sbd/cls/x.mat': from(matlab.segments),
      'imagenet/devkit.tar.gz': from(matlab.devkit), 'imagenet/val/n01/1.JPEG': 4, 'imagenet/val/n02/2.JPEG': 5,
    })
    const cars = new datasets.StanfordCars(root)
    expect([samples(cars), cars.classes]).toEqual([[[1, 1], [2, 0]], ['Audi', 'BMW']])
    expect(() => new datasets.StanfordCars(root, { download: true })).toThrow(ValueError)
    const sbd = new datasets.SBDataset(folder('sbd')).at(0)[1]
    expect([[...sbd.shape], sbd.dtype]).toEqual([[20, 2, 3], uint8])
    expect([sbd.at(0).tolist(), sbd.at(19).tolist()]).toEqual([[[1, 0, 0], [0, 0, 1]], [[0, 0, 0], [0, 0, 0]]])
    expect([...new datasets.SBDataset<Image, Image>(folder('sbd'), 'train', 'segmentation').at(0)[1].data]).toEqual([0, 1, 2, 3, 4, 5])
    const { devkit } = datasets.folders.ARCHIVE_META
    datasets.folders.ARCHIVE_META.devkit = ['devkit.tar.gz', null]
    try {
      for (const _ of [0, 1]) {
        const set = new datasets.ImageNet(folder('imagenet'), 'val')
        expect([samples(set), set.classes, set.wnids]).toEqual([[[4, 0], [5, 1]], [['tench', 'Tinca tinca'], ['goldfish']], ['n01', 'n02']])
      }
    } finally {
      datasets.folders.ARCHIVE_META.devkit = devkit
    }
  })

  it('LFWPeople and LFWPairs', () => {
    class People extends datasets.LFWPeople {
      static override file_dict = { ...datasets.LFWPeople.file_dict, funneled: ['lfw_funneled', 'lfw-funneled.tgz', null] as const }
      static override checksums = {}
    }
    class Pairs extends datasets.LFWPairs {
      static override file_dict = { ...datasets.LFWPeople.file_dict, funneled: ['lfw_funneled', 'lfw-funneled.tgz', null] as const }
      static override checksums = {}
    }
    const root = put({
      'lfw-py/lfw-funneled.tgz': '', 'lfw-py/lfw-names.txt': 'Ann_A 2\nBob_B 1\n', 'lfw-py/people.txt': '2\n1\nBob_B\t1\n1\nAnn_A\t2\n',
      'lfw-py/pairsDevTest.txt': '1\nAnn_A\t1\t2\nAnn_A\t2\tBob_B\t1\n', 'lfw-py/lfw_funneled/Ann_A/Ann_A_0001.jpg': 1,
      'lfw-py/lfw_funneled/Ann_A/Ann_A_0002.jpg': 2, 'lfw-py/lfw_funneled/Bob_B/Bob_B_0001.jpg': 3,
    })
    const people = new People(root)
    expect([samples(people), people.extra_repr()]).toEqual([
      [[3, 1], [1, 0], [2, 0]], 'Alignment: funneled\nSplit: 10fold\nClasses (identities): 2',
    ])
    const pairs = new Pairs(root, 'test')
    expect([0, 1].map(i => pairs.at(i)).map(([a, b, same]) => [value_of(a), value_of(b), same])).toEqual([[1, 2, 1], [2, 3, 0]])
    put({ 'lfw-py/pairsDevTest.txt': '2\nAnn_A\t1\t2\n' })
    expect(() => new Pairs(root, 'test')).toThrow(/has a list with a line that is not understood: its end$/)
    expect(() => new People(root, { download: true })).toThrow(ValueError)
  })
})

describe('data sets of captions', () => {
  it('Flickr8k and Flickr30k', () => {
    const html = '<table><tr><td><a href="x">http://flickr.com/photos/a/22/</a><ul><li>A dog &amp; a cat \n<li>Two </ul></td><td>Image Not Found<ul><li>gone</ul>' +
      '<a href="y">http://flickr.com/photos/a/11/</a><ul><li>One</li></ul></td></tr></table>'
    const root = put({ 'page.html': html, 'list.txt': '22_x.jpg#0\tA b\n11_y.jpg#0\tC\n22_x.jpg#1\tD\n', '22_x.jpg': 2, '11_y.jpg': 1 })
    expect(samples(new datasets.Flickr8k(root, folder('page.html')))).toEqual([[1, ['One']], [2, ['A dog & a cat', 'Two']]])
    expect(samples(new datasets.Flickr30k(root, folder('list.txt')))).toEqual([[1, ['C']], [2, ['A b', 'D']]])
  })

  it('SBU', () => {
    class Small extends datasets.SBU {
      static override md5_checksum = null
    }
    const start = 'dataset/SBU_captioned_photo_dataset'
    const root = put({
      'SBUCaptionedPhotoDataset.tar.gz': '', [`${start}_urls.txt`]: 'http://a/1.jpg\nhttp://a/2.jpg\n', [`${start}_captions.txt`]: 'first\nsecond \n', 'dataset/2.jpg': 2,
    })
    expect(samples(new Small(root))).toEqual([[2, 'second']])
  })
})

describe('data sets of small pictures', () => {
  const numbers = (count: number, start: number): number[] => Array.from({ length: count }, (_, i) => (start + i * 7) % 256)

  it('USPS', () => {
    class Small extends datasets.USPS {
      static override split_list = { train: ['', 'usps.bz2', null], test: ['', 'usps.t.bz2', null] } as const
    }
    const root = put({ 'usps.bz2': Buffer.from(matlab.usps, 'base64') })
    const set = new Small(root)
    expect([set.length, set.targets, [...set.data.shape], set.data.at(1).flatten().tolist()]).toEqual([3, [6, 5, 9], [3, 16, 16], matlab.usps_pixels])
    expect([set.at(2)[0].mode, set.at(2)[1]]).toEqual(['L', 9])
    put({ 'usps.bz2': Buffer.from(matlab.usps, 'base64').subarray(0, 60) })
    expect(() => new Small(root)).toThrow(new RuntimeError(`${folder('usps.bz2')} is no bzip2 file: it ends early`))
    const bomb = Buffer.from(matlab.usps_bomb, 'base64')
    expect(bomb.length).toBeLessThan(200)
    expect(() => bunzip2(bomb, 'a.bz2', 1_000_000)).toThrow(new RuntimeError('a.bz2 is no bzip2 file: it is larger than 1000000 bytes'))
    expect(bunzip2(bomb, 'a.bz2', 2 ** 23).equals(Buffer.alloc(5_000_000, 'a'))).toBe(true)
    put({ 'usps.bz2': 'hello, world' })
    expect(() => new Small(root)).toThrow(new RuntimeError(`${folder('usps.bz2')} is no bzip2 file: it has another header`))
  })

  it('SEMEION', () => {
    class Small extends datasets.SEMEION {
      static override md5_checksum = null
    }
    const line = (label: number): string => [...numbers(256, label).map(n => n % 2), ...Array.from({ length: 10 }, (_, i) => i === label ? 1 : 0)].map(n => n.toFixed(4)).join(' ')
    const root = put({ 'semeion.data': `${line(3)} \n${line(8)} \n` })
    const set = new Small(root)
    expect([set.labels, set.data.at(0).flatten().tolist()]).toEqual([[3, 8], numbers(256, 3).map(n => n % 2 * 255)])
    put({ 'semeion.data': `${line(3)}\n1 2\n` })
    expect(() => new Small(root)).toThrow(new RuntimeError(`${folder('semeion.data')} has 2 numbers in line 2 in place of 266`))
  })

  it('FER2013', () => {
    class Small extends datasets.FER2013 {
      static override _RESOURCES = { train: ['train.csv', null], test: ['test.csv', null], fer: ['fer2013.csv', null], icml: ['icml_face_data.csv', null] } as const
    }
    const pixels = numbers(48 * 48, 5).join(' ')
    const root = put({ 'fer2013/train.csv': `emotion,pixels\n4,"${pixels}"\n`, 'fer2013/test.csv': `pixels\n"${pixels}"\n` })
    expect([new Small(root).at(0)[1], new Small(root, 'test').at(0)[1], value_of(new Small(root).at(0)[0])]).toEqual([4, null, 5])
    put({ 'fer2013/icml_face_data.csv': `emotion, Usage, pixels\n1,Training,${pixels}\n2,PublicTest,${pixels}\n3,PrivateTest,${pixels}\n` })
    expect(samples(new Small(root, 'test'))).toEqual([[5, 2], [5, 3]])
    put({ 'fer2013/fer2013.csv': 'emotion,pixels,Usage\n1,1 2 3,Training\n' })
    expect(() => new Small(root)).toThrow(/fer2013\.csv has .* pictures of 48 x 48 pixels and 1 labels$/)
  })

  it('MovingMNIST', () => {
    const head = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 2, 1, 3), }\n"
    const npy = (text: string, size: number): Buffer => Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.from(Uint16Array.of(text.length).buffer), Buffer.from(text), Buffer.from(Array.from({ length: size }, (_, i) => i)),
    ])
    const root = put({ 'MovingMNIST/mnist_test_seq.npy': npy(head, 120) })
    const set = new datasets.MovingMNIST(root, 'test', 18)
    expect([set.length, set.at(1).tolist()]).toEqual([2, [[[[111, 112, 113]]], [[[117, 118, 119]]]]])
    expect(() => new datasets.MovingMNIST(root, 'test', 20)).toThrow(new ValueError('`split_ratio` should be `1 <= split_ratio <= 19`, but got 20 instead.'))
    put({ 'MovingMNIST/mnist_test_seq.npy': npy(head, 119) })
    expect(() => new datasets.MovingMNIST(root)).toThrow(/mnist_test_seq\.npy is no NumPy file: it has 119 bytes in the shape \(20, 2, 1, 3\)$/)
  })

  it('QMNIST', () => {
    const images = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]), Buffer.from([1, 2, 3, 4])])
    const labels = Buffer.from([0, 0, 12, 2, 0, 0, 0, 2, 0, 0, 0, 3, ...[5, 0, 300, 7, 1, 2].flatMap(n => [0, 0, n >> 8, n & 255])])
    const root = put({ 'QMNIST/raw/qmnist-test-images-idx3-ubyte': images, 'QMNIST/raw/qmnist-test-labels-idx2-int': labels })
    const set = new datasets.QMNIST(root, { train: false })
    expect([samples(set), set.extra_repr()]).toEqual([[[1, 5], [3, 7]], 'Split: test'])
    expect((new datasets.QMNIST(root, 'test10k', false).at(0)[1] as unknown as Tensor).equal(tensor([5, 0, 300]).long())).toBe(true)
    expect(() => new datasets.QMNIST(root, 'nist', { download: true })).toThrow(/^The files of 'nist' are \.xz archives: put .*xnist-images-idx3-ubyte and /)
    put({ 'QMNIST/raw/qmnist-test-labels-idx2-int': Buffer.from([0, 0, 12, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9]) })
    expect(() => new datasets.QMNIST(root, 'test')).toThrow(/qmnist-test-labels-idx2-int has 1 labels for 2 images$/)
  })
})

describe('datasets.utils', () => {
  it('lists folders and files, and gets files of Google Drive', async () => {
    const root = put({ 'b/x.png': 1, 'a/y.jpg': 2, 'c.png': 3 })
    const { list_dir, list_files, iterable_to_str, google_drive, download_file_from_google_drive } = datasets.utils
    expect([list_dir(root), list_dir(root, true), list_files(root, '.png'), list_files(root, ['.jpg', '.png'], true)]).toEqual([
      ['a', 'b'], [folder('a'), folder('b')], ['c.png'], [folder('c.png')],
    ])
    expect(iterable_to_str(['a', 'b'])).toBe("'a', 'b'")
    const before = google_drive.url
    const server = await Loopback.start({ '/drive?id=7&export=download&confirm=t': { body: Buffer.from('hello') } })
    try {
      google_drive.url = `${server.url}drive`
      download_file_from_google_drive('7', folder('d'), 'hello.txt', md5(Buffer.from('hello')))
      expect(fs.readFileSync(folder('d', 'hello.txt'), 'utf8')).toBe('hello')
      expect(() => { download_file_from_google_drive('7', folder('d'), 'other.txt', md5(Buffer.from('other'))) }).toThrow(new RuntimeError('File not found or corrupted.'))
    } finally {
      google_drive.url = before
      await server.stop()
    }
  })
})
