/*
 * Preloaded into the exchange (LD_PRELOAD) to record everything that it does to its data directory, in order, with its syncs and with the
 * answers that left meanwhile: what TraceReader.cs reads and TracedDisk.cs makes the images of a power loss from.
 *
 *   TRACE_ROOT  the data directory, absolute, without a slash at the end
 *   TRACE_FILE  the trace, appended to; outside the root
 *   TRACE_KILL  once this file exists, the process kills itself behind its next record: the trace then ends exactly where the process did
 *
 * Record: 32 bytes of header (struct record below), then `length` bytes. All numbers little endian as the machine's.
 *
 * Order. One lock makes one order of all records. A change is made and recorded under the lock, so what stands earlier happened earlier. A sync
 * takes long and runs outside: its record comes when it has returned, before its caller can go on, and tells how many records there were when
 * it was called; it covers those only. The record of an answer comes before the answer leaves. So an answer that stands in front of a point of
 * the trace is the only kind that anybody can have received when power fails there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind
{
    KIND_START = 1,      /* a process begins: descriptors start anew */
    KIND_OPEN = 2,       /* flags, path: an existing file or folder */
    KIND_CREATE = 3,     /* flags, path: a new file */
    KIND_CLOSE = 4,
    KIND_WRITE = 5,      /* a = offset, then the bytes */
    KIND_ZEROS = 6,      /* a = offset, b = count: a write of zeros */
    KIND_SYNC = 7,       /* a = records of this process before the call */
    KIND_SYNC_WRITE = 8, /* a = number of the write, in this process, that is durable by itself (O_DSYNC) */
    KIND_TRUNCATE = 9,   /* a = length */
    KIND_RENAME = 10,    /* from, a zero byte, to */
    KIND_UNLINK = 11,    /* path */
    KIND_MKDIR = 12,     /* path */
    KIND_ANSWER = 13,    /* a = sequence in the answer's X-Exchange-Sequence */
    KIND_FAILED = 14     /* name of the call; a = errno: a sync or a write failed, which this trace cannot tell further */
};

struct record
{
    uint32_t kind;
    int32_t descriptor;
    int64_t a;
    int64_t b;
    uint32_t flags;
    uint32_t length;
};

#define FLAG_FOLDER 1
#define FLAG_SYNCED_WRITES 2
#define DESCRIPTORS_MAX 65536

static const char ANSWER_HEADER[] = "X-Exchange-Sequence: ";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char tracked[DESCRIPTORS_MAX]; /* 1 = in the root, 2 = with synced writes */
static const char *root;
static const char *kill_file;
static size_t root_length;
static int trace = -1;
static int64_t records;

