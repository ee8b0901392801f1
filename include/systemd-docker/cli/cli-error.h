/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What is wrong with a command line: one line that names option and value, and the exit code that goes with
 * it. Functions that take a CliError fill it in whenever they fail; -EINVAL is the result then, and -ENOMEM
 * where memory ran out (also with a message). */

#include <stdarg.h>

#include "util/macro.h"

/* docker's own: the command line, or the engine, says no. */
#define CLI_EXIT_REFUSED 125
#define CLI_EXIT_NOT_EXECUTABLE 126
#define CLI_EXIT_NOT_FOUND 127
/* What the docker CLI refuses only after its flags were parsed: no image, a flag that the engine is too old
 * for. */
#define CLI_EXIT_USAGE 1

typedef struct CliError {
        char *message;
        int exit_code;
} CliError;

#define CLI_ERROR_NULL ((CliError){ .message = NULL })

void cli_error_done(CliError *e);

/* Sets *reterr (which may be NULL) to the message and returns -EINVAL. Only the first error is kept. Bytes
 * that would break the one line (control characters) are escaped and what is longer than a screenful is cut.
 */
int cli_error(CliError *reterr, int exit_code, const char *format, ...) _printf_(3, 4);
int cli_errorv(CliError *reterr, int exit_code, const char *format, va_list ap) _printf_(3, 0);
int cli_error_oom(CliError *reterr);

#define _cleanup_cli_error_ _cleanup_(cli_error_done)
