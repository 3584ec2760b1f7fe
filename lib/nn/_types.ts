// Types that the signatures of torch.nn share: torch.nn.common_types.
import type { DeviceLike } from '../device'
import type { dtype } from '../dtype'

/** A size in each spatial dimension, or one number for all of them. */
export type Sizes = number | readonly number[]

/** Where and of what type a layer makes its parameters. */
export type DeviceOption = DeviceLike | null
export type DtypeOption = dtype | null

/** Python's `torch.empty(size, **factory_kwargs)` takes these. */
export interface FactoryKwargs {
  device?: DeviceOption
  dtype?: DtypeOption
}
