// What matplotlib and numpy give for the same input; fixtures/oracle.py made the numbers.
import plt from 'torch-ts/pyplot'
import { try_rgba } from '../../lib/pyplot/colors'
import { get_cmap } from '../../lib/pyplot/colormaps'
import { bin_edges, count_in_bins } from '../../lib/pyplot/plots/histogram'
import { linear_labels, linear_ticks, log_ticks } from '../../lib/pyplot/ticker'
import { view_of } from '../../lib/pyplot/view'
import oracle from './fixtures/oracle.json'

interface Limits { kind: string, scale: string, data: number[], xlim: number[], ylim: number[] }

function expect_close(found: readonly number[], wanted: readonly number[]) {
  const scale = Math.max(1e-300, ...wanted.map(Math.abs))
  expect(found.length).toBe(wanted.length)
  found.forEach((value, i) => expect(Math.abs(value - wanted[i]!) / scale).toBeLessThan(1e-12))
}

describe('colour maps', () => {
  it.each(Object.entries(oracle.colormaps))('%s has the colours of matplotlib', (name, colors) => {
    const found = colors.map((_, i) => get_cmap(name).color(i / 40).slice(0, 3).map(part => Math.round(255 * part)))
    // matplotlib writes the last blue of Reds, 13/255, one unit of the last place too small, and cuts decimals off.
    if (name === 'Reds') found.at(-1)![2]! -= 1
    expect(found).toEqual(colors)
  })
})

describe('colours', () => {
  it('have the values of matplotlib by every name', () => {
    const hex = (name: string) => `#${try_rgba(name)!.slice(0, 3).map(part => Math.round(255 * part).toString(16).padStart(2, '0')).join('')}`
    const names = Object.keys(oracle.colors)
    expect(Object.fromEntries(names.map(name => [name, hex(name)]))).toEqual(oracle.colors)
  })
})

describe('ticks', () => {
  it.each(oracle.ticks)('of $low to $high in $bins bins are those of matplotlib, labels too', ({ low, high, bins, ticks, labels, power }) => {
    const found = linear_ticks(low, high, bins).filter(tick => tick >= low - 1e-10 * (high - low) && tick <= high + 1e-10 * (high - low))
    expect_close(found, ticks)
    const { texts, factor } = linear_labels(found, low, high)
    expect(texts).toEqual(labels)
    expect(factor.replace('\u2212', '-')).toBe(power === 0 ? '' : `1e${power}`)
  })

  it.each(oracle.log_ticks)('from 10^$low to 10^$high, at most $most, are those of matplotlib', ({ low, high, most, ticks }) => {
    expect(log_ticks(low, high, most)).toEqual(ticks)
  })
})

describe('automatic limits', () => {
  afterEach(() => plt.close('all'))

  it.each(oracle.limits as Limits[])('of $kind on a $scale axis with $data are those of matplotlib', ({ kind, scale, data, xlim, ylim }) => {
    plt.yscale(scale as 'log')
    const x = data.map((_, i) => i)
    if (kind === 'plot') plt.plot(x, data)
    else if (kind === 'bar') plt.bar(x, data)
    else plt.scatter(x, data)
    expect_close(plt.xlim(), xlim)
    expect_close(plt.ylim(), ylim)
  })
})

describe('hist', () => {
  it.each(oracle.histograms)('with bins $bins, density $density, counts as numpy', ({ bins, density, counts, edges }) => {
    const [found, found_edges] = plt.hist(oracle.values, bins, { density })
    plt.close('all')
    expect_close(found_edges, edges)
    expect_close(found, counts)
  })

  it('puts a value on an edge into the bin on its right, the last edge excepted', () => {
    expect(count_in_bins([0, 1, 2, 3, 3], bin_edges([0, 3], 3, undefined), null)).toEqual([1, 1, 3])
  })
})

describe('axes', () => {
  afterEach(() => plt.close('all'))
  const canvas = { width: 640, height: 480, pt: 100 / 72, format: 'png' as const }

  function expect_places(wanted: number[][]) {
    const found = plt.gcf().axes.map(axes => view_of(axes, canvas).box)
    expect(found.length).toBe(wanted.length)
    found.forEach(({ x, y, width, height }, i) => {
      const [left, bottom, w, h] = wanted[i]! as [number, number, number, number]
      const pixels = [left * 640, (1 - bottom - h) * 480, w * 640, h * 480];
      [x, y, width, height].forEach((value, k) => expect(Math.abs(value - pixels[k]!)).toBeLessThanOrEqual(1.5))
    })
  }

  it('of ten images in two rows are where matplotlib has them', () => {
    for (let i = 0; i < 10; i++) {
      plt.subplot(2, 5, i + 1)
      plt.imshow(Array.from({ length: 28 }, () => new Float32Array(28)))
    }
    expect_places(oracle.positions.imshow_grid)
  })

  it('of an image and its colour bar are where matplotlib has them', () => {
    plt.imshow(Array.from({ length: 20 }, () => new Float32Array(30)), { vmin: -1, vmax: 1 })
    plt.colorbar()
    expect_places(oracle.positions.imshow_colorbar)
  })
})
