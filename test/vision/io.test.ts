import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { tensor } from '../../lib/_creation'
import { KeyError, RuntimeError, ValueError } from '../../lib/_errors'
import { float32, uint16 } from '../../lib/dtype'
import { type Tensor, elements } from '../../lib/tensor'
import { Image, type ImageMode, io, transforms } from '../../lib/vision'
import { submit, wait } from '../../lib/vision/_codec/bridge'
import { max_pixels } from '../../lib/vision/_codec/decode'
import { sniff } from '../../lib/vision/_codec/sniff'
import { begin_jpeg } from '../../lib/vision/_codec/vips'
import golden from '../fixtures/vision_images.json'
import { temporary_folder } from '../helpers/temporary'
import '../helpers/typescript_children'

const folder = temporary_folder()
const bytes = (text: string): Buffer => Buffer.from(text, 'base64')
const encoded = (text: string): Tensor => tensor(new Uint8Array(bytes(text)))
const case_of = (name: string) => golden.cases.find(one => one.name === name)!

/** Puts a file into the folder and names it. */
function put(name: string, data: Uint8Array): string {
  const file = folder(name)
  fs.writeFileSync(file, data)
  return file
}

/** (C, H, W) → the values of each pixel side by side. */
const interleaved = (image: Tensor): Buffer => Buffer.from((elements(image.permute([1, 2, 0])) as Uint8Array).buffer as ArrayBuffer)

const of_8_bits = golden.cases.filter(one => one.mode !== 'I;16')

const sha1 = (data: Uint8Array): string => createHash('sha1').update(data).digest('hex')

describe('begin_jpeg', () => {
  const large = bytes(golden.large)
  const decode_jpeg = (data: Uint8Array, limit: number): Tensor | null => begin_jpeg(data, limit)()

  it("has PIL's pixels, and those that sharp's thread has", () => {
    const pixels = decode_jpeg(large, max_pixels)!
    expect([...pixels.shape, sha1(elements(pixels) as Uint8Array)]).toEqual([203, 301, 3, golden.large_sha1])
    const other = wait(submit({ kind: 'decode', bytes: large, header: sniff(large)!, max_pixels, wide: false, all_pages: false, upright: false }))
    expect(sha1(other.data)).toBe(golden.large_sha1)
  })

  it('leaves what is damaged or too large to sharp, which says why', () => {
    expect(decode_jpeg(large.subarray(0, 4000), max_pixels)).toBeNull()
    expect(decode_jpeg(large.subarray(0, 100), max_pixels)).toBeNull()
    expect(decode_jpeg(large, 301 * 203 - 1)).toBeNull()
  })

  it('keeps to the order of the jobs, whichever is asked for first, and gives up those that nobody comes for', () => {
    const jobs = Array.from({ length: 200 }, () => begin_jpeg(large, max_pixels))
    const found = jobs.reverse().map(finish => finish())
    for (const pixels of found) if (pixels !== null) expect([...pixels.shape]).toEqual([203, 301, 3])
    expect(found[0]).not.toBeNull()
    expect(jobs[0]!()).toBeNull() // it has been fetched
  })

  it('survives files with changed bytes', () => {
    for (let i = 0; i < 300; i++) {
      const changed = Uint8Array.from(large)
      for (let k = 0; k < 4; k++) changed[(i * 7919 + k * 104729) % (i < 150 ? 700 : changed.length)]! ^= 1 << (i + k) % 8
      expect(decode_jpeg(changed, 1e6)?.ndim ?? 3).toBe(3)
    }
  })
})

describe('resize and resized_crop of an image', () => {
  const noise = new Image(new Uint8Array(bytes(golden.noise)), 47, 53, 'RGB')
  const { resize, crop, resized_crop } = transforms.functional

  it.each(golden.resized)('$box to $size by $filter as PIL, which of the two passes it may take first', ({ box, size, filter, sha1: wanted }) => {
    const [left, top, right, bottom] = box as [number, number, number, number]
    const [width, height] = size as [number, number]
    const interpolation = filter as 'bilinear'
    expect(sha1(resize(crop(noise, top, left, bottom - top, right - left), [height, width], interpolation).data)).toBe(wanted)
    expect(sha1(resized_crop(noise, top, left, bottom - top, right - left, [height, width], interpolation).data)).toBe(wanted)
  })
})

describe('an image with alpha', () => {
  const clear = new Image(new Uint8Array(bytes(golden.clear)), 25, 21, 'RGBA')
  const { resize, rotate } = transforms.functional
  const works: Record<string, (image: Image) => Image> = {
    resize: image => resize(image, [34, 13], 'bicubic'), same: image => resize(image, [21, 25], 'bicubic'),
    rotate: image => rotate(image, 33, 'bilinear'), nearest: image => resize(image, [34, 13], 'nearest'),
  }

  it.each(golden.with_alpha)('$mode: $work weighs colours by their opacity, as PIL', ({ mode, work, size, sha1: wanted }) => {
    const result = works[work]!(clear.convert(mode as ImageMode))
    expect([result.mode, result.size, sha1(result.data)]).toEqual([mode, size, wanted])
  })
})

