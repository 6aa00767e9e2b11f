#include "digest_kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

bool vdt_sha256_can(void) {
  // Bit 29 of EBX, leaf 7 (Intel, "Architecture Instruction Set Extensions", SHA): no name of it in older compilers.
  static int known = 0;
  int found = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (found == 0) {
    uint32_t a = 7, b = 0, c = 0, d = 0;
    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    __builtin_cpu_init();
    found = (b >> 29 & 1) && __builtin_cpu_supports("sse4.1") ? 2 : 1;
    __atomic_store_n(&known, found, __ATOMIC_RELAXED);
  }
  return found == 2;
}

/// FIPS 180-4, section 4.2.2.
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define SHA __attribute__((target("sha,sse4.1,ssse3")))

/// A message on its way. The state is held as the instructions want it: a, b, e, f and c, d, g, h.
struct lane {
  __m128i abef, cdgh;
  const uint8_t *at;
  size_t blocks;        // left at `at`
  size_t tail_blocks;   // left after those, in `tail`
  uint8_t *digest;
  uint8_t tail[128];
};

SHA static void begin(struct lane *lane, const uint8_t *text, size_t count, uint8_t *digest) {
  // FIPS 180-4, section 5.3.3.
  lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
  lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
  lane->digest = digest;
  const size_t rest = count % 64;
  memset(lane->tail, 0, sizeof lane->tail);
  memcpy(lane->tail, text + (count - rest), rest);
  lane->tail[rest] = 0x80;
  lane->tail_blocks = rest < 56 ? 1 : 2;
  const uint64_t bits = __builtin_bswap64((uint64_t)count * 8);
  memcpy(lane->tail + lane->tail_blocks * 64 - 8, &bits, 8);
  lane->at = text;
  lane->blocks = count / 64;
  if (lane->blocks == 0) {
    lane->at = lane->tail;
    lane->blocks = lane->tail_blocks;
    lane->tail_blocks = 0;
  }
}

SHA static void end(const struct lane *lane) {
  const __m128i order = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  // From a, b, e, f and c, d, g, h (the first highest) to a, b, c, d and e, f, g, h, big-endian.
  const __m128i high = _mm_unpackhi_epi64(lane->cdgh, lane->abef);
  const __m128i low = _mm_unpacklo_epi64(lane->cdgh, lane->abef);
  _mm_storeu_si128((__m128i *)lane->digest, _mm_shuffle_epi8(high, order));
  _mm_storeu_si128((__m128i *)(lane->digest + 16), _mm_shuffle_epi8(low, order));
}

/// Goes on behind blocks that are done; whether the message is done.
static bool pass(struct lane *lane, size_t blocks) {
  lane->at += blocks * 64;
  lane->blocks -= blocks;
  if (lane->blocks > 0) return false;
  if (lane->tail_blocks == 0) return true;
  lane->at = lane->tail;
  lane->blocks = lane->tail_blocks;
  lane->tail_blocks = 0;
  return false;
}

// Four rounds of one message, then the four words of its schedule that take the place of the oldest.
#define ROUNDS(lane, round, words)                                                            \
  {                                                                                           \
    const __m128i sum =                                                                       \
        _mm_add_epi32(words, _mm_load_si128((const __m128i *)(constants + 4 * (round))));     \
    cdgh##lane = _mm_sha256rnds2_epu32(cdgh##lane, abef##lane, sum);                          \
    abef##lane = _mm_sha256rnds2_epu32(abef##lane, cdgh##lane, _mm_shuffle_epi32(sum, 0x0E)); \
  }
#define EXTEND(first, second, third, fourth)                                                \
  first = _mm_sha256msg2_epu32(                                                             \
      _mm_add_epi32(_mm_sha256msg1_epu32(first, second), _mm_alignr_epi8(fourth, third, 4)), \
      fourth)
#define LOAD(at, place) _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)((at) + (place))), big_endian)

