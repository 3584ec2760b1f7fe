// Loads the native addon and types what it exports. Nothing else imports the binding's loader.
import { isMainThread } from 'node:worker_threads'
import {
  AcceleratorError, AssertionError, IndexError, LinAlgError, NotImplementedError, OutOfMemoryError, RuntimeError, ScriptError,
  ValueError,
} from './_errors'
import { load_addon, open_library } from './_load'

/** A tensor's handle in the addon's table; 0 is none. */
export type Handle = number

type Bytes = Uint8Array | Int8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array
  | Float64Array | BigInt64Array | BigUint64Array

/** Pixels of an image: an array, or the handle of a tensor of bytes. */
export type Pixels = Uint8Array | Handle

/** The addon's functions, each explained where it is defined in native/. */
export interface Binding {
  resolve(name: string): number
  call(operator: number, out: object | null): number
  return_names(operator: number, overload: number): string
  keyword(name: string): number
  schemas(operator: number): string
  operator_names(): string
  tape(slots: number): ArrayBuffer

  adopt(object: object, id: Handle): void
  dispose(id: Handle): void
  shape(id: Handle): void
  stride(id: Handle): void
  dim(id: Handle): number
  numel(id: Handle): number
  dtype(id: Handle): number
  device(id: Handle): number
  layout(id: Handle): number
  storage_offset(id: Handle): number
  data_ptr(id: Handle): number
  is_contiguous(id: Handle, memory_format: number): boolean
  is_inference(id: Handle): boolean
  is_nested(id: Handle): boolean
  impl_id(id: Handle): number
  same(a: Handle, b: Handle): boolean
  item(id: Handle): void
  from_data(out: object, view: Bytes, dtype: number): Handle
  from_memory(out: object, view: Bytes, dtype: number, callback: number): Handle
  read(id: Handle, view: Bytes): void
  buffer(id: Handle): ArrayBuffer
  default_dtype(): number
  set_default_dtype(code: number): void
  live_handles(): number

  requires_grad(id: Handle): boolean
  set_requires_grad(id: Handle, flag: boolean): void
  is_leaf(id: Handle): boolean
  grad(out: object, id: Handle): Handle
  set_grad(id: Handle, grad: Handle): void
  output_nr(id: Handle): number
  version(id: Handle): number
  retain_grad(id: Handle): void
  retains_grad(id: Handle): boolean
  grad_dtype(id: Handle): number
  set_grad_dtype(id: Handle, code: number): void
  variable_data(out: object, id: Handle): Handle
  set_data(id: Handle, data: Handle): void
  increment_version(id: Handle): void
  mode(): number
  set_mode(bits: number): void

  register_hook(id: Handle, callback: number, name: string): void
  register_post_accumulate_hook(id: Handle, callback: number, object: object): void
  node_prehook(node: Handle, callback: number, name: string): void
  node_hook(node: Handle, callback: number, name: string): void
  remove_hook(callback: number): void
  weak_object(callback: number): object | undefined

  run_backward(roots: number[], grads: Handle[], retain_graph: boolean, create_graph: boolean, inputs: number[], accumulate: boolean): void
  edge_like(out: object, node: Handle, output_nr: number): Handle
  graph_task_id(): number
  is_checkpoint_valid(): boolean
  watch(out: object, tensors: Handle[]): Handle
  watched(watch: Handle): number
  anomaly_mode(): number
  set_anomaly_mode(bits: number): void
  node_metadata(node: Handle): number
  set_node_metadata(node: Handle, id: number): string
  multithreading(): boolean
  set_multithreading(on: boolean): void

  push_saved_hooks(pack: number, unpack: number): void
  pop_saved_hooks(): void
  saved_hooks_disabled(): string | undefined
  disable_saved_hooks(error_message: string): void
  enable_saved_hooks(): void
  save_tensor(out: object, id: Handle): Handle
  unpack_tensor(out: object, saved: Handle): Handle

  new_generator(out: object, device: number): Handle
  default_generator(out: object, device: number): Handle
  generator_seed(id: Handle, seed: bigint): void
  generator_initial_seed(id: Handle): bigint
  generator_reseed(id: Handle): bigint
  generator_device(id: Handle): number
  generator_state(out: object, id: Handle): Handle
  set_generator_state(id: Handle, state: Handle): void
  manual_seed(seed: bigint): void
  manual_seed_cuda(seed: bigint): void

