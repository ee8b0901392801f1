/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A container that a living supervisor of another unit has is not for us. Of the others: with --rm an old
 * one is removed, and a running one is replaced if we have created it, and the options of the unit have
 * changed since. Without --rm a container is kept, because it may have data. One whose creation was
 * interrupted never ran, and has none. What somebody else has created and runs is adopted. If the unit gives
 * no name, only a container that was created for this unit is taken. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "found.h"
#include "util/macro.h"

#define MAKER_TEXT_MAX (CLAIM_UNIT_MAX + CLAIM_USER_MAX + 16)

static int judge(FoundJudgement *ret, LifeEvent event, int level, const char *format, ...) _printf_(4, 5);
static int judge(FoundJudgement *ret, LifeEvent event, int level, const char *format, ...)
{
        char *message = NULL;
        va_list ap;
        int r = 0;

        if (format) {
                va_start(ap, format);
                r = vasprintf(&message, format, ap);
                va_end(ap);
        }
        if (r < 0)
                return -ENOMEM;
        *ret = (FoundJudgement){ .event = event, .level = level, .message = message };
        return 0;
}

#define JUDGE_SILENTLY(ret, event) judge(ret, event, LOG_DEBUG, NULL)

/* The supervisor was killed, or the engine went away, between the container's creation and its logins. */
static bool may_lack_logins(const ContainerInfo *c, const FoundCase *found)
{
        return found->logins_pending && c->created && c->request_label;
}

FoundMaker found_maker(const ContainerInfo *c, const Owner *owner)
{
        if (!c->request_label)
                return FOUND_MAKER_FOREIGN;
        if (!*c->unit)
                return FOUND_MAKER_OURS;
        return strcmp(c->unit, owner->unit) == 0 && strcmp(c->user, owner->user) == 0 ? FOUND_MAKER_OURS
                                                                                      : FOUND_MAKER_OTHER;
}

/* For messages: "created …". */
static const char *maker_text(const ContainerInfo *c, char ret[static MAKER_TEXT_MAX])
{
        bool user = *c->user;

        if (!c->request_label)
                return "by somebody else";
        if (strcmp(c->unit, CLAIM_BY_HAND) == 0)
                return "by hand";
        (void) snprintf(ret, MAKER_TEXT_MAX, "for %s%s%s", c->unit, user ? " of user " : "", c->user);
        return ret;
}

bool found_volumes_go(const ContainerInfo *c)
{
        return c->auto_remove;
}

char *found_refusal(const char *name, const ClaimText *rival)
{
        bool user = *rival->user;
        char *text;
        int r;

        if (strcmp(rival->unit, CLAIM_BY_HAND) == 0)
                r = asprintf(
                        &text,
                        "Container %s is supervised by process %i, started by hand: use another --name, "
                        "or end that process.",
                        name, (int) rival->pid);
        else
                r = asprintf(&text,
                             "Container %s is supervised by %s%s%s: use another --name, or stop that unit "
                             "(systemctl%s stop %s).",
                             name, rival->unit, user ? " of user " : "", rival->user, user ? " --user" : "",
                             rival->unit);
        return r < 0 ? NULL : text;
}

static int refuse(const ContainerInfo *c, const FoundCase *found, FoundJudgement *ret)
{
        char *message = found_refusal(c->name, found->rival);

        if (!message)
                return -ENOMEM;
        *ret = (FoundJudgement){ .event = LIFE_FAILED, .level = LOG_ERR, .message = message };
        return 0;
}

/* Nobody has said that this one is meant. */
static int judge_namesake(const ContainerInfo *c, FoundJudgement *ret)
{
        char maker[MAKER_TEXT_MAX];

        return judge(ret, LIFE_FAILED, LOG_ERR,
                     "Container %s was created %s. It only has the name of this unit, which gives none: "
                     "write --name, or remove that container.",
                     c->name, maker_text(c, maker));
}

