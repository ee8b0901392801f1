/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <string.h>

#include "cli/help-text.h"
#include "util/guess.h"

#define COLUMNS 80
#define LEFT 30 /* columns, with the blanks at both ends */

/* Continuation bytes of UTF-8 take no column. */
static int width(const char *s, size_t size)
{
        int n = 0;

        for (size_t i = 0; i < size; i++)
                n += ((unsigned char) s[i] & 0xc0) != 0x80;
        return n;
}

void help_entry(FILE *f, const char *left, const char *text)
{
        int column = width(left, strlen(left)) + 2;

        fprintf(f, "  %s", left);
        if (column > LEFT - 2)
                column = COLUMNS;
        else
                column += fprintf(f, "%*s", LEFT - column, "");
        while (*text) {
                size_t size = strcspn(text, " ");
                int n = width(text, size);

                if (column + 1 + n > COLUMNS) {
                        fprintf(f, "\n%*s", LEFT, "");
                        column = LEFT;
                } else if (column > LEFT) {
                        fputc(' ', f);
                        column++;
                }
                fprintf(f, "%.*s", (int) size, text);
                column += n;
                text += size;
                text += strspn(text, " ");
        }
        fputc('\n', f);
}

void help_option(FILE *f, char letter, const char *name, const char *value, const char *text)
{
        char left[64];

        (void) snprintf(left, sizeof(left), "%c%c%c --%s%s", letter ? '-' : ' ', letter ? letter : ' ',
                        letter ? ',' : ' ', name, value);
        help_entry(f, left, text);
}

bool cli_is_help(const char *word)
{
        return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

void option_help_offer(const OptionHelp *table, size_t n, Guess *g)
{
        for (size_t i = 0; i < n; i++)
                (void) guess_offer(g, table[i].long_name);
}

int option_help_refuse(const OptionHelp *table, size_t n, const char *command, const char *word,
                       CliError *reterr)
{
        const char *name = word + strspn(word, "-");
        Guess g = guess_begin(name, strlen(name));
        char hint[GUESS_HINT_SIZE];

        option_help_offer(table, n, &g);
        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %.300s for %s%s", word, command,
                         guess_hint(&g, "--", hint));
}
