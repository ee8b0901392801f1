/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Which living supervisor has the container of a name: a file for each name and engine, in the runtime
 * folder. All of it is best effort: without a folder that can be written to, nobody is kept out.
 *
 * How to use it: claim_take() before the container is looked for, claim_rival() when it is found or is not,
 * and claim_seize() where there is no rival. Then claim_set_container() whenever its id is known. */

#include <stdbool.h>
#include <sys/types.h>

#include "codec/systemd/claim-text.h"
#include "util/cleanup.h"

typedef struct Claim Claim;

/* Nothing is borrowed. */
typedef struct ClaimConfig {
        const char *base_folder; /* NULL: none */
        const char *proc;        /* NULL: /proc */
        const char *run;         /* NULL: /run, where the folders of the system and the users are */
        const char *engine;      /* its address */
        const char *name;        /* of the container; NULL: none, and then nothing is claimed */
        const char *unit, *user; /* who we are: as in ClaimText */
} ClaimConfig;

/* -ENOMEM */
int claim_new(Claim **ret, const ClaimConfig *config);
/* Removes the file, if it is ours. */
Claim *claim_free(Claim *c);
DEFINE_TRIVIAL_CLEANUP_FUNC(Claim *, claim_free)

/* Takes the name, if no living supervisor of another unit has it. */
void claim_take(Claim *c);
/* Takes it from whoever has it: claim_rival() has said that this is no rival. */
void claim_seize(Claim *c);

/* The living supervisor that has this container. id: "": there is none of the name, but somebody may be
 * about to create it. user: of the container's labels, whose claims are looked at as well. NULL: nobody. It
 * is valid until the next call. */
const ClaimText *claim_rival(Claim *c, const char *id, const char *user);

/* Notes which container it is. */
void claim_set_container(Claim *c, const char *id);
/* The container goes on without us: the unit has it until this process of it ends. */
void claim_pass_on(Claim *c, pid_t pid);
