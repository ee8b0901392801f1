/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A LogPosition in a file that is mapped into memory. What is written to it outlives this process, without a
 * system call, even if we are killed immediately afterwards. */

#include "codec/journal/log-position.h"
#include "util/cleanup.h"

typedef struct PositionFile PositionFile;

/* base: a folder, which is created where it is missing; name, id: of the container. If base or name is NULL,
 * the position is kept in memory only. *ret_found: the file has a valid position of this container; if not,
 * its content is not defined. -EAGAIN: another process has it open; -EPERM: the file or a folder belongs to
 * somebody else, or others may write to it; -EINVAL: not a container's name; -errno. */
int position_file_new(PositionFile **ret, const char *base, const char *name, const char *id,
                      bool *ret_found);
/* Closes the file, which stays where it is. */
PositionFile *position_file_free(PositionFile *f);
DEFINE_TRIVIAL_CLEANUP_FUNC(PositionFile *, position_file_free)

/* Valid until position_file_free(). */
LogPosition *position_file_get(PositionFile *f);

/* Removes the file, and its folder if that is empty. The position itself stays valid. */
void position_file_remove(PositionFile *f);
