/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* File descriptors and whole files. A variable without a descriptor is -EBADF. Every int function returns
 * -errno on failure and leaves its ret_ arguments unchanged. All of them may block on a slow file system,
 * except fd_close(). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* Closes fd, unless it is negative. Returns -EBADF, so that `x->fd = fd_close(x->fd)` leaves no stale
 * number. */
int fd_close(int fd);

/* Opens a folder that nobody but owner may write to. path is relative to dir_fd. mode: the folder is created
 * with it if it does not exist; 0: it is not created. Returns the descriptor; -EPERM: it belongs to somebody
 * else, or others may write to it. */
int open_private_folder(int dir_fd, const char *path, mode_t mode, uid_t owner);

/* Whether both are the same file. */
static inline bool stat_is_same_file(const struct stat *a, const struct stat *b)
{
        return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether the two names lead to the same file. A name that leads to none is the same as no other. */
bool path_is_same_file(const char *a, const char *b);

/* Waits until the other side has read all that was sent over the socket, for timeout_usec at most. False: it
 * has not. Sleeps for milliseconds at a time, so it is for a process that is about to end. */
bool socket_settle(int fd, uint64_t timeout_usec);
/* The same for datagrams to a program with one thread, which takes one after the other: waits until it is
 * done with all of them, and not only has the last one in its hand. For that it gets an empty one more,
 * which it has to ignore, as journald does. to: NULL for a socket that is connected. */
bool datagrams_settle(int fd, const struct sockaddr *to, socklen_t to_size, uint64_t timeout_usec);
/* What journald gets to read our last entries, which it cannot attribute once we are gone. */
#define JOURNAL_SETTLE_USEC (2 * USEC_PER_SEC)

/* Reads a whole small file (of /proc, /sys or a configuration). path is relative to dir_fd (AT_FDCWD: the
 * working directory). *ret has a NUL at its end and belongs to the caller. ret_size may be NULL; it does not
 * count that NUL. -EFBIG: the file has more than max bytes. */
int read_file_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size);
/* The same for a file that is open, from where it stands. */
int read_to_end(int fd, size_t max, char **ret, size_t *ret_size);

/* Writes all of data, with as many calls of write(2) as needed. On failure some of it may have been written.
 * For a descriptor that does not block, such as a regular file: -EAGAIN is a failure. */
int write_all(int fd, const void *data, size_t size);

/* Replaces the content of path with data. It writes a temporary file in the same folder and then calls
 * rename(2): a reader sees either the old or the new content. mode: the file's permissions, not reduced by
 * the umask. On failure path is unchanged and the temporary file is removed. -EEXIST: path is a device, a
 * fifo or a socket; a symbolic link is replaced. */
int write_file_atomic(const char *path, const void *data, size_t size, unsigned mode);
/* The same for a file that has to survive a crash of the machine: the data is on disk before the file is
 * renamed. The file gets owner, group and mode of `like`. */
int write_file_durable(const char *path, const void *data, size_t size, const struct stat *like);
