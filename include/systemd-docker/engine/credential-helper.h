/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A docker credential helper (docker-credential-NAME), asked for the credentials of one registry. */

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct CredentialHelper CredentialHelper;

typedef struct CredentialAnswer {
        const char *output; /* what it wrote to its standard output; NUL-terminated, never NULL */
        size_t size;
        const char *message; /* with r < 0: why, in one line */
} CredentialAnswer;

typedef struct CredentialHelperOps {
        /* Exactly once, and last; the helper may be freed in here. r: 0: it exited with 0. -EREMOTEIO: with
         * something else. -ETIMEDOUT, -EFBIG: it took too long or said too much, and was killed. */
        void (*on_done)(int r, const CredentialAnswer *answer, void *userdata);
} CredentialHelperOps;

typedef struct CredentialHelperCall {
        const char *program;      /* its path */
        char *const *environment; /* for it */
        const char *key;          /* the registry, see registry_auth_key() */
        uint64_t timeout_usec;    /* 0: CREDENTIAL_HELPER_TIMEOUT_USEC */
        const CredentialHelperOps *ops;
        void *userdata;
} CredentialHelperCall;

#define CREDENTIAL_HELPER_TIMEOUT_USEC (UINT64_C(30) * 1000000)
#define CREDENTIAL_ANSWER_MAX (256U * 1024)

/* docker-credential-NAME in the folders of path, as $PATH. *ret is the caller's. -ENOENT, -EINVAL (what is
 * no name), -ENOMEM. */
int credential_helper_find(const char *path, const char *name, char **ret);

/* Runs it. -errno: it can't be run. Nothing is called from in here. */
int credential_helper_new(CredentialHelper **ret, sd_event *event, const CredentialHelperCall *call);
/* Kills it where it runs. */
CredentialHelper *credential_helper_free(CredentialHelper *h);
DEFINE_TRIVIAL_CLEANUP_FUNC(CredentialHelper *, credential_helper_free)
