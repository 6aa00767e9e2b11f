// Whole rounds with the C11 ring, two threads on two cores, loops in its own language.
#ifndef VDT_CREFERENCERING_H
#define VDT_CREFERENCERING_H

#include "CBenchThread.h"

#ifdef __cplusplus
extern "C" {
#endif

/// `count` elements of 8 or 64 bytes pushed and popped one by one through 1,024 slots.
vdt_round vdt_c_single8(uint64_t count);
vdt_round vdt_c_single64(uint64_t count);

/// The same in batches of 64; `count` is a multiple of 64.
vdt_round vdt_c_batch8(uint64_t count);
vdt_round vdt_c_batch64(uint64_t count);

/// `count` round trips of one 8-byte element through two rings.
vdt_round vdt_c_roundtrip8(uint64_t count);

#ifdef __cplusplus
}
#endif
#endif
