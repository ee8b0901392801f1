/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The Engine API over libcurl: requests as objects, answers as callbacks from the loop.
 *
 * A request belongs to the caller of engine_call(). engine_request_free() ends it in any state; after that
 * none of its callbacks is called any more. It may be called from on_done, but not from on_open and on_data,
 * which run inside libcurl. */

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

/* The loop priority of a request's socket. */
typedef enum EngineLane {
        ENGINE_LANE_CONTROL,
        ENGINE_LANE_LOG,
        _ENGINE_LANE_MAX,
} EngineLane;

typedef struct EngineReply {
        int status;       /* of HTTP; 0: no answer came */
        const char *body; /* NUL-terminated, never NULL; of a stream only if the status is an error */
        size_t size;
        EngineError error; /* if r < 0: the cause, in one line for the user; if no answer came, it names the
                            * request: "Connection reset by peer (GET /containers/0123456789ab/json)" */
} EngineReply;

typedef struct EngineRequestOps {
        /* The header of a stream arrived, with a good status. May be NULL. */
        void (*on_open)(EngineRequest *request, void *userdata);
        /* Makes the request a stream, without a limit of size or time. NULL: the answer is collected and
         * given to on_done. Returns how many bytes of data it took; if fewer than size, the stream is held
         * back until engine_request_resume(). */
        size_t (*on_data)(EngineRequest *request, const char *data, size_t size, void *userdata);
        /* Exactly once, and last. r: 0 for a status of 2xx or 304; otherwise the -errno of the status
         * (engine_error_from_status()), or that of the connection (-ENOENT, -ECONNREFUSED, -EACCES,
         * -EHOSTUNREACH, -ETIMEDOUT, -ECONNRESET, …). -EFBIG: the answer is larger than ENGINE_REPLY_MAX.
         * reply is valid during the call. */
        void (*on_done)(EngineRequest *request, int r, const EngineReply *reply, void *userdata);
} EngineRequestOps;

typedef struct EngineCall {
        const char *method;        /* "GET", "POST", "PUT", "DELETE" */
        const char *path;          /* with its query, without the API version: "/containers/json" */
        bool unversioned;          /* the path gets no API version: for /_ping */
        bool fresh;                /* uses a new connection, to learn whether the engine accepts one */
        const char *body;          /* NULL: none. Copied */
        size_t body_size;          /* 0: body is a string */
        const char *registry_auth; /* X-Registry-Auth, see registry_auth_header(); NULL: none. Copied */
        EngineLane lane;
        size_t read_size; /* of a stream: how much is read at once, at most ENGINE_READ_MAX; 0: little */
        uint64_t timeout_usec; /* for the whole request; 0: ENGINE_TIMEOUT_DEFAULT_USEC; UINT64_MAX:
                                  no limit. Not for streams */
        const EngineRequestOps *ops;
        void *userdata;
} EngineCall;

#define ENGINE_TIMEOUT_DEFAULT_USEC (UINT64_C(30) * 1000000)
#define ENGINE_READ_MAX ((size_t) 128 * 1024)
#define ENGINE_REPLY_MAX (4U * 1024 * 1024)

/* TLS as the docker CLI is told of it by $DOCKER_TLS_VERIFY, $DOCKER_TLS and $DOCKER_CERT_PATH. */
typedef struct EngineTls {
        bool enabled;
        bool verify;
        const char *cert_path; /* a folder with ca.pem, cert.pem and key.pem; NULL: none */
} EngineTls;

/* Takes ownership of what *host contains; tls is copied. -ENOMEM, -EIO. curl_glue_global_init() comes first.
 */
int engine_new(Engine **ret, sd_event *event, EngineHost *host, const EngineTls *tls);
/* After all requests were freed. */
Engine *engine_free(Engine *e);
DEFINE_TRIVIAL_CLEANUP_FUNC(Engine *, engine_free)

/* Before a version is set, requests have none in their path, and engine_version() is 0.0. */
void engine_set_version(Engine *e, const ApiVersion *version);
const ApiVersion *engine_version(const Engine *e);
/* Whether the engine is reached over a unix socket, so that the container's processes are on this machine.
 */
bool engine_is_local(const Engine *e);
/* Whether we are in a pid namespace of our own (PrivatePIDs=, or a container), in which the pids that the
 * engine tells mean nothing. False before the first answer. */
bool engine_is_hidden(const Engine *e);
/* The path of that socket; NULL: it is another kind of socket. */
const char *engine_socket_path(const Engine *e);

/* Sends a request. No callback is called from in here: the first one comes from the loop. *ret belongs to
 * the caller. -ENOMEM, -EIO. */
int engine_call(Engine *e, EngineRequest **ret, const EngineCall *call);
/* Ends the request, if it is under way. */
EngineRequest *engine_request_free(EngineRequest *r);
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineRequest *, engine_request_free)

/* Offers a stream that is held back to on_data again, from in here, and lets it continue if all was taken;
 * on_done may follow from in here as well. Does nothing to any other request. */
void engine_request_resume(EngineRequest *r);

/* The Api-Version header of the answer; NULL: it has none. Valid as long as the request. */
const char *engine_request_api_version(const EngineRequest *r);

/* For engine-upgrade.c: makes easy, a CURL handle, connect to the engine and do nothing else. *ret_request,
 * which belongs to the caller, is what has to be sent then to get the connection upgraded by a POST to path.
 * -ENOMEM, -EIO. */
int engine_prepare_upgrade(Engine *e, void *easy, const char *path, char **ret_request);

/* How messages name a request: "GET /containers/0123456789ab/json", without the query, and with the first
 * twelve digits of an id. A new string; NULL: out of memory. */
char *engine_request_name(const char *method, const char *path);

/* Encodes s for a segment of a path or a value in a query ("%2F"). A new string; NULL: out of memory. */
char *engine_escape(const char *s);
