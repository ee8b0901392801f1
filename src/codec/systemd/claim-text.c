/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A claim may come from another user's folder, so every field is checked. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/systemd/claim-text.h"

#define DIGITS "0123456789"
#define NONE "-"

/* systemd's VALID_CHARS. */
#define UNIT_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS ":-_.\\@"

static bool consists_of(const char *s, const char *characters)
{
        return strspn(s, characters) == strlen(s);
}

bool claim_unit_is_valid(const char *unit)
{
        size_t n = strlen(unit);

        return strcmp(unit, CLAIM_BY_HAND) == 0 ||
               (n > 0 && n < CLAIM_UNIT_MAX && consists_of(unit, UNIT_CHARACTERS));
}

bool claim_user_is_valid(const char *user)
{
        return strlen(user) < CLAIM_USER_MAX && consists_of(user, DIGITS);
}

static bool id_is_valid(const char *id)
{
        return !*id || (strlen(id) == ENGINE_ID_SIZE && consists_of(id, DIGITS "abcdef"));
}

int claim_text_parse(const char *text, ClaimText *ret)
{
        ClaimText c = {};
        char end = 0;
        int64_t pid;

        if (sscanf(text, "%9" SCNd64 " %19" SCNu64 " %64s %10s %255[^\n]%c", &pid, &c.start, c.id, c.user,
                   c.unit, &end) != 6 ||
            end != '\n' || pid <= 0)
                return -EBADMSG;
        if (strcmp(c.id, NONE) == 0)
                *c.id = 0;
        if (strcmp(c.user, NONE) == 0)
                *c.user = 0;
        if (!id_is_valid(c.id) || !claim_user_is_valid(c.user) || !claim_unit_is_valid(c.unit))
                return -EBADMSG;
        c.pid = (pid_t) pid;
        *ret = c;
        return 0;
}

void claim_text_format(const ClaimText *c, char ret[static CLAIM_TEXT_MAX])
{
        (void) snprintf(ret, CLAIM_TEXT_MAX, "%i %" PRIu64 " %s %s %s\n", (int) c->pid, c->start,
                        *c->id ? c->id : NONE, *c->user ? c->user : NONE, c->unit);
}
