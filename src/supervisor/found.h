/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What happens to a container of our name that exists already: contract, "Name". Pure. */

#include <stdbool.h>

#include "codec/systemd/claim-text.h"
#include "facts/facts.h"
#include "state.h"
#include "systemd/owner.h"
#include "util/cleanup.h"

/* Who has created a container. */
typedef enum FoundMaker {
        FOUND_MAKER_FOREIGN, /* somebody else: docker, compose, … */
        FOUND_MAKER_OTHER,   /* we, for another unit, which has no living supervisor for it */
        FOUND_MAKER_OURS, /* we, for this unit; or an earlier version of us, which did not note the unit */
        _FOUND_MAKER_MAX,
} FoundMaker;

/* What the facts do not say. */
typedef struct FoundCase {
        const ClaimText *rival;   /* the living supervisor that has it; NULL: nobody */
        const Owner *owner;       /* who we are */
        bool named_by_unit;       /* nobody wrote the container's name: it is the unit's */
        const char *image;        /* that it would be created from now */
        bool image_differs;       /* … which is not the one that it was created from */
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

/* By the labels of facts->container. */
FoundMaker found_maker(const ContainerInfo *c, const Owner *owner);
/* Why the container of this name is not for us: a line for the user, NULL: out of memory. */
char *found_refusal(const char *name, const ClaimText *rival);
/* Whether the container's anonymous volumes go with it: those of one that was created to be removed. Others
 * may have data that nobody else has. AutoRemove tells, which we set as well: unlike a label, it cannot come
 * from an image. */
bool found_volumes_go(const ContainerInfo *c);
