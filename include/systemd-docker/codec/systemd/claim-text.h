/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The content of a claim, the file by which a supervisor says which container it has: one line, "PID START
 * ID USER UNIT". Also the names in it: they are labels of our containers as well. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "codec/engine/engine-event.h"

#define CLAIM_UNIT_MAX 256
#define CLAIM_USER_MAX 11
#define CLAIM_TEXT_MAX 512
/* The unit of who is in none. No unit has such a name. */
#define CLAIM_BY_HAND "by hand"

typedef struct ClaimText {
        pid_t pid;
        uint64_t start;              /* of the process: field 22 of proc_pid_stat(5) */
        char id[ENGINE_ID_SIZE + 1]; /* of the container; "": it is about to be created */
        char user[CLAIM_USER_MAX];   /* whose systemd; "": the system's */
        char unit[CLAIM_UNIT_MAX];   /* or CLAIM_BY_HAND */
} ClaimText;

/* -EBADMSG: not such a text. */
int claim_text_parse(const char *text, ClaimText *ret);
void claim_text_format(const ClaimText *c, char ret[static CLAIM_TEXT_MAX]);

/* Whether it is the name of a unit, or CLAIM_BY_HAND. */
bool claim_unit_is_valid(const char *unit);
/* Whether it is a number of a user, or empty. */
bool claim_user_is_valid(const char *user);
