// The processor's multiplication without carries, which Swift cannot name, put to the one use we have
// for it: the CRC of MAVLink frames (Docs/Decisions/0011).
#ifndef VEDETTE_CCARRYLESSPRODUCT_H
#define VEDETTE_CCARRYLESSPRODUCT_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

typedef long long vdt_block __attribute__((vector_size(16)));
typedef char vdt_block_bytes __attribute__((vector_size(16)));

// Whether this processor has what vdt_crc16_mcrf4xx needs.
static inline int vdt_has_carryless_product(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3");
}

// CRC-16/MCRF4XX of `count` bytes, at least 16, going on from `crc`.
//
// Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel,
// 2009: blocks of 128 bits are folded onto the next one, the last is reduced to 64 bits and then by
// Barrett. Bit j of a reflected 64-bit word stands for x^(63 - j), so that a product carries one factor
// x too many and a constant for x^n is (x^(n - 1) mod P), with P = x^16 + x^12 + x^5 + 1.
// The odd bytes come first, behind zeros, which change nothing; `crc` belongs to the first two bytes.
static inline __attribute__((target("pclmul,ssse3"))) uint16_t vdt_crc16_mcrf4xx(
    uint16_t crc, const void *bytes, long count) {
  static const uint8_t masks[32] = {128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
                                    128, 128, 128, 128, 128, 0,   1,   2,   3,   4,   5,
                                    6,   7,   8,   9,   10,  11,  12,  13,  14,  15};
  const vdt_block fold = {(long long)0xa95d000000000000, 0x7eea000000000000};  // x^192, x^128
  const vdt_block reduce = {0x042b000000000000, 0};                            // x^64
  // x^80 / P without its first bit, and P without its first bit.
  const vdt_block barrett = {(long long)0xc2cd82058e2c0c88, (long long)0x8408000000000000};
  const uint8_t *start = (const uint8_t *)bytes;
  long head = ((count - 1) & 15) + 1;
  vdt_block state, mask, next;
  memcpy(&state, start, 16);
  memcpy(&mask, masks + head, 16);
  state ^= (vdt_block){crc, 0};
  state = (vdt_block)__builtin_ia32_pshufb128((vdt_block_bytes)state, (vdt_block_bytes)mask);
  vdt_block carry = {head == 1 ? crc >> 8 : 0, 0};
  start += head;
  for (long left = count - head; left > 0; left -= 16, start += 16) {
    memcpy(&next, start, 16);
    state = __builtin_ia32_pclmulqdq128(state, fold, 0x00) ^
            __builtin_ia32_pclmulqdq128(state, fold, 0x11) ^ next ^ carry;
    carry = (vdt_block){0, 0};
  }
  vdt_block far = __builtin_ia32_pclmulqdq128(state, reduce, 0x00);
  vdt_block rest = state ^ far ^ __builtin_ia32_pclmulqdq128(far, reduce, 0x00);
  vdt_block quotient = __builtin_ia32_pclmulqdq128(rest, barrett, 0x01);
  uint64_t whole = (uint64_t)rest[1] ^ (uint64_t)quotient[0] << 1;
  vdt_block product = __builtin_ia32_pclmulqdq128((vdt_block){(long long)whole, 0}, barrett, 0x10);
  return (uint16_t)((uint64_t)product[1] >> 47);
}

#else

// Elsewhere the tables serve.
static inline int vdt_has_carryless_product(void) { return 0; }

static inline uint16_t vdt_crc16_mcrf4xx(uint16_t crc, const void *bytes, long count) {
  (void)bytes;
  (void)count;
  return crc;
}

#endif
#endif
