/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Closes descriptors that strangers sent. close(2) of a file's last descriptor takes as long as the stranger
 * likes: a socket lingers, a file system of the stranger's own does not answer, a large deleted file has to
 * be freed. No check before that helps, because the stranger has the same open file and can change it
 * meanwhile. So threads close, and the event loop never waits for them. They end when there is nothing to
 * close; the end of the process does not wait for them either. */

#include <stddef.h>

/* As many may wait to be closed. Together with our own they are less than the usual limit of 1024. */
#define FOREIGN_CLOSE_MAX 512U

/* Takes n descriptors over. Where they are too many, the kernel's close(2) is waited for: ask for the room
 * first. */
void foreign_close(const int *fds, size_t n);
/* For how many more there is room. */
size_t foreign_close_room(void);
/* Tries again to have a thread, after there was none to be had. */
void foreign_close_retry(void);
