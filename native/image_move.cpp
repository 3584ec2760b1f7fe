// Pixels at other places: flips, crops and paddings, affine and perspective transforms in PIL's arithmetic (its Geometry.c), and
// images as planes of floats.
#include "image.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace torch_ts {
namespace {

struct Source {
  const uint8_t* data;
  ImageSize size;
};

template <int C>
void gather(const Source& source, View<int32_t> columns, View<int32_t> rows, const uint8_t* fill, uint8_t* to) {
  for (const int32_t row : rows) {
    const uint8_t* line = source.data + static_cast<size_t>(std::max(row, 0)) * source.size.width * C;
    for (const int32_t column : columns) {
      const uint8_t* from = row < 0 || column < 0 ? fill : line + static_cast<size_t>(column) * C;
      for (int c = 0; c < C; ++c) *to++ = from[c];
    }
  }
}

// Runs work<channels>() for the number of channels of an image.
template <typename Work>
void for_channels(int32_t channels, Work&& work) {
  switch (channels) {
    case 1: return work.template operator()<1>();
    case 2: return work.template operator()<2>();
    case 3: return work.template operator()<3>();
    default: return work.template operator()<4>();
  }
}

ImageSize size_of(Runtime& runtime, Arguments arguments) {
  const auto number = [&](int i) { return int32_of(runtime, arguments[i], "size"); };
  return {number(1), number(2), number(3)};
}

// image_gather(pixels, width, height, channels, columns, rows, fill, result): the pixels at these columns and rows; -1 gives `fill`.
napi_value image_gather(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]);
  const Source source{pixels.data, size_of(runtime, arguments)};
  check_pixels(pixels, source.size);
  const auto columns = view_of<int32_t>(runtime, arguments[4]), rows = view_of<int32_t>(runtime, arguments[5]);
  const auto fill = view_of<uint8_t>(runtime, arguments[6]);
  const auto result = pixels_of(runtime, arguments[7]);
  const auto beyond = [](View<int32_t> places, int32_t size) {
    return std::any_of(places.begin(), places.end(), [size](int32_t place) { return place >= size; });
  };
  if (beyond(columns, source.size.width) || beyond(rows, source.size.height)) throw value_error("a pixel beyond the image");
  if (fill.size < static_cast<size_t>(source.size.channels)) throw value_error("fill has too few values");
  check_pixels(result, {static_cast<int32_t>(columns.size), static_cast<int32_t>(rows.size), source.size.channels});
  for_channels(source.size.channels, [&]<int C>() { gather<C>(source, columns, rows, fill.data, result.data); });
  return nullptr;
}

double mix(double a, double b, double part) { return a + (b - a) * part; }

double curve(double a, double b, double c, double d, double part) {
  return b + part * (-a + c + part * (2 * (a - b) + c - d + part * (-a + b - c + d)));
}

// The pixel to the upper left of a place between pixels, and how far the place is from it.
struct Corner {
  Corner(double xin, double yin)
      : x(static_cast<int32_t>(std::floor(xin - 0.5))), y(static_cast<int32_t>(std::floor(yin - 0.5))), dx(xin - 0.5 - x), dy(yin - 0.5 - y) {}
  int32_t x, y;
  double dx, dy;
};

struct Nearest {
  template <int C>
  static void pixel(const Source& source, double x, double y, uint8_t* to) {
    const uint8_t* from = source.data + (static_cast<size_t>(y) * source.size.width + static_cast<size_t>(x)) * C;
    for (int c = 0; c < C; ++c) to[c] = from[c];
  }
};

// Rows beyond the edge repeat the last one.
struct Bilinear {
  template <int C>
  static void pixel(const Source& source, double xin, double yin, uint8_t* to) {
    const auto [width, height, channels] = source.size;
    const auto [x, y, dx, dy] = Corner(xin, yin);
    const size_t left = static_cast<size_t>(std::max(x, 0)) * C, right = static_cast<size_t>(std::min(x + 1, width - 1)) * C;
    const size_t stride = static_cast<size_t>(width) * C;
    const uint8_t* line = source.data + static_cast<size_t>(std::max(y, 0)) * stride;
    const uint8_t* next = source.data + static_cast<size_t>(y + 1) * stride;
    for (int c = 0; c < C; ++c) {
      const double first = mix(line[left + c], line[right + c], dx);
      to[c] = static_cast<uint8_t>(y + 1 >= height ? first : mix(first, mix(next[left + c], next[right + c], dx), dy));
    }
  }
};

struct Bicubic {
  template <int C>
  static void pixel(const Source& source, double xin, double yin, uint8_t* to) {
    const auto [width, height, channels] = source.size;
    const auto [x, y, dx, dy] = Corner(xin, yin);
    size_t columns[4];
    for (int i = 0; i < 4; ++i) columns[i] = static_cast<size_t>(std::clamp(x - 1 + i, 0, width - 1)) * C;
    const uint8_t* lines[4];
    int32_t row = std::clamp(y - 1, 0, height - 1);
    for (int i = 0; i < 4; ++i) {
      if (i > 0 && y - 1 + i >= 0 && y - 1 + i < height) row = y - 1 + i;
      lines[i] = source.data + static_cast<size_t>(row) * width * C;
    }
    for (int c = 0; c < C; ++c) {
      double values[4];
      for (int i = 0; i < 4; ++i) {
        const uint8_t* line = lines[i] + c;
        values[i] = curve(line[columns[0]], line[columns[1]], line[columns[2]], line[columns[3]], dx);
      }
      to[c] = static_cast<uint8_t>(std::clamp(curve(values[0], values[1], values[2], values[3], dy), 0.0, 255.0));
    }
  }
};

