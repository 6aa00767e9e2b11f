// libserialport 0.1: finding and setting up serial ports.
#ifndef VDT_CSERIALPORT_H
#define VDT_CSERIALPORT_H

#include <libserialport.h>

static inline int vdt_sp_descriptor(const struct sp_port *port, int *descriptor) { return sp_get_port_handle(port, descriptor); }

#endif
