#include "BoostReferenceRing.h"

#include <boost/lockfree/spsc_queue.hpp>
#include <cstddef>
#include <memory>
#include <thread>

namespace {

constexpr std::size_t capacity = 1024;
constexpr std::size_t batchSize = 64;

template <typename Element>
using Queue = boost::lockfree::spsc_queue<Element, boost::lockfree::capacity<capacity>>;

template <typename Element>
inline Element make(std::uint64_t number);

template <>
inline std::uint64_t make(std::uint64_t number) { return number; }

template <>
inline vdt_element64 make(std::uint64_t number) {
  vdt_element64 element;
  for (std::uint64_t word = 0; word < 8; word++) element.words[word] = number + word;
  return element;
}

inline std::uint64_t sum(std::uint64_t element) { return element; }

inline std::uint64_t sum(const vdt_element64 &element) {
  std::uint64_t sum = 0;
  for (std::uint64_t word : element.words) sum += word;
  return sum;
}

/// Runs both sides on threads pinned to two cores; `consume` returns its checksum.
template <typename Produce, typename Consume>
vdt_round runTogether(Produce produce, Consume consume) {
  std::uint32_t startLine = 0;
  vdt_round round{};
  std::thread producer([&] {
    vdt_bench_pin(0);
    vdt_bench_meet(&startLine);
    produce();
  });
  std::thread consumer([&] {
    vdt_bench_pin(1);
    vdt_bench_meet(&startLine);
    std::uint64_t start = vdt_bench_nanos();
    std::uint64_t checksum = consume();
    round = {vdt_bench_nanos() - start, checksum};
  });
  producer.join();
  consumer.join();
  return round;
}

template <typename Element>
vdt_round single(std::uint64_t count) {
  auto owner = std::make_unique<Queue<Element>>();
  Queue<Element> &queue = *owner;
  return runTogether(
      [&queue, count] {
        for (std::uint64_t number = 0; number < count; number++) {
          Element element = make<Element>(number);
          while (!queue.push(element)) vdt_bench_wait();
        }
      },
      [&queue, count] {
        std::uint64_t checksum = 0;
        for (std::uint64_t taken = 0; taken < count; taken++) {
          Element element;
          while (!queue.pop(element)) vdt_bench_wait();
          checksum += sum(element);
        }
        return checksum;
      });
}

template <typename Element>
vdt_round batch(std::uint64_t count) {
  auto owner = std::make_unique<Queue<Element>>();
  Queue<Element> &queue = *owner;
  return runTogether(
      [&queue, count] {
        Element elements[batchSize];
        for (std::uint64_t number = 0; number < count; number += batchSize) {
          for (std::size_t i = 0; i < batchSize; i++) elements[i] = make<Element>(number + i);
          std::size_t sent = 0;
          while (sent < batchSize) {
            std::size_t pushed = queue.push(elements + sent, batchSize - sent);
            if (pushed == 0) vdt_bench_wait();
            sent += pushed;
          }
        }
      },
      [&queue, count] {
        Element elements[batchSize];
        std::uint64_t checksum = 0;
        std::uint64_t taken = 0;
        while (taken < count) {
          std::size_t popped = queue.pop(elements, batchSize);
          if (popped == 0) vdt_bench_wait();
          for (std::size_t i = 0; i < popped; i++) checksum += sum(elements[i]);
          taken += popped;
        }
        return checksum;
      });
}

}  // namespace

vdt_round vdt_boost_single8(uint64_t count) { return single<std::uint64_t>(count); }
vdt_round vdt_boost_single64(uint64_t count) { return single<vdt_element64>(count); }
vdt_round vdt_boost_batch8(uint64_t count) { return batch<std::uint64_t>(count); }
vdt_round vdt_boost_batch64(uint64_t count) { return batch<vdt_element64>(count); }

vdt_round vdt_boost_roundtrip8(uint64_t count) {
  auto there = std::make_unique<Queue<std::uint64_t>>();
  auto back = std::make_unique<Queue<std::uint64_t>>();
  return runTogether(
      [&, count] {
        for (std::uint64_t number = 0; number < count; number++) {
          std::uint64_t element;
          while (!there->pop(element)) vdt_bench_wait();
          while (!back->push(element)) vdt_bench_wait();
        }
      },
      [&, count] {
        std::uint64_t checksum = 0;
        for (std::uint64_t number = 0; number < count; number++) {
          std::uint64_t element;
          while (!there->push(number)) vdt_bench_wait();
          while (!back->pop(element)) vdt_bench_wait();
          checksum += element;
        }
        return checksum;
      });
}
