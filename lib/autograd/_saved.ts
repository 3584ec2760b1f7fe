// A tensor saved outside of any node as a node saves it, by the hooks in force: PyTorch's SavedTensor.
import { type Handle, binding } from '../_C'
import { handle, made } from '../_dispatch'
import type { Tensor } from '../tensor'

/** Keeps a tensor as it is now, and notices later changes in place. */
export class SavedTensor {
  readonly #saved: Handle

  constructor(tensor: Tensor) {
    this.#saved = binding.save_tensor(this, handle(tensor))
  }

  unpack(): Tensor {
    return made(out => binding.unpack_tensor(out, this.#saved)) as Tensor
  }
}