/* What is removed may have data, unless it was created to be removed. */
static int judge_rest(const ContainerInfo *c, FoundMaker maker, FoundJudgement *ret)
{
        char text[MAKER_TEXT_MAX];

        if (maker == FOUND_MAKER_OURS || (maker == FOUND_MAKER_OTHER && c->auto_remove))
                return JUDGE_SILENTLY(ret, LIFE_FOUND_STALE);
        return judge(ret, LIFE_FOUND_STALE, LOG_NOTICE,
                     "Container %s was created %s. It does not run, and is removed, because there is --rm.",
                     c->name, maker_text(c, text));
}

/* What runs is somebody's, and is not replaced. */
static int judge_foreign(const FoundCase *found, const ContainerInfo *c, FoundJudgement *ret)
{
        if (found->lacks)
                return judge(ret, LIFE_FAILED, LOG_ERR,
                             "Container %s was created by somebody else, without %s. Remove it, or use "
                             "another --name.",
                             c->name, found->lacks);
        if (found->image_differs)
                return judge(ret, LIFE_FOUND, LOG_WARNING,
                             "Container %s was created by somebody else, and not from the image %s of the "
                             "unit, but from %s. It is used as it is; docker rm -f %s lets the unit create "
                             "its own.",
                             c->name, found->image, c->image, c->name);
        return judge(ret, LIFE_FOUND, LOG_NOTICE,
                     "Container %s was created by somebody else. It is used with the options that it has.",
                     c->name);
}

/* With --rm: it can be created again at any time. */
static int judge_removable(const ContainerInfo *c, const FoundCase *found, bool changed, FoundJudgement *ret)
{
        if (found->lacks)
                return JUDGE_SILENTLY(ret, LIFE_FOUND_STALE);
        if (changed)
                return judge(ret, LIFE_FOUND_STALE, LOG_NOTICE,
                             "Container %s runs with other options than the unit has now, replacing it.",
                             c->name);
        return JUDGE_SILENTLY(ret, LIFE_FOUND);
}

static int judge_kept(const ContainerInfo *c, const FoundCase *found, bool changed, FoundJudgement *ret)
{
        char maker[MAKER_TEXT_MAX];

        if (found->lacks)
                return judge(ret, LIFE_FAILED, LOG_ERR,
                             "Container %s was created without %s. It is kept, because there is no --rm; "
                             "remove it to have the new options.",
                             c->name, found->lacks);
        if (changed && found_maker(c, found->owner) == FOUND_MAKER_OTHER)
                return judge(ret, LIFE_FOUND, LOG_WARNING,
                             "Container %s was created %s, with other options than this unit has. It is "
                             "kept, because there is no --rm; remove it, or use another --name.",
                             c->name, maker_text(c, maker));
        if (changed)
                return judge(ret, LIFE_FOUND, LOG_WARNING,
                             "Container %s is stale: the unit's options have changed since it was created. "
                             "It is kept, because there is no --rm; remove it to have the new options.",
                             c->name);
        if (found->image_differs)
                return judge(ret, LIFE_FOUND, LOG_WARNING,
                             "Container %s is stale: %s is another image now. It is kept, because there is "
                             "no --rm; remove it to have the new image.",
                             c->name, found->image);
        return JUDGE_SILENTLY(ret, LIFE_FOUND);
}

int found_judge(const Facts *facts, const FoundCase *found, FoundJudgement *ret)
{
        const ContainerInfo *c = &facts->container;
        bool changed = c->request_label && !container_is_of_request(c, found->request_hash);

        FoundMaker maker = found_maker(c, found->owner);

        if (found->rival)
                return refuse(c, found, ret);
        if (found->named_by_unit && maker != FOUND_MAKER_OURS && !c->removing)
                return judge_namesake(c, ret);
        if (may_lack_logins(c, found))
                return judge(ret, LIFE_FOUND_STALE, LOG_NOTICE,
                             "The creation of container %s was interrupted, creating it again.", c->name);
        if (c->removing)
                return JUDGE_SILENTLY(ret, LIFE_FOUND_STALE);
        if (facts->remove && !c->running)
                return judge_rest(c, maker, ret);
        if (maker == FOUND_MAKER_FOREIGN)
                return judge_foreign(found, c, ret);
        return facts->remove ? judge_removable(c, found, changed, ret) : judge_kept(c, found, changed, ret);
}

void found_judgement_done(FoundJudgement *j)
{
        free(j->message);
        *j = FOUND_JUDGEMENT_NULL;
}