  parse_device(name: string): number
  device_name(code: number): string
  accelerator(index: number): number
  has_cuda(): boolean
  cuda_device_count(): number
  cuda_init(): void
  cuda_synchronize(index: number): void
  cuda_current_device(): number
  cuda_set_device(index: number): void
  cuda_stats(index: number): void
  get_num_threads(): number
  set_num_threads(threads: number): void
  get_num_interop_threads(): number
  set_num_interop_threads(threads: number): void
  libtorch_version(): string
  show_config(): string
  parallel_info(): string
  cpu_capability(): string

  get_switch(name: string): number
  set_switch(name: string, value: number): void
  set_flush_denormal(mode: boolean): boolean

  autocast_enabled(device_type: string): boolean
  set_autocast_enabled(device_type: string, enabled: boolean): void
  autocast_dtype(device_type: string): number
  set_autocast_dtype(device_type: string, dtype: number): void
  autocast_available(device_type: string): boolean
  autocast_cache(): boolean
  set_autocast_cache(enabled: boolean): void
  clear_autocast_cache(): void
  nest_autocast(deeper: boolean): number

  collected(): number
  collect_after(bytes: number): void
  released(): void
  cpu_stats(): void
  reset_peak(): void
  empty_cache(): void

  storage_id(id: Handle): number
  storage_nbytes(id: Handle): number
  storage_bytes(out: object, id: Handle): Handle
  storage_part(out: object, id: Handle, offset: number, length: number): Handle
  lend(id: Handle, offset: number, length: number): ArrayBuffer
  reclaim(buffer: ArrayBuffer): void
  storage_read(id: Handle, length: number, source: number | Uint8Array, at: number): number
  crc32(bytes: Uint8Array, before: number): number

  vips_open(path: string): boolean
  vips_begin(bytes: Uint8Array, max_pixels: number): number
  vips_finish(out: object, job: number): Handle
  image_resize(pixels: Pixels, sizes: Int32Array, filter: number, result: Pixels): void
  image_gather(
    pixels: Pixels, width: number, height: number, channels: number, columns: Int32Array, rows: Int32Array,
    fill: Uint8Array, result: Pixels): void
  image_transform(pixels: Pixels, sizes: Int32Array, numbers: Float64Array, filter: number, fill: Uint8Array, result: Pixels): void
  image_planes(pixels: Pixels, width: number, height: number, channels: number, tables: Float32Array, out: Handle): void
  image_grey(pixels: Pixels, channels: number, result: Pixels): void
  image_mix(first: Pixels, pixels: Pixels, channels: number, kept: number, alpha: number, result: Pixels): void
  image_look_up(pixels: Pixels, tables: Uint8Array, result: Pixels): void
  image_histogram(pixels: Pixels, counts: Uint32Array): void
  image_turn_hue(pixels: Pixels, shift: number, result: Pixels): void
  image_smooth(pixels: Pixels, width: number, height: number, channels: number, result: Pixels): void
  image_alpha(pixels: Pixels, channels: number, is_back: boolean, result: Pixels): void

  share(id: Handle, group: number): number
  receive(out: object, token: number): Handle
  new_group(): number
  join_group(group: number): void
  group_state(group: number): number
  abandon_group(group: number): void

  warnings(): string

  tensor_node(out: object, id: Handle): Handle
  node_name(node: Handle): string
  same_node(a: Handle, b: Handle): boolean
  node_edges(node: Handle): number
  next_node(out: object, node: Handle, edge: number): Handle
  next_input(node: Handle, edge: number): number
  function_node(out: object, inputs: Handle[], callback: number, name: string): Handle
  function_outputs(node: Handle, inputs: Handle[], outputs: Handle[], non_differentiable: Handle[], dirty: Handle[],
    saved: Handle[], materialize_grads: boolean, held: number[]): void
  saved_tensors(callback: number): void
  held_output(out: object, callback: number, place: number): Handle
  delayed_error(message: string, tensors: Handle[]): void

  push_level(kind: number, batch_size: number, randomness: number): number
  pop_level(): void
  top_level(): void
  lower_level(): void
  restore_level(): void
  wrap_for_grad(out: object, id: Handle, level: number): Handle
  unwrap_for_grad(out: object, id: Handle, level: number): Handle
  unwrap_dead(out: object, id: Handle): Handle
  add_batch_dim(out: object, id: Handle, dim: number, level: number): Handle
  remove_batch_dim(out: object, id: Handle, level: number, batch_size: number, out_dim: number): Handle
  batch_dim(id: Handle, level: number): number
  wrapper(id: Handle): void
  wrapped_value(out: object, id: Handle): Handle
  disable_levels(on: boolean): boolean
  allow_requires_grad(on: boolean): boolean
  check_requires_grad(): void
  check_retain_grad(): void
  disable_saved_tensors_hooks(message: string): string
  change_vmap_mode(by: number): number