describe('Image.open', () => {
  it.each(of_8_bits)('reads $name as PIL does', ({ file, mode, size, pixels, palette }) => {
    const image = Image.open(put('image', bytes(file)))
    expect([image.mode, image.size]).toEqual([mode, size])
    expect(Buffer.from(image.bytes).equals(bytes(pixels))).toBe(true)
    if (palette !== undefined) expect(Buffer.from(image.palette!.subarray(0, 48)).equals(bytes(palette))).toBe(true)
  })

  it.each(of_8_bits)('converts $name to RGB and grey as PIL does', ({ file, rgb, grey }) => {
    const image = Image.open(put('image', bytes(file)))
    expect(Buffer.from(image.convert('RGB').bytes).equals(bytes(rgb!))).toBe(true)
    expect(Buffer.from(image.convert('L').bytes).equals(bytes(grey!))).toBe(true)
  })

  it('decodes several images beside each other', () => {
    const pending = of_8_bits.map(({ name, file }) => Image.begin_open(put(name.replace(':', ''), bytes(file))))
    expect(pending.map(one => one.finish().mode)).toEqual(of_8_bits.map(one => one.mode))
  })

  it('names a file that is no image', () => {
    const file = put('notes.png', Buffer.from('no image at all'))
    expect(() => Image.open(file)).toThrow(new RuntimeError(`cannot identify image file '${file}'`))
    expect(() => Image.open(put('empty.jpg', Buffer.alloc(0)))).toThrow(/^cannot identify image file '.*empty\.jpg'$/)
  })

  it.each(['jpeg 4:2:0', 'png rgb', 'png palette of 16', 'bmp', 'ppm'])('names a truncated %s', name => {
    const whole = bytes(case_of(name).file)
    const file = put('cut', whole.subarray(0, Math.floor(whole.length * 0.7)))
    expect(() => Image.open(file)).toThrow(new RuntimeError(`${file}: image file is truncated`))
  })

  it('refuses an image whose header asks for too much', () => {
    const bomb = bytes(case_of('png rgb').file)
    bomb.writeUInt32BE(30_000, 16)
    bomb.writeUInt32BE(30_000, 20)
    const crc = put('bomb.png', bomb)
    expect(() => Image.open(crc)).toThrow(/bomb\.png: /)
    const palette = bytes(case_of('png palette of 16').file)
    palette.writeUInt32BE(30_000, 16)
    palette.writeUInt32BE(30_000, 20)
    const file = put('palette.png', palette)
    const message = `${file}: image size exceeds limit of ${max_pixels} pixels, could be decompression bomb DOS attack.`
    expect(() => Image.open(file)).toThrow(new RuntimeError(message))
  })

  it('says when there is no file', () => {
    expect(() => Image.open(folder('none.png'))).toThrow(/ENOENT/)
  })
})

describe('Image', () => {
  const image = (): Image => Image.open(put('image', bytes(case_of('png rgb').file)))

  it('gains and loses alpha', () => {
    expect(image().convert('RGBA').convert('RGB').bytes).toEqual(image().bytes)
    const pair = Image.open(put('pair', bytes(case_of('png grey and alpha').file)))
    expect([...pair.convert('RGBA').bytes.subarray(0, 4)]).toEqual([pair.data[0], pair.data[0], pair.data[0], pair.data[1]])
    expect([...image().convert('LA').bytes.filter((_, i) => i % 2)]).toEqual(new Array(23 * 17).fill(255))
  })

  it('refuses a mode that it has no way to', () => {
    expect(() => image().convert('P' as ImageMode)).toThrow(new ValueError('conversion from RGB to P not supported'))
  })

  it('is saved in the format of the name', () => {
    image().save(folder('copy.png'))
    expect(Image.open(folder('copy.png')).bytes).toEqual(image().bytes)
    image().save(folder('copy.data'), 'JPEG')
    expect([...fs.readFileSync(folder('copy.data')).subarray(0, 2)]).toEqual([0xff, 0xd8])
    expect(() => image().save(folder('copy.xyz'))).toThrow(new ValueError('unknown file extension: .xyz'))
    expect(fs.readdirSync(folder()).filter(name => name.endsWith('.tmp'))).toEqual([])
  })
})

