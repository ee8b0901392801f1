/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* With --rm an old container is removed, and a running one is replaced if the options of the unit have
 * changed since it was created. Without --rm a container is kept, because it may have data. One whose
 * creation was interrupted never ran, and has none. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "found.h"
#include "util/macro.h"

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
        return found->logins_pending && c->created && c->request_hash;
}

int found_judge(const Facts *facts, const FoundCase *found, FoundJudgement *ret)
{
        const ContainerInfo *c = &facts->container;
        bool changed = c->request_hash && strcmp(c->request_hash, found->request_hash) != 0;

        if (may_lack_logins(c, found))
                return judge(ret, LIFE_FOUND_STALE, LOG_NOTICE,
                             "The creation of container %s was interrupted, creating it again.", c->name);
        if (c->removing || (facts->remove && found->lacks))
                return JUDGE_SILENTLY(ret, LIFE_FOUND_STALE);
        if (found->lacks)
                return judge(ret, LIFE_FAILED, LOG_ERR,
                             "Container %s was created without %s. It is kept, because there is no --rm; "
                             "remove it to have the new options.",
                             c->name, found->lacks);
        if (facts->remove && !c->running)
                return JUDGE_SILENTLY(ret, LIFE_FOUND_STALE);
        if (facts->remove && changed)
                return judge(ret, LIFE_FOUND_STALE, LOG_NOTICE,
                             "Container %s runs with other options than the unit has now, replacing it.",
                             c->name);
        if (changed)
                return judge(ret, LIFE_FOUND, LOG_WARNING,
                             "Container %s is stale: the unit's options have changed since it was created. "
                             "It is kept, because there is no --rm; remove it to have the new options.",
                             c->name);
        return JUDGE_SILENTLY(ret, LIFE_FOUND);
}

void found_judgement_done(FoundJudgement *j)
{
        free(j->message);
        *j = FOUND_JUDGEMENT_NULL;
}
