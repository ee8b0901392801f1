/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <stddef.h>
#include <string.h>

#include "run/shell-words.h"
#include "util/macro.h"

static const char *const table[] = { "&&", "||", "|", "&", ">", ">>", "<", "2>", "2>&1", ">&2", "&>", "#" };

const char *run_shell_word(char *const *command)
{
        for (char *const *word = command; word && *word; word++)
                for (size_t i = 0; i < ELEMENTSOF(table); i++)
                        if (strcmp(*word, table[i]) == 0)
                                return *word;
        return NULL;
}