/* The call of the next library: the C library's, unless further shims are in between. */
#define REAL(result, name, ...) \
    static result (*real_##name)(__VA_ARGS__); \
    if (real_##name == NULL) \
    { \
        real_##name = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name); \
    }

static void emit(enum kind kind, int descriptor, int64_t a, int64_t b, uint32_t flags, const void *bytes, size_t length)
{
    REAL(ssize_t, writev, int, const struct iovec *, int)
    struct record record = {kind, descriptor, a, b, flags, (uint32_t)length};
    struct iovec parts[2] = {{&record, sizeof record}, {(void *)bytes, length}};
    if (real_writev(trace, parts, 2) != (ssize_t)(sizeof record + length))
    {
        abort(); /* a trace with a hole would prove nothing */
    }

    records++;
    if (kill_file != NULL && access(kill_file, F_OK) == 0)
    {
        kill(getpid(), SIGKILL);
    }
}

static int is_inside(const char *path)
{
    return trace >= 0 && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int is_tracked(int descriptor)
{
    return trace >= 0 && descriptor >= 0 && descriptor < DESCRIPTORS_MAX && tracked[descriptor];
}

static void emit_failed(const char *call, int descriptor)
{
    int error = errno;
    emit(KIND_FAILED, descriptor, error, 0, 0, call, strlen(call));
    errno = error;
}

static void emit_write(int descriptor, const void *bytes, size_t count, off_t offset)
{
    const char *text = bytes;
    if (count > 0 && text[0] == 0 && memcmp(text, text + 1, count - 1) == 0)
    {
        emit(KIND_ZEROS, descriptor, offset, (int64_t)count, 0, NULL, 0);
    }
    else
    {
        emit(KIND_WRITE, descriptor, offset, (int64_t)count, 0, bytes, count);
    }
}

__attribute__((constructor)) static void start(void)
{
    REAL(int, open, const char *, int, ...)
    const char *file = getenv("TRACE_FILE");
    root = getenv("TRACE_ROOT");
    if (file != NULL && root != NULL)
    {
        root_length = strlen(root);
        kill_file = getenv("TRACE_KILL");
        trace = real_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (trace < 0)
        {
            abort();
        }

        emit(KIND_START, -1, getpid(), 0, 0, NULL, 0);
    }
}

static int traced_open(const char *path, int flags, mode_t mode)
{
    REAL(int, open, const char *, int, ...)
    if (!is_inside(path))
    {
        return real_open(path, flags, mode);
    }

    pthread_mutex_lock(&lock);
    struct stat before, after;
    int existed = stat(path, &before) == 0;
    int descriptor = real_open(path, flags, mode);
    if (descriptor >= 0 && descriptor < DESCRIPTORS_MAX && fstat(descriptor, &after) == 0)
    {
        int synced = (flags & O_DSYNC) != 0;
        uint32_t told = (S_ISDIR(after.st_mode) ? FLAG_FOLDER : 0) | (synced ? FLAG_SYNCED_WRITES : 0);
        emit(existed ? KIND_OPEN : KIND_CREATE, descriptor, 0, 0, told, path, strlen(path));
        tracked[descriptor] = synced ? 2 : 1;
        if (existed && (flags & O_TRUNC) && before.st_size > 0)
        {
            emit(KIND_TRUNCATE, descriptor, 0, 0, 0, NULL, 0);
        }
    }

    pthread_mutex_unlock(&lock);
    return descriptor;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return traced_open(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return traced_open(path, flags, mode);
}

int close(int descriptor)
{
    REAL(int, close, int)
    if (!is_tracked(descriptor))
    {
        return real_close(descriptor);
    }

    pthread_mutex_lock(&lock);
    emit(KIND_CLOSE, descriptor, 0, 0, 0, NULL, 0);
    tracked[descriptor] = 0;
    int result = real_close(descriptor);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t)
    if (!is_tracked(descriptor))
    {
        return real_pwrite(descriptor, bytes, count, offset);
    }

    pthread_mutex_lock(&lock);
    ssize_t result;
    if (tracked[descriptor] == 2)
    {
        /* Durable when it returns, and in part before: it is recorded first and runs outside the lock, like a sync. */
        int64_t number = records;
        emit_write(descriptor, bytes, count, offset);
        pthread_mutex_unlock(&lock);
        result = real_pwrite(descriptor, bytes, count, offset);
        pthread_mutex_lock(&lock);
        if (result == (ssize_t)count)
        {
            emit(KIND_SYNC_WRITE, descriptor, number, 0, 0, NULL, 0);
        }
        else
        {
            emit_failed("pwrite with O_DSYNC", descriptor);
        }
    }
    else
    {
        result = real_pwrite(descriptor, bytes, count, offset);
        if (result > 0)
        {
            emit_write(descriptor, bytes, (size_t)result, offset);
        }
    }

    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
{
    return pwrite(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    REAL(ssize_t, write, int, const void *, size_t)
    if (!is_tracked(descriptor))
    {
        return real_write(descriptor, bytes, count);
    }

    pthread_mutex_lock(&lock);
    off_t offset = (fcntl(descriptor, F_GETFL) & O_APPEND) ? lseek(descriptor, 0, SEEK_END) : lseek(descriptor, 0, SEEK_CUR);
    ssize_t result = real_write(descriptor, bytes, count);
    if (result > 0)
    {
        emit_write(descriptor, bytes, (size_t)result, offset);
    }

    pthread_mutex_unlock(&lock);
    return result;
}

static ssize_t written_by_parts(int descriptor, const struct iovec *parts, int count, off_t offset)
{
    ssize_t total = 0;
    for (int i = 0; i < count; i++)
    {
        ssize_t result = pwrite(descriptor, parts[i].iov_base, parts[i].iov_len, offset + total);
        if (result < 0)
        {
            return total > 0 ? total : result;
        }

        total += result;
        if ((size_t)result < parts[i].iov_len)
        {
            break;
        }
    }

    return total;
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset)
{
    REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t)
    return is_tracked(descriptor) ? written_by_parts(descriptor, parts, count, offset) : real_pwritev(descriptor, parts, count, offset);
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset)
{
    return pwritev(descriptor, parts, count, offset);
}

static int synced(int descriptor, int (*real)(int), const char *call)
{
    if (!is_tracked(descriptor))
    {
        return real(descriptor);
    }

    pthread_mutex_lock(&lock);
    int64_t before = records;
    pthread_mutex_unlock(&lock);
    int result = real(descriptor);
    pthread_mutex_lock(&lock);
    if (result == 0)
    {
        emit(KIND_SYNC, descriptor, before, 0, 0, NULL, 0);
    }
    else
    {
        emit_failed(call, descriptor);
    }

    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int descriptor)
{
    REAL(int, fsync, int)
    return synced(descriptor, real_fsync, "fsync");
}

int fdatasync(int descriptor)
{
    REAL(int, fdatasync, int)
    return synced(descriptor, real_fdatasync, "fdatasync");
}

int ftruncate(int descriptor, off_t length)
{
    REAL(int, ftruncate, int, off_t)
    if (!is_tracked(descriptor))
    {
        return real_ftruncate(descriptor, length);
    }

    pthread_mutex_lock(&lock);
    int result = real_ftruncate(descriptor, length);
    if (result == 0)
    {
        emit(KIND_TRUNCATE, descriptor, length, 0, 0, NULL, 0);
    }

    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int descriptor, off64_t length)
{
    return ftruncate(descriptor, length);
}

/* Blocks that are allocated read as zeros: a write of zeros behind the end of the file, which is all that anybody here uses it for. */
static int allocated(int descriptor, off_t offset, off_t length, int result)
{
    struct stat now;
    if (result == 0 && fstat(descriptor, &now) == 0)
    {
        emit(KIND_ZEROS, descriptor, offset, length, 0, NULL, 0);
    }

    return result;
}

int posix_fallocate(int descriptor, off_t offset, off_t length)
{
    REAL(int, posix_fallocate, int, off_t, off_t)
    if (!is_tracked(descriptor))
    {
        return real_posix_fallocate(descriptor, offset, length);
    }

    pthread_mutex_lock(&lock);
    int result = allocated(descriptor, offset, length, real_posix_fallocate(descriptor, offset, length));
    pthread_mutex_unlock(&lock);
    return result;
}

int fallocate64(int descriptor, int mode, off64_t offset, off64_t length)
{
    REAL(int, fallocate64, int, int, off64_t, off64_t)
    if (!is_tracked(descriptor) || mode != 0)
    {
        return real_fallocate64(descriptor, mode, offset, length);
    }

    pthread_mutex_lock(&lock);
    int result = allocated(descriptor, offset, length, real_fallocate64(descriptor, mode, offset, length));
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *from, const char *to)
{
    REAL(int, rename, const char *, const char *)
    if (!is_inside(from) && !is_inside(to))
    {
        return real_rename(from, to);
    }

    pthread_mutex_lock(&lock);
    int result = real_rename(from, to);
    if (result == 0)
    {
        size_t from_length = strlen(from) + 1;
        size_t length = from_length + strlen(to);
        char *names = malloc(length);
        memcpy(names, from, from_length);
        memcpy(names + from_length, to, length - from_length);
        emit(KIND_RENAME, -1, 0, 0, 0, names, length);
        free(names);
    }

    pthread_mutex_unlock(&lock);
    return result;
}

/* Calls that change one name. */
static int named(const char *path, int result, enum kind kind)
{
    if (result == 0)
    {
        emit(kind, -1, 0, 0, 0, path, strlen(path));
    }

    return result;
}

int unlink(const char *path)
{
    REAL(int, unlink, const char *)
    if (!is_inside(path))
    {
        return real_unlink(path);
    }

    pthread_mutex_lock(&lock);
    int result = named(path, real_unlink(path), KIND_UNLINK);
    pthread_mutex_unlock(&lock);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    REAL(int, mkdir, const char *, mode_t)
    if (!is_inside(path))
    {
        return real_mkdir(path, mode);
    }

    pthread_mutex_lock(&lock);
    int result = named(path, real_mkdir(path, mode), KIND_MKDIR);
    pthread_mutex_unlock(&lock);
    return result;
}

static void look_for_answers(const char *bytes, size_t length)
{
    size_t header_length = sizeof ANSWER_HEADER - 1;
    for (size_t i = 0; i + header_length < length; i++)
    {
        if (bytes[i] == 'X' && strncasecmp(bytes + i, ANSWER_HEADER, header_length) == 0)
        {
            int64_t sequence = 0;
            for (i += header_length; i < length && bytes[i] >= '0' && bytes[i] <= '9'; i++)
            {
                sequence = sequence * 10 + (bytes[i] - '0');
            }

            pthread_mutex_lock(&lock);
            emit(KIND_ANSWER, -1, sequence, 0, 0, NULL, 0);
            pthread_mutex_unlock(&lock);
        }
    }
}

ssize_t send(int socket, const void *bytes, size_t length, int flags)
{
    REAL(ssize_t, send, int, const void *, size_t, int)
    if (trace >= 0)
    {
        look_for_answers(bytes, length);
    }

    return real_send(socket, bytes, length, flags);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    REAL(ssize_t, sendmsg, int, const struct msghdr *, int)
    if (trace >= 0)
    {
        for (size_t i = 0; i < message->msg_iovlen; i++)
        {
            look_for_answers(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
        }
    }

    return real_sendmsg(socket, message, flags);
}
