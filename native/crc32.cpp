// The checksum of zip files, by carry-less multiplication where the processor has it: several times as fast as zlib's, so that
// checking a file costs little beside reading it. "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
#include "crc32.h"

#include "bytes.h"

#include <array>

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

#define WIDE __attribute__((target("avx512f,avx512vl,vpclmulqdq,pclmul,sse4.1")))

WIDE __m512i fold(__m512i x, __m512i powers, __m512i next) {
  const __m512i low = _mm512_clmulepi64_epi128(x, powers, 0x00), high = _mm512_clmulepi64_epi128(x, powers, 0x11);
  return _mm512_ternarylogic_epi64(low, high, next, 0x96); // the xor of all three
}

// The same by four times as much at once: folds all but the last bytes to the 64 of `x`, and gives their number, a multiple of 64.
// `length` is at least 256.
WIDE size_t fold_wide(uint32_t state, const uint8_t* data, size_t length, __m128i (&x)[4]) {
  const __m512i by_2048 = _mm512_broadcast_i32x4(_mm_set_epi64x(0x01322d1430, 0x011542778a));
  const __m512i by_512 = _mm512_broadcast_i32x4(_mm_set_epi64x(0x01c6e41596, 0x0154442bd4));
  __m512i y[4];
  for (int i = 0; i < 4; ++i) y[i] = _mm512_loadu_si512(data + 64 * i);
  y[0] = _mm512_xor_si512(y[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128(static_cast<int>(state))));
  size_t done = 256;
  for (; length - done >= 256; done += 256)
    for (int i = 0; i < 4; ++i) y[i] = fold(y[i], by_2048, _mm512_loadu_si512(data + done + 64 * i));
  for (int i = 1; i < 4; ++i) y[0] = fold(y[0], by_512, y[i]);
  _mm512_storeu_si512(x, y[0]);
  return done;
}

bool is_wide() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("vpclmulqdq");
}

// `state` is the inverted checksum; `length` is a multiple of 16, and at least 64.
TARGET uint32_t update(uint32_t state, const uint8_t* data, size_t length) {
  static const bool wide = is_wide();
  const __m128i by_512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
  const __m128i by_128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  __m128i x[4];
  size_t done = 64;
  if (wide && length >= 512) {
    done = fold_wide(state, data, length, x);
  } else {
    for (int i = 0; i < 4; ++i) x[i] = load(data + 16 * i);
    x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128(static_cast<int>(state)));
  }
  for (data += done, length -= done; length >= 64; data += 64, length -= 64)
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

#endif

// The portable way: eight bytes at a time by tables, of which table k holds the effect of a byte that is followed by k others.
using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0u);
    tables[0][byte] = sum;
  }
  for (size_t k = 1; k < 8; ++k)
    for (size_t byte = 0; byte < 256; ++byte) tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 0xff];
  return tables;
}

constexpr Tables kTables = make_tables();

uint32_t update_by_tables(uint32_t state, const uint8_t* data, size_t length) {
  for (; length >= 8; data += 8, length -= 8) {
    uint32_t sum = 0;
    for (size_t i = 0; i < 8; ++i) sum ^= kTables[7 - i][(data[i] ^ (i < 4 ? state >> 8 * i : 0)) & 0xff];
    state = sum;
  }
  for (; length > 0; ++data, --length) state = state >> 8 ^ kTables[0][(state ^ *data) & 0xff];
  return state;
}

// crc32(bytes, before)
napi_value crc32_of(Runtime& runtime, Arguments arguments) {
  const auto [data, length] = view_of<uint8_t>(runtime, arguments[0]);
  const auto before = static_cast<uint32_t>(number_of(runtime, arguments[1], "before"));
  return to_js(runtime, static_cast<double>(crc32(data, length, before)));
}

} // namespace

uint32_t crc32(const uint8_t* data, size_t length, uint32_t before) {
  uint32_t state = ~before;
#ifdef TORCH_TS_CLMUL
  static const bool supported = is_supported();
  if (supported && length >= 64) {
    const size_t folded = length & ~size_t{15};
    state = update(state, data, folded);
    data += folded;
    length -= folded;
  }
#endif
  return ~update_by_tables(state, data, length);
}

std::vector<Entry> checksum_entries() { return {{"crc32", guarded<crc32_of>}}; }

} // namespace torch_ts
