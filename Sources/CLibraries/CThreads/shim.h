// What Swift's Glibc does not show of threads and clocks.
#ifndef VEDETTE_CTHREADS_H
#define VEDETTE_CTHREADS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <termios.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

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

static inline long long vdt_wall_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline int vdt_wait_signal(const sigset_t *signals, int milliseconds) {
  struct timespec timeout = {.tv_sec = milliseconds / 1000,
                             .tv_nsec = milliseconds % 1000 * 1000000L};
  return sigtimedwait(signals, NULL, &timeout);
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
