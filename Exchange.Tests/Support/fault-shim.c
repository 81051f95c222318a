/*
 * Preloaded into the exchange (LD_PRELOAD) to make its disk fail or wait at a moment that a test chooses.
 *
 *   FAULT_FAIL_FILE  while this file exists, the calls named in FAULT_FAIL_CALLS fail with EIO and do nothing
 *   FAULT_FAIL_CALLS "pwrite", "fdatasync" or both, separated by a comma
 *   FAULT_HOLD_FILE  while this file exists, pread of a journal segment waits
 *
 * Only files whose name ends in ".seg" are touched. The exchange looks these calls up in the main program, so it finds them here.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int is_segment(int descriptor)
{
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    return length > 4 && memcmp(path + length - 4, ".seg", 4) == 0;
}

static int exists(const char *variable)
{
    const char *path = getenv(variable);
    return path != NULL && access(path, F_OK) == 0;
}

static int fails(const char *call, int descriptor)
{
    const char *calls = getenv("FAULT_FAIL_CALLS");
    if (calls == NULL || strstr(calls, call) == NULL || !exists("FAULT_FAIL_FILE") || !is_segment(descriptor))
    {
        return 0;
    }

    errno = EIO;
    return 1;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (real == NULL)
    {
        real = dlsym(RTLD_NEXT, "pwrite");
    }

    return fails("pwrite", descriptor) ? -1 : real(descriptor, bytes, count, offset);
}

int fdatasync(int descriptor)
{
    static int (*real)(int);
    if (real == NULL)
    {
        real = dlsym(RTLD_NEXT, "fdatasync");
    }

    return fails("fdatasync", descriptor) ? -1 : real(descriptor);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset)
{
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (real == NULL)
    {
        real = dlsym(RTLD_NEXT, "pread");
    }

    while (exists("FAULT_HOLD_FILE") && is_segment(descriptor))
    {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }

    return real(descriptor, bytes, count, offset);
}
