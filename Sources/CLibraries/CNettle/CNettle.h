// SHA-256, as Debian's nettle-dev declares it: the caller owns the context, nothing is allocated.
#ifndef VDT_CNETTLE_H
#define VDT_CNETTLE_H

#include <nettle/sha2.h>

#endif
