// The torch namespace: re-exports only.
export * from './generated/torch_functions'
export * from './functional'
export * from './dtype'
export * from './layout'
export { device, Device, type DeviceLike } from './device'
export { Size } from './_size'
export { e, inf, nan, newaxis, pi } from './_constants'
export { typename } from './_typename'
export { Complex, NamedTuple } from './_dispatch'
export {
  ValueError, RuntimeError, IndexError, NotImplementedError, OutOfMemoryError, LinAlgError, AssertionError, KeyError, AttributeError,
  AcceleratorError, FatalError,
} from './_errors'
export { Node } from './autograd/_node'
export { Tensor, type RemovableHandle, type ToOptions, type TypedArray } from './tensor'
export {
  tensor, as_tensor, asarray, from_numpy, frombuffer, full, full_like, scalar_tensor, type TensorData, type TensorOptions, type FactoryOptions,
} from './_creation'
export { finfo, iinfo, type FloatInfo, type IntInfo } from './_type_info'
export { get_default_device, get_default_dtype, set_default_device, set_default_dtype, set_default_tensor_type } from './_defaults'
export { slice, Slice, type IndexPart } from './_indexing'
export { set_printoptions, get_printoptions, printoptions, type PrintOptions } from './_tensor_str'
export {
  Generator, default_generator, manual_seed, seed, initial_seed, get_rng_state, set_rng_state,
} from './random'
export {
  no_grad, enable_grad, set_grad_enabled, inference_mode, is_grad_enabled, is_inference_mode_enabled, ModeGuard,
} from './autograd/grad_mode'
export {
  are_deterministic_algorithms_enabled, get_deterministic_debug_mode, get_float32_matmul_precision, has_lapack, has_mkl, has_openmp, has_spectral,
  is_deterministic_algorithms_warn_only_enabled, is_warn_always_enabled, set_deterministic_debug_mode, set_float32_matmul_precision,
  set_flush_denormal, set_warn_always, use_deterministic_algorithms,
} from './_context'
export { get_num_threads, set_num_threads, get_num_interop_threads, set_num_interop_threads, __version__ } from './_config'
export { scope, memory_stats, reset_peak_memory_stats, gc_collect, empty_cache, type MemoryStats } from './_scope'
export { enumerate, zip, range } from './_helpers'
export { ops } from './_ops'
export { type Classes, type ScriptClass, classes } from './_classes'
export { load, save } from './serialization'
export { UntypedStorage } from './storage'
export type { Int, Item, Named, Nested, Scalar } from './types'
export {
  autocast_decrement_nesting, autocast_increment_nesting, clear_autocast_cache, get_autocast_cpu_dtype, get_autocast_dtype, get_autocast_gpu_dtype,
  get_autocast_ipu_dtype, get_autocast_xla_dtype, is_autocast_cache_enabled, is_autocast_cpu_enabled, is_autocast_enabled,
  is_autocast_ipu_enabled, is_autocast_xla_enabled, set_autocast_cache_enabled, set_autocast_cpu_dtype, set_autocast_cpu_enabled,
  set_autocast_dtype, set_autocast_enabled, set_autocast_gpu_dtype, set_autocast_ipu_dtype, set_autocast_ipu_enabled, set_autocast_xla_dtype,
  set_autocast_xla_enabled,
} from './amp/_state'
export { autocast, GradScaler } from './amp'
export * as accelerator from './accelerator'
export * as amp from './amp'
export * as serialization from './serialization'
export { is_anomaly_check_nan_enabled, is_anomaly_enabled, set_anomaly_enabled } from './autograd/anomaly_mode'
export * as random from './random'
export * as autograd from './autograd'
export * as backends from './backends'
export * as cuda from './cuda'
export * as copy from './copy'
export * as nn from './nn'
export * as linalg from './linalg'
export * as fft from './generated/fft'
export * as sparse from './sparse'
export * as special from './generated/special'
export * as cpu from './cpu'
export * as version from './version'
export * as functional from './functional'
export {
  _inductor, distributions, export, func, hub, jit, masked, multiprocessing,
  optim, quasirandom, signal, testing, utils, vmap,
} from './_namespaces.cjs'
