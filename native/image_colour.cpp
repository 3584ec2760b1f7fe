// Colours of images in PIL's arithmetic: grey values (its Convert.c), mixtures (Blend.c), tables, hues, histograms, smoothing.
#include "image.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace torch_ts {
namespace {

// image_grey(pixels, channels, result): of colours of 3 or 4 values; weights 299, 587 and 114 in 16 bits, rounded.
napi_value image_grey(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]), result = pixels_of(runtime, arguments[2]);
  const auto channels = static_cast<size_t>(int32_of(runtime, arguments[1], "channels"));
  if ((channels != 3 && channels != 4) || pixels.size != result.size * channels) throw value_error("colours of 3 or 4 values are needed");
  const uint8_t* from = pixels.data;
  for (uint8_t& to : result) {
    to = static_cast<uint8_t>((from[0] * 19595 + from[1] * 38470 + from[2] * 7471 + 0x8000) >> 16);
    from += channels;
  }
  return nullptr;
}

// Between two values, or beyond, cut to [0, 255].
inline uint8_t mix(uint8_t first, uint8_t second, float alpha) {
  const float product = alpha * static_cast<float>(second - first), mixed = static_cast<float>(first) + product;
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : static_cast<uint8_t>(mixed);
}

// image_mix(first, pixels, channels, kept, alpha, result): from `first`, which has as many values or one for each pixel, toward the
// pixels; from the value `kept` of a pixel on they stay.
napi_value image_mix(Runtime& runtime, Arguments arguments) {
  const auto first = pixels_of(runtime, arguments[0]), pixels = pixels_of(runtime, arguments[1]);
  const auto result = pixels_of(runtime, arguments[5]);
  const auto channels = static_cast<size_t>(int32_of(runtime, arguments[2], "channels"));
  const auto kept = static_cast<size_t>(int32_of(runtime, arguments[3], "kept"));
  const auto alpha = static_cast<float>(number_of(runtime, arguments[4], "alpha"));
  const size_t step = first.size == pixels.size ? 1 : channels;
  if (channels == 0 || kept > channels || pixels.size % channels != 0 || first.size * step != pixels.size || result.size != pixels.size)
    throw value_error("the images differ in size");
  for (size_t i = 0, at = 0; i < pixels.size; i += channels, at += channels / step)
    for (size_t c = 0; c < channels; ++c)
      result[i + c] = c < kept ? mix(first[at + (step == 1 ? c : 0)], pixels[i + c], alpha) : pixels[i + c];
  return nullptr;
}

// image_look_up(pixels, tables, result): each value by a table of 256; the values of a pixel have a table each.
napi_value image_look_up(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]), result = pixels_of(runtime, arguments[2]);
  const auto tables = view_of<uint8_t>(runtime, arguments[1]);
  const size_t channels = tables.size / 256;
  if (channels == 0 || tables.size % 256 != 0 || pixels.size != result.size || pixels.size % channels != 0)
    throw value_error("a table of 256 values for each value of a pixel is needed");
  for (size_t i = 0; i < pixels.size; i += channels)
    for (size_t c = 0; c < channels; ++c) result[i + c] = tables[c * 256 + pixels[i + c]];
  return nullptr;
}

// image_histogram(pixels, counts): adds to 256 counts for each value of a pixel.
napi_value image_histogram(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]);
  const auto counts = view_of<uint32_t>(runtime, arguments[1]);
  const size_t channels = counts.size / 256;
  if (channels == 0 || counts.size % 256 != 0 || pixels.size % channels != 0) throw value_error("256 counts for each value of a pixel are needed");
  for (size_t i = 0; i < pixels.size; i += channels)
    for (size_t c = 0; c < channels; ++c) ++counts[c * 256 + pixels[i + c]];
  return nullptr;
}

struct Colour {
  int a, b, c;
};

Colour to_hsv(int r, int g, int b) {
  const int most = std::max({r, g, b}), least = std::min({r, g, b});
  if (most == least) return {0, 0, most};
  const auto spread = static_cast<float>(most - least);
  const float rc = static_cast<float>(most - r) / spread, gc = static_cast<float>(most - g) / spread, bc = static_cast<float>(most - b) / spread;
  const auto hue = static_cast<float>(r == most ? bc - gc : g == most ? 2.0 + rc - bc : 4.0 + gc - rc);
  const double turn = hue / 6.0 + 1.0;
  const auto turned = static_cast<float>(turn - std::floor(turn));
  return {static_cast<int>(turned * 255.0), static_cast<int>(static_cast<float>(spread / static_cast<float>(most)) * 255.0), most};
}

