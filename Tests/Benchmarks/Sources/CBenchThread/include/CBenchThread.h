// What every contestant needs in the same form: clock, core, spin hint, start line, elements, result.
#ifndef VDT_CBENCHTHREAD_H
#define VDT_CBENCHTHREAD_H

#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Pins the calling thread to the n-th of the cores it may use, modulo their number.
void vdt_bench_pin(int nth);

/// How many cores the calling thread may use.
int vdt_bench_cores(void);

/// Nanoseconds of the monotonic clock.
static inline uint64_t vdt_bench_nanos(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/// Nanoseconds that the calling thread has run.
static inline uint64_t vdt_bench_thread_nanos(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/// Tells the processor that this thread spins.
static inline void vdt_bench_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// How many spin hints every contestant gives between two looks at a full or empty ring; 1 at start.
/// Changed between rounds only.
extern int vdt_bench_hints;

/// Sets `vdt_bench_hints`.
void vdt_bench_set_hints(int hints);

/// Passes the time between two looks at a full or empty ring, the same for every contestant.
static inline void vdt_bench_wait(void) {
  for (int hint = 0, hints = vdt_bench_hints; hint < hints; hint++) vdt_bench_pause();
}

/// Returns when both of two threads have called it with the same counter, which starts at zero.
static inline void vdt_bench_meet(uint32_t *counter) {
  __atomic_fetch_add(counter, 1, __ATOMIC_ACQ_REL);
  while (__atomic_load_n(counter, __ATOMIC_ACQUIRE) < 2) vdt_bench_pause();
}

/// A ring element of one cache line.
typedef struct {
  uint64_t words[8];
} vdt_element64;

/// What one round of a contestant came to.
typedef struct {
  uint64_t nanos;     ///< from the start line to the last element taken, on the consumer's clock
  uint64_t checksum;  ///< sum of all words taken, modulo 2^64
} vdt_round;

#ifdef __cplusplus
}
#endif
#endif
