/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The unit files that belong together: what a manager (the system's or a user's) has in its folders.
 *
 * A reference like Network=x.network needs the other file, so all files are added and parsed first, and
 * converted then.
 */

#include <stdbool.h>
#include <stddef.h>

#include "quadlet/finding.h"
#include "quadlet/unit-file.h"
#include "quadlet/unit-name.h"

#define QUADLET_UNITS_MAX ((size_t) 20000)

/* A link in the generator's folder: what [Install] asks for. */
typedef struct QuadletLink {
        char *path;   /* relative to the folder of the units */
        char *target; /* relative to the link */
} QuadletLink;

typedef struct QuadletUnit {
        char *name;      /* "web.container" */
        UnitName parsed; /* of name */
        char *path;      /* of the file, absolute; for messages and SourcePath= */
        char *folder;    /* of the file: relative paths start there */
        UnitFile file;   /* with its drop-ins */
        Findings findings;

        /* By quadlet_set_convert(): */
        char *service;  /* "web.service" */
        bool is_double; /* another unit has that name already: this one is not to be written */
        char *text;     /* of the service's unit; of one that fails, if a finding is an error */
        QuadletLink *links;
        size_t n_links;
} QuadletUnit;

typedef struct QuadletSet {
        QuadletUnit **units; /* sorted by name after quadlet_set_convert() */
        size_t n, allocated;
} QuadletSet;

/* What is the same for all units. */
typedef struct QuadletConfig {
        const char *program;       /* absolute path of systemd-docker */
        const char *docker_client; /* absolute path of `docker`; NULL: not installed */
        bool user;                 /* the units are for a user's manager */
        bool is_check;             /* for `check`: what the generator mends with a warning is an error */
        /* What `docker run` has against the value of an option: a new string; NULL: nothing. NULL as a
         * function: nobody is asked, and the start finds out. */
        char *(*refuse_option)(const char *option, const char *value);
} QuadletConfig;

void quadlet_set_done(QuadletSet *s);

/* A new unit without lines; the caller adds them to ->file, the file's own first and then its drop-ins'.
 * -EINVAL, -ENAMETOOLONG, -EILSEQ: as unit_name_parse(). -E2BIG: QUADLET_UNITS_MAX. *ret belongs to the set.
 * The caller sees to it that no name comes twice. */
int quadlet_set_add(QuadletSet *s, const char *name, const char *path, QuadletUnit **ret);

/* By its name, of n bytes. NULL: no such unit. Only after quadlet_set_sort(). */
QuadletUnit *quadlet_set_find(const QuadletSet *s, const char *name, size_t n);
void quadlet_set_sort(QuadletSet *s);

/* The name of the service that a file becomes. The caller's; NULL: memory ran out. */
char *quadlet_service_name(const QuadletUnit *u);

/* The name of what the unit creates (a container, network, volume, image), for a reference from elsewhere.
 * instance: of a reference to a template, NULL for none; specifiers that mean the other unit are replaced.
 * The caller's; NULL: memory ran out, or an .image or .build that names no image. */
char *quadlet_resource_name(const QuadletUnit *u, const char *instance);
