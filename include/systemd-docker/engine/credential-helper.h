/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Asks a docker credential helper (docker-credential-NAME) for the credentials of one registry. */

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct CredentialHelper CredentialHelper;

typedef struct CredentialAnswer {
        const char *output; /* what it wrote to its standard output; NUL-terminated, never NULL */
        size_t size;
        const char *message; /* if r < 0: the cause, in one line; otherwise NULL */
} CredentialAnswer;

typedef struct CredentialHelperOps {
        /* Exactly once, and last; the helper may be freed in it. r: 0: the helper exited with 0. -EREMOTEIO:
         * with another status, or by a signal. -ETIMEDOUT, -EFBIG: it took too long or wrote too much, and
         * was killed. answer is valid during the call. */
        void (*on_done)(int r, const CredentialAnswer *answer, void *userdata);
} CredentialHelperOps;

typedef struct CredentialHelperCall {
        const char *program;      /* the path of the helper */
        char *const *environment; /* of the helper; NULL: empty */
        const char *key;          /* of the registry, see registry_auth_key() */
        uint64_t timeout_usec;    /* 0: CREDENTIAL_HELPER_TIMEOUT_USEC */
        const CredentialHelperOps *ops;
        void *userdata;
} CredentialHelperCall;

#define CREDENTIAL_HELPER_TIMEOUT_USEC (UINT64_C(30) * 1000000)
#define CREDENTIAL_ANSWER_MAX (256U * 1024)

/* Looks for docker-credential-NAME in the folders of path, which has the form of $PATH. *ret belongs to the
 * caller. -ENOENT: there is none. -EINVAL: name is empty or has a slash. -ENOMEM. */
int credential_helper_find(const char *path, const char *name, char **ret);

/* Runs the helper. No op is called from in here. call is read in here only. -errno: it cannot be run. */
int credential_helper_new(CredentialHelper **ret, sd_event *event, const CredentialHelperCall *call);
/* Kills the helper, and what it has started, if it still runs. */
CredentialHelper *credential_helper_free(CredentialHelper *h);
DEFINE_TRIVIAL_CLEANUP_FUNC(CredentialHelper *, credential_helper_free)
