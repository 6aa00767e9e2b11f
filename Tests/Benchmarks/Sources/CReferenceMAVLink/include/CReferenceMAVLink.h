// The reference parser of MAVLink in C, from headers that pymavlink's generator writes at bench time.
#ifndef VDT_CREFERENCEMAVLINK_H
#define VDT_CREFERENCEMAVLINK_H

#include <stddef.h>
#include <stdint.h>

/// What the reference parser made of a stream.
typedef struct {
  uint64_t frames;   ///< messages that `mavlink_parse_char` reported
  uint64_t payload;  ///< sum of their payloads' lengths
} vdt_c_mavlink_result;

/// Feeds `count` bytes to `mavlink_parse_char`, one by one, as its documentation tells.
vdt_c_mavlink_result vdt_c_mavlink_parse(const uint8_t *bytes, size_t count);

#endif
