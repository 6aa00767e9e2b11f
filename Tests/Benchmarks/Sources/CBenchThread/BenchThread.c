#define _GNU_SOURCE
#include "CBenchThread.h"

#include <pthread.h>
#include <sched.h>

int vdt_bench_hints = 1;

void vdt_bench_set_hints(int hints) { vdt_bench_hints = hints; }

static int allowed(cpu_set_t *set) {
  CPU_ZERO(set);
  if (sched_getaffinity(0, sizeof *set, set) != 0) return 0;
  return CPU_COUNT(set);
}

int vdt_bench_cores(void) {
  cpu_set_t set;
  return allowed(&set);
}

void vdt_bench_pin(int nth) {
  cpu_set_t set;
  int count = allowed(&set);
  if (count < 2) return;
  nth %= count;
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (!CPU_ISSET(core, &set) || nth-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    return;
  }
}
