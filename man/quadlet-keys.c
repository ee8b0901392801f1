/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The table of keys for people and for tests: the manual page and test/quadlet are made of it.
 *
 * Usage: quadlet-keys list            a line a key: type, key, reading, fate, words, check, example; tabs
 * between quadlet-keys page < TEMPLATE the template with each line "@KEYS Container@" replaced by the keys
 * of that section
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quadlet/key.h"
#include "util/macro.h"

static const char *const readings[_KEY_READING_MAX] = {
        [READ_STRING] = "string",   [READ_BOOLEAN] = "boolean", [READ_LINES] = "lines",
        [READ_WORDS] = "words",     [READ_PAIRS] = "pairs",     [READ_ARGUMENTS] = "arguments",
        [READ_COMMAND] = "command",
};

static const char *const fates[] = {
        [KEY_MAPPED] = "mapped", [KEY_WARNED] = "warned", [KEY_REFUSED] = "refused"
};

static void list(void)
{
        for (UnitType t = 0; t < _UNIT_TYPE_MAX; t++) {
                size_t n;
                const QuadletKey *keys = quadlet_keys(t, &n);

                for (size_t i = 0; i < n; i++)
                        printf("%s\t%s\t%s\t%s\t%s\t%d\t%s\n", unit_type_to_string(t), keys[i].name,
                               readings[keys[i].reading], fates[keys[i].fate], keys[i].words ?: "",
                               (int) keys[i].check, keys[i].example);
        }
}

/* Text with what scdoc would take for markup inside of words escaped: only where the table does not use
 * markup itself. */
static void put_plain(const char *s)
{
        for (; *s; s++) {
                if (strchr("_*\\`", *s))
                        putchar('\\');
                putchar(*s);
        }
}

static int compare_keys(const void *a, const void *b)
{
        return strcmp((*(const QuadletKey *const *) a)->name, (*(const QuadletKey *const *) b)->name);
}

static void print_key(const QuadletKey *k)
{
        printf("*%s=*_", k->name);
        put_plain(k->value);
        printf("_\n");
        if (k->fate == KEY_REFUSED)
                printf("\tRefused: ");
        else if (k->fate == KEY_WARNED)
                printf("\tNo effect, with a warning: ");
        else
                printf("\t%s", k->text);
        if (k->fate != KEY_MAPPED) {
                put_plain(k->why);
                putchar('.');
        } else if (k->option && !k->handler) {
                printf(" Becomes *--%s*.", k->option);
        }
        if (k->fate == KEY_MAPPED) {
                printf(" Example: ");
                put_plain(k->name);
                putchar('=');
                put_plain(k->example);
        }
        printf("\n\n");
}

static bool print_section(const char *section)
{
        for (UnitType t = 0; t < _UNIT_TYPE_MAX; t++) {
                const QuadletKey *sorted[200], *keys;
                size_t n;

                if (strcmp(unit_type_section(t), section) != 0)
                        continue;
                keys = quadlet_keys(t, &n);
                if (!keys || n > ELEMENTSOF(sorted))
                        return false;
                for (size_t i = 0; i < n; i++)
                        sorted[i] = keys + i;
                qsort(sorted, n, sizeof(sorted[0]), compare_keys);
                for (size_t i = 0; i < n; i++)
                        print_key(sorted[i]);
                return true;
        }
        return false;
}

static int page(void)
{
        char line[4096], section[64];

        while (fgets(line, sizeof(line), stdin)) {
                if (sscanf(line, "@KEYS %63[A-Za-z]@", section) != 1)
                        fputs(line, stdout);
                else if (!print_section(section))
                        return EXIT_FAILURE;
        }
        return ferror(stdin) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
        if (argc == 2 && strcmp(argv[1], "list") == 0) {
                list();
                return EXIT_SUCCESS;
        }
        if (argc == 2 && strcmp(argv[1], "page") == 0)
                return page();
        fputs("Usage: quadlet-keys list | page\n", stderr);
        return EXIT_FAILURE;
}
