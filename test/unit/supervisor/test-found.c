/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What happens to a container that was found: every combination, against the rule in words. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "supervisor/found.h"
#include "util/macro.h"

#define LACKS "a socket for --notify or --watchdog=container"
#define IMAGE "web:1"

static const Owner us = { .unit = "web.service" };
static const ClaimText rival = { .pid = 42, .unit = "other.service" };

/* Who has created it, by its labels. */
typedef enum Label {
        LABEL_NONE, /* somebody else */
        LABEL_OLD,  /* an earlier version of ours, which noted no unit */
        LABEL_OURS,
        LABEL_OTHER_UNIT,
        LABEL_OTHER_USER, /* a unit of our name, of another systemd */
        LABEL_BY_HAND,
        _LABEL_MAX,
} Label;

static const struct {
        const char *unit, *user;
        FoundMaker maker;
        const char *text;
} labels[_LABEL_MAX] = {
        [LABEL_NONE] = { "", "", FOUND_MAKER_FOREIGN, "created by somebody else" },
        [LABEL_OLD] = { "", "", FOUND_MAKER_OURS },
        [LABEL_OURS] = { "web.service", "", FOUND_MAKER_OURS },
        [LABEL_OTHER_UNIT] = { "other.service", "", FOUND_MAKER_OTHER, "created for other.service" },
        [LABEL_OTHER_USER] = { "web.service", "1000", FOUND_MAKER_OTHER,
                               "created for web.service of user 1000" },
        [LABEL_BY_HAND] = { CLAIM_BY_HAND, "0", FOUND_MAKER_OTHER, "created by hand" },
};

typedef struct Combination {
        bool remove, running, removing, created, lacks, logins, rival, auto_remove, image_differs, changed;
        Label label;
} Combination;

#define N_BOOLS 10
#define N_COMBINATIONS ((1u << N_BOOLS) * _LABEL_MAX)

/* Every combination once. False: there is no further one. */
static bool combination_next(unsigned *i, Combination *ret)
{
        unsigned n = (*i)++;

        if (n >= N_COMBINATIONS)
                return false;
        *ret = (Combination){ .remove = n & 1,
                              .running = n & 2,
                              .removing = n & 4,
                              .created = n & 8,
                              .lacks = n & 16,
                              .logins = n & 32,
                              .rival = n & 64,
                              .auto_remove = n & 128,
                              .image_differs = n & 256,
                              .changed = n & 512,
                              .label = (Label) (n >> N_BOOLS) };
        return true;
}

static ContainerInfo container_of(const Combination *c)
{
        return (ContainerInfo){ .name = (char *) "web",
                                .image = (char *) "busybox",
                                .unit = (char *) labels[c->label].unit,
                                .user = (char *) labels[c->label].user,
                                .running = c->running,
                                .removing = c->removing,
                                .created = c->created,
                                .auto_remove = c->auto_remove,
                                .request_label = c->label == LABEL_NONE ? NULL
                                                 : c->changed           ? (char *) "other-0123456789abcdef"
                                                                        : (char *) "same-0123456789abcdef" };
}

static FoundJudgement judge_named(const Combination *c, bool named_by_unit)
{
        const Facts facts = { .remove = c->remove, .container = container_of(c) };
        const FoundCase found = {
                .rival = c->rival ? &rival : NULL,
                .owner = &us,
                .named_by_unit = named_by_unit,
                .image = IMAGE,
                .image_differs = c->image_differs,
                .request_hash = "same",
                .lacks = c->lacks ? LACKS : NULL,
                .logins_pending = c->logins,
        };
        FoundJudgement j = FOUND_JUDGEMENT_NULL;

        cr_assert_eq(found_judge(&facts, &found, &j), 0);
        return j;
}

static FoundJudgement judge(const Combination *c)
{
        return judge_named(c, false);
}

#define FOR_EACH(c) for (unsigned _i = 0; combination_next(&_i, &(c));)

static bool is_foreign(const Combination *c)
{
        return c->label == LABEL_NONE;
}

static bool is_interrupted(const Combination *c)
{
        return c->logins && c->created && !is_foreign(c);
}

static LifeEvent wanted_event(const Combination *c)
{
        if (c->rival)
                return LIFE_FAILED;
        if (is_interrupted(c) || c->removing)
                return LIFE_FOUND_STALE;
        if (is_foreign(c))
                return c->remove && !c->running ? LIFE_FOUND_STALE : c->lacks ? LIFE_FAILED : LIFE_FOUND;
        if (c->remove)
                return c->running && !c->lacks && !c->changed ? LIFE_FOUND : LIFE_FOUND_STALE;
        return c->lacks ? LIFE_FAILED : LIFE_FOUND;
}

Test(found, event_of_every_combination)
{
        unsigned seen[_LIFE_EVENT_MAX] = {};
        Combination c;

        FOR_EACH(c)
        {
                FoundJudgement j = judge(&c);

                cr_assert_eq(j.event, wanted_event(&c), "combination %u: %s", _i,
                             life_event_to_string(j.event));
                seen[j.event]++;
                found_judgement_done(&j);
        }
        cr_assert_eq(seen[LIFE_FOUND] + seen[LIFE_FOUND_STALE] + seen[LIFE_FAILED], N_COMBINATIONS);
        cr_assert(seen[LIFE_FOUND] > 0 && seen[LIFE_FOUND_STALE] > 0 && seen[LIFE_FAILED] > 0);
}

