// Lines, bars, points, histograms, texts and legends, as pixels and as text of the SVG.
import plt from 'torch-ts/pyplot'
import { dark, is, pixels, svg, texts } from '../helpers/figure_pixels'

const C0 = is(31, 119, 180)
const C1 = is(255, 127, 14)
/** Axes of a default figure: pixels 80 to 576 across and 58 to 427 down. */
const [left, right, top, bottom] = [80, 576, 58, 427]

afterEach(() => plt.close('all'))

describe('plot', () => {
  it('goes through its points', () => {
    plt.plot([0, 10], [0, 10])
    plt.axis([0, 10, 0, 10])
    const image = pixels()
    for (const part of [0.1, 0.3, 0.5, 0.9]) {
      const [x, y] = [Math.round(left + part * (right - left)), Math.round(bottom - part * (bottom - top))]
      expect(image.count(x - 2, y - 2, x + 3, y + 3, C0)).toBeGreaterThan(0)
    }
    expect(image.count(left + 5, top + 5, left + 100, top + 100, C0)).toBe(0)
  })

  it('gives lines the colours of the cycle, y alone the x 0, 1, 2, ...', () => {
    const lines = [...plt.plot([5, 6, 7]), ...plt.plot([1, 2]), ...plt.plot([[1, 2], [3, 4]])]
    expect(lines.map(line => line.get_xdata())).toEqual([[0, 1, 2], [0, 1], [0, 1], [0, 1]])
    expect(lines.map(line => line.get_ydata())).toEqual([[5, 6, 7], [1, 2], [1, 3], [2, 4]])
    for (const color of ['31,119,180', '255,127,14', '44,160,44', '214,39,40']) expect(svg()).toContain(`stroke="rgb(${color})"`)
  })

  it('reads formats and keywords, for several lines too', () => {
    const [a, b] = plt.plot([0, 1], [0, 1], 'r--o', [0, 1], [1, 0], 'g^', { linewidth: 3 })
    expect(a!.style).toMatchObject({ color: [1, 0, 0, 1], linewidth: 3, dashes: [3.7, 1.6] })
    expect(a!.markers).toMatchObject({ marker: 'o', size: 6, face: [1, 0, 0, 1] })
    expect(b!.style).toMatchObject({ color: [0, 0.5, 0, 1], dashes: null })
    expect(plt.plot([1, 2], 'C3:')[0]!.style.color).toEqual(plt.plot([1, 2], { color: 'tab:red' })[0]!.style.color)
    expect(svg()).toMatch(/stroke="rgb\(255,0,0\)" stroke-width="3" stroke-dasharray="11.1\d*,4.8\d*"/)
  })

  it('leaves gaps at NaN', () => {
    plt.plot([0, 1, 2, 3, 4, 5], [1, 1, NaN, 1, 1, 1])
    plt.axis([0, 5, 0, 2])
    const image = pixels()
    const row = Math.round((top + bottom) / 2)
    const seen = (from: number, to: number) => image.count(left + from, row - 3, left + to, row + 3, C0)
    expect(seen(5, 90)).toBeGreaterThan(50)
    expect(seen(105, 290)).toBe(0)
    expect(seen(310, 480)).toBeGreaterThan(50)
  })

  it('takes tensors, typed arrays, iterables and categories', () => {
    const tensor = { shape: [3], tolist: () => [1, 2, 3] }
    expect(plt.plot(tensor, Float32Array.of(4, 5, 6))[0]!.get_xdata()).toEqual([1, 2, 3])
    expect(plt.plot(new Set([7, 8]), [{ shape: [], tolist: () => 1 } as never, 2n])[0]!.get_ydata()).toEqual([1, 2])
    plt.clf()
    plt.plot(['low', 'high'], [1, 2])
    expect(texts()).toEqual(expect.arrayContaining(['low', 'high']))
  })

  it('clips lines at the axes', () => {
    plt.plot([-100, 100], [0.5, 0.5], { linewidth: 4 })
    plt.axis([0, 1, 0, 1])
    const image = pixels()
    expect(image.count(0, 0, left, 480, C0) + image.count(right + 1, 0, 640, 480, C0)).toBe(0)
    expect(image.count(left, 200, right, 300, C0)).toBeGreaterThan(1500)
  })

  it('draws logarithmic axes with powers of ten', () => {
    plt.semilogy([1, 2, 3], [1, 100, 10000])
    plt.ylim(1, 1e4)
    expect(texts()).toEqual(expect.arrayContaining(['10⁰', '10¹', '10²', '10³', '10⁴']))
    plt.clf()
    plt.loglog([1, 10], [1, 10])
    expect([plt.gca().xaxis.scale.type, plt.gca().yaxis.scale.type]).toEqual(['log', 'log'])
  })

  it('puts the factor of large numbers at the end of the axis', () => {
    plt.plot([0, 1], [0, 2e7])
    expect(texts()).toEqual(expect.arrayContaining(['1e7', '0.00', '0.25', '1.00', '2.00']))
  })
})

