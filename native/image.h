// Images of 8-bit pixels, row by row, the values of a pixel side by side: what the files image_*.cpp share.
#pragma once

#include "bytes.h"

#include <ATen/core/Tensor.h>

// Inner loops are compiled twice where the loader can choose: for every processor, and for those with wider registers.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__)
#define TORCH_TS_WIDE __attribute__((target_clones("avx2", "default"), optimize("O3")))
#else
#define TORCH_TS_WIDE
#endif

namespace torch_ts {

struct ImageSize {
  int32_t width, height, channels;
  size_t bytes() const { return static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(channels); }
};

// The pixels that `lib` gives: a Uint8Array, or the handle of a tensor of bytes. Most images are tensors: their memory is not filled with
// zeros first, and it does not drive V8's collector as arrays of this size do.
struct Pixels : View<uint8_t> {
  at::Tensor keeper;
};

inline Pixels pixels_of(Runtime& runtime, napi_value value) {
  napi_valuetype type;
  napi_typeof(runtime.env, value, &type);
  if (type != napi_number) return {view_of<uint8_t>(runtime, value), {}};
  at::Tensor tensor = tensor_of(runtime, value);
  if (tensor.scalar_type() != at::kByte || !tensor.device().is_cpu() || !tensor.is_contiguous()) throw value_error("pixels are to be bytes side by side");
  return {{tensor.mutable_data_ptr<uint8_t>(), static_cast<size_t>(tensor.numel())}, tensor};
}

// What `lib` gives must have the size that it says.
inline void check_pixels(const View<uint8_t>& pixels, const ImageSize& size) {
  if (size.width < 0 || size.height < 0 || size.channels < 1 || size.channels > 4 || pixels.size != size.bytes())
    throw value_error("an image of " + std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels of " +
      std::to_string(size.channels) + " values does not have " + std::to_string(pixels.size) + " bytes");
}

} // namespace torch_ts