/* What has a living supervisor, and what runs and was created by somebody else, is never replaced. */
Test(found, what_runs_for_others_is_not_replaced)
{
        Combination c;

        FOR_EACH(c)
        {
                FoundJudgement j = judge(&c);

                if (c.rival || (is_foreign(&c) && c.running && !c.removing))
                        cr_assert_neq(j.event, LIFE_FOUND_STALE, "combination %u", _i);
                found_judgement_done(&j);
        }
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

/* A name that nobody wrote is no reason to take, or to remove, what was not created for the unit. */
Test(found, the_unit_s_name_means_only_its_own)
{
        Combination c;

        FOR_EACH(c)
        {
                FoundJudgement j = judge_named(&c, true), usual = judge(&c);

                if (c.rival || c.removing || labels[c.label].maker == FOUND_MAKER_OURS)
                        cr_assert_eq(j.event, usual.event, "combination %u", _i);
                else {
                        cr_assert_eq(j.event, LIFE_FAILED, "combination %u", _i);
                        cr_assert_not_null(strstr(j.message, labels[c.label].text), "combination %u: %s", _i,
                                           j.message);
                }
                found_judgement_done(&j);
                found_judgement_done(&usual);
        }
}

/* Volumes go only with what was created to be removed, whatever else is true. */
Test(found, volumes)
{
        Combination c;

        FOR_EACH(c)
        {
                const ContainerInfo i = container_of(&c);

                cr_assert_eq(found_volumes_go(&i), c.auto_remove, "combination %u", _i);
        }
}

Test(found, maker)
{
        Combination c;

        FOR_EACH(c)
        {
                const ContainerInfo i = container_of(&c);

                cr_assert_eq(found_maker(&i, &us), labels[c.label].maker, "combination %u", _i);
        }
}

/* Nobody of us has created it to be removed. */
static bool is_rest(const Combination *c)
{
        return is_foreign(c) || (labels[c->label].maker == FOUND_MAKER_OTHER && !c->auto_remove);
}

/* A part of the message, and its level. NULL: what is usual is not said. */
static const char *wanted_message(const Combination *c, LifeEvent event, int *ret_level)
{
        *ret_level = LOG_NOTICE;
        if (is_interrupted(c))
                return "The creation of container web was interrupted, creating it again.";
        if (c->removing)
                return NULL;
        *ret_level = event == LIFE_FAILED ? LOG_ERR : LOG_NOTICE;
        if (c->remove && !c->running)
                return is_rest(c) ? "It does not run, and is removed" : NULL;
        if (is_foreign(c)) {
                if (event == LIFE_FAILED)
                        return "was created by somebody else, without " LACKS ". Remove it, or use another";
                *ret_level = c->image_differs ? LOG_WARNING : LOG_NOTICE;
                return c->image_differs ? "not from the image " IMAGE " of the unit, but from busybox"
                                        : "It is used with the options that it has.";
        }
        if (event == LIFE_FAILED)
                return "Container web was created without " LACKS ". It is kept, because there is no --rm";
        if (event == LIFE_FOUND_STALE)
                return c->running && !c->lacks ? "runs with other options than the unit has now" : NULL;
        *ret_level = LOG_WARNING;
        if (c->remove)
                return NULL;
        return c->changed && labels[c->label].maker == FOUND_MAKER_OTHER
                       ? "with other options than this unit has. It is kept"
               : c->changed       ? "Container web is stale: the unit's options"
               : c->image_differs ? "Container web is stale: " IMAGE " is another image now"
                                  : NULL;
}

/* What is unexpected is said, at a level that fits; what is usual is not. */
Test(found, messages)
{
        Combination c;

        FOR_EACH(c)
        {
                FoundJudgement j = judge(&c);
                const char *wanted;
                int level;

                wanted = c.rival ? "is supervised by other.service: " : wanted_message(&c, j.event, &level);
                if (c.rival)
                        level = LOG_ERR;
                if (wanted) {
                        cr_assert_not_null(j.message, "combination %u", _i);
                        cr_assert_not_null(strstr(j.message, wanted), "combination %u: %s", _i, j.message);
                        cr_assert_eq(j.level, level, "combination %u", _i);
                } else
                        cr_assert_null(j.message, "combination %u: %s", _i, j.message);
                found_judgement_done(&j);
        }
}

Test(found, refusals)
{
        static const struct {
                ClaimText rival;
                const char *message;
        } cases[] = {
                { { .pid = 42, .unit = "a.service" },
                  "Container web is supervised by a.service: use another --name, or stop that unit "
                  "(systemctl stop a.service)." },
                { { .pid = 42, .unit = "a.service", .user = "1000" },
                  "Container web is supervised by a.service of user 1000: use another --name, or stop that "
                  "unit (systemctl --user stop a.service)." },
                { { .pid = 42, .unit = CLAIM_BY_HAND, .user = "0" },
                  "Container web is supervised by process 42, started by hand: use another --name, or end "
                  "that process." },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char *message = found_refusal("web", &cases[i].rival);

                cr_assert_str_eq(message, cases[i].message);
                free(message);
        }
}