describe('bar', () => {
  it('has the heights and places of the data', () => {
    plt.bar(['a', 'b', 'c'], [1, 2, 4])
    plt.axis([-0.5, 2.5, 0, 4])
    const image = pixels()
    const unit = (bottom - top) / 4;
    [1, 2, 4].forEach((value, i) => {
      const x = Math.round(left + (i + 0.5) / 3 * (right - left))
      const column = image.count(x, top + 1, x + 1, bottom, C0)
      expect(Math.abs(column - value * unit)).toBeLessThan(3)
    })
    // Bars are 0.8 wide.
    const width = image.count(left, bottom - 5, right, bottom - 4, C0)
    expect(Math.abs(width - 0.8 * (right - left))).toBeLessThan(4)
    expect(texts()).toEqual(expect.arrayContaining(['a', 'b', 'c']))
  })

  it('stands on zero, and on bottom where that is given', () => {
    const [first] = plt.bar([0], [3]).polygons
    expect(first).toEqual({ x: [-0.4, 0.4, 0.4, -0.4], y: [0, 0, 3, 3] })
    expect(plt.bar([0], [3], { bottom: [2], width: 1, align: 'edge' }).polygons[0]).toEqual({ x: [0, 1, 1, 0], y: [2, 2, 5, 5] })
    expect(plt.ylim()[0]).toBe(0)
  })

  it('groups by places, and labels each group once', () => {
    plt.bar([0 - 0.2, 1 - 0.2], [89, 87], { width: 0.4, label: 'Fully connected' })
    plt.bar([0 + 0.2, 1 + 0.2], [95, 84], 0.4, { label: 'CNN' })
    plt.xticks([0, 1], ['pixels in order', 'pixels permuted'])
    plt.legend({ loc: 'lower left' })
    const image = pixels()
    expect(image.count(left, top, right, bottom, C0)).toBeGreaterThan(10000)
    expect(image.count(left, top, right, bottom, C1)).toBeGreaterThan(10000)
    expect(texts().filter(text => !/^\d+$/.test(text))).toEqual(['pixels in order', 'pixels permuted', 'Fully connected', 'CNN'])
  })

  it('draws error bars and writes values', () => {
    const bars = plt.bar([0, 1], [2, 3], { yerr: [0.5, 1], capsize: 4, color: ['r', '0.5'] })
    plt.bar_label(bars, { fmt: '%.1f', padding: 3 })
    plt.bar_label(bars, ['two', 'three'], { label_type: 'center' })
    expect(plt.ylim()[1]).toBeCloseTo(4.2)
    expect(texts()).toEqual(expect.arrayContaining(['2.0', '3.0', 'two', 'three']))
    expect(svg()).toContain('fill="rgb(255,0,0)"')
    expect(svg()).toContain('fill="rgb(128,128,128)"')
  })

  it('lies with barh', () => {
    plt.barh(['x', 'y'], [1, 2])
    plt.axis([0, 2, -0.5, 1.5])
    const image = pixels()
    const lower = Math.round(bottom - (bottom - top) / 4)
    expect(Math.abs(image.count(left, lower, right, lower + 1, C0) - (right - left) / 2)).toBeLessThan(3)
  })
})

