/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `systemd-docker check` becomes this program, with the words that follow. Only this verb needs the tables
 * of the keys of unit files, and most of them are pointers: of each supervisor, they would be 24 kB. */

#include "check/check.h"
#include "cli/check-options.h"
#include "util/cleanup.h"
#include "util/log.h"

int main(int argc, char **argv)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        CheckOptions options;

        if (argc < 1 || check_options_parse(argv + 1, &options, &error) < 0) {
                log_error("%s", error.message ?: "Out of memory");
                return CLI_EXIT_REFUSED;
        }
        return check_run(&options, SYSTEMD_DOCKER_PROGRAM);
}
