/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Prints the tables of options for the generator of completions (generate, in this folder). Each option is
 * one line with these fields, separated by tabs: part (ours, run, or a verb), letter, long name, what value
 * it takes (none; optional, which must follow a "="; required), placeholder, words that the value can be,
 * text, and "hidden" for old spellings. */

#include <stdio.h>

#include "cli/check-options.h"
#include "cli/ensure-options.h"
#include "cli/options.h"
#include "cli/setup-options.h"
#include "run/run-options.h"
#include "util/macro.h"

static void print(const char *part, char letter, const char *name, const char *takes, const char *value,
                  const char *words, const char *text, const char *hidden)
{
        printf("%s\t%.1s\t%s\t%s\t%s\t%s\t%s\t%s\n", part, &letter, name, takes, value ? value : "BOOL",
               words ? words : "", text, hidden);
}

static void print_option(const char *part, const OptionHelp *h)
{
        print(part, h->short_name, h->long_name,
              !*h->value          ? "none"
              : h->value_optional ? "optional"
                                  : "required",
              *h->value ? h->value : NULL, h->words, h->text, "");
}

int main(void)
{
        static const struct {
                const char *part;
                const OptionHelp *(*table)(size_t *ret_n);
        } tables[] = {
                { "ours", options_help_table },
                { "setup", setup_options_help_table },
                { "check", check_options_help_table },
        };
        RunOptionHelp run;
        OptionHelp h;

        for (size_t k = 0; k < ELEMENTSOF(tables); k++) {
                size_t n;
                const OptionHelp *table = tables[k].table(&n);

                for (size_t i = 0; i < n; i++)
                        print_option(tables[k].part, table + i);
        }
        for (EnsureKind kind = 0; kind < _ENSURE_KIND_MAX; kind++) {
                for (size_t i = 0; ensure_options_help_entry(kind, i, &h); i++)
                        print_option(ensure_kind_to_string(kind), &h);
                print_option(ensure_kind_to_string(kind),
                             &(OptionHelp){ 'h', "help", "", false, "Print this help" });
        }
        for (size_t i = 0; run_options_help_entry(i, &run); i++)
                print("run", run.short_name, run.long_name, run.value ? "required" : "optional", run.value,
                      run.words, run.text, run.hidden ? "hidden" : "");
        return 0;
}