describe('hist', () => {
  it('draws its counts', () => {
    const [counts, edges] = plt.hist([0, 0.5, 1, 1.5, 1.6, 2], { bins: 2 })
    expect([counts, edges]).toEqual([[2, 4], [0, 1, 2]])
    plt.axis([0, 2, 0, 4])
    const image = pixels()
    expect(image.count(left + 100, top + 1, left + 101, bottom, C0) / (bottom - top)).toBeCloseTo(0.5, 1)
    expect(image.count(left + 400, top + 1, left + 401, bottom, C0) / (bottom - top)).toBeCloseTo(1, 1)
  })

  it('takes range, density, weights, cumulative and edges', () => {
    expect(plt.hist([1, 2, 3, 9], 2, [0, 4])[0]).toEqual([1, 2])
    expect(plt.hist([0, 0, 1, 3], { bins: [0, 1, 3], density: true })[0]).toEqual([0.5, 0.25])
    expect(plt.hist([0, 1, 1], { bins: 2, weights: [5, 1, 1] })[0]).toEqual([5, 2])
    expect(plt.hist([0, 1, 1], { bins: 2, cumulative: true })[0]).toEqual([1, 3])
  })

  it('leaves no seam between bars', () => {
    plt.hist(Array.from({ length: 300 }, (_, i) => i % 30), { bins: 30, alpha: 0.5 })
    const image = pixels()
    expect(new Set(Array.from({ length: 440 }, (_, i) => image.at(left + 28 + i, 400).join())).size).toBe(1)
  })

  it('puts lists side by side', () => {
    const [counts, , patches] = plt.hist([[0, 1], [1, 1, 1]], { bins: 2, label: ['a', 'b'] }) as unknown as [number[][], number[], unknown[]]
    expect(counts).toEqual([[1, 1], [0, 3]])
    expect(patches.length).toBe(2)
    plt.legend()
    expect(texts().slice(-2)).toEqual(['a', 'b'])
  })
})

describe('scatter', () => {
  it('draws points with sizes and colours', () => {
    plt.scatter([1, 2], [1, 2], 400, { c: ['r', 'k'] })
    plt.axis([0, 3, 0, 3])
    const image = pixels()
    const [x, y] = [Math.round(left + (right - left) / 3), Math.round(bottom - (bottom - top) / 3)]
    expect(image.at(x, y)).toEqual([255, 0, 0])
    // 400 square points are 20 points wide, and the edge adds 1.5.
    const width = image.count(left, y, right, y + 1, is(255, 0, 0))
    expect(Math.abs(width - 21.5 * 100 / 72)).toBeLessThan(3)
  })

  it('maps numbers to colours', () => {
    const points = plt.scatter([0, 1], [0, 1], { c: [0, 10], cmap: 'gray' })
    expect(points.get_clim()).toEqual([0, 10])
    expect(svg()).toMatch(/<circle[^>]*fill="rgb\(0,0,0\)"/)
    expect(svg()).toMatch(/<circle[^>]*fill="rgb\(255,255,255\)"/)
    plt.colorbar(points)
    expect(plt.gcf().axes.length).toBe(2)
  })

  it('skips points that are not finite', () => {
    plt.scatter([1, NaN, Infinity], [1, 2, 3])
    expect(svg().match(/<circle/g)!.length).toBe(1)
  })
})

