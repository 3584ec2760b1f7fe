// Figures and axes: which is the current one, where they are, and what they share.
import plt, { type Axes, type Figure } from 'torch-ts/pyplot'
import { view_of } from '../../lib/pyplot/view'
import { dark, is, pixels, texts } from '../helpers/figure_pixels'

afterEach(() => plt.close('all'))

const canvas = { width: 640, height: 480, pt: 100 / 72, format: 'png' as const }
const box = (axes: Axes) => view_of(axes, canvas).box

describe('figure', () => {
  it('counts from 1, becomes the current one, and is found again by number or label', () => {
    const [first, second] = [plt.figure(), plt.figure()]
    expect([first.number, second.number]).toEqual([1, 2])
    expect(plt.gcf()).toBe(second)
    expect(plt.figure(1)).toBe(first)
    expect(plt.gcf()).toBe(first)
    const named = plt.figure('loss')
    expect([named.number, plt.figure('loss') === named]).toEqual([3, true])
    expect(plt.figure({ num: 7 }).number).toBe(7)
    expect(plt.get_fignums()).toEqual([1, 2, 3, 7])
    expect([plt.fignum_exists(2), plt.fignum_exists(5)]).toEqual([true, false])
  })

  it('has figsize in inches and dpi', () => {
    plt.figure({ figsize: [3, 2], dpi: 50 })
    expect([pixels().width, pixels().height]).toEqual([150, 100])
    expect([pixels({ dpi: 100 }).width, pixels({ dpi: 100 }).height]).toEqual([300, 200])
    plt.figure(9, [1, 1], 80)
    expect(pixels().width).toBe(80)
    plt.figure()
    expect([pixels().width, pixels().height]).toEqual([640, 480])
  })

  it('is closed by number, label, itself, or all', () => {
    const figures = [plt.figure(), plt.figure('b'), plt.figure(), plt.figure()]
    plt.close()
    plt.close(1)
    plt.close('b')
    expect(plt.get_fignums()).toEqual([3])
    plt.close(figures[2])
    plt.close(42)
    expect(plt.get_fignums()).toEqual([])
  })

  it('has a colour', () => {
    plt.figure({ facecolor: 'k' })
    expect(pixels().at(5, 5)).toEqual([0, 0, 0])
    expect(pixels({ facecolor: 'w' }).at(5, 5)).toEqual([255, 255, 255])
  })
})

describe('subplot', () => {
  it('makes axes and finds them again', () => {
    const first = plt.subplot(2, 5, 1)
    const second = plt.subplot(2, 5, 2)
    expect(plt.gca()).toBe(second)
    expect(plt.subplot(251)).toBe(first)
    expect(plt.gcf().axes).toEqual([first, second])
    plt.sca(second)
    expect(plt.gca()).toBe(second)
  })

  it('covers several places', () => {
    const wide = box(plt.subplot(2, 2, [1, 2]))
    const small = box(plt.subplot(2, 2, 3))
    expect(wide.x).toBe(small.x)
    expect(wide.width).toBeGreaterThan(2 * small.width)
    expect(wide.height).toBe(small.height)
  })
})

describe('subplots', () => {
  it('gives axes, a list or rows, as the grid has them', () => {
    const one: [Figure, Axes] = plt.subplots()
    const row: [Figure, Axes[]] = plt.subplots(1, 3)
    const column: [Figure, Axes[]] = plt.subplots(2)
    const grid: [Figure, Axes[][]] = plt.subplots(2, 3, { figsize: [8, 4] })
    const whole: [Figure, Axes[][]] = plt.subplots(1, 1, { squeeze: false })
    const named: [Figure, Axes[]] = plt.subplots({ ncols: 2 })
    expect(one[0].axes).toEqual([one[1]])
    expect([row[1].length, column[1].length, named[1].length]).toEqual([3, 2, 2])
    expect([grid[1].length, grid[1][0]!.length, whole[1][0]!.length]).toEqual([2, 3, 1])
    expect(grid[0].figsize).toEqual([8, 4])
  })

  it('shares limits and hides inner labels', () => {
    const [, [[a, b], [c, d]]] = plt.subplots(2, 2, { sharex: true, sharey: 'row' }) as [Figure, [[Axes, Axes], [Axes, Axes]]]
    a.plot([0, 10], [0, 1])
    d.plot([5, 20], [3, 4])
    expect(a.get_xlim()).toEqual([-1, 21])
    expect([b, c, d].map(axes => axes.get_xlim())).toEqual([[-1, 21], [-1, 21], [-1, 21]])
    expect(a.get_ylim()).toEqual(b.get_ylim())
    expect(c.get_ylim()).toEqual(d.get_ylim())
    expect(a.get_ylim()).not.toEqual(c.get_ylim())
    b.set_xlim(0, 5)
    expect(c.get_xlim()).toEqual([0, 5])
    expect(texts().filter(text => text === '5').length).toBe(2)
  })
})

