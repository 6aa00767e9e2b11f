// What Swift's Glibc module does not show of eventfd(2), and the processor's hints: to spin, to fetch.
#ifndef VDT_CEVENTFD_H
#define VDT_CEVENTFD_H

#include <sys/eventfd.h>

static inline int vdt_eventfd(unsigned int initial, int flags) { return eventfd(initial, flags); }

static inline int vdt_eventfd_cloexec_nonblock(void) { return EFD_CLOEXEC | EFD_NONBLOCK; }

#if defined(__x86_64__) || defined(__i386__)
static inline void vdt_spin_hint(void) { __builtin_ia32_pause(); }
#elif defined(__aarch64__) || defined(__arm__)
static inline void vdt_spin_hint(void) { __asm__ volatile("yield"); }
#else
static inline void vdt_spin_hint(void) { __asm__ volatile(""); }
#endif

static inline __attribute__((always_inline)) void vdt_fetch_for_store(const void *line) {
  __builtin_prefetch(line, 1, 3);
}

#endif
