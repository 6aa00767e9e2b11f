// What Swift's Glibc does not show of threads and clocks.
#ifndef VEDETTE_CTHREADS_H
#define VEDETTE_CTHREADS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <pthread.h>
#include <sched.h>
#include <sys/timex.h>

static inline int vdt_set_thread_name(const char *name) {
  return pthread_setname_np(pthread_self(), name);
}

static inline int vdt_set_thread_core(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  return pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

static inline int vdt_set_thread_fifo(int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

static inline int vdt_clock_quality(long *errorMaxMicroseconds) {
  struct timex state = {.modes = 0};
  int result = adjtimex(&state);
  *errorMaxMicroseconds = state.maxerror;
  return result;
}

#endif
