// The checksum of zip files, by carry-less multiplication where the processor has it: several times as fast as zlib's, so that
// checking a file costs little beside reading it. "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
#include "values.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TORCH_TS_CLMUL 1
#include <immintrin.h>
#endif

namespace torch_ts {
namespace {

#ifdef TORCH_TS_CLMUL

#define TARGET __attribute__((target("pclmul,sse4.1")))

// x * a power of the polynomial, added to what comes so much later.
TARGET __m128i fold(__m128i x, __m128i powers, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(x, powers, 0x00), high = _mm_clmulepi64_si128(x, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

TARGET __m128i load(const uint8_t* data) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data)); }

// `state` is the inverted checksum; `length` is a multiple of 16, and at least 64.
TARGET uint32_t update(uint32_t state, const uint8_t* data, size_t length) {
  const __m128i by_512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
  const __m128i by_128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  __m128i x[4];
  for (int i = 0; i < 4; ++i) x[i] = load(data + 16 * i);
  x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128(static_cast<int>(state)));
  for (data += 64, length -= 64; length >= 64; data += 64, length -= 64)
    for (int i = 0; i < 4; ++i) x[i] = fold(x[i], by_512, load(data + 16 * i));
  __m128i one = x[0];
  for (int i = 1; i < 4; ++i) one = fold(one, by_128, x[i]);
  for (; length >= 16; data += 16, length -= 16) one = fold(one, by_128, load(data));
  // 128 bits to 64, then to 32 by Barrett's reduction.
  const __m128i low_half = _mm_setr_epi32(~0, 0, ~0, 0);
  one = _mm_xor_si128(_mm_srli_si128(one, 8), _mm_clmulepi64_si128(one, by_128, 0x10));
  one = _mm_xor_si128(_mm_srli_si128(one, 4), _mm_clmulepi64_si128(_mm_and_si128(one, low_half), _mm_set_epi64x(0, 0x0163cd6124), 0x00));
  const __m128i polynomial = _mm_set_epi64x(0x01f7011641, 0x01db710641);
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(one, low_half), polynomial, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_half), polynomial, 0x00);
  return static_cast<uint32_t>(_mm_extract_epi32(_mm_xor_si128(one, quotient), 1));
}

bool is_supported() { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

#else

uint32_t update(uint32_t state, const uint8_t*, size_t) { return state; }
bool is_supported() { return false; }

#endif

// crc32(bytes, before): the checksum of all but the last bytes, up to a multiple of 16. -1 if this processor cannot, or there are
// few: then zlib must.
napi_value crc32(Runtime& runtime, Arguments arguments) {
  static const bool supported = is_supported();
  napi_typedarray_type type;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_value buffer;
  if (napi_get_typedarray_info(runtime.env, arguments[0], &type, &length, &data, &buffer, &offset) != napi_ok || type != napi_uint8_array)
    throw type_error("expected a Uint8Array");
  const auto before = static_cast<uint32_t>(number_of(runtime, arguments[1], "before"));
  if (!supported || length < 64) return to_js(runtime, -1.0);
  return to_js(runtime, static_cast<double>(~update(~before, static_cast<const uint8_t*>(data), length & ~size_t{15})));
}

} // namespace

std::vector<Entry> checksum_entries() { return {{"crc32", guarded<crc32>}}; }

} // namespace torch_ts
