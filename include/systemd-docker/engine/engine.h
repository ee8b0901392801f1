/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The Engine API over libcurl: requests as objects, answers as events.
 *
 * A request belongs to whom it was given; engine_request_free() ends it wherever it is, also from on_done,
 * but not from on_open and on_data, which run inside libcurl. After it no callback of the request comes any
 * more. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "codec/engine/api-version.h"
#include "codec/engine/engine-error.h"
#include "codec/engine/engine-host.h"
#include "util/cleanup.h"

typedef struct Engine Engine;
typedef struct EngineRequest EngineRequest;

/* Which loop priority a request's socket gets. */
typedef enum EngineLane {
        ENGINE_LANE_CONTROL,
        ENGINE_LANE_LOG,
        _ENGINE_LANE_MAX,
} EngineLane;

typedef struct EngineReply {
        int status;       /* HTTP, 0: none came */
        const char *body; /* NUL-terminated; of a stream only with an error status. Never NULL */
        size_t size;
        EngineError error; /* with r < 0: what to tell the user, in one line */
} EngineReply;

typedef struct EngineRequestOps {
        /* A stream's header came, with a good status. May be NULL. */
        void (*on_open)(EngineRequest *request, void *userdata);
        /* Makes the request a stream: no size or time limit. Returns how much of data was used; with less
         * than size the stream is held back until engine_request_resume(). */
        size_t (*on_data)(EngineRequest *request, const char *data, size_t size, void *userdata);
        /* Exactly once, and last. r: 0 with a status of 2xx or 304; else -errno as codec/engine-error.h has
         * it for the status, or of the connection (-ENOENT, -ECONNREFUSED, -EACCES, -EHOSTUNREACH,
         * -ETIMEDOUT, -ECONNRESET, …). */
        void (*on_done)(EngineRequest *request, int r, const EngineReply *reply, void *userdata);
} EngineRequestOps;

typedef struct EngineCall {
        const char *method;        /* "GET", "POST", "PUT", "DELETE" */
        const char *path;          /* with query, without version: "/containers/json" */
        bool unversioned;          /* for /_ping */
        bool fresh;                /* over a connection of its own, to see whether the engine takes one */
        const char *body;          /* JSON or NULL; copied */
        size_t body_size;          /* 0: it's a string */
        const char *registry_auth; /* X-Registry-Auth, see codec/registry-auth.h; NULL: none. Copied */
        EngineLane lane;
        uint64_t timeout_usec; /* 0: ENGINE_TIMEOUT_DEFAULT; not for streams */
        const EngineRequestOps *ops;
        void *userdata;
} EngineCall;

#define ENGINE_TIMEOUT_DEFAULT_USEC (UINT64_C(30) * 1000000)
#define ENGINE_REPLY_MAX (16U * 1024 * 1024)

/* TLS material as the CLI finds it: DOCKER_TLS_VERIFY, DOCKER_TLS, DOCKER_CERT_PATH. */
typedef struct EngineTls {
        bool enabled;
        bool verify;
        const char *cert_path; /* a folder with ca.pem, cert.pem, key.pem; NULL: none */
} EngineTls;

/* Takes over what *host holds; tls is copied. */
int engine_new(Engine **ret, sd_event *event, EngineHost *host, const EngineTls *tls);
Engine *engine_free(Engine *e);
DEFINE_TRIVIAL_CLEANUP_FUNC(Engine *, engine_free)

/* Until set, requests carry no version. */
void engine_set_version(Engine *e, const ApiVersion *version);
const ApiVersion *engine_version(const Engine *e);
/* Over a unix socket: the container's processes are this machine's. */
bool engine_is_local(const Engine *e);

/* Nothing is called from in here: the first callback comes from the loop. */
int engine_call(Engine *e, EngineRequest **ret, const EngineCall *call);
EngineRequest *engine_request_free(EngineRequest *r);
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineRequest *, engine_request_free)

void engine_request_resume(EngineRequest *r);

/* The Api-Version header of the answer; NULL where there was none. */
const char *engine_request_api_version(const EngineRequest *r);

/* For source/engine-upgrade.c: has easy, a CURL handle, connect to the engine and do no more than that.
 * *ret_request, the caller's, is what to send then to get the connection for what path stands for. */
int engine_prepare_upgrade(Engine *e, void *easy, const char *path, char **ret_request);

/* Percent-encodes s for a path segment or a query value. The caller's; NULL: out of memory. */
char *engine_escape(const char *s);
