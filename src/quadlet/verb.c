/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Services that create something once: networks, volumes, images. */

#include <string.h>

#include "docker-section.h"
#include "verb.h"

void begin_verb(Conversion *c, const char *verb)
{
        c->verb = verb;
        c->is_oneshot = true;
        c->remains = true;
}

/* 2: an option with a value, 1: one without, 0: no option of the verb. */
static int find_option(const char *names, const char *name, size_t n)
{
        while (*names) {
                size_t m = strcspn(names, "|");
                bool alone = names[m - 1] == '!';

                if (m - alone == n && memcmp(names, name, n) == 0)
                        return alone ? 1 : 2;
                names += m + (names[m] == '|');
        }
        return 0;
}

void add_verb_words(Conversion *c, const KeyValues *words, const char *names)
{
        for (size_t i = 0; i < words->n; i++) {
                const char *word = words->items[i].text, *name = word + 2;
                const UnitLine *line = words->items[i].line;
                size_t n = strncmp(word, "--", 2) == 0 ? strcspn(name, "=") : 0;
                int kind = n > 0 ? find_option(names, name, n) : 0;

                if (kind == 0)
                        conversion_error(c, line, NULL,
                                         "%s=: \"%s\" is no option here, see systemd-docker-quadlet(5)",
                                         line->key, word);
                else if (kind == 2 && !name[n] && i + 1 >= words->n)
                        conversion_error(c, line, NULL, "%s=: %s needs a value", line->key, word);
                else
                        words_add(&c->run, word);
                if (kind == 2 && !name[n] && i + 1 < words->n)
                        words_add(&c->run, words->items[++i].text);
        }
}

void add_platform(Conversion *c)
{
        const char *os = conversion_text(c, "OS"), *arch = conversion_text(c, "Arch"),
                   *variant = conversion_text(c, "Variant");

        if (variant && !arch)
                conversion_error(c, conversion_line(c, "Variant"), "Arch= as well", "Variant= needs Arch=");
        else if (os || arch)
                conversion_runf(c, "platform", "%s%s%s%s%s", os ?: "linux", arch ? "/" : "", arch ?: "",
                                variant ? "/" : "", variant ?: "");
}