Colour to_rgb(int h, int s, int v) {
  if (s == 0) return {v, v, v};
  const auto hue = static_cast<float>(h * 6.0 / 255.0);
  const auto sector = static_cast<int>(std::floor(hue));
  const auto part = static_cast<float>(hue - static_cast<float>(sector)), sat = static_cast<float>(s / 255.0);
  const auto round = [](double x) { return static_cast<int>(std::floor(x + 0.5)); };
  const int p = round(v * (1.0 - sat)), q = round(v * (1.0 - static_cast<double>(sat) * part)), t = round(v * (1.0 - static_cast<double>(sat) * (1.0 - part)));
  switch (sector % 6) {
    case 0: return {v, t, p};
    case 1: return {q, v, p};
    case 2: return {p, v, t};
    case 3: return {p, q, v};
    case 4: return {t, p, v};
    default: return {v, p, q};
  }
}

// image_turn_hue(pixels, shift, result): RGB whose hues, of 256, are turned by `shift`.
napi_value image_turn_hue(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]), result = pixels_of(runtime, arguments[2]);
  const int32_t shift = int32_of(runtime, arguments[1], "shift");
  if (pixels.size % 3 != 0 || pixels.size != result.size) throw value_error("colours of 3 values are needed");
  for (size_t i = 0; i < pixels.size; i += 3) {
    const auto [h, s, v] = to_hsv(pixels[i], pixels[i + 1], pixels[i + 2]);
    const auto [r, g, b] = to_rgb((h + shift) & 255, s, v);
    result[i] = static_cast<uint8_t>(r);
    result[i + 1] = static_cast<uint8_t>(g);
    result[i + 2] = static_cast<uint8_t>(b);
  }
  return nullptr;
}

// image_smooth(pixels, width, height, channels, result): each pixel with its eight neighbours, itself five times; edges stay.
napi_value image_smooth(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]), result = pixels_of(runtime, arguments[4]);
  const auto number = [&](int i) { return int32_of(runtime, arguments[i], "size"); };
  const ImageSize size{number(1), number(2), number(3)};
  check_pixels(pixels, size);
  check_pixels(result, size);
  std::memcpy(result.data, pixels.data, pixels.size);
  const auto channels = static_cast<size_t>(size.channels), stride = size.width * channels;
  if (size.width < 3) return nullptr;
  for (int32_t y = 1; y < size.height - 1; ++y) {
    const uint8_t* line = pixels.data + y * stride;
    for (size_t i = channels; i < stride - channels; ++i) {
      int sum = 4 * line[i];
      for (const uint8_t* at : {line + i - stride, line + i, line + i + stride}) sum += at[-static_cast<ptrdiff_t>(channels)] + at[0] + at[channels];
      result[y * stride + i] = static_cast<uint8_t>(sum / 13.0 + 0.5);
    }
  }
  return nullptr;
}

// image_alpha(pixels, channels, is_back, result): colours times their opacity, which is the last value of a pixel; or back.
napi_value image_alpha(Runtime& runtime, Arguments arguments) {
  const auto pixels = pixels_of(runtime, arguments[0]), result = pixels_of(runtime, arguments[3]);
  const auto channels = static_cast<size_t>(int32_of(runtime, arguments[1], "channels"));
  const bool is_back = bool_of(runtime, arguments[2]);
  if ((channels != 2 && channels != 4) || pixels.size % channels != 0 || pixels.size != result.size) throw value_error("colours with alpha are needed");
  for (size_t i = 0; i < pixels.size; i += channels) {
    const int alpha = pixels[i + channels - 1];
    for (size_t c = 0; c < channels - 1; ++c) {
      const int value = pixels[i + c], product = value * alpha + 128;
      if (!is_back) result[i + c] = static_cast<uint8_t>(((product >> 8) + product) >> 8);
      else result[i + c] = static_cast<uint8_t>(alpha == 0 || alpha == 255 ? value : std::min(255, 255 * value / alpha));
    }
    result[i + channels - 1] = static_cast<uint8_t>(alpha);
  }
  return nullptr;
}

} // namespace

std::vector<Entry> image_colour_entries() {
  return {{"image_grey", guarded<image_grey>}, {"image_mix", guarded<image_mix>}, {"image_look_up", guarded<image_look_up>},
    {"image_histogram", guarded<image_histogram>}, {"image_turn_hue", guarded<image_turn_hue>}, {"image_smooth", guarded<image_smooth>},
    {"image_alpha", guarded<image_alpha>}};
}

} // namespace torch_ts
