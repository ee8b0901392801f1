/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* $PATH, by which the shim puts our runtime before the real one: the folder RUNC_FOLDER contains nothing but
 * our runtime, with the name "runc". */

#include <stdbool.h>

/* Whether path begins with folder. NULL: false. */
bool search_path_begins_with(const char *path, const char *folder);
/* path with folder at its beginning; path NULL or "": the system's usual one. The result belongs to the
 * caller; NULL: out of memory. */
char *search_path_prepend(const char *path, const char *folder);
/* path without folder, wherever it occurs. The result belongs to the caller; NULL: out of memory. */
char *search_path_remove(const char *path, const char *folder);
