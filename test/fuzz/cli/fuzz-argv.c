/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Complete command lines, as words that end with a NUL: our own options, then docker's. */

#include <unistd.h>

#include "cli/options.h"
#include "words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const OtherOptions run_side = { run_options_offer, run_options_has_letter };
        char **words = fuzz_words(data, size);
        CliError error = CLI_ERROR_NULL;
        Options options;
        int r;

        check_run(words);
        r = options_parse((int) strv_length(words), words, &run_side, &options, &error);
        if (r < 0) {
                check_error(&error);
                cli_error_done(&error);
        } else {
                if (options.run_words)
                        check_run(options.run_words);
                (void) options_cgroup_wanted(&options, "cpu,cpuacct");
                options_done(&options);
        }
        strv_free(words);
        return 0;
}
