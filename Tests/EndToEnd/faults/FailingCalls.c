// Makes calls fail that write, sync, name or make files of a ledger or a release log: a library for
// LD_PRELOAD. FAILING_CALLS names a file of 256 bytes that the test shares, numbers of 32 bits: the
// calls so far, those of them that failed, and one of how many fails: 0 for none, 1 for all. Which
// ones looks like chance and is the same in every run: at fixed distances they might always meet the
// same step of a group. They fail with EIO and ENOSPC in turn, all of them with ENOSPC. Then: which
// call from now on fails, 0 for none, counted down; with which errno. From byte 64 on: which call that
// was, and on which file. A write that fails with ENOSPC leaves half of its bytes.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CALLS, FAILED, EVERY, NEXT, CODE, BYTES = 256 };
static volatile uint32_t *board;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void share(void) {
  const char *path = getenv("FAILING_CALLS");
  int (*open_it)(const char *, int, ...) = (int (*)(const char *, int, ...))real("open");
  int file = path ? open_it(path, O_RDWR) : -1;
  if (file < 0) return;
  void *page = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (page != MAP_FAILED) board = page;
}

static int is_ledger(const char *path) {
  return board && path && (strstr(path, "/ledger") || strstr(path, "/releases"));
}

// Tells which call failed, on which file.
static void tell(const char *call, const char *path) {
  const char *name = strstr(path, "/ledger");
  if (!name) name = strstr(path, "/releases");
  snprintf((char *)board + 64, BYTES - 64, "%s %s", call, name ? name + 1 : path);
}

static int path_of(int file, char *path, size_t size) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t count = readlink(link, path, size - 1);
  if (count < 0) return 0;
  path[count] = 0;
  return is_ledger(path);
}

// The finalizer of MurmurHash3.
static uint32_t scattered(uint32_t number) {
  number = (number ^ number >> 16) * 0x85ebca6bu;
  number = (number ^ number >> 13) * 0xc2b2ae35u;
  return number ^ number >> 16;
}

// Counts a call; the errno that it is to fail with, or 0. A thread writes each of the two logs.
static int fault(const char *name, const char *path) {
  uint32_t call = __atomic_add_fetch(&board[CALLS], 1, __ATOMIC_RELAXED);
  uint32_t next = __atomic_load_n(&board[NEXT], __ATOMIC_RELAXED);
  while (next > 0 && !__atomic_compare_exchange_n(&board[NEXT], &next, next - 1, 0, __ATOMIC_RELAXED,
                                                  __ATOMIC_RELAXED)) {
  }
  if (next == 1) {
    tell(name, path);
    __atomic_add_fetch(&board[FAILED], 1, __ATOMIC_RELEASE);
    return board[CODE];
  }
  uint32_t every = board[EVERY];
  if (every == 0 || scattered(call) % every != 0) return 0;
  return __atomic_add_fetch(&board[FAILED], 1, __ATOMIC_RELAXED) % 2 && every > 1 ? EIO : ENOSPC;
}

#define CALL(name, file, ...)                                                \
  char path[512];                                                            \
  int code = path_of(file, path, sizeof path) ? fault(name, path) : 0;       \
  if (code) {                                                                \
    __VA_ARGS__;                                                             \
    errno = code;                                                            \
    return -1;                                                               \
  }

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  static ssize_t (*next)(int, const void *, size_t, off64_t);
  if (!next) next = (ssize_t(*)(int, const void *, size_t, off64_t))real("pwrite64");
  CALL("write", file, if (code == ENOSPC && next(file, bytes, count / 2, offset) < 0) return -1);
  return next(file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return pwrite64(file, bytes, count, offset);
}

int fdatasync(int file) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))real("fdatasync");
  CALL("fdatasync", file);
  return next(file);
}

int fsync(int file) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))real("fsync");
  CALL("fsync", file);
  return next(file);
}

int rename(const char *from, const char *to) {
  static int (*next)(const char *, const char *);
  if (!next) next = (int (*)(const char *, const char *))real("rename");
  int code = is_ledger(to) ? fault("rename", to) : 0;
  if (code) {
    errno = code;
    return -1;
  }
  return next(from, to);
}

static int open_with(const char *name, const char *path, int flags, mode_t mode) {
  int code = (flags & O_CREAT) && is_ledger(path) ? fault("create", path) : 0;
  if (code) {
    errno = code;
    return -1;
  }
  int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))real(name);
  return next(path, flags, mode);
}

#define OPEN(name)                                \
  int name(const char *path, int flags, ...) {    \
    mode_t mode = 0;                              \
    if (flags & O_CREAT) {                        \
      va_list more;                               \
      va_start(more, flags);                      \
      mode = va_arg(more, mode_t);                \
      va_end(more);                               \
    }                                             \
    return open_with(#name, path, flags, mode);   \
  }

OPEN(open)
OPEN(open64)
