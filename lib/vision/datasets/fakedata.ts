// Random images for trials; torchvision.datasets.fakedata.
import { type Args, bind } from '../../_args'
import { IndexError } from '../../_errors'
import { aten } from '../../_operators'
import { get_rng_state, manual_seed, set_rng_state } from '../../random'
import type { Tensor } from '../../tensor'
import type { Image } from '../_image'
import type { AnyTransform } from '../transforms/transforms'
import { to_pil_image } from '../transforms/functional'
import { VisionDataset } from './vision'

const names = ['size', 'image_size', 'num_classes', 'transform', 'target_transform', 'random_offset'] as const

/** Arguments of {@link FakeData}. */
export type FakeDataArgs<Input, Target> = Args<[
  size?: number, image_size?: readonly [number, number, number], num_classes?: number, transform?: ((image: Image) => Input) | null,
  target_transform?: ((target: number) => Target) | null, random_offset?: number,
], typeof names>

/**
 * Images of noise with random classes: the same for the same index; other random numbers go on as if it were not there.
 *
 * @param size - how many. Default: 1000.
 * @param image_size - (channels, height, width). Default: (3, 224, 224).
 * @param num_classes - Default: 10.
 * @param random_offset - added to the index, for other images. Default: 0.
 * @see torchvision.datasets.FakeData
 */
export class FakeData<Input = Image, Target = number> extends VisionDataset<[Input, Target]> {
  readonly size: number
  readonly image_size: readonly number[]
  readonly num_classes: number
  readonly random_offset: number

  constructor(...args: FakeDataArgs<Input, Target>) {
    const bound = bind(`${new.target.name}.__init__`, names, 0, args)
    const { size = 1000, image_size = [3, 224, 224], num_classes = 10, transform, target_transform, random_offset = 0 } = bound
    super(null, { transform: transform as AnyTransform, target_transform: target_transform as AnyTransform })
    this.size = size as number
    this.image_size = image_size as number[]
    this.num_classes = num_classes as number
    this.random_offset = random_offset as number
  }

  override get length(): number {
    return this.size
  }

  override __getitem__(index: number): [Input, Target] {
    if (index >= this.size) throw new IndexError(`${this.constructor.name} index out of range`)
    const state = get_rng_state()
    manual_seed(index + this.random_offset)
    const noise = aten('randn')([[...this.image_size]]) as Tensor
    const target = (aten('randint')([0, this.num_classes, [1]]) as Tensor).item<number>()
    set_rng_state(state)
    const image = to_pil_image(noise)
    return [
      (this.transform ? this.transform(image as never) : image) as Input,
      (this.target_transform ? this.target_transform(target as never) : target) as Target,
    ]
  }
}
