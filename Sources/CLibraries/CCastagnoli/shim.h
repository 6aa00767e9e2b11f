// The processor's instruction for CRC-32C (SSE 4.2), which Swift cannot name.
#ifndef VEDETTE_CCASTAGNOLI_H
#define VEDETTE_CCASTAGNOLI_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

// Whether this processor has what vdt_crc32c needs.
static inline int vdt_has_crc32c(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
}

// The state of CRC-32C, not inverted, after `count` more bytes.
static inline __attribute__((target("sse4.2"))) uint32_t vdt_crc32c(
    uint32_t state, const void *bytes, long count) {
  const uint8_t *start = (const uint8_t *)bytes;
  uint64_t wide = state;
  for (; count >= 8; count -= 8, start += 8) {
    uint64_t word;
    memcpy(&word, start, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  uint32_t narrow = (uint32_t)wide;
  for (; count > 0; count--, start++) narrow = __builtin_ia32_crc32qi(narrow, *start);
  return narrow;
}

#else

// Elsewhere the tables serve.
static inline int vdt_has_crc32c(void) { return 0; }

static inline uint32_t vdt_crc32c(uint32_t state, const void *bytes, long count) {
  (void)bytes;
  (void)count;
  return state;
}

#endif
#endif
