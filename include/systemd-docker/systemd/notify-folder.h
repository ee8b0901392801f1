/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Where a container finds the socket of its relay: BASE/NAME/notify, mounted into it.
 *
 * BASE/NAME is for root alone, so that nobody else on the host gets to the socket; the mount hides that
 * folder from the container, whose users all get to it. The folder is mounted, and not the socket in it, so
 * that a socket can be bound anew while the container runs. */

#include <stdbool.h>

#define NOTIFY_FOLDER_SOCKET "notify.sock"

/* The path for a container of that name: a new string, NULL: out of memory. A name that is none gives one at
 * random. */
char *notify_folder_path(const char *base, const char *name);
/* Whether a path, which may come from anywhere, is one of ours. */
bool notify_folder_is_ours(const char *base, const char *path);

/* For paths of ours. make: again where it is there, with owner-only access to BASE/NAME. */
int notify_folder_make(const char *path);
void notify_folder_remove(const char *path);

/* Remembers, for the next supervisor, that the container has said READY=1 in this life of it. */
int notify_folder_set_ready(const char *path, const char *life);
bool notify_folder_is_ready(const char *path, const char *life);
