import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import * as tar from 'tar'
import { IndexError, RuntimeError, ValueError } from '../../lib/_errors'
import { DataLoader } from '../../lib/utils/data'
import type { Tensor } from '../../lib/tensor'
import { datasets, Image, transforms } from '../../lib/vision'
import matlab from '../fixtures/vision_matlab.json'
import { captured_children } from '../helpers/captured_children'
import { Loopback } from '../helpers/loopback'
import { temporary_folder } from '../helpers/temporary'
import '../helpers/typescript_children'

const folder = temporary_folder()
captured_children()
const md5 = (data: Uint8Array): string => crypto.createHash('md5').update(data).digest('hex')

function put(name: string, data: Uint8Array | string): string {
  const file = folder(...name.split('/'))
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, data)
  return file
}

/** A pickle as Python 2 wrote those of CIFAR. */
function batch(labels: readonly number[], count = labels.length, key = 'labels'): Buffer {
  const text = (value: string): Buffer => Buffer.from(`U${String.fromCharCode(value.length)}${value}`, 'latin1')
  const pixels = Buffer.alloc(count * 3072, 7).map((_, i) => i % 251)
  const long = Buffer.alloc(4)
  long.writeUInt32LE(pixels.length)
  const int2 = (value: number): Buffer => Buffer.from([0x4d, value & 255, value >> 8])
  return Buffer.concat([
    Buffer.from([0x80, 2]), Buffer.from('}q\x01('), text(key), Buffer.from('](', 'latin1'), ...labels.map(label => Buffer.from([0x4b, label])),
    Buffer.from('e'), text('data'), Buffer.from('cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01', 'latin1'),
    int2(count), int2(3072), Buffer.from('\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T', 'latin1'),
    long, pixels, Buffer.from('tbu.'),
  ])
}

function meta(names: readonly string[], key = 'label_names'): Buffer {
  const text = (value: string): Buffer => Buffer.from(`U${String.fromCharCode(value.length)}${value}`, 'latin1')
  return Buffer.concat([Buffer.from([0x80, 2]), Buffer.from('}('), text(key), Buffer.from(']('), ...names.map(text), Buffer.from('eu.')])
}

/** A data set in the format of CIFAR10 with two batches of three images. */
class Small<Input = Image, Target = number> extends datasets.CIFAR10<Input, Target> {
  static override train_list: readonly datasets.CheckedFile[] = [['data_batch_1', null], ['data_batch_2', null]]
  static override test_list: readonly datasets.CheckedFile[] = [['test_batch', null]]
  static override meta: typeof datasets.CIFAR10.meta = { filename: 'batches.meta', key: 'label_names', md5: null }
}

const cifar: Record<string, Buffer> = {
  data_batch_1: batch([3, 1, 4]), data_batch_2: batch([1, 5, 9]), test_batch: batch([2, 6]), 'batches.meta': meta(['cat', 'dog']),
}
const put_cifar = (changes: Record<string, Buffer> = {}): void => {
  for (const [name, data] of Object.entries({ ...cifar, ...changes })) put(`cifar-10-batches-py/${name}`, data)
}

