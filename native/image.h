// Images of 8-bit pixels, row by row, the values of a pixel side by side: what the files image_*.cpp share.
#pragma once

#include "bytes.h"

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

// What `lib` gives must have the size that it says.
inline void check_pixels(const View<uint8_t>& pixels, const ImageSize& size) {
  if (size.width < 0 || size.height < 0 || size.channels < 1 || size.channels > 4 || pixels.size != size.bytes())
    throw value_error("an image of " + std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels of " +
      std::to_string(size.channels) + " values does not have " + std::to_string(pixels.size) + " bytes");
}

} // namespace torch_ts
