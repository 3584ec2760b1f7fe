// Why names of Python's torch are not in torch-ts. docs/differences.md has the same reasons for people.

/** @typedef {{ title: string, kinds?: string[], names?: RegExp, spaces?: RegExp }} Reason */

/** The first reason that fits a name stands. @type {Reason[]} */
const reasons = [
  { title: 'Python\'s own modules and helpers that show among the names', kinds: ['python'],
    names: /^(TYPE_CHECKING|fwAD|USE_.*|Any|Callable|Optional|DType|DimOrDims|BroadcastingList\d|classproperty|thread_safe_generator|PRIVATE_OPS|np|torch|Tensor|windows|builtins|types|common_\w+|factory_common_args|multi_dim_common|\w+_notes|init_num_threads|get_file_path|prepare_multiprocessing_environment|__(annotations|class|delattr|dict|dir|doc|format|getattribute|hash|init|init_subclass|module|new|setattr|sizeof|subclasshook|weakref)__)$/ },
  { title: 'written with TypeScript\'s own syntax',
    names: /^__(bool|nonzero|complex|float|int|long|index|len|iter|contains|getitem|setitem|delitem|repr|str|reversed|deepcopy)__$/ },
  { title: 'protocols of NumPy, pickle and DLPack', names: /^(__(array|array_priority|array_wrap|cuda_array_interface|dlpack\w*|getstate|setstate|reduce|reduce_ex)__|from_dlpack|to_dlpack)$/ },
  { title: 'classes of TorchScript\'s compiler', kinds: ['pybind11', 'AggregationType'],
    names: /^(import_ir_module\w*|parse_(ir|schema|type_comment)|merge_type_from_type_comment|unify_type_list|fork|wait|JITException|ScriptFunction|classes|futures|CompilationUnit|boolean_dispatch|assert_int_or_pair|FileCheck|cpp)$/ },
  { title: 'dynamo, fx and symbolic shapes: compilers of Python programs',
    names: /^(compile|functionalize|compiler|fx|library|cond|while_loop|Sym(Int|Float|Bool)|sym_\w+|DisableTorchFunction\w*|overrides|has_torch_function\w*|handle_torch_function|__torch_(dispatch|function)__|as_subclass|compiled_with_cxx11_abi|monitor|profiler_allow_cudagraph_cupti_lazy_reinit_cuda12|index)$/ },
  { title: 'the storage classes and tensor types that PyTorch itself replaces by dtypes', kinds: ['tensortype', '_LegacyStorageMeta'],
    names: /^((Typed|Untyped)Storage|Storage(Base)?|storage(_type)?|untyped_storage|is_storage|new|legacy_contiguous_format|(BFloat16|Byte|Char|Double|Float|Half|Int|Long|Short)Tensor|const_data_ptr)$/ },
  { title: 'removed from PyTorch: the name only throws, or does nothing',
    names: /^(eig|lstsq|matrix_rank|solve|symeig|reinforce|volatile|resize|resize_as|name)$/, spaces: /^torch(\.Tensor)?$/ },
  { title: 'quantization, which PyTorch has moved to torchao', kinds: ['qscheme'], names: /^(ao|quantization|qscheme|quantized_(gru|lstm))$/ },
  { title: 'devices for which there is no libtorch that torch-ts loads', names: /^(ipu|mps|mtia|xpu|get_device_module|cudnn_is_acceptable)$/ },
  { title: 'packaging of Python programs', names: /^(package|torch_version|return_types|functional)$/ },
  { title: 'not there yet: streams and events of GPUs, torch.distributed, torch.profiler', names: /^(Event|Stream|record_stream|distributed|profiler)$/ },
  { title: 'videos, optical flow and stereo pairs: their files are not decoded', spaces: /^torchvision\.datasets/,
    names: /^(HMDB51|Kinetics|UCF101|HD1K|Sintel|KittiFlow|Flying\w+|\w*Stereo\w*|InStereo2k)$/ },
  { title: 'data in HDF5, LMDB and tiles of bitmaps', spaces: /^torchvision\.datasets/, names: /^(PCAM|LSUN\w*|PhotoTour)$/ },
  { title: 'a type only: members of an enum of weights are objects', spaces: /^torchvision\.models/, names: /^WeightsEnum$/ },
  { title: 'not there yet: models of detection other than RetinaNet', spaces: /^torchvision\.models/, names: /./ },
  { title: 'HEIC, for which torchvision needs a library of its own', spaces: /^torchvision\.io/, names: /^decode_heic$/ },
  { title: 'prototypes in PyTorch', names: /^(nested|MaskedTensor|masked_tensor|maskedtensor|as_masked_tensor|is_masked_tensor|SparseSemiStructured\w*|semi_structured|to_sparse_semi_structured|as_sparse_gradcheck)$/ },
]

/**
 * Why a name is not there, or null if nothing says so.
 * @param {string} space such as 'torch.Tensor'
 * @param {string} name
 * @param {string} kind of the value in Python
 */
export function reason_of(space, name, kind) {
  const found = reasons.find(one => (one.spaces ?? /./).test(space) && (one.kinds?.includes(kind) || one.names?.test(name)))
  return found?.title ?? null
}
