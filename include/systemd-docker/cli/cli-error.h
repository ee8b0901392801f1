/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An error for the user of the command line: one line that names option and value, and an exit code. A
 * function that takes a CliError sets it whenever the function fails. It then returns -EINVAL, or -ENOMEM if
 * memory is short (also with a message). */

#include <stdarg.h>

#include "util/macro.h"

/* Exit codes of the docker CLI. 125: the command line is wrong, or the engine refused the request. */
#define CLI_EXIT_REFUSED 125
#define CLI_EXIT_NOT_EXECUTABLE 126
#define CLI_EXIT_NOT_FOUND 127
/* For errors that the docker CLI finds only after it has parsed its flags, such as no image, or a flag that
 * needs a newer engine. */
#define CLI_EXIT_USAGE 1

/* EX_CONFIG of sysexits(3), which systemd calls CONFIG: the same in a service, so that
 * RestartPreventExitStatus= of the unit can tell it from what a retry may mend. */
#define CLI_EXIT_CONFIG 78

typedef struct CliError {
        char *message; /* NULL: no error */
        int exit_code;
} CliError;

#define CLI_ERROR_NULL ((CliError){ .message = NULL })

/* Frees the message and resets *e. */
void cli_error_done(CliError *e);

/* Set *reterr (which may be NULL) and return -EINVAL, or -ENOMEM if memory is short. Only the first error is
 * kept. Control characters and bytes that are not UTF-8 are escaped, so that the message is one line, and a
 * long message is cut. cli_error_oom() sets the message for -ENOMEM, and returns that. */
int cli_error(CliError *reterr, int exit_code, const char *format, ...) _printf_(3, 4);
int cli_errorv(CliError *reterr, int exit_code, const char *format, va_list ap) _printf_(3, 0);
int cli_error_oom(CliError *reterr);

#define _cleanup_cli_error_ _cleanup_(cli_error_done)
