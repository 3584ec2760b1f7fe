// Typed arrays of JavaScript as memory that C++ reads and fills, without a copy.
#pragma once

#include "values.h"

#include <cstddef>
#include <cstdint>

namespace torch_ts {

// The elements of a typed array. They stay where they are for the length of a call.
template <typename T>
struct View {
  T* data;
  size_t size;
  T* begin() const { return data; }
  T* end() const { return data + size; }
  T& operator[](size_t i) const { return data[i]; }
};

template <typename T> struct ArrayType;
template <> struct ArrayType<uint8_t> { static constexpr napi_typedarray_type value = napi_uint8_array; static constexpr const char* name = "Uint8Array"; };
template <> struct ArrayType<int32_t> { static constexpr napi_typedarray_type value = napi_int32_array; static constexpr const char* name = "Int32Array"; };
template <> struct ArrayType<uint32_t> { static constexpr napi_typedarray_type value = napi_uint32_array; static constexpr const char* name = "Uint32Array"; };
template <> struct ArrayType<float> { static constexpr napi_typedarray_type value = napi_float32_array; static constexpr const char* name = "Float32Array"; };
template <> struct ArrayType<double> { static constexpr napi_typedarray_type value = napi_float64_array; static constexpr const char* name = "Float64Array"; };

template <typename T>
View<T> view_of(Runtime& runtime, napi_value value) {
  napi_typedarray_type type;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_value buffer;
  if (napi_get_typedarray_info(runtime.env, value, &type, &length, &data, &buffer, &offset) != napi_ok || type != ArrayType<T>::value)
    throw type_error(std::string("expected a ") + ArrayType<T>::name);
  return {static_cast<T*>(data), length};
}

} // namespace torch_ts