describe('other shapes', () => {
  it('axhline and axvline cross the axes', () => {
    plt.axis([0, 1, 0, 1])
    plt.axhline(0.5, { color: 'r' })
    plt.axvline(0.25, { color: 'b', ymax: 0.5 })
    const image = pixels()
    const middle = Math.round((top + bottom) / 2)
    expect(image.count(left, middle - 3, right, middle + 3, ([r, g, b]) => r > 200 && g < 120 && b < 120)).toBeGreaterThan(480)
    const x = Math.round(left + (right - left) / 4)
    expect(image.count(x - 3, top + 2, x + 3, middle - 5, ([r, , b]) => b > 200 && r < 120)).toBe(0)
    expect(image.count(x - 3, middle + 5, x + 3, bottom - 2, ([r, , b]) => b > 200 && r < 120)).toBeGreaterThan(100)
  })

  it('fill_between fills the area, and not where it is told not to', () => {
    plt.fill_between([0, 1, 2, 3], [1, 1, 1, 1], 0, { where: [true, true, false, false], color: 'k' })
    plt.axis([0, 3, 0, 1])
    const image = pixels()
    const third = (right - left) / 3
    expect(image.at(Math.round(left + third / 2), 200)).toEqual([0, 0, 0])
    expect(image.at(Math.round(left + 1.5 * third), 200)).toEqual([255, 255, 255])
  })

  it('errorbar draws bars of both kinds', () => {
    plt.errorbar([0, 1], [0, 1], { yerr: [[0.1, 0.2], [0.3, 0.4]], xerr: 0.5, fmt: 'o', capsize: 3 })
    expect(plt.gca().artists.length).toBe(2)
    expect(plt.xlim().map(limit => Math.round(100 * limit))).toEqual([-60, 160])
  })

  it('axhspan and axvspan fill bands', () => {
    plt.axis([0, 1, 0, 1])
    plt.axhspan(0.4, 0.6, { color: 'k' })
    plt.axvspan(0.1, 0.2, { color: 'r' })
    const image = pixels()
    expect(image.at(400, 242)).toEqual([0, 0, 0])
    expect(image.at(left + 75, 100)).toEqual([255, 0, 0])
  })
})

