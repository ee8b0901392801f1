/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the engine refuses: the cause first, then the cure, as one line; the engine's own words follow as a
 * second one, and are fields of the first.
 *
 * The engine does not say which container has the port that we wanted. It is asked, from the loop, before
 * the failure is said. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-list.h"
#include "codec/engine/failure-cause.h"
#include "failure.h"
#include "machine.h"
#include "refusal.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"

#define OWNER_TIMEOUT_USEC (2 * USEC_PER_SEC)

struct PendingFailure {
        FailureCause cause;
        int exit_status, http_status;
        char *words, *hint;
};

static const char *const message_ids[_FAILURE_KIND_MAX] = {
        [FAILURE_UNKNOWN] = MESSAGE_ID_FAILED,           [FAILURE_OPTION] = MESSAGE_ID_FAILED_OPTION,
        [FAILURE_COMMAND] = MESSAGE_ID_FAILED_COMMAND,   [FAILURE_IMAGE] = MESSAGE_ID_FAILED_IMAGE,
        [FAILURE_REGISTRY] = MESSAGE_ID_FAILED_REGISTRY, [FAILURE_NAME] = MESSAGE_ID_FAILED_NAME,
        [FAILURE_PORT] = MESSAGE_ID_FAILED_PORT,         [FAILURE_NETWORK] = MESSAGE_ID_FAILED_NETWORK,
        [FAILURE_FILES] = MESSAGE_ID_FAILED_FILES,       [FAILURE_ENGINE] = MESSAGE_ID_FAILED_ENGINE,
};

static PendingFailure *pending_failure_free(PendingFailure *p)
{
        if (!p)
                return NULL;
        failure_cause_done(&p->cause);
        free(p->words);
        free(p->hint);
        free(p);
        return NULL;
}

void supervisor_drop_pending_failure(Supervisor *s)
{
        s->pending_failure = pending_failure_free(s->pending_failure);
}

/* owner: of what we wanted; NULL: not known, or not asked. */
static void say_pending(Supervisor *s, const char *owner)
{
        PendingFailure *p = TAKE_PTR(s->pending_failure);
        const FailureCause *c = &p->cause;
        _cleanup_free_ char *line = NULL;
        char status[16];
        const LogTag tag = { message_ids[c->kind], { "ENGINE_MESSAGE", p->words, "ENGINE_STATUS", status } };
        int exit_status = p->exit_status;

        (void) snprintf(status, sizeof(status), "%i", p->http_status);
        if (c->kind == FAILURE_OPTION)
                exit_status = supervisor_refusal_status(s, exit_status);
        if (asprintf(&line, "Cannot start: %s%s%s", c->cause, owner ? ", by " : "", owner ?: "") < 0)
                line = NULL;
        supervisor_note_failure(s, exit_status, line ?: c->cause);
        log_tagged(LOG_ERR, &tag, "%s%s%s%s. %s", line ?: c->cause, p->hint ? " (" : "", p->hint ?: "",
                   p->hint ? ")" : "", c->cure);
        /* On the same way as the line before, so that it comes after it. */
        log_tagged(LOG_INFO, &((LogTag){ .message_id = NULL }), "The engine's words: %s", p->words);
        pending_failure_free(p);
        supervisor_push(s, LIFE_FAILED);
}

/* Its containers, and who has the port. */
static void on_listed(Supervisor *s, int r, const EngineReply *reply)
{
        PendingFailure *p = s->pending_failure;
        _cleanup_free_ char *name = NULL, *owner = NULL;

        if (!p)
                return;
        if (r >= 0)
                r = container_list_find(reply->body, reply->size,
                                        (unsigned) strtoul(p->cause.port, NULL, 10), &name);
        if (r >= 0 && asprintf(&owner, "container %s", name) < 0)
                owner = NULL;
        else if (r == -ENOENT)
                owner = strdup("another program");
        say_pending(s, owner);
}

void supervisor_act_ask_owner(Supervisor *s)
{
        if (!s->pending_failure)
                return;
        (void) supervisor_side_call(s, engine_path("/containers/json"), on_listed,
                                    (EngineCall){ .method = "GET", .timeout_usec = OWNER_TIMEOUT_USEC });
}

static PendingFailure *pending_failure_new(Supervisor *s, int exit_status, const EngineFailure *failure)
{
        PendingFailure *p = calloc(1, sizeof(*p));

        if (!p)
                return NULL;
        *p = (PendingFailure){ .cause = FAILURE_CAUSE_NULL,
                               .exit_status = exit_status,
                               .http_status = failure->http_status,
                               .words = strdup(failure->words),
                               .hint = failure->hint ? strdup(failure->hint) : NULL };
        if (!p->words || failure_cause_find(failure->words, s->config.run->image, &p->cause) < 0)
                return pending_failure_free(p);
        return p;
}

/* The words are not understood, or not the engine's: they are passed on whole. */
static void say_whole(Supervisor *s, int exit_status, const EngineFailure *failure)
{
        char status[16];
        const LogTag tag = { MESSAGE_ID_FAILED,
                             { failure->words ? "ENGINE_MESSAGE" : NULL, failure->words, "ENGINE_STATUS",
                               status } };

        (void) snprintf(status, sizeof(status), "%i", failure->http_status);
        supervisor_note_failure(s, exit_status, failure->line);
        log_tagged(LOG_ERR, &tag, "%s", failure->line);
        supervisor_push(s, LIFE_FAILED);
}

void supervisor_fail_engine(Supervisor *s, int exit_status, const EngineFailure *failure)
{
        PendingFailure *p = NULL;

        if (supervisor_await_engine(s, failure->error, failure->http_status, failure->words))
                return;
        if (failure->words && failure->http_status > 0)
                p = pending_failure_new(s, exit_status, failure);
        if (!p) {
                say_whole(s, exit_status, failure);
                return;
        }
        pending_failure_free(s->pending_failure);
        s->pending_failure = p;
        if (p->cause.port) {
                s->owner_wanted = true;
                supervisor_wake(s);
        } else
                say_pending(s, NULL);
}

void supervisor_step_failed(Supervisor *s, const char *what, const EngineReply *reply)
{
        _cleanup_free_ char *line = NULL;

        if (asprintf(&line, "Failed to %s: %s", what, reply->error.message ?: "unknown error") < 0)
                line = NULL;
        supervisor_fail_engine(s, engine_error_exit_code(&reply->error),
                               &(EngineFailure){ line ?: "Out of memory.", reply->error.message,
                                                 reply->status, reply->error.error });
}
