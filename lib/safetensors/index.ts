// The package safetensors: files of tensors that hold no code.
export { SafetensorError } from './header'
export { load, load_file, safe_open, SafeOpen, SafeSlice } from './open'
export { load_model, save, save_file, save_model, type Metadata, type Tensors } from './save'
export { load_sharded, save_sharded, type ShardIndex, type ShardOptions } from './sharded'
