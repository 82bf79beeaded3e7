/* Preloaded: while the file that EIO_WHILE names exists, writes at an offset fail, as on a disk that is broken. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset)
{
    if (access(getenv("EIO_WHILE"), F_OK) != 0)
        return syscall(SYS_pwrite64, file, bytes, length, offset);
    errno = EIO;
    return -1;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    return pwrite64(file, bytes, length, offset);
}
