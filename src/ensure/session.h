/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* One conversation with the engine, on an event loop of its own: requests one after the other, until
 * session_end(). */

#include "cli/ensure-options.h"
#include "engine/engine.h"
#include "engine/image.h"
#include "ensure/ensure.h"
#include "json/json.h"

#define ENSURE_LABEL "systemd-docker.request"

typedef struct Session Session;

struct Session {
        void (*start)(Session *s); /* called once the engine's version is known */
        const EnsureOptions *options;
        const EnsureConfig *config;
        sd_event *event;
        Engine *engine;
        EngineRequest *request;
        sd_event_source *retry; /* while the engine cannot be reached */
        uint64_t backoff, until;
        bool waiting;             /* for the engine, and said so */
        struct json_object *body; /* of the request that creates it */
        const char *hash;         /* points into body: the label that we give it */
        bool created;             /* by this session */
        Image *image;             /* the pull */
        char **environment;       /* for the pull: with the login of --authfile or --creds */
        CliContext context;       /* the same */
        int status;               /* the exit status */
};

/* Runs a session whose options, config and start are set. Takes ownership of the members of *host. Returns
 * the exit status. */
int session_run(Session *s, EngineHost *host);
void session_done(Session *s);

/* Sends the next request. path is freed here; NULL: out of memory. body may be NULL. ops: a
 * constant with on_done, whose userdata is the session. */
void session_send(Session *s, const char *method, char *path, struct json_object *body,
                  const EngineRequestOps *ops);

/* The end, with this exit status. session_fail() says why, before. */
void session_end(Session *s, int status);
void session_fail(Session *s, const char *format, ...) _printf_(2, 3);

/* The same for what the engine has refused. The format says what failed; cause and cure follow, and the
 * engine's words as a second line, or only these if they are not understood. */
void session_fail_engine(Session *s, const EngineReply *reply, const char *format, ...) _printf_(3, 4);

void session_fail_pull(Session *s, const EngineFailure *failure);

/* Where each kind begins. */
void network_start(Session *s);
void volume_start(Session *s);
void image_start(Session *s);
void infra_start(Session *s);

/* {"NAME": "VALUE", …} of words NAME=VALUE, as the member key of o; nothing if there are none. */
int session_add_pairs(struct json_object *o, const char *key, char *const *pairs);

/* Puts the hash of the body into its labels, where a later session finds it. */
int session_add_hash(Session *s);

/* Compares what exists with what is wanted, and says where it differs. wanted: as the engine reports it. */
void session_compare(Session *s, struct json_object *wanted, struct json_object *existing);
