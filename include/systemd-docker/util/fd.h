/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* File descriptors. "No descriptor" is -EBADF. */

#include <stddef.h>
#include <sys/stat.h>

/* Closes fd if it is one; returns -EBADF, so that `x->fd = fd_close(x->fd)` leaves nothing behind. */
int fd_close(int fd);

/* Reads a whole small file (of /proc, /sys or a configuration) relative to dir_fd (AT_FDCWD: the working
 * directory). *ret is NUL-terminated and the caller's; -EFBIG if it has more than max bytes. ret_size may be
 * NULL. */
int read_file_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size);

/* All of it, however many calls that takes; to what does not block. */
int write_all(int fd, const void *data, size_t size);

/* Writes data over path by a temporary file beside it and rename(2): readers see the old or the new content.
 */
int write_file_atomic(const char *path, const void *data, size_t size, unsigned mode);
/* The same for what has to outlive a crash of the machine, with the owner and the mode of another. */
int write_file_durable(const char *path, const void *data, size_t size, const struct stat *like);
