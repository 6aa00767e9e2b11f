// A single-producer single-consumer ring in C11: power-of-two capacity, free-running cursors, each end's
// copy of the other's cursor, every one of the four on a cache line of its own. Static inline, so that a
// caller's loop contains it, as a C program would have it.
#ifndef VDT_REFERENCERING_H
#define VDT_REFERENCERING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { VDT_LINE = 64 };

#define VDT_DEFINE_RING(RING, ELEMENT)                                                            \
  typedef struct {                                                                                \
    alignas(VDT_LINE) _Atomic size_t tail;                                                        \
    alignas(VDT_LINE) size_t seen_head;                                                           \
    alignas(VDT_LINE) _Atomic size_t head;                                                        \
    alignas(VDT_LINE) size_t seen_tail;                                                           \
    alignas(VDT_LINE) size_t capacity;                                                            \
    size_t mask;                                                                                  \
    ELEMENT *slots;                                                                               \
  } RING;                                                                                         \
                                                                                                  \
  static inline RING *RING##_new(size_t capacity) {                                               \
    RING *ring = aligned_alloc(VDT_LINE, sizeof(RING));                                           \
    if (ring == NULL) abort();                                                                    \
    memset(ring, 0, sizeof(RING));                                                                \
    ring->capacity = capacity;                                                                    \
    ring->mask = capacity - 1;                                                                    \
    ring->slots = aligned_alloc(128, capacity * sizeof(ELEMENT));                                 \
    if (ring->slots == NULL) abort();                                                             \
    memset(ring->slots, 0, capacity * sizeof(ELEMENT));                                           \
    return ring;                                                                                  \
  }                                                                                               \
                                                                                                  \
  static inline void RING##_free(RING *ring) {                                                    \
    free(ring->slots);                                                                            \
    free(ring);                                                                                   \
  }                                                                                               \
                                                                                                  \
  static inline bool RING##_push(RING *ring, const ELEMENT *element) {                            \
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);                        \
    if (tail - ring->seen_head == ring->capacity) {                                               \
      ring->seen_head = atomic_load_explicit(&ring->head, memory_order_acquire);                  \
      if (tail - ring->seen_head == ring->capacity) return false;                                 \
    }                                                                                             \
    ring->slots[tail & ring->mask] = *element;                                                    \
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);                           \
    return true;                                                                                  \
  }                                                                                               \
                                                                                                  \
  static inline bool RING##_pop(RING *ring, ELEMENT *element) {                                   \
    size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);                        \
    if (head == ring->seen_tail) {                                                                \
      ring->seen_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);                  \
      if (head == ring->seen_tail) return false;                                                  \
    }                                                                                             \
    *element = ring->slots[head & ring->mask];                                                    \
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);                           \
    return true;                                                                                  \
  }                                                                                               \
                                                                                                  \
  static inline size_t RING##_push_many(RING *ring, const ELEMENT *elements, size_t wanted) {     \
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);                        \
    if (ring->capacity - (tail - ring->seen_head) < wanted) {                                     \
      ring->seen_head = atomic_load_explicit(&ring->head, memory_order_acquire);                  \
    }                                                                                             \
    size_t room = ring->capacity - (tail - ring->seen_head);                                      \
    size_t count = wanted < room ? wanted : room;                                                 \
    size_t start = tail & ring->mask;                                                             \
    size_t first = count < ring->capacity - start ? count : ring->capacity - start;               \
    memcpy(ring->slots + start, elements, first * sizeof(ELEMENT));                               \
    memcpy(ring->slots, elements + first, (count - first) * sizeof(ELEMENT));                     \
    atomic_store_explicit(&ring->tail, tail + count, memory_order_release);                       \
    return count;                                                                                 \
  }                                                                                               \
                                                                                                  \
  static inline size_t RING##_pop_many(RING *ring, ELEMENT *elements, size_t wanted) {            \
    size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);                        \
    if (ring->seen_tail - head < wanted) {                                                        \
      ring->seen_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);                  \
    }                                                                                             \
    size_t there = ring->seen_tail - head;                                                        \
    size_t count = wanted < there ? wanted : there;                                               \
    size_t start = head & ring->mask;                                                             \
    size_t first = count < ring->capacity - start ? count : ring->capacity - start;               \
    memcpy(elements, ring->slots + start, first * sizeof(ELEMENT));                               \
    memcpy(elements + first, ring->slots, (count - first) * sizeof(ELEMENT));                     \
    atomic_store_explicit(&ring->head, head + count, memory_order_release);                       \
    return count;                                                                                 \
  }

#endif
