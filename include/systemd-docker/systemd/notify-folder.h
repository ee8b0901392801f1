/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The folder with the socket of a container's relay: BASE/NAME/notify, which is mounted into the container.
 *
 * Only root can enter BASE/NAME, so nobody else on the host can reach the socket. Inside the container that
 * folder is not visible, and every user can reach the socket. The folder is mounted and not the socket in
 * it, so that a new socket can be bound while the container runs. */

#include <stdbool.h>

#define NOTIFY_FOLDER_SOCKET "notify.sock"

/* The path of the folder for a container of this name: a new string; NULL: out of memory, or of random
 * numbers. If the name is NULL or not valid, the path has a random name instead. */
char *notify_folder_path(const char *base, const char *name);
/* Whether a path is BASE/NAME/notify with a valid NAME. The path may come from anywhere. */
bool notify_folder_is_ours(const char *base, const char *path);

/* Both are only for paths of notify_folder_path(), or ones that notify_folder_is_ours() accepts. */
/* Creates the folder and what is missing of the path, and corrects the access rights of what exists: BASE
 * 0755, BASE/NAME 0700, BASE/NAME/notify 0755. Follows no symbolic link below BASE. 0 or -errno. */
int notify_folder_make(const char *path);
/* Removes the folder, BASE/NAME, the socket, and what notify_folder_set_ready() has written. Other files are
 * left, and so is the folder that contains them. Errors are not reported. */
void notify_folder_remove(const char *path);

/* Stores in BASE/NAME, for the next supervisor, that the container has said READY=1. life: a text that is
 * different for each life of each container. 0 or -errno. */
int notify_folder_set_ready(const char *path, const char *life);
/* Whether that was stored, and for the same life. */
bool notify_folder_is_ready(const char *path, const char *life);
