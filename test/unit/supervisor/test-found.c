/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What happens to a container that was found: every combination, against the rule in words. */

#include <criterion/criterion.h>
#include <string.h>
#include <syslog.h>

#include "supervisor/found.h"
#include "util/macro.h"

#define LACKS "a socket for --notify or --watchdog=container"

typedef enum Hash {
        HASH_NONE, /* somebody else's container, or one of an older version of ours */
        HASH_SAME,
        HASH_OTHER,
        _HASH_MAX,
} Hash;

typedef struct Combination {
        bool remove, running, removing, created, lacks, logins;
        Hash hash;
} Combination;

/* Every combination once. False: there is no further one. */
static bool combination_next(unsigned *i, Combination *ret)
{
        unsigned n = (*i)++;

        if (n >= 64 * _HASH_MAX)
                return false;
        *ret = (Combination){ .remove = n & 1,
                              .running = n & 2,
                              .removing = n & 4,
                              .created = n & 8,
                              .lacks = n & 16,
                              .logins = n & 32,
                              .hash = (Hash) (n / 64) };
        return true;
}

static FoundJudgement judge(const Combination *c)
{
        static char *const hashes[_HASH_MAX] = {
                [HASH_SAME] = (char *) "same",
                [HASH_OTHER] = (char *) "other",
        };
        const Facts facts = { .remove = c->remove,
                              .container = { .name = (char *) "web",
                                             .running = c->running,
                                             .removing = c->removing,
                                             .created = c->created,
                                             .request_hash = hashes[c->hash] } };
        const FoundCase found = {
                .request_hash = "same",
                .lacks = c->lacks ? LACKS : NULL,
                .logins_pending = c->logins,
        };
        FoundJudgement j = FOUND_JUDGEMENT_NULL;

        cr_assert_eq(found_judge(&facts, &found, &j), 0);
        return j;
}

#define FOR_EACH(c) for (unsigned _i = 0; combination_next(&_i, &(c));)

static bool is_interrupted(const Combination *c)
{
        return c->logins && c->created && c->hash != HASH_NONE;
}

Test(found, event_of_every_combination)
{
        unsigned seen[_LIFE_EVENT_MAX] = {};
        Combination c;

        FOR_EACH(c)
        {
                FoundJudgement j = judge(&c);
                LifeEvent wanted;

                if (is_interrupted(&c))
                        wanted = LIFE_FOUND_STALE;
                else if (c.removing)
                        wanted = LIFE_FOUND_STALE;
                else if (c.remove)
                        wanted = c.running && !c.lacks && c.hash != HASH_OTHER ? LIFE_FOUND
                                                                               : LIFE_FOUND_STALE;
                else
                        wanted = c.lacks ? LIFE_FAILED : LIFE_FOUND;
                cr_assert_eq(j.event, wanted, "combination %u: %s", _i, life_event_to_string(j.event));
                seen[j.event]++;
                found_judgement_done(&j);
        }
        cr_assert_eq(seen[LIFE_FOUND] + seen[LIFE_FOUND_STALE] + seen[LIFE_FAILED], 64 * _HASH_MAX);
        cr_assert(seen[LIFE_FOUND] > 0 && seen[LIFE_FOUND_STALE] > 0 && seen[LIFE_FAILED] > 0);
}

/* Without --rm, what may have data is never removed. */
Test(found, a_container_that_ran_is_kept_without_rm)
{
        Combination c;

        FOR_EACH(c)
        {
                FoundJudgement j = judge(&c);

                if (!c.remove && !c.created && !c.removing)
                        cr_assert_neq(j.event, LIFE_FOUND_STALE, "combination %u", _i);
                found_judgement_done(&j);
        }
}

/* What is unexpected is said, at a level that fits; what is usual is not. */
Test(found, messages)
{
        Combination c;

        FOR_EACH(c)
        {
                FoundJudgement j = judge(&c);
                bool changed = c.hash == HASH_OTHER;

                if (is_interrupted(&c)) {
                        cr_assert_str_eq(
                                j.message,
                                "The creation of container web was interrupted, creating it again.");
                        cr_assert_eq(j.level, LOG_NOTICE);
                } else if (j.event == LIFE_FAILED) {
                        cr_assert_str_eq(j.message,
                                         "Container web was created without " LACKS
                                         ". It is kept, because there is no --rm; remove it to have "
                                         "the new options.");
                        cr_assert_eq(j.level, LOG_ERR);
                } else if (j.event == LIFE_FOUND && changed) {
                        cr_assert_not_null(strstr(j.message, "Container web is stale: "));
                        cr_assert_eq(j.level, LOG_WARNING);
                } else if (j.event == LIFE_FOUND_STALE && c.running && changed && !c.removing && !c.lacks) {
                        cr_assert_not_null(
                                strstr(j.message, "runs with other options than the unit has now"));
                        cr_assert_eq(j.level, LOG_NOTICE);
                } else
                        cr_assert_null(j.message, "combination %u: %s", _i, j.message);
                found_judgement_done(&j);
        }
}
