/* Makes the n-th call that changes a file fail; preloaded into the app by test_faults.py.

   FAULT_AT     which call fails, counted from 1; 0 only counts
   FAULT_KIND   ENOSPC, EIO, SHORT (half is written), or SHORT_ENOSPC (half, then no space)
   FAULT_STICKY 1: all calls after it fail too, as on a full disk
   FAULT_UNDER  only files below this folder count

   The variables are read at every call, so that a process can change them while it runs. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int calls;
static atomic_int no_space;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int is_watched(const char *path) {
    const char *under = setting("FAULT_UNDER");
    return *under && strncmp(path, under, strlen(under)) == 0;
}

static int is_watched_fd(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_watched(path);
}

/* Returns whether this call is one that fails. */
static int strikes(void) {
    int call = atomic_fetch_add(&calls, 1) + 1;
    int at = atoi(setting("FAULT_AT"));
    return at && (call == at || (call > at && *setting("FAULT_STICKY") == '1'));
}

static int error_number(void) { return strcmp(setting("FAULT_KIND"), "EIO") ? ENOSPC : EIO; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count) {
    if (is_watched_fd(fd)) {
        int strike = strikes();
        int is_short = strncmp(setting("FAULT_KIND"), "SHORT", 5) == 0;
        if (atomic_exchange(&no_space, 0)) {
            errno = ENOSPC;
            return -1;
        }
        if (strike && is_short && count > 1) {
            if (strcmp(setting("FAULT_KIND"), "SHORT_ENOSPC") == 0) atomic_store(&no_space, 1);
            return REAL(write)(fd, bytes, count / 2);
        }
        if (strike && !is_short) {
            errno = error_number();
            return -1;
        }
    }
    return REAL(write)(fd, bytes, count);
}

#define FAIL_IF_STRUCK(watched)                                       \
    if ((watched) && strikes() && strncmp(setting("FAULT_KIND"), "SHORT", 5)) { \
        errno = error_number();                                       \
        return -1;                                                    \
    }

int fsync(int fd) {
    FAIL_IF_STRUCK(is_watched_fd(fd))
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    FAIL_IF_STRUCK(is_watched_fd(fd))
    return REAL(fdatasync)(fd);
}

int rename(const char *from, const char *to) {
    FAIL_IF_STRUCK(is_watched(to))
    return REAL(rename)(from, to);
}

int link(const char *from, const char *to) {
    FAIL_IF_STRUCK(is_watched(to))
    return REAL(link)(from, to);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
    FAIL_IF_STRUCK(is_watched(to))
    return REAL(linkat)(from_fd, from, to_fd, to, flags);
}

int unlink(const char *path) {
    FAIL_IF_STRUCK(is_watched(path))
    return REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
    FAIL_IF_STRUCK(is_watched(path))
    return REAL(mkdir)(path, mode);
}

int ftruncate64(int fd, off64_t length) {
    FAIL_IF_STRUCK(is_watched_fd(fd))
    return REAL(ftruncate64)(fd, length);
}

int ftruncate(int fd, off_t length) {
    FAIL_IF_STRUCK(is_watched_fd(fd))
    return REAL(ftruncate)(fd, length);
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    FAIL_IF_STRUCK((flags & O_CREAT) && is_watched(path))
    return REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    FAIL_IF_STRUCK((flags & O_CREAT) && is_watched(path))
    return REAL(open64)(path, flags, mode);
}

/* Start counting anew; returns the number of calls so far. */
int faults_reset(void) {
    atomic_store(&no_space, 0);
    return atomic_exchange(&calls, 0);
}
