/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What happens to a container of our name that exists already: contract, "Name". Pure. */

#include <stdbool.h>

#include "facts/facts.h"
#include "state.h"
#include "util/cleanup.h"

/* What the facts do not say. */
typedef struct FoundCase {
        const char *request_hash; /* of the request that would create it now */
        const char *lacks;        /* what it would need and does not have, for messages; NULL: nothing */
        bool logins_pending;      /* it would get logins before its start: --use-api-socket */
} FoundCase;

typedef struct FoundJudgement {
        /* LIFE_FOUND: the service goes on with it. LIFE_FOUND_STALE: it is removed, and another one created.
         * LIFE_FAILED: neither is possible. */
        LifeEvent event;
        int level;     /* LOG_… of the message */
        char *message; /* one line for the user; NULL: there is nothing to be said */
} FoundJudgement;

#define FOUND_JUDGEMENT_NULL ((FoundJudgement){ .message = NULL })

/* By facts->container and facts->remove. -ENOMEM. */
int found_judge(const Facts *facts, const FoundCase *found, FoundJudgement *ret);
void found_judgement_done(FoundJudgement *j);
