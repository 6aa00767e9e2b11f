// The one loop of vision that Swift cannot bring to the width of the processor: there is no run-time
// choice of instructions in Swift. BackgroundModel+Reference.swift does the same in Swift, bit for bit.
#ifndef VDT_VISION_KERNELS_H
#define VDT_VISION_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What one frame does to the background. Planes of `count` cells, a multiple of 64; marks one bit a
/// cell.
struct vdt_background_step {
  int16_t *mean, *deviation, *unrest, *age;
  const int16_t *low, *high, *cells;
  const uint8_t *toggled, *covered;
  uint8_t *weak, *strong;
  /// One byte for 16 cells: 0 where unrest and age of all of them are 0, as nearly everywhere. They are
  /// then neither read nor written: with several cameras the way to memory is what costs.
  uint8_t *lively;
  size_t count;
  int16_t contrast_min, deviations, shift, rounding;
  int16_t age_max, age_decay, age_top;
  int16_t deviation_min, deviation_max;
  int16_t unrest_rise, unrest_max, unrest_shift, unrest_rounding;
};

/// Whether this processor has the instructions (AVX2).
bool vdt_background_can(void);

/// Does the step; only where `vdt_background_can`.
void vdt_background_update(const struct vdt_background_step *step);

#endif