describe('io.decode_image', () => {
  it.each(of_8_bits.filter(({ name }) => /jpeg|png|webp|gif/.test(name) && !/cmyk|palette|grey/.test(name)))('decodes $name', ({ file, pixels }) => {
    expect(interleaved(io.decode_image(encoded(file))).equals(bytes(pixels))).toBe(true)
  })

  it('reads a path, and converts to the mode that is asked for', () => {
    const { file, rgb, grey } = case_of('jpeg cmyk')
    const path = put('cmyk.jpg', bytes(file))
    expect(interleaved(io.decode_image(path)).equals(bytes(rgb!))).toBe(true)
    expect(interleaved(io.read_image(path, 'gray')).equals(bytes(grey!))).toBe(true)
    expect([...io.read_image(path, io.ImageReadMode.RGB_ALPHA).shape]).toEqual([4, 17, 23])
    expect(interleaved(io.decode_jpeg([encoded(file)], { mode: 'RGB' })[0]!).equals(bytes(rgb!))).toBe(true)
  })

  it('gives 16 bits as they are', () => {
    const { file, pixels } = case_of('png of 16 bits')
    const image = io.decode_png(encoded(file))
    expect([...image.shape, image.dtype]).toEqual([1, 17, 23, uint16])
    expect(Buffer.from(elements(image).buffer as ArrayBuffer).equals(bytes(pixels))).toBe(true)
  })

  it('gives all images of an animation', () => {
    const movie = io.decode_gif(encoded(golden.animated))
    expect([...movie.shape]).toEqual([2, 3, 17, 23])
    expect(movie.at(1).sub(movie.at(0).flip([2])).abs().max().item()).toBeLessThan(40) // each has a palette of its own
    expect([...io.decode_image(encoded(golden.animated)).shape]).toEqual([2, 3, 17, 23])
  })

  it('turns an image as its EXIF data says', () => {
    expect([...io.decode_image(encoded(golden.turned)).shape]).toEqual([3, 17, 23])
    const plain = io.decode_jpeg(encoded(golden.turned))
    const turned = io.decode_jpeg(encoded(golden.turned), { apply_exif_orientation: true })
    expect(turned.equal(plain.rot90({ k: -1, dims: [1, 2] }))).toBe(true)
  })

  it.each<[() => unknown, Error]>([
    [() => io.decode_image(encoded(case_of('tiff').file)),
      new RuntimeError('input: Unsupported image file. Only jpeg, png, webp and gif are currently supported.')],
    [() => io.decode_jpeg(encoded(case_of('png rgb').file)), new RuntimeError('input is not a JPEG file')],
    [() => io.decode_png(encoded(case_of('gif').file)), new RuntimeError('input is not a PNG file')],
    [() => io.decode_image(tensor([1, 2])), new RuntimeError('Expected a non empty 1-dimensional tensor of dtype torch.uint8, got torch.float32 of shape (2)')],
    [() => io.decode_image(encoded(case_of('png rgb').file), 'SEPIA' as 'RGB'), new KeyError("'SEPIA'")],
    [() => io.decode_jpeg([]), new ValueError('Input list must contain at least one element')],
    [() => io.read_file('/no/such/file'), new RuntimeError("[Errno 2] No such file or directory: '/no/such/file'")],
  ])('refuses what it cannot decode (%#)', (run, error) => {
    expect(run).toThrow(error)
  })
})

describe('io.write_png and write_jpeg', () => {
  const image = (): Tensor => io.decode_png(encoded(case_of('png rgb').file))

  it('write what is read back', () => {
    io.write_png(image(), folder('a.png'))
    expect(io.read_image(folder('a.png')).equal(image())).toBe(true)
    io.write_png(image().at(0), folder('grey.png'), { compression_level: 0 })
    expect(io.read_image(folder('grey.png')).equal(image().at(':1'))).toBe(true)
    io.write_jpeg(image(), folder('a.jpg'), 100)
    expect(io.read_image(folder('a.jpg')).sub(image()).to(float32).abs().median().item()).toBeLessThan(256)
    expect([...io.read_file(folder('a.jpg')).shape]).toEqual([fs.statSync(folder('a.jpg')).size])
  })

  it.each<[() => unknown, Error]>([
    [() => io.encode_png(tensor([[1]])), new RuntimeError('Input tensor dtype should be uint8')],
    [() => io.encode_png(image().at(':2')), new RuntimeError('The number of channels should be 1 or 3, got: 2')],
    [() => io.encode_png(image(), 10), new RuntimeError('Compression level should be between 0 and 9')],
    [() => io.encode_jpeg(image(), 0), new ValueError('Image quality should be a positive number between 1 and 100')],
    [() => io.encode_jpeg(image().at(0)), new RuntimeError('Input data should be a 3-dimensional tensor')],
  ])('refuse what is no image (%#)', (run, error) => {
    expect(run).toThrow(error)
  })
})
