/* A disk that loses power: loaded into the server's processes (LD_PRELOAD), it copies a file of the
 * database to another folder whenever, and only when, that file is synced. What the copies hold is
 * what a machine would find after a power cut, at the least.
 * QUIZAPP_FAULTS_FILES: how the paths of the watched files begin. QUIZAPP_FAULTS_DISK: the folder.
 * A full disk, too: while the file QUIZAPP_FAULTS_FULL exists, no byte of a watched file is written. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void need(int is_right, const char *what) {
    if (!is_right) {
        perror(what);
        abort(); /* a copy that is not made would look like a lost write */
    }
}

static void copy(int fd, const char *path, const char *disk) {
    char part[4200], whole[4200], queue[4200], block[1 << 16];
    const char *name = strrchr(path, '/') + 1;
    snprintf(whole, sizeof whole, "%s/%s", disk, name);
    snprintf(part, sizeof part, "%s/.%s.%d.%d", disk, name, (int)getpid(), fd);
    snprintf(queue, sizeof queue, "%s/.queue", disk);
    /* One copy at a time: an older one that ends later would take back a newer one. */
    int turn = open(queue, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    need(turn >= 0 && flock(turn, LOCK_EX) == 0, "disk.c: flock");
    int to = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    need(to >= 0, "disk.c: open");
    ssize_t count;
    off_t at = 0;
    /* Through the descriptor itself: to open and close the file again would drop SQLite's locks. */
    for (; (count = pread(fd, block, sizeof block, at)) > 0; at += count)
        need(write(to, block, (size_t)count) == count, "disk.c: write");
    need(count == 0, "disk.c: read");
    close(to);
    need(rename(part, whole) == 0, "disk.c: rename");
    close(turn);
}

static int watched(int fd, char *path, size_t size) {
    const char *files = getenv("QUIZAPP_FAULTS_FILES");
    char link[64];
    if (!files) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, files, strlen(files)) == 0;
}

static void keep(int fd) {
    const char *disk = getenv("QUIZAPP_FAULTS_DISK");
    char path[4096];
    if (disk && watched(fd, path, sizeof path)) copy(fd, path, disk);
}

static int full(int fd) {
    const char *flag = getenv("QUIZAPP_FAULTS_FULL");
    char path[4096];
    if (!flag || access(flag, F_OK) != 0 || !watched(fd, path, sizeof path)) return 0;
    errno = ENOSPC;
    return 1;
}

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = real(fd);
    if (result == 0) keep(fd);
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

#define REAL(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t write(int fd, const void *from, size_t count) {
    if (full(fd)) return -1;
    return REAL(ssize_t, "write", int, const void *, size_t)(fd, from, count);
}
ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
    if (full(fd)) return -1;
    return REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(fd, from, count, at);
}
ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
    if (full(fd)) return -1;
    return REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, from, count, at);
}
