// libgpiod 1.6 (the character device, first user-space interface).
#ifndef VDT_CGPIOD_H
#define VDT_CGPIOD_H

#include <gpiod.h>
#include <stdint.h>

static inline int vdt_gpiod_event_rising(void) { return GPIOD_LINE_EVENT_RISING_EDGE; }

static inline int64_t vdt_gpiod_event_nanos(const struct gpiod_line_event *event) { return (int64_t)((uint64_t)event->ts.tv_sec * 1000000000u + (uint64_t)event->ts.tv_nsec); }

static inline int vdt_gpiod_direction_output(void) { return GPIOD_LINE_DIRECTION_OUTPUT; }

#endif
