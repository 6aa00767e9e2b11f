#include "vision_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

bool vdt_background_can(void) { return __builtin_cpu_supports("avx2"); }

#define LOAD(plane) _mm256_loadu_si256((const __m256i *)(step->plane + i))
#define STORE(plane, value) _mm256_storeu_si256((__m256i *)(step->plane + i), value)
#define ALL(value) _mm256_set1_epi16(value)

/// 16 lanes of all ones or zeros to 16 bits.
__attribute__((target("avx2"))) static inline uint16_t bits_of(__m256i lanes) {
  __m256i bytes = _mm256_packs_epi16(lanes, _mm256_setzero_si256());
  return (uint16_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(bytes, 0xD8));
}

__attribute__((target("avx2"))) static inline uint16_t load_bits(const uint8_t *at) {
  return (uint16_t)(at[0] | at[1] << 8);
}

__attribute__((target("avx2"))) static inline void store_bits(uint8_t *at, uint16_t bits) {
  at[0] = (uint8_t)bits;
  at[1] = (uint8_t)(bits >> 8);
}

__attribute__((target("avx2"))) void vdt_background_update(const struct vdt_background_step *step) {
  const __m256i places =
      _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, -32768);
  const __m256i one = ALL(1);
  const __m128i shift = _mm_cvtsi32_si128(step->shift);
  const __m128i unrest_shift = _mm_cvtsi32_si128(step->unrest_shift);
  for (size_t i = 0; i < step->count; i += 16) {
    const __m256i x = LOAD(cells), m = LOAD(mean), v = LOAD(deviation);
    const bool was_lively = step->lively[i / 16];
    const __m256i u = was_lively ? LOAD(unrest) : _mm256_setzero_si256();
    const __m256i a = was_lively ? LOAD(age) : _mm256_setzero_si256();
    const __m256i is_toggled = _mm256_cmpeq_epi16(
        _mm256_and_si256(ALL((int16_t)load_bits(step->toggled + i / 8)), places), places);
    const __m256i is_covered = _mm256_cmpeq_epi16(
        _mm256_and_si256(ALL((int16_t)load_bits(step->covered + i / 8)), places), places);
    const __m256i d = _mm256_sub_epi16(x, m);
    const __m256i size = _mm256_abs_epi16(d);
    const __m256i threshold = _mm256_add_epi16(
        _mm256_max_epi16(_mm256_mullo_epi16(v, ALL(step->deviations)), ALL(step->contrast_min)), u);
    // Hardly any cell is far from its mean: the range about it is read only where one is.
    const __m256i is_far = _mm256_cmpgt_epi16(size, threshold);
    __m256i differs = _mm256_setzero_si256();
    if (!_mm256_testz_si256(is_far, is_far)) {
      const __m256i outside =
          _mm256_max_epi16(_mm256_sub_epi16(LOAD(low), x), _mm256_sub_epi16(x, LOAD(high)));
      differs = _mm256_and_si256(
          is_far, _mm256_cmpgt_epi16(outside, _mm256_srai_epi16(threshold, 1)));
    }
    const __m256i is_strong = _mm256_and_si256(
        differs, _mm256_cmpgt_epi16(size, _mm256_add_epi16(threshold, threshold)));
    __m256i age = _mm256_blendv_epi8(
        _mm256_sub_epi16(a, ALL(step->age_decay)), _mm256_add_epi16(a, one), differs);
    age = _mm256_min_epi16(
        _mm256_max_epi16(age, _mm256_setzero_si256()), ALL(step->age_top));
    const __m256i is_old = _mm256_cmpgt_epi16(age, ALL(step->age_max));
    const __m256i rounding = ALL(step->rounding);
    const __m256i follow =
        _mm256_andnot_si256(is_covered, _mm256_sra_epi16(_mm256_add_epi16(d, rounding), shift));
    const __m256i absorb =
        _mm256_and_si256(_mm256_srai_epi16(d, 3), _mm256_and_si256(differs, is_old));
    STORE(mean, _mm256_add_epi16(_mm256_add_epi16(m, follow), absorb));
    const __m256i bounded =
        _mm256_min_epi16(size, _mm256_add_epi16(_mm256_add_epi16(v, v), ALL(32)));
    const __m256i change = _mm256_andnot_si256(
        is_covered,
        _mm256_sra_epi16(_mm256_add_epi16(_mm256_sub_epi16(bounded, v), rounding), shift));
    STORE(deviation,
          _mm256_min_epi16(
              _mm256_max_epi16(_mm256_add_epi16(v, change), ALL(step->deviation_min)),
              ALL(step->deviation_max)));
    const __m256i fade =
        _mm256_sra_epi16(_mm256_add_epi16(u, ALL(step->unrest_rounding)), unrest_shift);
    const __m256i rise = _mm256_and_si256(is_toggled, ALL(step->unrest_rise));
    const __m256i unrest = _mm256_min_epi16(
        _mm256_sub_epi16(_mm256_add_epi16(u, rise), fade), ALL(step->unrest_max));
    const __m256i both = _mm256_or_si256(unrest, age);
    const bool is_lively = !_mm256_testz_si256(both, both);
    if (was_lively || is_lively) {
      STORE(unrest, unrest);
      STORE(age, age);
      step->lively[i / 16] = is_lively;
    }
    store_bits(step->weak + i / 8, bits_of(differs));
    store_bits(step->strong + i / 8, bits_of(is_strong));
  }
}
#else
bool vdt_background_can(void) { return false; }
void vdt_background_update(const struct vdt_background_step *step) { (void)step; }
#endif
