// Counts the allocations of the program that links this target, on all threads.
#ifndef VDT_CALLOCATIONCOUNTER_H
#define VDT_CALLOCATIONCOUNTER_H

#include <stdint.h>

/// Calls of malloc, calloc, realloc and the aligned allocators since the program started.
uint64_t vdt_allocations(void);

#endif
