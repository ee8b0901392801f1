/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The login for the registry of an image: found in docker's configuration file, or asked of the credential
 * helper that the file names. */

#include <systemd/sd-event.h>

#include "run/context.h"
#include "util/cleanup.h"

typedef struct Login Login;

typedef struct LoginOps {
        /* Once: the credential helper has answered. r: 0, or -ENOMEM. The login may be freed in here. */
        void (*on_done)(int r, void *userdata);
} LoginOps;

/* registry: "docker.io", "registry:5000". context is read in here only. No op is called from in here.
 * 1: the login is known, and no op will be called. 0: a credential helper was asked, and on_done follows.
 * -ENOMEM. What cannot be used is no error but a warning: most images need no login. */
int login_new(Login **ret, sd_event *event, const CliContext *context, const char *registry,
              const LoginOps *ops, void *userdata);
/* Kills the credential helper if it still runs. */
Login *login_free(Login *l);
DEFINE_TRIVIAL_CLEANUP_FUNC(Login *, login_free)

/* The header X-Registry-Auth; without a login it is that of an empty object. Valid as long as the login, and
 * NULL until it is known. */
const char *login_header(const Login *l);
/* Where the login is from, for messages: "with the login of …", "without a login: …". The same. */
const char *login_source(const Login *l);
