// Bad input: matplotlib's words, and never a crash.
import { spawnSync } from 'node:child_process'
import plt from 'torch-ts/pyplot'
import { temporary_folder } from '../helpers/temporary'
import { captured_warnings } from '../helpers/warnings'
import '../helpers/typescript_children'
import { pixels } from '../helpers/figure_pixels'

function zeros(length: number, ...inner: number[]): unknown[] {
  return Array.from({ length }, () => inner.length === 0 ? 0 : zeros(...inner as [number]))
}
const loose = plt as unknown as Record<string, (...args: unknown[]) => unknown>

afterEach(() => plt.close('all'))

const cases: [call: string, args: unknown[], kind: string, message: string][] = [
  ['subplot', [2, 5, 11], 'ValueError', 'num must be an integer with 1 <= num <= 10, not 11'],
  ['subplot', [2, 5, 0], 'ValueError', 'num must be an integer with 1 <= num <= 10, not 0'],
  ['subplot', [2, 5, [1, 11]], 'ValueError', 'num must be an integer with 1 <= num <= 10, not (1, 11)'],
  ['subplot', [25], 'ValueError', 'Single argument to subplot must be a three-digit integer, not 25'],
  ['subplot', [2, 0, 1], 'ValueError', 'Number of columns must be a positive integer, not 0'],
  ['subplot', [2.5, 2, 1], 'ValueError', 'Number of rows must be a positive integer, not 2.5'],
  ['subplot', [2, 2], 'TypeError', 'subplot() takes 1 or 3 positional arguments but 2 were given'],
  ['subplots', [0, 2], 'ValueError', 'Number of rows must be a positive integer, not 0'],
  ['subplots', [2, 2, { sharex: 'foo' }], 'ValueError', "'foo' is not a valid value for sharex. Supported values are 'all', 'row', 'col', 'none', False, True"],
  ['imshow', [zeros(1, 28, 28)], 'TypeError', 'Invalid shape (1, 28, 28) for image data'],
  ['imshow', [zeros(28)], 'TypeError', 'Invalid shape (28,) for image data'],
  ['imshow', [[]], 'TypeError', 'Invalid shape (0,) for image data'],
  ['imshow', [zeros(2, 2, 2)], 'TypeError', 'Invalid shape (2, 2, 2) for image data'],
  ['imshow', [[['a', 'b']]], 'TypeError', 'Image data of dtype <U1 cannot be converted to float'],
  ['imshow', [[[{ re: 1, im: 2 }]]], 'TypeError', 'Image data of dtype object cannot be converted to float'],
  ['imshow', [[[1, 2], [3]]], 'ValueError',
    'setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part.'],
  ['imshow', [zeros(3, 3), { origin: 'foo' }], 'ValueError', "'foo' is not a valid value for origin. Supported values are 'upper', 'lower'"],
  ['imshow', [zeros(3, 3), { aspect: 'foo' }], 'ValueError', "could not convert string to float: 'foo'"],
  ['imshow', [zeros(3, 3), { vmin: 3, vmax: 1 }], 'ValueError', 'minvalue must be less than or equal to maxvalue'],
  ['imshow', [zeros(3, 3), { alpha: 2 }], 'ValueError', 'alpha (2) is outside 0-1 range'],
  ['imshow', [zeros(3, 3), 'gray', { cmap: 'hot' }], 'TypeError', "imshow() got multiple values for argument 'cmap'"],
  ['imshow', [], 'TypeError', "imshow() missing 1 required positional argument: 'X'"],
  ['plot', [[1, 2, 3], [1, 2]], 'ValueError', 'x and y must have same first dimension, but have shapes (3,) and (2,)'],
  ['plot', [[1, 2, 3], [1, 2, 3], 'r--q'], 'ValueError', "'r--q' is not a valid format string (unrecognized character 'q')"],
  ['plot', [[1, 2, 3], 'rb'], 'ValueError', "'rb' is not a valid format string (two color symbols)"],
  ['plot', [[1, 2, 3], '--:'], 'ValueError', "'--:' is not a valid format string (two linestyle symbols)"],
  ['plot', [[1, 2, 3], 'ox'], 'ValueError', "'ox' is not a valid format string (two marker symbols)"],
  ['plot', [[1, 2, 3], { linestyle: 'foo' }], 'ValueError', "'foo' is not a valid value for ls."],
  ['plot', [[1, 2, 3], { marker: 'foo' }], 'ValueError', "Unrecognized marker style 'foo'"],
  ['plot', [[1, 2, 3], { foo: 1 }], 'TypeError', "Line2D.set() got an unexpected keyword argument 'foo'"],
  ['plot', [[1, 2], { lw: 1, linewidth: 2 }], 'TypeError', "Got both 'linewidth' and 'lw', which are aliases of one another"],
  ['plot', [zeros(2, 2, 2)], 'ValueError', 'x and y can be no greater than 2D, but have shapes (2,) and (2, 2, 2)'],
  ['plot', [zeros(4, 3), zeros(4, 2)], 'ValueError', 'x has 3 columns but y has 2 columns'],
  ['plot', [undefined], 'TypeError', 'y data of dtype object cannot be converted to float'],
  ['plot', [[1, 2], { label: ['a', 'b'] }], 'ValueError', 'label must be scalar or have the same length as the input data, but found 2 for 1 datasets.'],
  ['scatter', [[1, 2, 3], [1, 2]], 'ValueError', 'x and y must be the same size'],
  ['scatter', [[1, 2, 3], [1, 2, 3], [1, 2]], 'ValueError', 's (size 2) cannot be broadcast to match x and y (size 3)'],
  ['scatter', [[1, 2, 3], [1, 2, 3], { c: [1, 2] }], 'ValueError', "'c' argument has 2 elements, which is inconsistent with 'x' and 'y' with size 3."],
  ['scatter', [[1], [1], { c: 'foo' }], 'ValueError', "'c' argument must be a color, a sequence of colors, or a sequence of numbers, not 'foo'"],
  ['scatter', [[1], [1], { foo: 3 }], 'TypeError', "PathCollection.set() got an unexpected keyword argument 'foo'"],
  ['bar', [[1, 2, 3], [1, 2]], 'ValueError',
    "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between 'x' with shape (3,) and 'height' with shape (2,)."],
  ['bar', [[1], [1], { foo: 3 }], 'TypeError', "Rectangle.set() got an unexpected keyword argument 'foo'"],
  ['bar', [[1], [1], { align: 'x' }], 'ValueError', "'x' is not a valid value for align. Supported values are 'center', 'edge'"],
  ['bar', [[1, 2, 3], [1, 2, 3], { label: ['a', 'b'] }], 'ValueError', 'number of labels (2) does not match number of bars (3).'],
  ['errorbar', [[1, 2, 3], [1, 2, 3], { yerr: [1, 2] }], 'ValueError',
    "'yerr' (shape: (2,)) must be a scalar or a 1D or (2, n) array-like whose shape matches 'y' (shape: (3,))"],
  ['errorbar', [[1], [1], { yerr: -1 }], 'ValueError', "'yerr' must not contain negative values"],
  ['hist', [[1, 2, 3], { bins: 0 }], 'ValueError', '`bins` must be positive, when an integer'],
  ['hist', [[1, 2, 3], { bins: [3, 2, 1] }], 'ValueError', '`bins` must increase monotonically, when an array'],
  ['hist', [[1, 2, 3], { bins: 'foo' }], 'ValueError', "'foo' is not a valid estimator for `bins`"],
  ['hist', [[1, 2, 3], { bins: 2.5 }], 'TypeError', '`bins` must be an integer, a string, or an array'],
  ['hist', [[1, 2, 3], { range: [3, 1] }], 'ValueError', 'max must be larger than min in range parameter.'],
  ['hist', [[1, 2, 3], { range: [0, Infinity] }], 'ValueError', 'supplied range of [0, inf] is not finite'],
  ['hist', [[1, 2, 3], { weights: [1, 2] }], 'ValueError', 'weights should have the same shape as x'],
  ['hist', [[1], { histtype: 'foo' }], 'ValueError', "'foo' is not a valid value for histtype. Supported values are 'bar', 'barstacked', 'step', 'stepfilled'"],
  ['fill_between', [[1, 2, 3], [1, 2]], 'ValueError', "'x' has size 3, but 'y1' has an unequal size of 2"],
  ['axhline', [[1, 2]], 'ValueError', 'y must be a single scalar value, but got a list'],
  ['xlim', [NaN, 1], 'ValueError', 'Axis limits cannot be NaN or Inf'],
  ['xlim', [[1]], 'ValueError', 'not enough values to unpack (expected 2, got 1)'],
  ['xticks', [[1, 2], ['a']], 'ValueError',
    'The number of FixedLocator locations (2), usually from a call to set_ticks, does not match the number of labels (1).'],
  ['xticks', [{ labels: ['a'] }], 'TypeError', "xticks(): Parameter 'labels' can't be set without setting 'ticks'"],
  ['xscale', ['foo'], 'ValueError', "'foo' is not a valid value for scale. Supported values are 'linear', 'log'"],
  ['legend', [{ loc: 99 }], 'ValueError', 'loc must be string, coordinate tuple, or an integer 0-10, not 99'],
  ['axis', ['foo'], 'ValueError', "Unrecognized string 'foo' to axis; try 'on' or 'off'"],
  ['axis', [[1, 2, 3]], 'TypeError', 'The first argument to axis() must be an iterable of the form [xmin, xmax, ymin, ymax]'],
  ['colorbar', [], 'RuntimeError',
    'No mappable was found to use for colorbar creation. First define a mappable such as an image (with imshow) or a contour set (with contourf).'],
  ['figure', [{ figsize: [-1, 1] }], 'ValueError', 'figure size must be positive finite not (-1, 1)'],
  ['figure', [{ figsize: [NaN, 1] }], 'ValueError', 'figure size must be positive finite not (nan, 1)'],
  ['figure', [{ foo: 0 }], 'TypeError', "Figure.set() got an unexpected keyword argument 'foo'"],
  ['close', [3.5], 'TypeError', "'fig' must be an instance of matplotlib.figure.Figure, int, str or None, not a float"],
  ['title', [], 'TypeError', "title() missing 1 required positional argument: 'label'"],
  ['title', ['a', { foo: 3 }], 'TypeError', "Text.set() got an unexpected keyword argument 'foo'"],
  ['title', ['a', { loc: 'up' }], 'ValueError', "'up' is not a valid value for loc. Supported values are 'left', 'center', 'right'"],
]

