/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Prints the tables of options for the generator of completions (generate, in this folder). Each option is
 * one line with these fields, separated by tabs: part (ours, run), letter, long name, what value it takes
 * (none; optional, which must follow a "="; required), placeholder, words that the value can be, text, and
 * "hidden" for old spellings. */

#include <stdio.h>

#include "cli/options.h"
#include "run/run-options.h"

static void print(const char *part, char letter, const char *name, const char *takes, const char *value,
                  const char *words, const char *text, const char *hidden)
{
        printf("%s\t%.1s\t%s\t%s\t%s\t%s\t%s\t%s\n", part, &letter, name, takes, value ? value : "BOOL",
               words ? words : "", text, hidden);
}

int main(void)
{
        size_t n;
        const OptionHelp *ours = options_help_table(&n);
        RunOptionHelp run;

        for (size_t i = 0; i < n; i++)
                print("ours", ours[i].short_name, ours[i].long_name,
                      !ours[i].value           ? "none"
                      : ours[i].value_optional ? "optional"
                                               : "required",
                      ours[i].value, ours[i].words, ours[i].text, "");
        for (size_t i = 0; run_options_help_entry(i, &run); i++)
                print("run", run.short_name, run.long_name, run.value ? "required" : "optional", run.value,
                      run.words, run.text, run.hidden ? "hidden" : "");
        return 0;
}