describe('datasets.CIFAR10', () => {
  it('reads the batches of Python 2', () => {
    put_cifar()
    const set = new Small(folder())
    expect([set.length, [...set.data.shape], set.targets]).toEqual([6, [6, 32, 32, 3], [3, 1, 4, 1, 5, 9]])
    expect(new Small(folder(), false).targets).toEqual([2, 6])
    expect([set.classes, set.class_to_idx]).toEqual([['cat', 'dog'], { cat: 0, dog: 1 }])
    const [image, target] = set.at(4)
    expect([image.mode, image.size, target]).toEqual(['RGB', [32, 32], 5])
    expect([...image.data.subarray(0, 6)]).toEqual([3072, 4096, 5120, 3073, 4097, 5121].map(i => i % 251))
    expect(String(set)).toBe(`Dataset Small\n    Number of datapoints: 6\n    Root location: ${folder()}\n    Split: Train`)
  })

  it('gives batches the bits of samples', () => {
    put_cifar()
    const steps = [new transforms.ToTensor(), new transforms.Normalize([0.5, 0.4, 0.3], [0.2, 0.3, 0.4])]
    const set = new Small(folder(), { transform: new transforms.Compose(steps) })
    const [images, targets] = [...new DataLoader(set, { batch_size: 4 })][1] as [Tensor, Tensor]
    expect(images.at(1).equal(set.at(5)[0])).toBe(true)
    expect(targets.tolist()).toEqual([5, 9])
    expect(set.get_batch([-1])![0].at(0).equal(images.at(1))).toBe(true)
    expect(set.get_batch([6])).toBeNull()
  })

  it('is downloaded, checked and unpacked', async () => {
    put_cifar()
    const archive = folder('cifar.tar.gz')
    tar.create({ file: archive, cwd: folder(), gzip: true, sync: true }, ['cifar-10-batches-py'])
    const body = fs.readFileSync(archive)
    const server = await Loopback.start({ '/cifar.tar.gz': { body } })
    try {
      class Served extends Small {
        static override url = `${server.url}cifar.tar.gz`
        static override filename = 'cifar.tar.gz'
        static override tgz_md5: string | null = md5(body)
      }
      const root = folder('other')
      expect(new Served(root, { download: true }).length).toBe(6)
      expect(new Served(root, { download: true }).length).toBe(6)
      expect(await server.requests()).toHaveLength(1)
      Served.tgz_md5 = md5(Buffer.from('another'))
      expect(() => new Served(folder('third'), { download: true })).toThrow(new RuntimeError('File not found or corrupted.'))
    } finally {
      await server.stop()
    }
  })

  it('names what is missing or damaged', () => {
    expect(() => new Small(folder())).toThrow(new RuntimeError('Dataset not found or corrupted. You can use download=True to download it'))
    const file = folder('cifar-10-batches-py', 'data_batch_2')
    put_cifar({ data_batch_2: cifar['data_batch_2']!.subarray(0, 5000) })
    expect(() => new Small(folder())).toThrow(new RuntimeError(`${file} is no batch of CIFAR: pickle data was truncated`))
    put_cifar({ data_batch_2: batch([1, 2], 3) })
    expect(() => new Small(folder())).toThrow(new RuntimeError(`${file} is no batch of CIFAR: it has 3 images and 2 labels`))
    put_cifar({ data_batch_2: Buffer.from('\x80\x02cos\nsystem\nU\x02ls\x85R.', 'latin1') })
    expect(() => new Small(folder())).toThrow(new RuntimeError(`${file} is no batch of CIFAR: os.system is not allowed in this file`))
  })

  it('checks sums', () => {
    put_cifar()
    class Checked extends Small {
      static override test_list: readonly datasets.CheckedFile[] = [['test_batch', md5(cifar['data_batch_1']!)]]
    }
    expect(() => new Checked(folder())).toThrow(/^Dataset not found or corrupted/)
  })
})

describe('datasets.CIFAR100', () => {
  it('reads fine labels', () => {
    class Hundred extends datasets.CIFAR100 {
      static override train_list: readonly datasets.CheckedFile[] = [['train', null]]
      static override test_list: readonly datasets.CheckedFile[] = [['test', null]]
      static override meta = { filename: 'meta', key: 'fine_label_names', md5: null }
    }
    put('cifar-100-python/train', batch([99, 0], 2, 'fine_labels'))
    put('cifar-100-python/test', batch([5], 1, 'fine_labels'))
    put('cifar-100-python/meta', meta(['apple', 'bee'], 'fine_label_names'))
    expect(new Hundred(folder(), false).targets).toEqual([5])
    expect(new Hundred(folder()).classes).toEqual(['apple', 'bee'])
  })
})

describe('datasets.SVHN', () => {
  class Digits extends datasets.SVHN {
    static override split_list: typeof datasets.SVHN.split_list =
      { train: ['', 'train.mat', null], test: ['', 'test.mat', null], extra: ['', 'extra.mat', null] }
  }

  it.each([['train', 'compressed', 4], ['test', 'plain', 1]] as const)('reads its %s split (%s)', (split, file, count) => {
    put(`${split}.mat`, Buffer.from(matlab[file], 'base64'))
    const set = new Digits(folder(), { split })
    expect([...set.data.shape]).toEqual([count, 3, 32, 32])
    expect(set.labels).toEqual([1, 0, 7, 3].slice(0, count))
    const [image] = set.at(count - 1)
    const value = (row: number, column: number, channel: number): number => (((row * 32 + column) * 3 + channel) * count + count - 1) % 253
    const all = Array.from({ length: 3072 }, (_, i) => value(Math.floor(i / 96), Math.floor(i / 3) % 32, i % 3))
    if (file === 'compressed') expect([...image.data]).toEqual(all)
    expect(set.extra_repr()).toBe(`Split: ${split}`)
  })

  it('names a damaged file', () => {
    const file = put('train.mat', Buffer.from(matlab.compressed, 'base64').subarray(0, 400))
    expect(() => new Digits(folder())).toThrow(new RuntimeError(`${file} is no MATLAB file of version 5: the file is truncated`))
    put('train.mat', Buffer.alloc(500))
    expect(() => new Digits(folder())).toThrow(new RuntimeError(`${file} is no MATLAB file of version 5: it has another header`))
    expect(() => new Digits(folder(), 'val' as 'train')).toThrow(
      new ValueError("Unknown value 'val' for argument split. Valid values are {'train', 'test', 'extra'}."))
  })
})