describe('pyplot', () => {
  it.each(cases)('%s(%j) throws %s: %s', (call, args, kind, message) => {
    let thrown: unknown
    try {
      loose[call]!(...args)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(Error)
    expect([(thrown as Error).name, (thrown as Error).message]).toEqual([kind, message])
  })

  it('names the colours and maps that there are', () => {
    expect(() => plt.plot([1], { color: 'foo' })).toThrow(/^'foo' is not a valid value for color: supported inputs are/)
    expect(() => plt.imshow([[1]], { cmap: 'foo' })).toThrow(/^'foo' is not a valid value for cmap; supported values are 'Blues', .*'viridis'/)
    expect(() => plt.imshow([[1]], { interpolation: 'foo' })).toThrow(/^'foo' is not a valid value for interpolation; supported values are 'nearest'/)
    expect(() => plt.plot([1], { color: [2, 0, 0] })).toThrow('RGBA values should be within 0-1 range')
  })

  it('refuses tensors that require grad or lie on another device, as Tensor.numpy() does', () => {
    const tensor = (more: object) => ({ shape: [2], tolist: () => [1, 2], ...more })
    const grad = tensor({ requires_grad: true })
    const message = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
    const losses = [tensor({ requires_grad: true, shape: [], tolist: () => 1 })]
    const calls = [
      () => plt.plot(grad), () => plt.plot([1, 2], grad), () => plt.scatter(grad, [1, 2]), () => plt.hist(grad), () => plt.bar([1, 2], grad),
      () => plt.imshow([grad] as never), () => plt.plot(losses as never),
    ]
    for (const call of calls) {
      expect(call).toThrow(expect.objectContaining({ name: 'RuntimeError', message }))
    }
    const cuda = tensor({ device: { type: 'cuda', toString: () => 'cuda:0' } })
    expect(() => plt.plot(cuda)).toThrow(new TypeError(
      "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."))
  })

  it('leaves no figure behind when subplots fails', () => {
    expect(() => plt.subplots(0, 1)).toThrow()
    expect(plt.get_fignums()).toEqual([])
  })

  it('warns of what it changes', async () => {
    const text = async (callback: () => unknown) => (await captured_warnings(callback)).map(warning => warning.replace(/^\w+: /, ''))
    expect(await text(() => plt.xlim(1, 1))).toEqual(['Attempting to set identical low and high xlims makes transformation singular; automatically expanding.'])
    expect(await text(() => plt.legend())).toEqual([expect.stringMatching(/^No artists with labels found to put in legend\./)])
    expect(await text(() => plt.imshow([[[2.5, 0, 0]]]))).toEqual([expect.stringMatching(/^Clipping input data to the valid range for imshow with RGB data/)])
    expect(await text(() => {
      for (let i = 0; i < 22; i++) plt.figure()
    })).toEqual([expect.stringMatching(/^More than 20 figures have been opened\./)])
  })

  it('draws nothing for nothing', () => {
    plt.plot([], [])
    plt.scatter([], [])
    plt.bar([], [])
    plt.fill_between([], [])
    plt.plot([NaN, NaN])
    expect(plt.hist([])[0]).toEqual(new Array(10).fill(0))
    expect(pixels().width).toBe(640)
  })
})

describe('extreme values', () => {
  const folder = temporary_folder()

  // resvg would abort the process on some of these, so that a test in this process could not report it.
  it('never crash the process', () => {
    const program = `
      const plt = require('torch-ts/pyplot').default
      process.emitWarning = () => {}
      const values = [0, -1, 1e300, -1.7e308, 5e-324, NaN, -Infinity, 1 + 1e-15, 12.5]
      const sizes = [0, 1e-6, 1, 1e3, 1e9]
      const draw = options => { plt.savefig(process.argv[1] + '/figure.png', options); plt.close('all') }
      let count = 0
      for (const a of values) for (const b of values) {
        plt.figure({ figsize: [2, 1.5], dpi: 50 })
        const size = sizes[count++ % sizes.length]
        plt.plot([0, a, 1, b], [a, b, 2, 0], { marker: 'o', lw: size, ms: size })
        plt.scatter([a, 1], [1, b], { s: size, marker: '*' })
        plt.bar([a, 1], [b, 2], { ec: 'k', lw: size, yerr: 1 })
        plt.fill_between([0, a, 2], [1, b, 3])
        plt.text(a, b, 'text', { fontsize: Math.max(size, 1) })
        plt.axhline(a)
        if (count % 3 === 0) plt.yscale('log')
        if (count % 4 === 0) plt.axis('equal')
        if (count % 5 === 0) try { plt.xlim(a, b) } catch {}
        if (count % 7 === 0) plt.subplots_adjust({ left: -0.5, bottom: 0, right: 0, top: 1 })
        draw({ bbox_inches: count % 2 ? 'tight' : undefined, pad_inches: 0 })
      }
      for (const [x, y] of [[5, 6], [-3, -2], [0, 1e-12]]) {
        plt.plot([0, 1], [0, 1], 'o-', { ms: 30 })
        plt.imshow([[1, 2], [3, 4]])
        plt.xlim(x, y)
        plt.ylim(y, x)
        plt.subplots_adjust({ left: 0, right: 1, bottom: 0, top: 1 })
        draw()
      }
      console.log(count)`
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', program, folder()], { encoding: 'utf8', env: process.env })
    expect([stdout, stderr, status]).toEqual(['81\n', '', 0])
  })
})
