// Batch normalisation without running statistics: torch/_functorch/batch_norm_replacement.py.
import { _BatchNorm } from '../nn/modules/batchnorm'
import type { Module } from '../nn/modules/module'

/**
 * Takes the running statistics from every batch normalisation in a module, which then uses the batch's own: vmap cannot change
 * them in place.
 *
 * @returns the module itself
 * @see torch.func.replace_all_batch_norm_modules_
 */
export function replace_all_batch_norm_modules_<M extends Module>(root: M): M {
  for (const module of root.modules()) {
    if (!(module instanceof _BatchNorm) || !module.track_running_stats) continue
    module.running_mean = null
    module.running_var = null
    module.num_batches_tracked = null
    module.track_running_stats = false
  }
  return root
}