describe('datasets.STL10', () => {
  class Tens extends datasets.STL10 {
    static override train_list: readonly datasets.CheckedFile[] = [['train_X.bin', null], ['train_y.bin', null], ['unlabeled_X.bin', null]]
    static override test_list: readonly datasets.CheckedFile[] = [['test_X.bin', null], ['test_y.bin', null]]
  }
  const images = (count: number): Uint8Array => Buffer.alloc(count * 27648).map((_, i) => i % 241)
  beforeEach(() => {
    const files: Record<string, Uint8Array | string> = {
      'train_X.bin': images(3), 'train_y.bin': Buffer.from([2, 10, 1]), 'unlabeled_X.bin': images(2), 'test_X.bin': images(1),
      'test_y.bin': Buffer.from([7]), 'fold_indices.txt': '0 1 2\n2 0\n', 'class_names.txt': 'airplane\nbird\n',
    }
    for (const [name, data] of Object.entries(files)) put(`stl10_binary/${name}`, data)
  })

  it('reads its splits and folds', () => {
    const labels = (split: datasets.Stl10Split, folds?: number): number[] => new Tens(folder(), { split, folds }).labels
    expect([labels('train'), labels('test'), labels('unlabeled'), labels('train+unlabeled'), labels('train', 1)]).toEqual(
      [[1, 9, 0], [6], [-1, -1], [1, 9, 0, -1, -1], [0, 1]])
    const set = new Tens(folder(), 'train', 1)
    const [image, target] = set.at(0)
    expect([image.size, target, set.classes]).toEqual([[96, 96], 0, ['airplane', 'bird']])
    expect([...image.data.subarray(0, 6)]).toEqual([0, 9216, 18432, 96, 9312, 18528].map(i => (2 * 27648 + i) % 241))
  })

  it('refuses other folds and damaged files', () => {
    expect(() => new Tens(folder(), 'train', 10)).toThrow(new ValueError('Value for argument folds should be in the range [0, 10), but got 10.'))
    const file = put('stl10_binary/train_y.bin', Buffer.from([1]))
    expect(() => new Tens(folder())).toThrow(new RuntimeError(`${file} has 1 labels for 3 images`))
    const cut = put('stl10_binary/train_X.bin', images(1).subarray(1))
    expect(() => new Tens(folder())).toThrow(new RuntimeError(`${cut} holds no whole number of images of 27648 bytes`))
  })
})

/** A PNG of one colour. */
function save(name: string, colour: readonly number[], [width, height] = [4, 3]): string {
  const file = put(name, '')
  new Image(Uint8Array.from({ length: width! * height! * 3 }, (_, i) => colour[i % 3]!), width!, height!, 'RGB').save(file)
  return file
}

