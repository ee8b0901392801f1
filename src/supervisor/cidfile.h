/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The file of --cidfile: claimed before the container is created, so that of two services with the same path
 * one fails before it has a container. */

#include <stdbool.h>
#include <sys/types.h>

#include "cli/cli-error.h"

typedef struct Cidfile {
        const char *path; /* borrowed; NULL: no file is wanted */
        mode_t mode;      /* of the file, as the umask made it */
        bool claimed, written;
} Cidfile;

/* Creates the file, empty; once: later calls do nothing. The file must not exist before. -errno, and reterr
 * says which file and why. */
int cidfile_claim(Cidfile *f, CliError *reterr);
/* Replaces the file by one with the id, without a newline. -errno: the file is as it was. */
int cidfile_write(Cidfile *f, const char *id);
/* Removes a file that was claimed and got no id. */
void cidfile_drop(Cidfile *f);
