/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Errors of the command line. A message is one line, whatever bytes the arguments contain. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli-error.h"
#include "util/cleanup.h"
#include "util/text.h"

/* In bytes. An argument can have a megabyte; its beginning is enough to recognise it. */
#define MESSAGE_MAX 600

void cli_error_done(CliError *e)
{
        free(e->message);
        *e = CLI_ERROR_NULL;
}

/* One line for a terminal or the journal: control characters and bytes that are not UTF-8 become "\xNN". */
static char *printable(const char *s)
{
        size_t length = strlen(s), i = 0, n = 0;
        char *out = malloc(MESSAGE_MAX + 16);

        if (!out)
                return NULL;
        while (i < length && n < MESSAGE_MAX) {
                size_t size = utf8_sequence(s + i, length - i);

                if (size == 0 || (unsigned char) s[i] < ' ' || s[i] == 0x7f) {
                        n += (size_t) snprintf(out + n, 5, "\\x%02x", (unsigned char) s[i++]);
                        continue;
                }
                memcpy(out + n, s + i, size);
                n += size;
                i += size;
        }
        strcpy(out + n, i < length ? "…" : "");
        return out;
}

int cli_errorv(CliError *reterr, int exit_code, const char *format, va_list ap)
{
        _cleanup_free_ char *message = NULL;

        if (!reterr || reterr->message)
                return -EINVAL;
        reterr->exit_code = exit_code;
        if (vasprintf(&message, format, ap) < 0)
                return cli_error_oom(reterr);
        reterr->message = printable(message);
        return reterr->message ? -EINVAL : -ENOMEM;
}

int cli_error(CliError *reterr, int exit_code, const char *format, ...)
{
        va_list ap;
        int r;

        va_start(ap, format);
        r = cli_errorv(reterr, exit_code, format, ap);
        va_end(ap);
        return r;
}

int cli_error_oom(CliError *reterr)
{
        if (reterr && !reterr->message) {
                reterr->exit_code = CLI_EXIT_REFUSED;
                reterr->message = strdup("out of memory");
        }
        return -ENOMEM;
}
