// SHA-256 and AES, as Debian's nettle-dev declares them: the caller owns the context, nothing is allocated.
#ifndef VDT_CNETTLE_H
#define VDT_CNETTLE_H

#include <nettle/aes.h>
#include <nettle/sha2.h>

#endif