describe('clf and cla', () => {
  it('empty the figure and the axes', () => {
    plt.plot([1, 2])
    plt.title('t')
    plt.ylim(0, 9)
    plt.cla()
    expect([plt.gca().artists.length, plt.gca().get_title(), plt.ylim()]).toEqual([0, '', [0, 1]])
    plt.suptitle('s')
    plt.clf()
    expect([plt.gcf().axes.length, texts()]).toEqual([0, []])
    const axes = plt.subplot(2, 1, 1)
    plt.delaxes(axes)
    expect(plt.gcf().axes.length).toBe(0)
  })
})

describe('tight_layout', () => {
  it('keeps titles, labels and neighbours apart', () => {
    const [, axes] = plt.subplots(2, 2)
    for (const one of axes.flat()) {
      one.plot([0, 1000], [0, 12345])
      one.set({ title: 'A title', xlabel: 'x label', ylabel: 'y label' })
    }
    plt.tight_layout()
    const [a, b, c] = axes.flat().map(box) as [ReturnType<typeof box>, ReturnType<typeof box>, ReturnType<typeof box>]
    expect(a.x).toBeGreaterThan(60)
    expect(b.x - a.x - a.width).toBeGreaterThan(75)
    expect(c.y - a.y - a.height).toBeGreaterThan(70)
    const image = pixels()
    // Nothing is cut off at the edges of the figure.
    expect(image.count(0, 0, 5, 480, dark) + image.count(0, 474, 640, 480, dark) + image.count(635, 0, 640, 480, dark)).toBe(0)
  })

  it('leaves room for the title of the figure', () => {
    plt.suptitle('All of it')
    plt.plot([1])
    plt.title('Part')
    plt.tight_layout()
    expect(box(plt.gca()).y).toBeGreaterThan(55)
  })

  it('is done at every drawing with layout tight', () => {
    plt.figure({ layout: 'tight' })
    plt.plot([1, 2])
    pixels()
    expect(box(plt.gca()).x).toBeLessThan(70)
  })

  it('leaves a layout that has no room as it was', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    plt.figure({ figsize: [0.5, 0.5] })
    plt.plot([1, 2])
    plt.tight_layout()
    expect(warn).toHaveBeenCalledWith('Tight layout not applied. The axes cannot be made small enough to accommodate all Axes decorations.')
    expect(plt.gcf().parameters.left).toBe(0.125)
    warn.mockRestore()
  })
})

describe('subplots_adjust', () => {
  it('sets margins', () => {
    plt.subplots_adjust({ left: 0, right: 1, bottom: 0, top: 1 })
    plt.imshow([[1, 1]], { cmap: 'gray', vmin: 1, vmax: 2, aspect: 'auto' })
    plt.axis('off')
    expect(pixels().count(0, 0, 640, 480, is(0, 0, 0))).toBe(640 * 480)
    expect(() => plt.subplots_adjust({ left: 2 })).toThrow('left cannot be >= right')
  })
})

describe('savefig with bbox_inches tight', () => {
  it('cuts off empty margins', () => {
    plt.imshow([[0]], { cmap: 'gray' })
    plt.axis('off')
    const image = pixels({ bbox_inches: 'tight' })
    expect([image.width, image.height]).toEqual([389, 389])
    expect(image.box(dark)).toEqual([10, 10, 378, 378])
  })
})
