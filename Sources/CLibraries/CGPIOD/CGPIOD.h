// libgpiod 1.6 (the character device, first user-space interface).
#ifndef VDT_CGPIOD_H
#define VDT_CGPIOD_H

#include <gpiod.h>

static inline int vdt_gpiod_event_rising(void) { return GPIOD_LINE_EVENT_RISING_EDGE; }

static inline int vdt_gpiod_direction_output(void) { return GPIOD_LINE_DIRECTION_OUTPUT; }

#endif
