/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Messages of the generator. /dev/kmsg takes one message a write(2). */

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "generator/report.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/text.h"

#define LINE_MAX_SIZE ((size_t) 900) /* /dev/kmsg refuses more than about 1000 bytes */

void report_open(Report *r, bool to_kernel)
{
        *r = REPORT_NULL;
        if (to_kernel)
                r->kmsg = RET_NERRNO(open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
}

void report_done(Report *r)
{
        r->kmsg = fd_close(r->kmsg);
}

void report(Report *r, int level, const char *format, ...)
{
        _cleanup_free_ char *line = NULL, *message = NULL;
        va_list ap;

        r->errors = r->errors || level <= LOG_ERR;
        if (r->lines >= REPORT_LINES_MAX)
                return;
        r->lines++;
        va_start(ap, format);
        line = text_one_line_v(LINE_MAX_SIZE, format, ap);
        va_end(ap);
        if (r->on_line) {
                r->on_line(level, line ?: "out of memory", r->userdata);
                return;
        }
        fprintf(stderr, "systemd-docker-generator: %s\n", line ?: "out of memory");
        if (r->kmsg >= 0 && asprintf(&message, "<%d>systemd-docker-generator[%d]: %s", level, (int) getpid(),
                                     line ?: "out of memory") >= 0)
                (void) !write(r->kmsg, message, strlen(message));
}
