// imshow: the pixels of the figure are those of the data.
import plt from 'torch-ts/pyplot'
import { text_width } from '../../lib/pyplot/fonts'
import { dark, is, pixels, svg, texts } from '../helpers/figure_pixels'

const white = is(255, 255, 255)

/** The grey levels of some pixels of the figure. */
function levels(...places: [x: number, y: number][]): number[] {
  const image = pixels()
  return places.map(([x, y]) => image.at(x, y)[0])
}

/** Box of the axes of a default figure: 496 by 369 pixels; a square picture in it is 369 by 369, from (143, 58). */
const [left, top, edge] = [144, 58, 369]

afterEach(() => plt.close('all'))

describe('imshow', () => {
  it('paints each value as a crisp square of its colour', () => {
    plt.imshow([[0, 85], [170, 255]], { cmap: 'gray' })
    const image = pixels()
    const half = edge / 2
    for (const [x, y, level] of [[0, 0, 0], [1, 0, 85], [0, 1, 170], [1, 1, 255]] as const) {
      const [x0, y0] = [Math.ceil(left + x * half) + 2, Math.ceil(top + y * half) + 2]
      const [x1, y1] = [Math.floor(left + (x + 1) * half) - 2, Math.floor(top + (y + 1) * half) - 2]
      expect(image.count(x0, y0, x1, y1, is(level, level, level))).toBe((x1 - x0) * (y1 - y0))
    }
  })

  it('leaves no blur at the border of two values', () => {
    plt.imshow([[0, 1]], { cmap: 'gray', aspect: 'auto' })
    const image = pixels()
    const row = Array.from({ length: 490 }, (_, i) => image.at(83 + i, 240)[0])
    expect(new Set(row)).toEqual(new Set([0, 255]))
    expect(row).toEqual([...row].sort((a, b) => a - b))
  })

  it('keeps pictures square and centred', () => {
    plt.imshow([[0, 0], [0, 0]], { vmin: 0, vmax: 1, cmap: 'gray' })
    plt.axis('off')
    const [x0, y0, x1, y1] = pixels().box(dark)
    expect(x1 - x0).toBe(y1 - y0)
    expect(Math.abs((x0 + x1) / 2 - 328)).toBeLessThan(1.5)
  })

  it('maps the least and the greatest value to the ends of the colour map, or vmin and vmax', () => {
    plt.imshow([[-4, 6]], { cmap: 'viridis', aspect: 'auto' })
    const image = pixels()
    expect([image.at(150, 240), image.at(500, 240)]).toEqual([[68, 1, 84], [253, 231, 36]])
    plt.clf()
    plt.imshow([[-4, 6]], { cmap: 'gray', vmin: -14, vmax: 16, aspect: 'auto' })
    expect(levels([150, 240], [500, 240])).toEqual([85, 170])
  })

  it('takes values outside of vmin and vmax as the ends, and leaves NaN blank', () => {
    plt.imshow([[-9, 9, NaN]], { cmap: 'gray', vmin: 0, vmax: 1, aspect: 'auto' })
    const image = pixels()
    expect([image.at(150, 240), image.at(330, 240), image.at(500, 240)]).toEqual([[0, 0, 0], [255, 255, 255], [255, 255, 255]])
  })

  it('shows floats in 0..1 and integers in 0..255 as colours', () => {
    const colors = (data: number[][][]) => {
      plt.clf()
      plt.imshow(data, { aspect: 'auto' })
      return pixels().at(300, 200)
    }
    expect(colors([[[1, 0.2, 0]]])).toEqual([255, 51, 0])
    expect(colors([[[200, 100, 1]]])).toEqual([200, 100, 1])
    expect(colors([[[1, 0, 0, 0.6]]])).toEqual([255, 102, 102])
  })

  it('reads tensors, typed arrays with a shape, and a last dimension of 1', () => {
    const shown = (data: Parameters<typeof plt.imshow>[0]) => {
      plt.clf()
      plt.imshow(data as number[][], { cmap: 'gray', aspect: 'auto' })
      return levels([150, 240], [500, 240])
    }
    const tensor = { shape: [1, 2], dtype: 'torch.float32', device: { type: 'cpu' }, requires_grad: false, tolist: () => [[1, 0]] }
    expect(shown(tensor)).toEqual([255, 0])
    expect(shown({ shape: [1, 2], data: Float32Array.of(0, 1) })).toEqual([0, 255])
    expect(shown([Float64Array.of(0, 1)])).toEqual([0, 255])
    expect(shown([[[0], [1]]])).toEqual([0, 255])
    expect(shown([[true, false]])).toEqual([255, 0])
    const bytes = { shape: [1, 1, 3], dtype: 'torch.uint8', tolist: () => [[[1, 0, 0]]] }
    plt.clf()
    plt.imshow(bytes, { aspect: 'auto' })
    expect(pixels().at(300, 200)).toEqual([1, 0, 0])
  })

  it('has the first row on top, or below with origin lower', () => {
    plt.imshow([[0], [1]], { cmap: 'gray', aspect: 'auto' })
    expect(plt.ylim()).toEqual([1.5, -0.5])
    expect(levels([300, 100], [300, 380])).toEqual([0, 255])
    plt.clf()
    plt.imshow([[0], [1]], { cmap: 'gray', aspect: 'auto', origin: 'lower' })
    expect(plt.ylim()).toEqual([-0.5, 1.5])
    expect(levels([300, 100], [300, 380])).toEqual([255, 0])
  })

  it('shows the part within the limits', () => {
    plt.imshow([[0, 1, 0, 1]], { cmap: 'gray', aspect: 'auto' })
    plt.xlim(0.5, 1.5)
    expect(levels([90, 240], [300, 240], [560, 240])).toEqual([255, 255, 255])
    plt.xlim(0.5, 2.5)
    expect(levels([90, 240], [300, 240], [340, 240], [560, 240])).toEqual([255, 255, 0, 0])
  })

  it('averages where there are more values than pixels, and takes the nearest if asked to', () => {
    const stripes = [Array.from({ length: 4960 }, (_, i) => i % 2)]
    plt.imshow(stripes, { cmap: 'gray', aspect: 'auto' })
    expect(Math.abs(pixels().at(300, 200)[0] - 127)).toBeLessThan(6)
    plt.clf()
    plt.imshow(stripes, { cmap: 'gray', aspect: 'auto', interpolation: 'nearest' })
    expect([0, 255]).toContain(pixels().at(300, 200)[0])
  })

  it('blends with interpolation bilinear and bicubic', () => {
    for (const interpolation of ['bilinear', 'bicubic', 'hanning', 'lanczos']) {
      plt.clf()
      plt.imshow([[0, 1]], { cmap: 'gray', aspect: 'auto', interpolation })
      const middle = pixels().at(328, 240)[0]
      expect(middle).toBeGreaterThan(100)
      expect(middle).toBeLessThan(155)
    }
  })

  it('embeds the values as they are in SVG, to be enlarged without blur', () => {
    plt.imshow([[0, 1]], { cmap: 'gray' })
    expect(svg()).toMatch(/<image [^>]*style="image-rendering:crisp-edges;image-rendering:pixelated"[^>]*href="data:image\/png;base64,/)
  })

  it('with ten digits in two rows has titles above the pictures that do not run into each other', () => {
    for (let i = 0; i < 10; i++) {
      plt.subplot(2, 5, i + 1)
      plt.imshow(Array.from({ length: 28 }, () => new Float32Array(28)), { vmin: -1, vmax: 0, cmap: 'gray' })
      plt.title(`Prediction: ${i}`)
      plt.axis('off')
    }
    const titles = [...svg().matchAll(/font-size:([\d.]+)px[^>]*translate\(([\d.]+) ([\d.]+)\)[^>]*>(Prediction: \d)</g)]
    expect(titles.length).toBe(10)
    titles.forEach(([, size, x, , content], i) => {
      if (i % 5 === 0) return
      const [, , before] = titles[i - 1]!
      expect(Number(x) - Number(before)).toBeGreaterThan(text_width(content!, Number(size)) + 3)
    })
    const image = pixels()
    expect(image.count(0, 78, 640, 96, dark)).toBeGreaterThan(500)
    expect(image.count(0, 98, 640, 100, dark)).toBe(0)
    expect(texts()).toEqual(Array.from({ length: 10 }, (_, i) => `Prediction: ${i}`))
  })
})

describe('colorbar', () => {
  it('stands beside the image, with the map from vmin below to vmax on top', () => {
    plt.imshow([[0, 10], [5, 5]], { cmap: 'gray' })
    const bar = plt.colorbar({ label: 'grey' })
    const image = pixels()
    expect(image.at(510, 62)[0]).toBeGreaterThan(245)
    expect(image.at(510, 423)[0]).toBeLessThan(10)
    expect(Math.abs(image.at(510, 242)[0] - 127)).toBeLessThan(4)
    expect(bar.ax.get_ylim()).toEqual([0, 10])
    expect(texts()).toEqual(expect.arrayContaining(['0', '2', '4', '6', '8', '10', 'grey']))
  })

  it('lies below with orientation horizontal', () => {
    plt.imshow([[0, 1]], { cmap: 'gray', aspect: 'auto' })
    plt.colorbar({ orientation: 'horizontal', ticks: [0, 1] })
    const image = pixels()
    expect(image.at(90, 380)[0]).toBeLessThan(12)
    expect(image.at(565, 380)[0]).toBeGreaterThan(242)
    expect(image.count(80, 340, 570, 362, white)).toBeGreaterThan(9000)
  })
})
