// Points that fill space more evenly than random ones: torch.quasirandom.
import { type Args, bind } from './_args'
import { get_default_dtype } from './_defaults'
import { ValueError } from './_errors'
import { aten } from './_operators'
import { type dtype, int64 } from './dtype'
import * as torch from './generated/torch_functions'
import { Generator } from './random'
import type { Tensor } from './tensor'

const ops = {
  initialize: aten('_sobol_engine_initialize_state_'), draw: aten('_sobol_engine_draw'), forward: aten('_sobol_engine_ff_'),
  scramble: aten('_sobol_engine_scramble_'),
}

const engine_names = ['dimension', 'scramble', 'seed'] as const
const draw_names = ['n', 'out', 'dtype'] as const
const base2_names = ['m', 'out', 'dtype'] as const

/**
 * Draws points of Sobol's sequence in the unit cube.
 *
 * @param dimension - of the points, from 1 to 21201.
 * @param scramble - shuffle the sequence at random. Default: false.
 * @param seed - of that shuffling. Default: none, the global generator draws it.
 * @throws {ValueError} for another dimension.
 * @see torch.quasirandom.SobolEngine
 */
export class SobolEngine {
  static readonly MAXBIT = 30
  static readonly MAXDIM = 21201

  readonly dimension: number
  readonly scramble: boolean
  readonly seed: number | null
  /** How many points were drawn or left out. */
  num_generated = 0
  readonly #state: Tensor
  readonly #shift: Tensor
  readonly #first: Tensor
  #quasi: Tensor

  constructor(...args: Args<[dimension: number, scramble?: boolean, seed?: number | null], typeof engine_names>) {
    type Bound = { dimension: number, scramble?: boolean, seed?: number | null }
    const { dimension, scramble = false, seed = null } = bind<Bound>('SobolEngine', engine_names, 1, args)
    if (!(dimension >= 1 && dimension <= SobolEngine.MAXDIM)) {
      throw new ValueError(`Supported range of dimensionality for SobolEngine is [1, ${SobolEngine.MAXDIM}]`)
    }
    this.dimension = dimension
    this.scramble = scramble
    this.seed = seed
    const options = { dtype: int64, device: 'cpu' }
    this.#state = torch.zeros([dimension, SobolEngine.MAXBIT], options)
    ops.initialize([this.#state, dimension])
    this.#shift = scramble ? this.#scramble() : torch.zeros([dimension], options)
    this.#quasi = this.#shift.clone()
    this.#first = this.#quasi.div(2 ** SobolEngine.MAXBIT).reshape([1, -1])
  }

  #scramble(): Tensor {
    const generator = this.seed === null ? null : new Generator().manual_seed(this.seed)
    const bits = torch.randint(2, [this.dimension, SobolEngine.MAXBIT], { device: 'cpu', generator })
    const shift = bits.mv(torch.pow(2, torch.arange(0, SobolEngine.MAXBIT, { device: 'cpu' })))
    const matrices = torch.randint(2, [this.dimension, SobolEngine.MAXBIT, SobolEngine.MAXBIT], { device: 'cpu', generator }).tril()
    ops.scramble([this.#state, matrices, this.dimension])
    return shift
  }

  #next(n: number, before: number, dtype: dtype): Tensor {
    const [points, quasi] = ops.draw([this.#quasi, n, this.#state, this.dimension, before], { dtype }) as [Tensor, Tensor]
    this.#quasi = quasi
    return points
  }

  /**
   * The next points, one in each row.
   *
   * @param n - how many. Default: 1.
   * @param dtype - default: the default dtype.
   */
  draw(...args: Args<[n?: number, out?: Tensor | null, dtype?: dtype | null], typeof draw_names>): Tensor {
    type Bound = { n?: number, out?: Tensor | null, dtype?: dtype | null }
    const { n = 1, out, dtype: given } = bind<Bound>('draw', draw_names, 0, args)
    const dtype = given ?? get_default_dtype()
    const first = this.#first.to(dtype)
    const points = this.num_generated > 0 ? this.#next(n, this.num_generated - 1, dtype)
      : n === 1 ? first : torch.cat([first, this.#next(n - 1, 0, dtype)], -2)
    this.num_generated += n
    return out == null ? points : out.resize_as_(points).copy_(points)
  }

  /** The next 2^m points. @throws {ValueError} if the number of points so far and these is no power of 2. */
  draw_base2(...args: Args<[m: number, out?: Tensor | null, dtype?: dtype | null], typeof base2_names>): Tensor {
    type Bound = { m: number, out?: Tensor | null, dtype?: dtype | null }
    const { m, out, dtype } = bind<Bound>('draw_base2', base2_names, 1, args)
    const n = 2 ** m
    const total = this.num_generated + n
    if (!Number.isInteger(Math.log2(total))) {
      throw new ValueError(`The balance properties of Sobol' points require n to be a power of 2. ${this.num_generated} points have been previously `
        + `generated, then: n=${this.num_generated}+2**${m}=${total}. If you still want to do this, please use 'SobolEngine.draw()' instead.`)
    }
    return this.draw({ n, out, dtype })
  }

  /** Starts over. */
  reset(): this {
    this.#quasi.copy_(this.#shift)
    this.num_generated = 0
    return this
  }

  /** Leaves out the next n points. */
  fast_forward(n: number): this {
    const [steps, before] = this.num_generated === 0 ? [n - 1, 0] : [n, this.num_generated - 1]
    ops.forward([this.#quasi, steps, this.#state, this.dimension, before])
    this.num_generated += n
    return this
  }

  toString(): string {
    return `SobolEngine(dimension=${this.dimension}${this.scramble ? ', scramble=True' : ''}${this.seed === null ? '' : `, seed=${this.seed}`})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
