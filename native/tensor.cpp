// Tensor handles: their life, their metadata, and data in and out.
#include "allocator.h"
#include "device.h"
#include "functorch.h"
#include "values.h"

#include <ATen/Functions.h>
#include <ATen/TracerMode.h>
#include <c10/core/DefaultDtype.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <algorithm>
#include <cstring>

namespace torch_ts {
namespace {

// adopt(object, id): ties a handle that came on the tape to its wrapper.
napi_value adopt(Runtime& runtime, Arguments arguments) {
  runtime.adopt_tensor(arguments[0], int32_of(runtime, arguments[1], "id"));
  return nullptr;
}

napi_value dispose(Runtime& runtime, Arguments arguments) {
  const int64_t before = cpu_memory_stats().live_bytes;
  runtime.tensors.reset(int32_of(runtime, arguments[0], "id"));
  // What is freed by hand needs no collection.
  auto& count = allocated_on_this_thread();
  count = std::max<int64_t>(0, count - std::max<int64_t>(0, before - cpu_memory_stats().live_bytes));
  return nullptr;
}

napi_value shape(Runtime& runtime, Arguments arguments) {
  write_ints(runtime, tensor_of(runtime, arguments[0]).sizes());
  return nullptr;
}

napi_value stride(Runtime& runtime, Arguments arguments) {
  write_ints(runtime, tensor_of(runtime, arguments[0]).strides());
  return nullptr;
}

napi_value dim(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<int32_t>(tensor_of(runtime, arguments[0]).dim()));
}

napi_value numel(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<double>(tensor_of(runtime, arguments[0]).numel()));
}

napi_value dtype(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<int32_t>(tensor_of(runtime, arguments[0]).scalar_type()));
}

napi_value device(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, device_code(tensor_of(runtime, arguments[0]).device()));
}

napi_value layout(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<int32_t>(tensor_of(runtime, arguments[0]).layout()));
}

napi_value storage_offset(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<double>(tensor_of(runtime, arguments[0]).storage_offset()));
}

// A number, exact up to 2^53: more than any address space in use.
napi_value data_ptr(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<double>(reinterpret_cast<uintptr_t>(tensor_of(runtime, arguments[0]).const_data_ptr())));
}

napi_value is_contiguous(Runtime& runtime, Arguments arguments) {
  const auto format = static_cast<at::MemoryFormat>(int32_of(runtime, arguments[1], "memory_format"));
  return to_js(runtime, tensor_of(runtime, arguments[0]).is_contiguous(format));
}

napi_value same(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, tensor_of(runtime, arguments[0]).is_same(tensor_of(runtime, arguments[1])));
}

// A number that is the tensor object's own while it lives.
napi_value impl_id(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<double>(reinterpret_cast<uintptr_t>(tensor_of(runtime, arguments[0]).unsafeGetTensorImpl())));
}

napi_value is_nested(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, tensor_of(runtime, arguments[0]).is_nested());
}

napi_value is_inference(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, tensor_of(runtime, arguments[0]).is_inference());
}

// The single element, onto the tape.
napi_value item(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (tensor.numel() != 1)
    throw runtime_error(c10::str("a Tensor with ", tensor.numel(), " elements cannot be converted to Scalar"));
  if (torch::jit::tracer::isTracing())
    torch::jit::tracer::warn(tensor.scalar_type() == at::kBool ? "Converting a tensor to a Python boolean" : "Converting a tensor to a Python number",
        torch::jit::tracer::WARN_PYTHON_DATAFLOW);
  write_scalar(runtime, tensor.item());
  return nullptr;
}

struct Bytes {
  void* data;
  size_t length;
};

