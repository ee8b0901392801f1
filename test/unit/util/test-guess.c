/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What somebody meant who typed something else. */

#include <criterion/criterion.h>
#include <string.h>

#include "util/guess.h"
#include "util/macro.h"

#define WORDS "always missing never"
#define MODES "auto inside delegate migrate none"

Test(guess, nearest_of_some_words)
{
        static const struct {
                const char *typed, *words, *expected;
        } table[] = {
                { "alwayys", WORDS, "always" },
                { "Always", WORDS, "always" },
                { "alwayss", WORDS, "always" },
                { "awlays", WORDS, "always" },
                { "nevre", WORDS, "never" },
                { "missng", WORDS, "missing" },
                { "newer", WORDS, "never" },
                { "sometimes", WORDS, NULL },
                { "", WORDS, NULL },
                { "n", WORDS, NULL },
                { "inide", MODES, "inside" },
                { "uato", MODES, "auto" },
                { "del", MODES, "delegate" },
                { "deleg", MODES, "delegate" },
                { "de", MODES, NULL },
                { "sideways", MODES, NULL },
                { "insideinsideinsideinsideinsideinsideinside", MODES, NULL },
                { "cpu", "cpu-count cpus", "cpus" }, /* changed is nearer than only begun */
                { "nofil=1024", "core= nofile= nproc=", "nofile=" },
                { "nofil", "core= nofile= nproc=", "nofile=" },
                { "secomp=x", "label= seccomp=unconfined seccomp=", "seccomp=" },
                { "web", "", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Guess g = guess_begin(table[i].typed, strlen(table[i].typed));

                cr_assert_eq(guess_offer_words(&g, table[i].words), table[i].expected != NULL, "%s",
                             table[i].typed);
                if (!table[i].expected) {
                        cr_assert_null(g.word, "%s", table[i].typed);
                        continue;
                }
                cr_assert_eq(g.size, strlen(table[i].expected), "%s: %.*s", table[i].typed, (int) g.size,
                             g.word);
                cr_assert_eq(memcmp(g.word, table[i].expected, g.size), 0, "%s: %.*s", table[i].typed,
                             (int) g.size, g.word);
        }
}

Test(guess, the_word_itself_has_no_distance)
{
        Guess g = guess_begin("name=x", 4);

        cr_assert(guess_offer(&g, "nme"));
        cr_assert_eq(g.distance, 1);
        cr_assert(guess_offer(&g, "name"));
        cr_assert_eq(g.distance, 0);
        cr_assert_not(guess_offer(&g, "net"));
        cr_assert_str_eq(g.word, "name");
}
