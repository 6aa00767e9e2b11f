#include "digest_kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

/// Marks of 16 bytes, by compares that every processor of this kind has.
static inline uint64_t between(__m128i bytes, char first, char last) {
  const __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  const __m128i span = _mm_set1_epi8((char)(last - first));
  return (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(above, span), above));
}

static inline uint64_t equal(__m128i bytes, char to) {
  return (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(to)));
}

static inline bool mark_64(const uint8_t *text, uint64_t *marks) {
  uint64_t stops = 0, words = 0, between_words = 0, strange = 0;
  for (int i = 0; i < 4; i++) {
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(text + 16 * i));
    const uint64_t escapes = equal(bytes, '\\');
    stops |= (between(bytes, 0, 0x1F) | equal(bytes, '"') | escapes) << 16 * i;
    words |= (between(bytes, 'a', 'z') | between(bytes, '0', '9') | equal(bytes, '+') | between(bytes, '-', '.') |
              equal(bytes, 'E'))
             << 16 * i;
    between_words |= (equal(bytes, ',') | equal(bytes, ':')) << 16 * i;
    strange |= escapes | (uint64_t)_mm_movemask_epi8(bytes);
  }
  marks[0] = stops;
  marks[1] = ~words;
  marks[2] = ~(words | between_words);
  return strange != 0;
}

/// The same, thirty-two bytes at a time.
#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t between_32(__m256i bytes, char first, char last) {
  const __m256i above = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
  const __m256i span = _mm256_set1_epi8((char)(last - first));
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(above, span), above));
}

AVX2 static inline __m256i equal_32(__m256i bytes, char to) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(to)); }

AVX2 static bool marks_wide(const uint8_t *text, size_t blocks, uint64_t *marks) {
  uint64_t strange = 0;
  for (; blocks > 0; blocks--, text += 64, marks += 3) {
    uint64_t stops = 0, words = 0, between_words = 0;
    for (int i = 0; i < 2; i++) {
      const __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + 32 * i));
      const __m256i escapes = equal_32(bytes, '\\');
      const __m256i marked = _mm256_or_si256(escapes, equal_32(bytes, '"'));
      stops |= (between_32(bytes, 0, 0x1F) | (uint32_t)_mm256_movemask_epi8(marked)) << 32 * i;
      const __m256i signs = _mm256_or_si256(equal_32(bytes, '+'), equal_32(bytes, 'E'));
      words |= (between_32(bytes, 'a', 'z') | between_32(bytes, '0', '9') | between_32(bytes, '-', '.') |
                (uint32_t)_mm256_movemask_epi8(signs))
               << 32 * i;
      const __m256i separators = _mm256_or_si256(equal_32(bytes, ','), equal_32(bytes, ':'));
      between_words |= (uint64_t)(uint32_t)_mm256_movemask_epi8(separators) << 32 * i;
      strange |= (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(escapes, bytes));
    }
    marks[0] = stops;
    marks[1] = ~words;
    marks[2] = ~(words | between_words);
  }
  return strange != 0;
}

#else

static inline bool mark_64(const uint8_t *text, uint64_t *marks) {
  bool is_strange = false;
  marks[0] = marks[1] = marks[2] = 0;
  for (int i = 0; i < 64; i++) {
    const uint8_t byte = text[i];
    const bool is_word = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '+' || byte == '-' ||
                         byte == '.' || byte == 'E';
    marks[0] |= (uint64_t)(byte < 0x20 || byte == '"' || byte == '\\') << i;
    marks[1] |= (uint64_t)!is_word << i;
    marks[2] |= (uint64_t)(!is_word && byte != ',' && byte != ':') << i;
    is_strange |= byte >= 0x80 || byte == '\\';
  }
  return is_strange;
}

#endif

bool vdt_json_marks(const uint8_t *text, size_t count, uint64_t *marks) {
  bool is_strange = false;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    const size_t blocks = count / 64;
    is_strange = marks_wide(text, blocks, marks);
    text += 64 * blocks;
    marks += 3 * blocks;
    count -= 64 * blocks;
  }
#endif
  for (; count >= 64; count -= 64, text += 64, marks += 3) is_strange |= mark_64(text, marks);
  // Zeros behind the end are marked in all words.
  uint8_t rest[64] = {0};
  memcpy(rest, text, count);
  return is_strange | mark_64(rest, marks);
}
