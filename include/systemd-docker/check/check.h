/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* `systemd-docker check`: what the generator would say of unit files, and what it would not. */

#include "cli/check-options.h"

/* The exit status of a check. */
typedef enum CheckResult {
        CHECK_CLEAN = 0,
        CHECK_WARNINGS = 1,
        CHECK_ERRORS = 2,
} CheckResult;

/* Prints the findings to standard output. program: absolute path of systemd-docker. Returns the exit status:
 * a CheckResult, or CLI_EXIT_REFUSED after an error that was logged. */
int check_run(const CheckOptions *options, const char *program);
