#include "digest_kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

static bool can_shuffle(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("ssse3");
}

/// The sixteen characters of the first twelve bytes.
///
/// Source: Mula and Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions", ACM Transactions on the
/// Web 12, 2018, section 3; here with the alphabet for URLs and half as wide.
__attribute__((target("ssse3"))) static inline __m128i characters(__m128i bytes) {
  const __m128i triples =
      _mm_shuffle_epi8(bytes, _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  const __m128i odd =
      _mm_mulhi_epu16(_mm_and_si128(triples, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
  const __m128i even =
      _mm_mullo_epi16(_mm_and_si128(triples, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
  const __m128i six = _mm_or_si128(odd, even);
  // 0 for a to z, 1 to 10 for the digits, 11, 12 for - and _, 13 for A to Z: what to add to the six bits.
  const __m128i kind = _mm_or_si128(
      _mm_subs_epu8(six, _mm_set1_epi8(51)),
      _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), six), _mm_set1_epi8(13)));
  const __m128i shift = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                      '0' - 52, '0' - 52, '0' - 52, '0' - 52, '-' - 62, '_' - 63, 'A', 0, 0);
  return _mm_add_epi8(six, _mm_shuffle_epi8(shift, kind));
}

/// Messages in base 64, twelve bytes at a time. Reads to 16 bytes beyond the last one.
__attribute__((target("ssse3"))) static void messages_wide(const uint8_t *plain, const uint32_t *ends, size_t count,
                                                           uint8_t *blocks, uint32_t *block_ends) {
  // From byte 16 - n on, the mask of n bytes.
  static const uint8_t masks[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  uint32_t start = 0, block = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t size = ends[i] - start, chars = (size * 4 + 2) / 3;
    const uint8_t *from = plain + start;
    uint8_t *text = blocks + (size_t)block * 64, *to = text;
    size_t left = size;
    for (; left > 12; left -= 12, from += 12, to += 16) {
      _mm_storeu_si128((__m128i *)to, characters(_mm_loadu_si128((const __m128i *)from)));
    }
    const __m128i mask = _mm_loadu_si128((const __m128i *)(masks + 16 - left));
    _mm_storeu_si128((__m128i *)to, characters(_mm_and_si128(_mm_loadu_si128((const __m128i *)from), mask)));
    block += (uint32_t)((chars + 9 + 63) / 64);
    uint8_t *stop = blocks + (size_t)block * 64;
    for (uint8_t *zero = text + chars; zero < stop; zero += 16) _mm_storeu_si128((__m128i *)zero, _mm_setzero_si128());
    text[chars] = 0x80;
    const uint64_t bits = __builtin_bswap64((uint64_t)chars * 8);
    memcpy(stop - 8, &bits, 8);
    block_ends[i] = block;
    start = ends[i];
  }
}

/// As many texts of `size` bytes, 16 or 32, each in its own cell of 32 or 48 characters.
__attribute__((target("ssse3"))) static void cells_wide(const uint8_t *bytes, size_t size, size_t count,
                                                        uint8_t *text) {
  for (; count > 0; count--, bytes += size) {
    __m128i *to = (__m128i *)text;
    _mm_storeu_si128(to, characters(_mm_loadu_si128((const __m128i *)bytes)));
    const __m128i last = _mm_loadu_si128((const __m128i *)(bytes + size - 16));
    if (size == 32) {
      _mm_storeu_si128(to + 1, characters(_mm_loadu_si128((const __m128i *)(bytes + 12))));
      _mm_storeu_si128(to + 2, characters(_mm_srli_si128(last, 8)));
      text += 48;
    } else {
      _mm_storeu_si128(to + 1, characters(_mm_srli_si128(last, 12)));
      text += 32;
    }
  }
}

#endif

/// Base 64 of RFC 4648, section 5, three bytes at a time.
static void encode(const uint8_t *bytes, size_t count, uint8_t *text) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (size_t i = 0; i < count; i += 3) {
    const size_t left = count - i;
    const uint32_t bits = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                          (left > 2 ? (uint32_t)bytes[i + 2] : 0);
    for (size_t place = 0; place < (left > 2 ? 4 : left + 1); place++) {
      *text++ = (uint8_t)alphabet[bits >> (18 - 6 * place) & 63];
    }
  }
}

void vdt_base64url_messages_plainly(const uint8_t *plain, const uint32_t *ends, size_t count, uint8_t *blocks,
                                    uint32_t *block_ends) {
  uint32_t start = 0, block = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t size = ends[i] - start, chars = (size * 4 + 2) / 3, taken = (chars + 9 + 63) / 64;
    uint8_t *text = blocks + (size_t)block * 64;
    memset(text, 0, taken * 64);
    encode(plain + start, size, text);
    text[chars] = 0x80;
    for (int place = 0; place < 8; place++) {
      text[taken * 64 - 1 - (size_t)place] = (uint8_t)((uint64_t)chars * 8 >> 8 * place);
    }
    block += (uint32_t)taken;
    block_ends[i] = block;
    start = ends[i];
  }
}

void vdt_base64url_messages(const uint8_t *plain, const uint32_t *ends, size_t count, uint8_t *blocks,
                            uint32_t *block_ends) {
#if defined(__x86_64__)
  if (can_shuffle()) {
    messages_wide(plain, ends, count, blocks, block_ends);
    return;
  }
#endif
  vdt_base64url_messages_plainly(plain, ends, count, blocks, block_ends);
}

void vdt_base64url_cells(const uint8_t *bytes, size_t size, size_t count, uint8_t *text) {
#if defined(__x86_64__)
  if (can_shuffle()) {
    cells_wide(bytes, size, count, text);
    return;
  }
#endif
  for (size_t i = 0; i < count; i++) encode(bytes + size * i, size, text + (size + 16) * i);
}
