// What the generator leaves out, and why.

// Not in Python's bindings either (gen_python_functions.py of PyTorch), but for the ones below that Python has by other means.
const not_in_python = [
  'alias', 'sym_.*', '.*_backward', '.*_backward_(out|input|weight|bias)', '.*_forward', '.*_jvp', 'tensor', 'index', 'slice',
  'unique_dim_consecutive', 'to', '.*_overrideable', 'data', 'copy', 'lift.*', 'normal_functional', 'copy_sparse_to_sparse_',
  'fake_quantize_per_tensor_affine_cachemask', 'fake_quantize_per_channel_affine_cachemask', 'replace_', 'nbytes', 'itemsize',
  'is_leaf', 'output_nr', 'retains_grad', 'requires_grad_', 'set_data', 'dim', 'get_device', 'is_contiguous', 'numel', 'size',
  'storage_offset', 'stride', 'item', 'range.*', 'is_cuda', 'is_sparse', 'is_sparse_csr', 'numpy_T', 'matrix_H', 'mT', 'mH',
  'real', 'imag', 'nonzero', 'nonzero_numpy', 'nonzero_static_out', 'qscheme', 'rename_?', 'align_.*', 'refine_names',
].map(pattern => new RegExp(`^(${pattern})$`))

/** Private operators and those above. @param {string} name */
export function hidden(name) {
  return (name.startsWith('_') && !/^__i?(and|or|xor|lshift|rshift)__$/.test(name)) || not_in_python.some(pattern => pattern.test(name))
}

/** Methods in Python that the YAML lists as functions only. */
export const forced_methods = new Set(['copy_', 'contiguous'])

/** Written by hand in lib/tensor.ts and lib/_tensor_methods.ts. */
export const by_hand_methods = new Set(['backward', 'retain_grad', 'is_inference', 'norm', 'split', 'stft', 'unflatten'])

/** Written by hand elsewhere in lib/: numbers given to them are data (docs/differences.md), or Python wraps the operator. */
export const by_hand_functions = new Set(['full', 'full_like', 'scalar_tensor', 'from_file', 'is_inference', 'cudnn_is_acceptable',
  'is_vulkan_available', 'broadcast_tensors', 'split', 'meshgrid', 'cartesian_prod', 'block_diag', 'atleast_1d', 'atleast_2d', 'atleast_3d',
  'einsum', 'tensordot', 'cdist', 'chain_matmul', 'norm', 'stft', 'unique_consecutive'].map(name => `torch.${name}`))

/** Where a number may stand for a tensor: takes_numbers_as_tensors in native/plan.cpp. */
export const numbers_as_tensors = new Set(['add', 'sub', 'subtract', 'mul', 'multiply', 'div', 'divide', 'true_divide', 'floor_divide'])
