// SQLite as Debian has it: what the ledger is compared with.
#ifndef VDT_CSQLITE_H
#define VDT_CSQLITE_H

#include <sqlite3.h>

#endif