// The memory of a typed array, whatever its element type.
Bytes bytes_of(Runtime& runtime, napi_value view) {
  bool is_view = false;
  napi_typedarray_type type;
  size_t length = 0, offset = 0;
  Bytes bytes{nullptr, 0};
  napi_value buffer;
  if (napi_is_typedarray(runtime.env, view, &is_view) != napi_ok || !is_view) throw type_error("expected a typed array");
  napi_get_typedarray_info(runtime.env, view, &type, &length, &bytes.data, &buffer, &offset);
  constexpr size_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  if (static_cast<size_t>(type) >= std::size(sizes)) throw type_error("expected a typed array");
  bytes.length = length * sizes[type];
  return bytes;
}

at::ScalarType dtype_of(Runtime& runtime, napi_value code) {
  const int32_t type = int32_of(runtime, code, "dtype");
  if (type < 0 || type >= static_cast<int32_t>(at::ScalarType::NumOptions) || type == static_cast<int32_t>(at::ScalarType::Undefined))
    throw type_error("no such dtype");
  return static_cast<at::ScalarType>(type);
}

std::vector<int64_t> sizes_on_tape(Runtime& runtime) {
  std::vector<int64_t> sizes;
  const size_t count = runtime.tape.count(Tape::kFirst);
  for (size_t i = 0; i < count; ++i) sizes.push_back(static_cast<int64_t>(runtime.tape.number(Tape::kFirst + 1 + i)));
  return sizes;
}

// The elements that a shape has, or an error if `bytes` holds another number of them.
void check_size(const std::vector<int64_t>& sizes, at::ScalarType type, size_t bytes) {
  double elements = 1;
  for (const int64_t size : sizes) {
    if (size < 0) throw runtime_error(c10::str("Trying to create tensor with negative dimension ", size));
    elements *= static_cast<double>(size);
  }
  const double wanted = elements * static_cast<double>(c10::elementSize(type));
  if (wanted != static_cast<double>(bytes))
    throw runtime_error(c10::str("shape ", c10::IntArrayRef(sizes), " needs ", wanted, " bytes, but the data has ", bytes));
}

// from_data(out, view, dtype): a new tensor with a copy of the bytes; its shape is on the tape.
napi_value from_data(Runtime& runtime, Arguments arguments) {
  const Bytes bytes = bytes_of(runtime, arguments[1]);
  const at::ScalarType type = dtype_of(runtime, arguments[2]);
  const auto sizes = sizes_on_tape(runtime);
  check_size(sizes, type, bytes.length);
  at::Tensor tensor = lifted([&] {
    const at::tracer::impl::NoTracerDispatchMode untraced; // for a trace the bytes are a constant
    at::Tensor plain = at::empty(sizes, at::TensorOptions(at::kCPU).dtype(type));
    if (bytes.length > 0) std::memcpy(plain.mutable_data_ptr(), bytes.data, bytes.length);
    return plain;
  });
  const int32_t id = runtime.attach(arguments[0], std::move(tensor));
  runtime.set_flags();
  return to_js(runtime, id);
}

// from_memory(out, view, dtype, callback): the same without a copy. JavaScript keeps the view under the callback's id
// until that id is released.
napi_value from_memory(Runtime& runtime, Arguments arguments) {
  const Bytes bytes = bytes_of(runtime, arguments[1]);
  const at::ScalarType type = dtype_of(runtime, arguments[2]);
  const int32_t callback = int32_of(runtime, arguments[3], "callback");
  const auto sizes = sizes_on_tape(runtime);
  check_size(sizes, type, bytes.length);
  if (reinterpret_cast<uintptr_t>(bytes.data) % c10::elementSize(type) != 0)
    throw value_error("the buffer's offset must be a multiple of the element size");
  auto released = runtime.released;
  at::Tensor tensor = lifted([&] {
    return at::from_blob(
        bytes.data, sizes, [released, callback](void*) { released->push(callback); }, at::TensorOptions(at::kCPU).dtype(type));
  });
  return to_js(runtime, runtime.attach(arguments[0], std::move(tensor)));
}