  set_function_jvp(callback: number, materialize: boolean): void
  enter_dual_level(): number
  exit_dual_level(level: number): void
  forward_ad_enabled(): boolean
  set_forward_ad_enabled(on: boolean): void

  script_load(out: object, file: string | Uint8Array, device: number, extra_files: string, restore_shapes: boolean): Handle
  script_extra_file(script: Handle, name: string): Buffer | undefined
  script_save(script: Handle, extra_files: (string | Uint8Array)[]): Buffer
  adopt_script(object: object, id: Handle): void
  script_info(script: Handle): void
  script_attr(script: Handle, name: string): void
  script_set_attr(script: Handle, name: string): void
  script_text(script: Handle, method: string, what: 'code' | 'graph' | 'inlined_graph' | 'schema' | 'arguments'): string
  script_constants(script: Handle, method: string): void
  script_compile(out: object, source: string): Handle
  script_define(unit: Handle, source: string): void
  script_function(out: object, unit: Handle, name: string): Handle
  script_freeze(out: object, module: Handle, preserved: string, optimize_numerics: boolean): Handle
  script_optimize(out: object, module: Handle, other_methods: string): Handle
  script_copy(out: object, module: Handle, deep: boolean): Handle
  script_class(out: object, name: string): Handle
  onednn_fusion(enabled?: boolean): boolean
  set_fusion_strategy(pairs: (boolean | number)[]): void
  script_call(script: Handle, method: string): void

  new_script_module(out: object, unit: Handle, name: string): Handle
  script_register(module: Handle, kind: string, name: string, value: Handle): void
  script_trace(out: object, module: Handle, name: string, argument_names: string, callback: number, flags: number): Handle
  is_tracing(): boolean
  push_scope(name: string): void
  pop_scope(): void
  tracer_warn(what: string, kind: number): void
  canonical_graph(script: Handle, method: string): string
  constant_tensors(script: Handle, method: string): void
  nondeterministic_nodes(script: Handle, method: string): void

  package_load(out: object, path: string, model_name: string, run_single_threaded: boolean, num_runners: number, device_index: number): Handle
  package_run(loaded: Handle, inputs: Handle[]): void
  package_info(loaded: Handle, what: 'metadata' | 'constants' | 'call_spec'): void
  package_load_constants(loaded: Handle, names: string, tensors: Handle[], check_full_update: boolean): void
}

/** What C++ calls back, by kind: with the id of a kept value and a number; lib/autograd/_callbacks.ts answers. */
export type Callback = (kind: number, id: number, argument: number) => number | string

interface Addon {
  create(error_classes: (new (message?: string) => Error)[], callback: Callback, is_worker: boolean): Binding
}

// The order is that of ErrorKind in native/errors.h; the last one is kScript in native/errors.cpp.
const error_classes = [
  RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, OutOfMemoryError, LinAlgError, AssertionError,
  AcceleratorError, ScriptError,
]

let handler: Callback = () => 0

/** C++ holds this and the error classes weakly, so that a jest context can be collected; the export keeps it alive. @internal */
export const callback: Callback = (kind, id, argument) => handler(kind, id, argument)

/** Sets what answers C++'s callbacks. */
export function set_callback(to: Callback): void {
  handler = to
}

type Entry = (...args: unknown[]) => unknown

// An entry that fails returns an array with the error, which no entry does otherwise (Runtime::failure says why).
function checked(entry: Entry): Entry {
  return (a, b, c, d, e, f, g, h) => {
    const result = entry(a, b, c, d, e, f, g, h)
    if (typeof result === 'object' && Array.isArray(result)) throw result[0]
    return result
  }
}

// The path of every operator and every new tensor: only what it takes, since each argument costs some nanoseconds.
function checked_pair(entry: Entry): Entry {
  return (a, b) => {
    const result = entry(a, b)
    if (typeof result === 'object' && Array.isArray(result)) throw result[0]
    return result
  }
}

const pairs = ['call', 'adopt', 'shape', 'dtype', 'device', 'requires_grad', 'dim', 'same', 'item', 'dispose', 'mode', 'set_mode']

function checked_entries(entries: Record<string, Entry>): Record<string, Entry> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) =>
    [name, pairs.includes(name) ? checked_pair(entry) : checked(entry)]))
}

export const binding = checked_entries(
  (load_addon() as Addon).create(error_classes, callback, !isMainThread) as unknown as Record<string, Entry>) as unknown as Binding

export { open_library }
