// What Swift's Glibc does not show of threads and clocks.
#ifndef VEDETTE_CTHREADS_H
#define VEDETTE_CTHREADS_H

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// Declared here because <stdlib.h> and <pthread.h> show them under _GNU_SOURCE only, and that macro
// changes the members of types which other modules have already seen.
extern int pthread_setname_np(pthread_t thread, const char *name);
extern int posix_openpt(int flags);
extern int grantpt(int terminal);
extern int unlockpt(int terminal);
extern int ptsname_r(int terminal, char *path, size_t size);

static inline int vdt_set_thread_name(const char *name) {
  return pthread_setname_np(pthread_self(), name);
}

// The calling thread's policy (sched(7)). Threads that it makes do not inherit it: a pool's worker that is made
// when the ledger's thread wakes a client is none of the ledger's. The flag, once set, is set each time: taking
// it away needs a right.
static inline int vdt_set_thread_policy(int policy, int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return sched_setscheduler(0, policy | 0x40000000 /* SCHED_RESET_ON_FORK */, &parameters);
}

static inline int vdt_set_thread_fifo(int priority) {
  return vdt_set_thread_policy(SCHED_FIFO, priority);
}

// SCHED_BATCH: waking up, it yields to whoever runs (sched(7)); needs no right.
static inline int vdt_set_thread_batch(void) {
  return vdt_set_thread_policy(3 /* SCHED_BATCH */, 0);
}

static inline int vdt_set_thread_ordinary(void) { return vdt_set_thread_policy(SCHED_OTHER, 0); }

// What the calling thread has: its policy without the flag, its priority in `priority`.
static inline int vdt_thread_policy(int *priority) {
  struct sched_param parameters;
  if (sched_getparam(0, &parameters)) return -1;
  *priority = parameters.sched_priority;
  return sched_getscheduler(0) & ~0x40000000;
}

// On Linux a thread has a nice value of its own, and 0 is the caller (setpriority(2)). A lower urgency needs no
// right, a higher one RLIMIT_NICE. It is inherited.
static inline int vdt_set_thread_nice(int nice) { return setpriority(PRIO_PROCESS, 0, nice); }

static inline int vdt_thread_nice(void) { return getpriority(PRIO_PROCESS, 0); }

static inline int vdt_clock_quality(long *errorMaxMicroseconds) {
  struct timex state = {.modes = 0};
  int result = adjtimex(&state);
  *errorMaxMicroseconds = state.maxerror;
  return result;
}

static inline long long vdt_wall_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// Unmaps the program's own code; what is still used is mapped again from the page cache.
static inline int vdt_release_code_pages(void) {
  extern char __executable_start[], etext[];
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)__executable_start + page - 1) & ~(page - 1);
  uintptr_t end = (uintptr_t)etext & ~(page - 1);
  return madvise((void *)first, end - first, 4 /* MADV_DONTNEED */);
}

// A pseudo-terminal in raw mode: its descriptor, and the path of its other side in `path`.
static inline int vdt_open_terminal(char *path, size_t size) {
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0) return -1;
  struct termios mode;
  if (grantpt(terminal) || unlockpt(terminal) || ptsname_r(terminal, path, size) ||
      tcgetattr(terminal, &mode)) {
    close(terminal);
    return -1;
  }
  cfmakeraw(&mode);
  tcsetattr(terminal, TCSANOW, &mode);
  return terminal;
}

#endif
