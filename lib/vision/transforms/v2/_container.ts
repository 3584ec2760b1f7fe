// Transforms made of others; torchvision.transforms.v2._container.
import { type Args, bind } from '../../../_args'
import { tensor } from '../../../_creation'
import { ValueError } from '../../../_errors'
import { multinomial, randperm } from '../../../generated/torch_functions'
import type { Tensor } from '../../../tensor'
import { type AnyTransform, Floats, describe } from '../_base'
import { Transform } from './_transform'
import { happens } from './_utils'

type Step = (...inputs: unknown[]) => unknown

function check(transforms: unknown): readonly AnyTransform[] {
  if (!Array.isArray(transforms)) throw new TypeError('Argument transforms should be a sequence of callables')
  if (transforms.length === 0) throw new ValueError('Pass at least one transform')
  return transforms as AnyTransform[]
}

/** One transform after the other: several inputs stay several. */
function run(transforms: readonly AnyTransform[], inputs: readonly unknown[]): unknown {
  let current = inputs
  let outputs: unknown = inputs.length > 1 ? inputs : inputs[0]
  for (const transform of transforms) {
    outputs = (transform as unknown as Step)(...current)
    current = inputs.length > 1 ? outputs as unknown[] : [outputs]
  }
  return outputs
}

const lines = (transforms: readonly AnyTransform[]): string => transforms.map(transform => `    ${describe(transform)}`).join('\n')

export interface Compose<Output = Tensor> {
  (inpt: unknown): Output
  <T = unknown[]>(...inputs: unknown[]): T
}

/**
 * Applies transforms one after the other, to one input or to several.
 * @example new v2.Compose([new v2.ToImage(), new v2.ToDtype(torch.float32, { scale: true })])
 * @see torchvision.transforms.v2.Compose
 */
export class Compose<Output = Tensor> extends Transform {
  readonly transforms: readonly AnyTransform[]

  constructor(...args: Args<[transforms: readonly AnyTransform[]], readonly ['transforms']>) {
    super()
    this.transforms = check(bind('Compose.__init__', ['transforms'], 1, args)['transforms'])
  }

  protected override __call__(...inputs: unknown[]): Output {
    return run(this.transforms, inputs) as Output
  }

  override extra_repr(): string {
    return lines(this.transforms)
  }
}

/** All of the transforms with probability p, else none. Default: 0.5. @see torchvision.transforms.v2.RandomApply */
export class RandomApply extends Transform {
  readonly transforms: readonly AnyTransform[]
  readonly p: number

  constructor(...args: Args<[transforms: readonly AnyTransform[], p?: number], readonly ['transforms', 'p']>) {
    super()
    const { transforms, p = 0.5 } = bind('RandomApply.__init__', ['transforms', 'p'], 1, args)
    this.transforms = check(transforms)
    if (!((p as number) >= 0 && (p as number) <= 1)) throw new ValueError('`p` should be a floating point value in the interval [0.0, 1.0].')
    this.p = p as number
  }

  protected override __call__(...inputs: unknown[]): unknown {
    return run(happens(this.p) ? this.transforms : [], inputs)
  }

  override extra_repr(): string {
    return lines(this.transforms)
  }
}

/** One of the transforms. @param p - their weights. Default: equal. @see torchvision.transforms.v2.RandomChoice */
export class RandomChoice extends Transform {
  readonly transforms: readonly AnyTransform[]
  readonly p: readonly number[]

  constructor(...args: Args<[transforms: readonly AnyTransform[], p?: readonly number[] | null], readonly ['transforms', 'p']>) {
    super()
    const { transforms, p = null } = bind('RandomChoice.__init__', ['transforms', 'p'], 1, args)
    this.transforms = check(transforms)
    const weights = (p ?? this.transforms.map(() => 1)) as number[]
    if (weights.length !== this.transforms.length) {
      throw new ValueError(`Length of p doesn't match the number of transforms: ${weights.length} != ${this.transforms.length}`)
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    this.p = Floats.of_values(weights.map(weight => weight / total), false)
  }

  protected override __call__(...inputs: unknown[]): unknown {
    const chosen = multinomial(tensor([...this.p]), 1).item<number>()
    return run([this.transforms[chosen]!], inputs)
  }
}

/** All of the transforms in a random order. @see torchvision.transforms.v2.RandomOrder */
export class RandomOrder extends Transform {
  readonly transforms: readonly AnyTransform[]

  constructor(...args: Args<[transforms: readonly AnyTransform[]], readonly ['transforms']>) {
    super()
    this.transforms = check(bind('RandomOrder.__init__', ['transforms'], 1, args)['transforms'])
  }

  protected override __call__(...inputs: unknown[]): unknown {
    const order = randperm(this.transforms.length).tolist() as number[]
    return run(order.map(i => this.transforms[i]!), inputs)
  }
}