/// The compression of FIPS 180-4, section 6.2.2, over as many blocks of two messages.
SHA static void compress(struct lane *first, struct lane *second, size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abefA = first->abef, cdghA = first->cdgh, abefB = second->abef, cdghB = second->cdgh;
  const uint8_t *a = first->at, *b = second->at;
  for (; blocks > 0; blocks--, a += 64, b += 64) {
    const __m128i before[4] = {abefA, cdghA, abefB, cdghB};
    __m128i a0 = LOAD(a, 0), a1 = LOAD(a, 16), a2 = LOAD(a, 32), a3 = LOAD(a, 48);
    __m128i b0 = LOAD(b, 0), b1 = LOAD(b, 16), b2 = LOAD(b, 32), b3 = LOAD(b, 48);
    for (int round = 0; round < 12; round += 4) {
      ROUNDS(A, round, a0) ROUNDS(B, round, b0)
      EXTEND(a0, a1, a2, a3);
      EXTEND(b0, b1, b2, b3);
      ROUNDS(A, round + 1, a1) ROUNDS(B, round + 1, b1)
      EXTEND(a1, a2, a3, a0);
      EXTEND(b1, b2, b3, b0);
      ROUNDS(A, round + 2, a2) ROUNDS(B, round + 2, b2)
      EXTEND(a2, a3, a0, a1);
      EXTEND(b2, b3, b0, b1);
      ROUNDS(A, round + 3, a3) ROUNDS(B, round + 3, b3)
      EXTEND(a3, a0, a1, a2);
      EXTEND(b3, b0, b1, b2);
    }
    ROUNDS(A, 12, a0) ROUNDS(B, 12, b0) ROUNDS(A, 13, a1) ROUNDS(B, 13, b1)
    ROUNDS(A, 14, a2) ROUNDS(B, 14, b2) ROUNDS(A, 15, a3) ROUNDS(B, 15, b3)
    abefA = _mm_add_epi32(abefA, before[0]);
    cdghA = _mm_add_epi32(cdghA, before[1]);
    abefB = _mm_add_epi32(abefB, before[2]);
    cdghB = _mm_add_epi32(cdghB, before[3]);
  }
  first->abef = abefA;
  first->cdgh = cdghA;
  second->abef = abefB;
  second->cdgh = cdghB;
}

/// A message that is padded already, of whole blocks.
SHA static void begin_padded(struct lane *lane, const uint8_t *text, size_t blocks, uint8_t *digest) {
  lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
  lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
  lane->digest = digest;
  lane->at = text;
  lane->blocks = blocks;
  lane->tail_blocks = 0;
}

/// All messages, each taken up by the lane that is free first. `ends` count bytes, or blocks of padded messages.
SHA static inline __attribute__((always_inline)) void all(const uint8_t *text, const uint32_t *ends, size_t count,
                                                          uint8_t *digests, bool is_padded) {
  struct lane lanes[2];
  bool is_busy[2] = {false, false};
  size_t next = 0;
  while (true) {
    for (int i = 0; i < 2; i++) {
      if (is_busy[i] || next == count) continue;
      const uint32_t start = next == 0 ? 0 : ends[next - 1];
      const size_t size = ends[next] - start;
      uint8_t *digest = digests + 32 * next;
      if (is_padded) {
        begin_padded(&lanes[i], text + (size_t)start * 64, size, digest);
      } else {
        begin(&lanes[i], text + start, size, digest);
      }
      is_busy[i] = true;
      next++;
    }
    if (!is_busy[0] && !is_busy[1]) return;
    if (is_busy[0] && is_busy[1]) {
      const size_t blocks =
          lanes[0].blocks < lanes[1].blocks ? lanes[0].blocks : lanes[1].blocks;
      compress(&lanes[0], &lanes[1], blocks);
      for (int i = 0; i < 2; i++) {
        if (!pass(&lanes[i], blocks)) continue;
        end(&lanes[i]);
        is_busy[i] = false;
      }
    } else {
      // The last message has nobody beside it; what the other lane makes of its blocks is thrown away.
      struct lane *alone = is_busy[0] ? &lanes[0] : &lanes[1];
      struct lane other = *alone;
      other.at = alone->at;
      const size_t blocks = alone->blocks;
      compress(alone, &other, blocks);
      if (!pass(alone, blocks)) continue;
      end(alone);
      return;
    }
  }
}

SHA void vdt_sha256_all(const uint8_t *text, const uint32_t *ends, size_t count, uint8_t *digests) {
  all(text, ends, count, digests, false);
}

SHA void vdt_sha256_padded(const uint8_t *blocks, const uint32_t *block_ends, size_t count, uint8_t *digests) {
  all(blocks, block_ends, count, digests, true);
}

#else

// Elsewhere the library serves.
bool vdt_sha256_can(void) { return false; }

void vdt_sha256_all(const uint8_t *text, const uint32_t *ends, size_t count, uint8_t *digests) {
  (void)text;
  (void)ends;
  (void)count;
  (void)digests;
}

void vdt_sha256_padded(const uint8_t *blocks, const uint32_t *block_ends, size_t count, uint8_t *digests) {
  (void)blocks;
  (void)block_ends;
  (void)count;
  (void)digests;
}

#endif
