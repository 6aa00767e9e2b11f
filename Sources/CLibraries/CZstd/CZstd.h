// Zstandard, as Debian's libzstd-dev declares it.
#ifndef VDT_CZSTD_H
#define VDT_CZSTD_H

#include <zstd.h>

// Macros with casts, which Swift does not see.
static inline unsigned long long vdt_zstd_content_size_unknown(void) {
  return ZSTD_CONTENTSIZE_UNKNOWN;
}
static inline unsigned long long vdt_zstd_content_size_error(void) {
  return ZSTD_CONTENTSIZE_ERROR;
}

#endif
