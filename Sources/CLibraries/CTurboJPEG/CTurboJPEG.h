// libturbojpeg's classic interface (2.1), which decodes straight to grey.
#ifndef VDT_CTURBOJPEG_H
#define VDT_CTURBOJPEG_H

#include <string.h>
#include <turbojpeg.h>

// The message of the last error, as text to search in; a cast that Swift's importer need not make.
static inline int vdt_tj_message_contains(tjhandle handle, const char *part) {
  return strstr(tjGetErrorStr2(handle), part) != NULL;
}

#endif