// The elements in row-major order in memory that can be read: a zero tensor has no memory at all.
at::Tensor readable(const at::Tensor& tensor) {
  const at::tracer::impl::NoTracerDispatchMode untraced;
  const at::Tensor value = without_grad_levels(tensor);
  const at::Tensor real = value._is_zerotensor() ? value.clone() : value;
  return real.resolve_conj().resolve_neg().to(at::kCPU).contiguous();
}

// read(tensor, view): copies a tensor's elements out.
napi_value read(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = readable(tensor_of(runtime, arguments[0]));
  const Bytes bytes = bytes_of(runtime, arguments[1]);
  if (bytes.length != tensor.nbytes())
    throw runtime_error(c10::str("the tensor has ", tensor.nbytes(), " bytes, the typed array ", bytes.length));
  if (bytes.length > 0) std::memcpy(bytes.data, tensor.const_data_ptr(), bytes.length);
  return nullptr;
}

// buffer(tensor): an ArrayBuffer on the tensor's own memory, which it keeps alive.
napi_value buffer(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (!tensor.is_cpu())
    throw type_error(c10::str("can't convert ", tensor.device(),
        " device type tensor to a typed array. Use Tensor.cpu() to copy the tensor to host memory first."));
  if (tensor.layout() != at::kStrided)
    throw type_error(c10::str("can't convert ", tensor.layout(), " layout tensor to numpy. Use Tensor.to_dense() first."));
  if (tensor.is_neg())
    throw runtime_error("Can't call numpy() on Tensor that has negative bit set. Use tensor.resolve_neg().numpy() instead.");
  if (tensor._is_zerotensor()) throw runtime_error("Cannot convert a ZeroTensor to numpy.");
  if (!tensor.is_contiguous()) throw runtime_error("only a contiguous tensor can share its memory with a typed array");
  napi_value result;
  if (tensor.nbytes() == 0) {
    void* data;
    napi_create_arraybuffer(runtime.env, 0, &data, &result);
    return result;
  }
  auto* keeper = new at::Tensor(tensor);
  const auto drop = [](napi_env, void*, void* hint) { delete static_cast<at::Tensor*>(hint); };
  if (napi_create_external_arraybuffer(runtime.env, tensor.mutable_data_ptr(), tensor.nbytes(), drop, keeper, &result) != napi_ok) {
    delete keeper;
    throw runtime_error("this Node.js does not allow ArrayBuffers on foreign memory");
  }
  return result;
}

napi_value default_dtype(Runtime& runtime, Arguments) {
  return to_js(runtime, static_cast<int32_t>(c10::get_default_dtype_as_scalartype()));
}

napi_value set_default_dtype(Runtime& runtime, Arguments arguments) {
  c10::set_default_dtype(c10::scalarTypeToTypeMeta(dtype_of(runtime, arguments[0])));
  return nullptr;
}

napi_value live_handles(Runtime& runtime, Arguments) {
  return to_js(runtime, static_cast<int32_t>(runtime.tensors.live()));
}

} // namespace

std::vector<Entry> tensor_entries() {
  return {
      {"adopt", guarded<adopt>},
      {"dispose", guarded<dispose>},
      {"shape", guarded<shape>},
      {"stride", guarded<stride>},
      {"dim", guarded<dim>},
      {"numel", guarded<numel>},
      {"dtype", guarded<dtype>},
      {"device", guarded<device>},
      {"layout", guarded<layout>},
      {"storage_offset", guarded<storage_offset>},
      {"data_ptr", guarded<data_ptr>},
      {"is_contiguous", guarded<is_contiguous>},
      {"is_inference", guarded<is_inference>},
      {"impl_id", guarded<impl_id>},
      {"is_nested", guarded<is_nested>},
      {"same", guarded<same>},
      {"item", guarded<item>},
      {"from_data", guarded<from_data>},
      {"from_memory", guarded<from_memory>},
      {"read", guarded<read>},
      {"buffer", guarded<buffer>},
      {"default_dtype", guarded<default_dtype>},
      {"set_default_dtype", guarded<set_default_dtype>},
      {"live_handles", guarded<live_handles>},
  };
}

} // namespace torch_ts
