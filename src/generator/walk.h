/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The files below the folders. */

#include <stdbool.h>
#include <stddef.h>

#include "generator/report.h"
#include "quadlet/buffer.h"

typedef struct FoundFile {
        char *name;
        char *path;
        size_t root; /* which folder it is below, counted from 0 */
        size_t order;
        bool masked; /* a link to /dev/null: hides files of this name, and is none */
} FoundFile;

typedef struct Found {
        FoundFile *items;
        size_t n, allocated;
} Found;

void found_done(Found *f);
/* Sorts by name, and of one name by precedence. */
void found_sort(Found *f);
/* The first one of this name, NULL: none. After found_sort(). */
const FoundFile *found_find(const Found *f, const char *name);

typedef struct Walk {
        Found files;    /* unit files, and files with several of them */
        Found drop_ins; /* folders x.container.d */
} Walk;

void walk_done(Walk *w);

/* Links are followed; a loop of them, and whatever is neither file nor folder, is reported once. -ENOMEM. */
int walk_folders(const Words *folders, bool user, Walk *ret, Report *report);
