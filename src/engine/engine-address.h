/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Where the engine is and how it is spoken to there: socket, TLS, API version. */

#include <curl/curl.h>
#include <stdbool.h>

#include "codec/engine/api-version.h"
#include "codec/engine/engine-host.h"
#include "engine/engine.h"

#define ENGINE_CONNECT_TIMEOUT_MS 10000L
#define ENGINE_USER_AGENT "systemd-docker/" PROJECT_VERSION

typedef struct EngineAddress {
        EngineHost host;
        EngineTls tls;
        char *cert_path; /* what tls.cert_path points to */
        ApiVersion version;
        bool has_version;
} EngineAddress;

#define ENGINE_ADDRESS_NULL ((EngineAddress){ .host = ENGINE_HOST_NULL })

/* Takes over what *host holds; tls is copied. -ENOMEM. */
int engine_address_init(EngineAddress *a, EngineHost *host, const EngineTls *tls);
void engine_address_done(EngineAddress *a);

/* Has easy connect to the engine, and ask it for path there. unversioned: path is used as it is, without a
 * version in front of it. -ENOMEM, -EIO. */
int engine_address_apply(const EngineAddress *a, CURL *easy, const char *path, bool unversioned);

/* Has easy use no proxy, whatever the environment says. 0 or -EIO. */
int engine_address_no_proxy(CURL *easy);

/* The bytes that ask for an upgrade of the connection, by a POST to path. The caller's; NULL: out of memory.
 */
char *engine_address_upgrade_request(const EngineAddress *a, const char *path);
