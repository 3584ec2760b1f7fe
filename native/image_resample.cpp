// Resizing of images in PIL's arithmetic: two passes with integer weights of 22 bits, as in its Resample.c.
#include "image.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#if defined(__x86_64__) && defined(__GNUC__)
#define TORCH_TS_SSE41 1
#include <immintrin.h>
#endif

namespace torch_ts {
namespace {

constexpr int kPrecision = 22;
constexpr int32_t kHalf = 1 << (kPrecision - 1);

double sinc(double x) { return x == 0 ? 1 : std::sin(x * std::numbers::pi) / (x * std::numbers::pi); }

struct Filter {
  double support;
  double (*weight)(double);
};

double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }
double bilinear(double x) { return std::max(0.0, 1 - std::abs(x)); }
double hamming(double x) {
  return std::abs(x) >= 1 ? 0 : x == 0 ? 1 : sinc(x) * (0.54 + 0.46 * std::cos(x * std::numbers::pi));
}
double bicubic(double distance) {
  const double x = std::abs(distance), a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
double lanczos(double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

// In the order of `filters` in lib/vision/_resample.ts.
constexpr Filter kFilters[] = {{0.5, box}, {1, bilinear}, {1, hamming}, {2, bicubic}, {3, lanczos}};

struct Weights {
  std::vector<int32_t> from, count; // first source pixel and how many, for each target pixel
  std::vector<int32_t> values;      // `reach` integers for each target pixel
  int32_t reach;
};

Weights weights_of(int32_t source, int32_t target, const Filter& filter) {
  const double scale = static_cast<double>(source) / target, stretch = std::max(scale, 1.0), wide = filter.support * stretch;
  const auto reach = static_cast<int32_t>(std::ceil(wide)) * 2 + 1;
  const auto size = static_cast<size_t>(target);
  Weights result{std::vector<int32_t>(size), std::vector<int32_t>(size), std::vector<int32_t>(size * static_cast<size_t>(reach)), reach};
  std::vector<double> row(static_cast<size_t>(reach));
  for (int32_t i = 0; i < target; ++i) {
    const double center = (i + 0.5) * scale;
    const auto from = std::max(0, static_cast<int32_t>(center - wide + 0.5));
    const auto count = std::min(source, static_cast<int32_t>(center + wide + 0.5)) - from;
    double sum = 0;
    for (int32_t k = 0; k < count; ++k) sum += row[k] = filter.weight((k + from - center + 0.5) * (1 / stretch));
    for (int32_t k = 0; k < count; ++k) {
      const double value = (sum != 0 ? row[k] / sum : row[k]) * (1 << kPrecision);
      result.values[static_cast<size_t>(i) * reach + k] = static_cast<int32_t>(value < 0 ? value - 0.5 : value + 0.5);
    }
    result.from[i] = from;
    result.count[i] = count;
  }
  return result;
}

inline uint8_t clip(int32_t sum) { return static_cast<uint8_t>(std::clamp(sum >> kPrecision, 0, 255)); }

template <int C>
void resize_line(const uint8_t* line, uint8_t* to, int32_t target, const Weights& weights) {
  const int32_t* row = weights.values.data();
  for (int32_t x = 0; x < target; ++x, row += weights.reach) {
    const uint8_t* pixel = line + static_cast<size_t>(weights.from[x]) * C;
    int32_t sums[C];
    for (int c = 0; c < C; ++c) sums[c] = kHalf;
    for (int32_t k = 0; k < weights.count[x]; ++k, pixel += C)
      for (int c = 0; c < C; ++c) sums[c] += pixel[c] * row[k];
    for (int c = 0; c < C; ++c) *to++ = clip(sums[c]);
  }
}

using Line = void (*)(const uint8_t*, uint8_t*, int32_t, const Weights&);

#ifdef TORCH_TS_SSE41

// Four values at a time, twice as fast as what the compiler makes; for three values a pixel, too: the fourth is not used.
template <int C>
__attribute__((target("sse4.1"))) void resize_line_by_four(const uint8_t* line, uint8_t* to, int32_t target, const Weights& weights) {
  const int32_t* row = weights.values.data();
  for (int32_t x = 0; x < target; ++x, row += weights.reach, to += C) {
    const uint8_t* pixel = line + static_cast<size_t>(weights.from[x]) * C;
    __m128i sums = _mm_set1_epi32(kHalf);
    for (int32_t k = 0; k < weights.count[x]; ++k, pixel += C) {
      int32_t four;
      std::memcpy(&four, pixel, 4);
      sums = _mm_add_epi32(sums, _mm_mullo_epi32(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)), _mm_set1_epi32(row[k])));
    }
    const __m128i values = _mm_srai_epi32(sums, kPrecision), words = _mm_packs_epi32(values, values);
    const int32_t four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    std::memcpy(to, &four, C);
  }
}

const bool has_sse41 = __builtin_cpu_supports("sse4.1");
Line line_by_four(Line plain, Line fast) { return has_sse41 ? fast : plain; }

#else

template <int C> constexpr Line resize_line_by_four = resize_line<C>;
Line line_by_four(Line plain, Line) { return plain; }

#endif

Line line_for(int32_t channels) {
  switch (channels) {
    case 1: return resize_line<1>;
    case 2: return resize_line<2>;
    case 3: return line_by_four(resize_line<3>, resize_line_by_four<3>);
    default: return line_by_four(resize_line<4>, resize_line_by_four<4>);
  }
}

// A rectangle of pixels in memory whose rows are `stride` bytes apart.
struct Part {
  const uint8_t* data;
  ImageSize size;
  size_t stride;
};

void resize_lines(const Part& source, uint8_t* to, int32_t target, const Filter& filter) {
  const Weights weights = weights_of(source.size.width, target, filter);
  const auto channels = static_cast<size_t>(source.size.channels), length = source.size.width * channels;
  const Line resize = line_for(source.size.channels);
  std::vector<uint8_t> line(length + 4); // the last pixel, too, may be read with a byte more
  for (int32_t y = 0; y < source.size.height; ++y, to += target * channels) {
    std::memcpy(line.data(), source.data + y * source.stride, length);
    resize(line.data(), to, target, weights);
  }
}

TORCH_TS_WIDE void resize_columns(const Part& source, uint8_t* to, int32_t target, const Filter& filter) {
  const Weights weights = weights_of(source.size.height, target, filter);
  const size_t length = static_cast<size_t>(source.size.width) * source.size.channels;
  constexpr size_t block = 128;
  for (int32_t y = 0; y < target; ++y, to += length) {
    const int32_t* row = weights.values.data() + static_cast<size_t>(y) * weights.reach;
    const uint8_t* first = source.data + static_cast<size_t>(weights.from[y]) * source.stride;
    for (size_t begin = 0; begin < length; begin += block) {
      const size_t count = std::min(block, length - begin);
      int32_t sums[block];
      for (size_t i = 0; i < block; ++i) sums[i] = kHalf;
      for (int32_t k = 0; k < weights.count[y]; ++k) {
        const uint8_t* line = first + static_cast<size_t>(k) * source.stride + begin;
        const int32_t weight = row[k];
        for (size_t i = 0; i < count; ++i) sums[i] += line[i] * weight;
      }
      for (size_t i = 0; i < count; ++i) to[begin + i] = clip(sums[i]);
    }
  }
}

// Pixels in another size; both are not empty.
void resize(const Part& source, uint8_t* to, int32_t width, int32_t height, const Filter& filter) {
  const auto [from_width, from_height, channels] = source.size;
  if (width == from_width && height == from_height) {
    const size_t length = static_cast<size_t>(width) * channels;
    for (int32_t y = 0; y < height; ++y) std::memcpy(to + y * length, source.data + y * source.stride, length);
  } else if (height == from_height) {
    resize_lines(source, to, width, filter);
  } else if (width == from_width) {
    resize_columns(source, to, height, filter);
  } else {
    // Each pass rounds, so the order counts. This is that of Pillow 13, found by trying.
    const bool columns_first = from_height > height && from_height - height > 2 * (int64_t{from_width} - width);
    const ImageSize size = columns_first ? ImageSize{from_width, height, channels} : ImageSize{width, from_height, channels};
    std::vector<uint8_t> between(size.bytes());
    const Part part{between.data(), size, static_cast<size_t>(size.width) * channels};
    if (columns_first) {
      resize_columns(source, between.data(), height, filter);
      resize_lines(part, to, width, filter);
    } else {
      resize_lines(source, between.data(), width, filter);
      resize_columns(part, to, height, filter);
    }
  }
}

// image_resize(pixels, sizes, filter, result): `sizes` are width, height and channels of the source, left, top, width and height of the part
// of it that is resized, width and height of the result.
napi_value image_resize(Runtime& runtime, Arguments arguments) {
  const auto source = pixels_of(runtime, arguments[0]), result = pixels_of(runtime, arguments[3]);
  const auto sizes = view_of<int32_t>(runtime, arguments[1]);
  if (sizes.size != 9) throw value_error("nine sizes are needed");
  const ImageSize whole{sizes[0], sizes[1], sizes[2]}, size{sizes[5], sizes[6], sizes[2]}, wanted{sizes[7], sizes[8], sizes[2]};
  const int32_t left = sizes[3], top = sizes[4], filter = int32_of(runtime, arguments[2], "filter");
  check_pixels(source, whole);
  check_pixels(result, wanted);
  if (left < 0 || top < 0 || size.width < 0 || size.height < 0 || left > whole.width - size.width || top > whole.height - size.height)
    throw value_error("a part beyond the image");
  if (filter < 0 || filter >= static_cast<int32_t>(std::size(kFilters))) throw value_error("no such filter");
  if (size.bytes() == 0 || result.size == 0) return nullptr;
  const size_t stride = static_cast<size_t>(whole.width) * whole.channels;
  const Part part{source.data + top * stride + static_cast<size_t>(left) * whole.channels, size, stride};
  resize(part, result.data, wanted.width, wanted.height, kFilters[filter]);
  return nullptr;
}

} // namespace

std::vector<Entry> image_resample_entries() { return {{"image_resize", guarded<image_resize>}}; }

} // namespace torch_ts
