// libpng's simplified interface (1.6), which needs no jumps out of C.
#ifndef VDT_CPNG_H
#define VDT_CPNG_H

#include <png.h>

#endif
