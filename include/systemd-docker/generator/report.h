/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the generator says: to standard error, and to the kernel's log while no journal may be there yet. */

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

#define REPORT_LINES_MAX ((size_t) 1000)

typedef struct Report {
        int kmsg;     /* /dev/kmsg; -EBADF: standard error only */
        bool errors;  /* something is wrong: the exit status is 1 */
        size_t lines; /* said so far; no more than REPORT_LINES_MAX */
        /* NULL: to standard error and kmsg; else each line is given to it instead. */
        void (*on_line)(int level, const char *text, void *userdata);
        void *userdata;
} Report;

#define REPORT_NULL ((Report){ .kmsg = -EBADF })

/* to_kernel: also write to /dev/kmsg, if that is possible. */
void report_open(Report *r, bool to_kernel);
void report_done(Report *r);

/* One line. level: of syslog(3). LOG_ERR sets r->errors. */
void report(Report *r, int level, const char *format, ...) _printf_(3, 4);