// Where the pixel (x, y) of the result lies in the source.
struct Place {
  double x, y;
};

template <typename Between, int C, typename Way>
void transform(const Source& source, int32_t width, int32_t height, const Way& way, const uint8_t* fill, uint8_t* to) {
  for (int32_t y = 0; y < height; ++y) {
    for (int32_t x = 0; x < width; ++x, to += C) {
      const Place place = way(x, y);
      const bool inside = place.x >= 0 && place.x < source.size.width && place.y >= 0 && place.y < source.size.height;
      if (inside) Between::template pixel<C>(source, place.x, place.y, to);
      else for (int c = 0; c < C; ++c) to[c] = fill[c];
    }
  }
}

// The ways of `image_transform`, by the count of their numbers: affine, affine in 16 fractional bits, perspective.
template <typename Run>
void with_way(View<double> m, bool is_fixed, Run&& run) {
  if (m.size == 8) {
    run([m](int32_t x, int32_t y) -> Place {
      const double xin = x + 0.5, yin = y + 0.5, below = m[6] * xin + m[7] * yin + 1;
      return {(m[0] * xin + m[1] * yin + m[2]) / below, (m[3] * xin + m[4] * yin + m[5]) / below};
    });
  } else if (is_fixed) {
    const auto fix = [](double value) { return std::floor(value * 65536 + 0.5); };
    const double a = fix(m[0]), b = fix(m[1]), d = fix(m[3]), e = fix(m[4]);
    const double x0 = fix(m[2] + m[0] * 0.5 + m[1] * 0.5), y0 = fix(m[5] + m[3] * 0.5 + m[4] * 0.5);
    run([=](int32_t x, int32_t y) -> Place { return {(x0 + a * x + b * y) / 65536, (y0 + d * x + e * y) / 65536}; });
  } else {
    run([m](int32_t x, int32_t y) -> Place {
      const double xin = x + 0.5, yin = y + 0.5;
      return {m[0] * xin + m[1] * yin + m[2], m[3] * xin + m[4] * yin + m[5]};
    });
  }
}

// image_transform(pixels, sizes, numbers, filter, fill, result): `sizes` are width, height and channels of the source, width and
// height of the result; `numbers` are the 6 of an affine or the 8 of a perspective transform; filter 0 is nearest (of an affine
// transform that turns: in fixed point), 1 bilinear, 2 bicubic.
napi_value image_transform(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]), result = pixels_of(runtime, arguments[5]);
  const auto fill = view_of<uint8_t>(runtime, arguments[4]);
  const auto sizes = view_of<int32_t>(runtime, arguments[1]);
  const auto numbers = view_of<double>(runtime, arguments[2]);
  if (sizes.size != 5 || (numbers.size != 6 && numbers.size != 8)) throw value_error("five sizes and six or eight numbers are needed");
  const Source source{pixels.data, {sizes[0], sizes[1], sizes[2]}};
  check_pixels(pixels, source.size);
  const int32_t width = sizes[3], height = sizes[4], filter = int32_of(runtime, arguments[3], "filter");
  check_pixels(result, {width, height, source.size.channels});
  if (fill.size < static_cast<size_t>(source.size.channels)) throw value_error("fill has too few values");
  const bool is_fixed = filter == 0 && numbers.size == 6 && !(numbers[1] == 0 && numbers[3] == 0);
  for_channels(source.size.channels, [&]<int C>() {
    with_way(numbers, is_fixed, [&](const auto& way) {
      if (filter == 0) transform<Nearest, C>(source, width, height, way, fill.data, result.data);
      else if (filter == 1) transform<Bilinear, C>(source, width, height, way, fill.data, result.data);
      else transform<Bicubic, C>(source, width, height, way, fill.data, result.data);
    });
  });
  return nullptr;
}

// image_planes(pixels, width, height, channels, tables, out): fills a float tensor (channels, height, width) from tables of 256 floats, one for
// each channel.
napi_value image_planes(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]);
  const ImageSize size = size_of(runtime, arguments);
  check_pixels(pixels, size);
  const auto tables = view_of<float>(runtime, arguments[4]);
  const at::Tensor out = tensor_of(runtime, arguments[5]);
  if (tables.size != 256 * static_cast<size_t>(size.channels)) throw value_error("a table of 256 floats for each channel is needed");
  if (out.scalar_type() != at::kFloat || !out.device().is_cpu() || !out.is_contiguous() || static_cast<size_t>(out.numel()) != pixels.size)
    throw value_error("out is to be a contiguous float tensor on the CPU of the image's size");
  auto* to = out.mutable_data_ptr<float>();
  const size_t plane = static_cast<size_t>(size.width) * size.height;
  for_channels(size.channels, [&]<int C>() {
    const uint8_t* from = pixels.data;
    for (size_t i = 0; i < plane; ++i, from += C)
      for (int c = 0; c < C; ++c) to[i + static_cast<size_t>(c) * plane] = tables[static_cast<size_t>(c) * 256 + from[c]];
  });
  return nullptr;
}

} // namespace

std::vector<Entry> image_move_entries() {
  return {{"image_gather", guarded<image_gather>}, {"image_transform", guarded<image_transform>}, {"image_planes", guarded<image_planes>}};
}

} // namespace torch_ts