describe('datasets.ImageFolder', () => {
  beforeEach(() => {
    save('root/dog/b.png', [1, 2, 3])
    save('root/dog/a/z.PNG', [4, 5, 6])
    save('root/cat/x.webp', [7, 8, 9])
    put('root/cat/notes.txt', 'no image')
    put('root/top.png', 'not in a class')
  })
  const root = (): string => folder('root')

  it('finds classes and files', () => {
    const set = new datasets.ImageFolder(root())
    expect([set.classes, set.class_to_idx, set.targets]).toEqual([['cat', 'dog'], { cat: 0, dog: 1 }, [0, 1, 1]])
    expect(set.imgs.map(([file]) => path.relative(root(), file).split(path.sep).join('/'))).toEqual(['cat/x.webp', 'dog/b.png', 'dog/a/z.PNG'])
    const [image, target] = set.at(-1)
    expect([image.mode, image.size, [...image.data.subarray(0, 3)], target]).toEqual(['RGB', [4, 3], [4, 5, 6], 1])
    expect(String(set)).toBe(`Dataset ImageFolder\n    Number of datapoints: 3\n    Root location: ${root()}`)
    expect(() => set.at(3)).toThrow(IndexError)
  })

  it('transforms, alone and in batches', () => {
    const set = new datasets.ImageFolder(root(), new transforms.ToTensor(), target => `class ${target}`)
    const [[images, targets]] = [...new DataLoader(set, { batch_size: 3 })] as unknown as [[Tensor, string[]]]
    expect(images.at(2).equal(set.at(2)[0])).toBe(true)
    expect(targets).toEqual(['class 0', 'class 1', 'class 1'])
  })

  it('takes what a function takes', () => {
    const set = new datasets.ImageFolder(root(), { is_valid_file: file => file.endsWith('b.png') || file.endsWith('.txt'), loader: () => new Image(new Uint8Array(3), 1, 1, 'RGB') })
    expect(set.length).toBe(2)
    expect(set.at(1)[0].size).toEqual([1, 1])
  })

  it('names empty classes, empty folders and damaged files', () => {
    fs.mkdirSync(folder('root', 'emu'))
    const known = '.jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff, .webp'
    expect(() => new datasets.ImageFolder(root())).toThrow(`Found no valid file for the classes emu. Supported extensions are: ${known}`)
    expect(new datasets.ImageFolder(root(), { allow_empty: true }).classes).toEqual(['cat', 'dog', 'emu'])
    fs.mkdirSync(folder('nothing'))
    expect(() => new datasets.ImageFolder(folder('nothing'))).toThrow(`Couldn't find any class folder in ${folder('nothing')}.`)
    expect(() => new datasets.ImageFolder(folder('none'))).toThrow(/ENOENT.*none/)
    const broken = put('root/emu/broken.jpg', 'text')
    const set = new datasets.ImageFolder(root())
    expect(() => set.at(3)).toThrow(new RuntimeError(`cannot identify image file '${broken}'`))
    expect(() => set.__getitems__([0, 3])).toThrow(new RuntimeError(`cannot identify image file '${broken}'`))
  })

  it('does not run in a circle of links', () => {
    fs.symlinkSync(folder('root', 'dog'), folder('root', 'dog', 'again'), 'junction')
    expect(new datasets.ImageFolder(root()).length).toBe(3)
  })
})

describe('datasets.DatasetFolder', () => {
  it('reads files of any kind', () => {
    put('a/1.txt', 'one')
    put('b/2.txt', 'two')
    const set = new datasets.DatasetFolder(folder(), { loader: file => fs.readFileSync(file, 'utf8'), extensions: ['.txt'] })
    expect([set.at(0), set.at(1)]).toEqual([['one', 0], ['two', 1]])
    expect(() => new datasets.DatasetFolder(folder(), file => file)).toThrow(
      new ValueError('Both extensions and is_valid_file cannot be None or not None at the same time'))
  })
})

describe('datasets.Flowers102', () => {
  class Flowers extends datasets.Flowers102 {
    static override files: typeof datasets.Flowers102.files = { image: ['', null], label: ['imagelabels.mat', null], setid: ['setid.mat', null] }
  }

  it('reads its splits', () => {
    for (const name of ['imagelabels', 'setid']) put(`flowers-102/${name}.mat`, Buffer.from(matlab.numbers, 'base64'))
    save('flowers-102/jpg/image_00003.jpg', [9, 9, 9])
    const set = new Flowers(folder())
    expect([set.length, set.at(0)[1], set.at(0)[0].size, set.classes.length]).toEqual([2, 0, [4, 3], 102])
    expect(String(new Flowers(folder(), 'val'))).toContain('split=val')
    fs.rmSync(folder('flowers-102', 'setid.mat'))
    expect(() => new Flowers(folder())).toThrow(/^Dataset not found or corrupted/)
  })
})

