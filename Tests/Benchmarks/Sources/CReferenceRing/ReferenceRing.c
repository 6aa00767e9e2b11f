#include "ReferenceRing.h"

#include <pthread.h>

#include "CReferenceRing.h"

enum { CAPACITY = 1024, BATCH = 64 };

typedef uint64_t element8;

VDT_DEFINE_RING(ring8, element8)
VDT_DEFINE_RING(ring64, vdt_element64)

static inline element8 make8(uint64_t number) { return number; }
static inline uint64_t sum8(const element8 *element) { return *element; }

static inline vdt_element64 make64(uint64_t number) {
  vdt_element64 element;
  for (uint64_t word = 0; word < 8; word++) element.words[word] = number + word;
  return element;
}

static inline uint64_t sum64(const vdt_element64 *element) {
  uint64_t sum = 0;
  for (int word = 0; word < 8; word++) sum += element->words[word];
  return sum;
}

#define DEFINE_ROUNDS(SIZE, ELEMENT)                                                     \
  typedef struct {                                                                       \
    ring##SIZE *ring;                                                                    \
    uint64_t count;                                                                      \
    uint32_t start;                                                                      \
    vdt_round round;                                                                     \
  } work##SIZE;                                                                          \
                                                                                         \
  static void *produce_single##SIZE(void *context) {                                     \
    work##SIZE *work = context;                                                          \
    ring##SIZE *ring = work->ring;                                                       \
    uint64_t count = work->count;                                                        \
    vdt_bench_pin(0);                                                                    \
    vdt_bench_meet(&work->start);                                                        \
    for (uint64_t number = 0; number < count; number++) {                                \
      ELEMENT element = make##SIZE(number);                                              \
      while (!ring##SIZE##_push(ring, &element)) vdt_bench_wait();                      \
    }                                                                                    \
    return NULL;                                                                         \
  }                                                                                      \
                                                                                         \
  static void *consume_single##SIZE(void *context) {                                     \
    work##SIZE *work = context;                                                          \
    ring##SIZE *ring = work->ring;                                                       \
    uint64_t count = work->count, sum = 0;                                               \
    vdt_bench_pin(1);                                                                    \
    vdt_bench_meet(&work->start);                                                        \
    uint64_t start = vdt_bench_nanos();                                                  \
    for (uint64_t taken = 0; taken < count; taken++) {                                   \
      ELEMENT element;                                                                   \
      while (!ring##SIZE##_pop(ring, &element)) vdt_bench_wait();                       \
      sum += sum##SIZE(&element);                                                        \
    }                                                                                    \
    work->round = (vdt_round){vdt_bench_nanos() - start, sum};                           \
    return NULL;                                                                         \
  }                                                                                      \
                                                                                         \
  static void *produce_batch##SIZE(void *context) {                                      \
    work##SIZE *work = context;                                                          \
    ring##SIZE *ring = work->ring;                                                       \
    uint64_t count = work->count;                                                        \
    ELEMENT batch[BATCH];                                                                \
    vdt_bench_pin(0);                                                                    \
    vdt_bench_meet(&work->start);                                                        \
    for (uint64_t number = 0; number < count; number += BATCH) {                         \
      for (uint64_t i = 0; i < BATCH; i++) batch[i] = make##SIZE(number + i);            \
      size_t sent = 0;                                                                   \
      while (sent < BATCH) {                                                             \
        size_t pushed = ring##SIZE##_push_many(ring, batch + sent, BATCH - sent);        \
        if (pushed == 0) vdt_bench_wait();                                              \
        sent += pushed;                                                                  \
      }                                                                                  \
    }                                                                                    \
    return NULL;                                                                         \
  }                                                                                      \
                                                                                         \
  static void *consume_batch##SIZE(void *context) {                                      \
    work##SIZE *work = context;                                                          \
    ring##SIZE *ring = work->ring;                                                       \
    uint64_t count = work->count, sum = 0, taken = 0;                                    \
    ELEMENT batch[BATCH];                                                                \
    vdt_bench_pin(1);                                                                    \
    vdt_bench_meet(&work->start);                                                        \
    uint64_t start = vdt_bench_nanos();                                                  \
    while (taken < count) {                                                              \
      size_t popped = ring##SIZE##_pop_many(ring, batch, BATCH);                         \
      if (popped == 0) vdt_bench_wait();                                                \
      for (size_t i = 0; i < popped; i++) sum += sum##SIZE(&batch[i]);                   \
      taken += popped;                                                                   \
    }                                                                                    \
    work->round = (vdt_round){vdt_bench_nanos() - start, sum};                           \
    return NULL;                                                                         \
  }

DEFINE_ROUNDS(8, element8)
DEFINE_ROUNDS(64, vdt_element64)

static void run_together(void *(*produce)(void *), void *(*consume)(void *), void *work) {
  pthread_t producer, consumer;
  if (pthread_create(&producer, NULL, produce, work) != 0) abort();
  if (pthread_create(&consumer, NULL, consume, work) != 0) abort();
  pthread_join(producer, NULL);
  pthread_join(consumer, NULL);
}

#define DEFINE_ENTRY(KIND, SIZE)                                                  \
  vdt_round vdt_c_##KIND##SIZE(uint64_t count) {                                  \
    work##SIZE work = {.ring = ring##SIZE##_new(CAPACITY), .count = count};       \
    run_together(produce_##KIND##SIZE, consume_##KIND##SIZE, &work);              \
    ring##SIZE##_free(work.ring);                                                 \
    return work.round;                                                            \
  }

DEFINE_ENTRY(single, 8)
DEFINE_ENTRY(single, 64)
DEFINE_ENTRY(batch, 8)
DEFINE_ENTRY(batch, 64)

typedef struct {
  ring8 *there, *back;
  uint64_t count;
  uint32_t start;
  vdt_round round;
} trip;

static void *answer(void *context) {
  trip *work = context;
  vdt_bench_pin(0);
  vdt_bench_meet(&work->start);
  for (uint64_t number = 0; number < work->count; number++) {
    uint64_t element;
    while (!ring8_pop(work->there, &element)) vdt_bench_wait();
    while (!ring8_push(work->back, &element)) vdt_bench_wait();
  }
  return NULL;
}

static void *ask(void *context) {
  trip *work = context;
  uint64_t sum = 0;
  vdt_bench_pin(1);
  vdt_bench_meet(&work->start);
  uint64_t start = vdt_bench_nanos();
  for (uint64_t number = 0; number < work->count; number++) {
    uint64_t element;
    while (!ring8_push(work->there, &number)) vdt_bench_wait();
    while (!ring8_pop(work->back, &element)) vdt_bench_wait();
    sum += element;
  }
  work->round = (vdt_round){vdt_bench_nanos() - start, sum};
  return NULL;
}

vdt_round vdt_c_roundtrip8(uint64_t count) {
  trip work = {.there = ring8_new(CAPACITY), .back = ring8_new(CAPACITY), .count = count};
  run_together(answer, ask, &work);
  ring8_free(work.there);
  ring8_free(work.back);
  return work.round;
}
