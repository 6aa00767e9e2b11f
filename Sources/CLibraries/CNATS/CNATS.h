// libnats 3.4: the client of NATS JetStream. Only there when VEDETTE_NATS=1 is in the environment of
// the build.
#ifndef VDT_CNATS_H
#define VDT_CNATS_H

#include <nats/nats.h>

#endif