describe('datasets.VOCDetection and VOCSegmentation', () => {
  const base = 'VOCdevkit/VOC2012'
  const object = '<object><name>dog</name><bndbox><xmin>1</xmin></bndbox></object>'
  const xml = (body: string): string => `<annotation>\n  <size>\n <width>4</width></size>${body}</annotation>`
  beforeEach(() => {
    put(`${base}/ImageSets/Main/train.txt`, 'one\ntwo\n')
    put(`${base}/ImageSets/Segmentation/train.txt`, 'one\n')
    save(`${base}/JPEGImages/one.jpg`, [200, 100, 50])
    save(`${base}/JPEGImages/two.jpg`, [200, 100, 50])
    put(`${base}/Annotations/one.xml`, xml(object))
    put(`${base}/Annotations/two.xml`, xml(object + object))
  })
  const dog = { name: 'dog', bndbox: { xmin: '1' } }

  it('give trees and masks', () => {
    const set = new datasets.VOCDetection(folder())
    expect([set.length, set.at(0)[0].size]).toEqual([2, [4, 3]])
    expect(set.at(0)[1]).toEqual({ annotation: { size: { width: '4' }, object: [dog] } })
    expect(set.at(1)[1]).toEqual({ annotation: { size: { width: '4' }, object: [dog, dog] } })
    put(`${base}/SegmentationClass/one.png`, '')
    new Image(new Uint8Array(36).fill(9), 4, 3, 'RGB').save(folder(base, 'SegmentationClass', 'one.png'))
    const both = (image: Image, mask: Image): [number, number] => [image.width, mask.data[0]!]
    expect(new datasets.VOCSegmentation(folder(), { transforms: both }).at(0)).toEqual([4, 9])
  })

  it('name what is wrong', () => {
    const file = put(`${base}/Annotations/one.xml`, '<annotation><object></annotation>')
    expect(() => new datasets.VOCDetection(folder()).at(0)).toThrow(`${file} is no valid annotation: `)
    put(`${base}/Annotations/one.xml`, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    expect(() => new datasets.VOCDetection(folder()).at(0)).toThrow(new RuntimeError(`${file} is no valid annotation: it defines a document type`))
    expect(() => new datasets.VOCDetection(folder(), '2007')).toThrow(/^Dataset not found or corrupted/)
    expect(() => new datasets.VOCDetection(folder(), '2012', 'test')).toThrow(
      new ValueError("Unknown value 'test' for argument image_set. Valid values are {'train', 'trainval', 'val'}."))
  })
})

describe('datasets.CocoDetection and CocoCaptions', () => {
  it('give the annotations of each image', () => {
    const file = put('ann.json', JSON.stringify({
      images: [{ id: 9, file_name: 'b.png' }, { id: 2, file_name: 'a.png' }], categories: [{ id: 1, name: 'dog' }],
      annotations: [{ id: 1, image_id: 9, caption: 'first' }, { id: 2, image_id: 9, caption: 'second' }],
    }))
    save('a.png', [1, 1, 1])
    save('b.png', [2, 2, 2])
    const set = new datasets.CocoDetection(folder(), file)
    expect([set.ids, set.at(0)[1], set.at(1)[1].map(one => one.id)]).toEqual([[2, 9], [], [1, 2]])
    expect(new datasets.CocoCaptions(folder(), { annFile: file, transform: (image: Image) => image.data[0] }).at(1)).toEqual([2, ['first', 'second']])
    expect(() => set.at(0.5)).toThrow(new ValueError("Index must be of type integer, got <class 'float'> instead."))
    put('ann.json', '[]')
    expect(() => new datasets.CocoDetection(folder(), file)).toThrow(new RuntimeError(`${file} is no annotation file of COCO: it has no list of images`))
    put('ann.json', '{')
    expect(() => new datasets.CocoDetection(folder(), file)).toThrow(/ann\.json is no annotation file of COCO: /)
  })
})

describe('datasets.FakeData', () => {
  it('gives the images of torchvision, and leaves the random numbers alone', () => {
    const set = new datasets.FakeData(3, [1, 2, 3], { num_classes: 5, random_offset: 2 })
    const [image, target] = set.at(1)
    expect([image.mode, image.size, [...image.data], target]).toEqual(['L', [3, 2], [204, 44, 22, 100, 11, 164], 0])
    expect(() => set.at(3)).toThrow(new IndexError('FakeData index out of range'))
    expect(String(set)).toBe('Dataset FakeData\n    Number of datapoints: 3')
  })
})

describe('data sets of images in workers', () => {
  it('give the same samples', () => {
    for (const [i, name] of ['a/1.png', 'a/2.png', 'b/3.png'].entries()) save(`root/${name}`, [i, 2 * i, 50], [9, 8])
    const transform = new transforms.Compose([
      new transforms.RandomResizedCrop(4), new transforms.RandomHorizontalFlip(), new transforms.ColorJitter(0.2), new transforms.ToTensor(),
    ])
    const set = new datasets.ImageFolder(folder('root'), transform)
    const read = (num_workers: number): unknown[] => Array.from(new DataLoader(set, { batch_size: 2, num_workers }), batch => {
      const [images, targets] = batch as unknown as [Tensor, Tensor]
      return [[...images.shape], targets.tolist()]
    })
    expect(read(1)).toEqual(read(0))
    const plain = new datasets.ImageFolder(folder('root'))
    const [image] = Array.from(new DataLoader(plain, { batch_size: null, num_workers: 1 }))[2] as unknown as [Image, number]
    expect([image.size, [...image.data.subarray(0, 3)]]).toEqual([[9, 8], [2, 4, 50]])
  })
})
