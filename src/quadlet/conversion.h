/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The work on one unit: what is known of it, and the service that grows out of it.
 *
 * The parts of the service are collected in lists; write-unit.c makes the text of them. Nothing here fails
 * at once: findings say what is wrong with the file, and `failed` that memory or a bound ran out. */

#include "quadlet/set.h"
#include "quadlet/words.h"
#include "values.h"

typedef struct Conversion {
        const QuadletConfig *config;
        const QuadletSet *set;
        QuadletUnit *unit;
        const QuadletKey *keys;
        KeyValues *values; /* as keys */
        size_t n_keys;
        size_t *given; /* which of the keys the file has, and which PodmanArgs= add; in the order of keys */
        size_t n_given;
        const QuadletKey *key; /* the one that is mapped now; NULL: what needs several of them */

        Words unit_lines;    /* "After=x.service", for [Unit] */
        Words service_lines; /* "MemoryMax=1G", for [Service] */
        Words before;        /* command lines for ExecStartPre=, already quoted */
        Words after;         /* the same for ExecStopPost= */
        Words reload;        /* the same for ExecReload= */
        Words podman_run;    /* what PodmanArgs= adds to run */
        Words options;       /* of systemd-docker itself */
        Words run;           /* of `docker run`, or of the verb */
        Words command;       /* image and command */
        const char *program; /* of ExecStart= */
        const char *verb;    /* words after the options: "run", "network ensure" */
        bool is_oneshot;     /* the service is done when its command is: networks, volumes, images */
        bool remains;        /* and stays active then */
        bool failed;
} Conversion;

/* The values of a key of this unit; an empty list if the key is not given. name must be in the table. */
const KeyValues *conversion_values(const Conversion *c, const char *name);
/* The same for a key with a single value: NULL if it is not given. */
const char *conversion_text(const Conversion *c, const char *name);
/* The line of a single value, for findings. NULL if it is not given. */
const UnitLine *conversion_line(const Conversion *c, const char *name);
bool conversion_truth(const Conversion *c, const char *name, bool otherwise);
/* Whether the file has this key in [Service] or [Unit]. */
bool conversion_has(const Conversion *c, const char *section, const char *key);

/* Adds "--option value" to the run options. A value that `docker run` would refuse is a finding. */
void conversion_run(Conversion *c, const char *option, const char *value);
void conversion_runf(Conversion *c, const char *option, const char *format, ...) _printf_(3, 4);

/* Findings at a line; line NULL: the file as a whole. */
void conversion_error(Conversion *c, const UnitLine *line, const char *cure, const char *format, ...)
        _printf_(4, 5);
void conversion_warn(Conversion *c, const UnitLine *line, const char *cure, const char *format, ...)
        _printf_(4, 5);
void conversion_note(Conversion *c, const UnitLine *line, const char *cure, const char *format, ...)
        _printf_(4, 5);

/* Another unit that a value names. */
typedef struct Reference {
        const QuadletUnit *unit;
        char *service;  /* "x-network.service" */
        char *resource; /* the name of what it creates */
} Reference;

void reference_done(Reference *r);
#define _cleanup_reference_ _cleanup_(reference_done)

/* Looks up the unit that name (of n bytes, "x.network") means from here. False, with an error as finding, if
 * no such file exists. */
bool conversion_find(Conversion *c, const UnitLine *line, const char *name, size_t n, Reference *ret);
/* The same, and the service then needs that of the other unit. */
bool conversion_refer(Conversion *c, const UnitLine *line, const char *name, size_t n, Reference *ret);

/* The path as it is, or made absolute from the folder of the file. NULL: memory ran out (also noted in c).
 */
char *conversion_path(Conversion *c, const char *path);

/* Whether the text begins with a specifier of systemd that always is an absolute path, or with "/". */
bool is_path(const char *text);
/* Whether systemd replaces something in it when the unit starts. */
bool has_expansion(const char *text);