describe('text', () => {
  it('title, labels, suptitle and text are in the SVG, escaped', () => {
    plt.plot([1, 2])
    plt.title('Loss & <accuracy>')
    plt.xlabel('step')
    plt.ylabel('loss')
    plt.suptitle('Run 1')
    plt.text(0.5, 1.5, 'here', { color: 'red', fontsize: 20 })
    expect(texts()).toEqual(expect.arrayContaining(['Loss &amp; &lt;accuracy&gt;', 'step', 'loss', 'Run 1', 'here']))
    expect(plt.gca().get_title()).toBe('Loss & <accuracy>')
    expect(svg()).toMatch(/font-size:20px[^>]*fill="rgb\(255,0,0\)">here/)
  })

  it('is dark ink where matplotlib puts it', () => {
    plt.title('Title')
    plt.xlabel('label')
    const image = pixels()
    expect(image.count(300, 30, 360, 55, dark)).toBeGreaterThan(60)
    expect(image.count(300, 450, 360, 475, dark)).toBeGreaterThan(40)
    expect(image.count(80, 0, 576, 28, dark)).toBe(0)
  })

  it('takes several lines, rotation and bold', () => {
    plt.title('first\nsecond', { fontweight: 'bold' })
    plt.ylabel('up')
    expect(texts()).toEqual(expect.arrayContaining(['first', 'second']))
    expect(svg()).toMatch(/font-weight:bold;[^>]*>first/)
    expect(svg()).toMatch(/matrix\(0,-1,1,0,[^>]*>up/)
  })

  it('survives characters that XML or the font does not have', () => {
    plt.title('a\u0000b\ud800c \u{1F600} 日本')
    expect(pixels().width).toBe(640)
    expect(texts()[texts().length - 1]).toBe('a\ufffdb\ufffdc \u{1F600} 日本')
  })
})

describe('legend', () => {
  it('names what has a label, in order, and nothing that begins with _', () => {
    plt.plot([1, 2], { label: 'line' })
    plt.plot([2, 1], { label: '_hidden' })
    plt.scatter([0], [1], { label: 'points' })
    plt.bar([0], [1], { label: 'bars' })
    plt.legend()
    expect(texts().slice(-3)).toEqual(['line', 'points', 'bars'])
  })

  it('takes labels, handles and places', () => {
    const [a] = plt.plot([1, 2])
    const [b] = plt.plot([2, 1])
    plt.legend(['one', 'two'])
    expect(texts().slice(-2)).toEqual(['one', 'two'])
    plt.legend([b!, a!], ['B', 'A'], { loc: 'upper left', title: 'Runs' })
    expect(texts().slice(-3)).toEqual(['Runs', 'B', 'A'])
  })

  const frame = () => [.../<path d="M([\d.]+) ([\d.]+)/.exec(svg().split('\n').find(line => line.includes('rgb(204,204,204)'))!)!].slice(1).map(Number) as [number, number]

  it.each([['upper left', 60, 45], ['lower left', 60, 260], ['upper right', 340, 45]] as const)('stands at %s', (loc, x, y) => {
    plt.plot([1, 2], { label: 'some line' })
    plt.legend({ loc })
    const [fx, fy] = frame()
    expect(Math.abs(fx - x)).toBeLessThan(30)
    expect(Math.abs(fy - y)).toBeLessThan(30)
  })

  it('stands where it hides least', () => {
    plt.plot([0, 1, 2, 3], [0, 1, 2, 30], { label: 'rising' })
    plt.plot([0, 3], [30, 30])
    plt.legend()
    const [, fy] = frame()
    expect(fy).toBeGreaterThan(50)
  })
})

describe('grid and ticks', () => {
  it('grid draws a line at each tick', () => {
    plt.axis([0, 4, 0, 4])
    plt.xticks([1, 2, 3])
    plt.yticks([])
    plt.grid(true)
    expect(svg().match(/stroke="rgb\(176,176,176\)"/g)!.length).toBe(3)
    plt.grid(false)
    expect(svg()).not.toContain('rgb(176,176,176)')
    plt.grid({ color: 'r', linestyle: '--', axis: 'y' })
    plt.yticks([1, 2])
    expect(svg().match(/stroke="rgb\(255,0,0\)"/g)!.length).toBe(2)
  })

  it('xticks and yticks set places and labels, and take ticks away', () => {
    plt.plot([0, 10])
    expect(plt.xticks([0, 0.5, 1], ['start', 'half', 'end'], { rotation: 45 })).toEqual([0, 0.5, 1])
    plt.yticks([])
    expect(texts()).toEqual(['start', 'half', 'end'])
  })

  it('axis off hides everything but the data and the title', () => {
    plt.plot([1, 2])
    plt.title('kept')
    plt.xlabel('gone')
    plt.axis('off')
    expect(texts()).toEqual(['kept'])
    expect(pixels().count(0, 56, 640, 480, dark)).toBe(0)
  })

  it('axis equal makes units equally long', () => {
    plt.plot([0, 10], [0, 1])
    plt.axis('equal')
    const { view_of } = jest.requireActual<typeof import('../../lib/pyplot/view')>('../../lib/pyplot/view')
    const { x, y, box } = view_of(plt.gca(), { width: 640, height: 480, pt: 1, format: 'png' })
    expect((x.high - x.low) / box.width).toBeCloseTo((y.high - y.low) / box.height, 9)
  })

  it('xlim and ylim set and give limits, turned round too', () => {
    plt.plot([0, 1])
    expect(plt.xlim(5, 1)).toEqual([5, 1])
    expect(plt.xlim([2, 3])).toEqual([2, 3])
    expect(plt.ylim({ top: 7 })[1]).toBe(7)
    expect(plt.ylim()[0]).toBeCloseTo(-0.05)
  })
})
