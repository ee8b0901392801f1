/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A LogPosition in a file that is mapped, so that it survives us: what we write is there at once, without
 * a system call, also when we are killed right behind it. */

#include "codec/journal/log-position.h"
#include "util/cleanup.h"

typedef struct PositionFile PositionFile;

/* base: a folder, made where it is missing; name: of the container. Either may be NULL: then the position
 * is in memory only. *ret_found: there was one of this container. Nobody else can have it at the same
 * time: -EAGAIN. -EPERM: a folder or the file is somebody else's; -errno. */
int position_file_new(PositionFile **ret, const char *base, const char *name, const char *id,
                      bool *ret_found);
/* The file stays. */
PositionFile *position_file_free(PositionFile *f);
DEFINE_TRIVIAL_CLEANUP_FUNC(PositionFile *, position_file_free)

LogPosition *position_file_get(PositionFile *f);

/* The file goes; what is in memory stays. */
void position_file_remove(PositionFile *f);
