// Whole rounds with boost::lockfree::spsc_queue, two threads on two cores, loops in its own language.
#ifndef VDT_BOOSTREFERENCERING_H
#define VDT_BOOSTREFERENCERING_H

#include "CBenchThread.h"

#ifdef __cplusplus
extern "C" {
#endif

/// `count` elements of 8 or 64 bytes pushed and popped one by one through 1,024 slots.
vdt_round vdt_boost_single8(uint64_t count);
vdt_round vdt_boost_single64(uint64_t count);

/// The same in batches of 64; `count` is a multiple of 64.
vdt_round vdt_boost_batch8(uint64_t count);
vdt_round vdt_boost_batch64(uint64_t count);

/// `count` round trips of one 8-byte element through two rings.
vdt_round vdt_boost_roundtrip8(uint64_t count);

#ifdef __cplusplus
}
#endif
#endif
