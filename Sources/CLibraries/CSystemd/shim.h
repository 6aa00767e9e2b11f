// systemd's notification interface (sd_notify(3), sd_watchdog_enabled(3)).
#ifndef VEDETTE_CSYSTEMD_H
#define VEDETTE_CSYSTEMD_H

#include <systemd/sd-daemon.h>

#endif
