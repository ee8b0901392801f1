/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How the service fails, in one line. The first failure also is the last STATUS=. */

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/engine-error.h"
#include "failure.h"
#include "machine.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "verdict.h"

void supervisor_note_failure(Supervisor *s, int exit_status, const char *line)
{
        if (!s->failure_status)
                s->failure_status = strdup(line);
        record_failure(s->record, exit_status);
}

static void fail_tagged(Supervisor *s, int exit_status, const LogTag *tag, const char *format, va_list ap)
{
        _cleanup_free_ char *line = NULL;

        if (vasprintf(&line, format, ap) < 0)
                line = NULL;
        supervisor_note_failure(s, exit_status, line ?: "Out of memory");
        log_tagged(LOG_ERR, tag, "%s", line ?: "Out of memory.");
}

void supervisor_fail(Supervisor *s, int exit_status, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        fail_tagged(s, exit_status, &(LogTag){ MESSAGE_ID_FAILED, {} }, format, ap);
        va_end(ap);
}

void supervisor_fail_engine_lost(Supervisor *s, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        fail_tagged(s, CLI_EXIT_REFUSED, &(LogTag){ MESSAGE_ID_FAILED_ENGINE, {} }, format, ap);
        va_end(ap);
}

void supervisor_fail_wait(Supervisor *s, const char *line)
{
        supervisor_note_failure(s, CLI_EXIT_REFUSED, line);
        log_tagged(LOG_ERR, &((LogTag){ MESSAGE_ID_FAILED_WAIT, {} }), "%s", line);
}

void supervisor_fail_taken(Supervisor *s, const char *line)
{
        supervisor_note_failure(s, CLI_EXIT_REFUSED, line);
        log_tagged(LOG_ERR, &((LogTag){ MESSAGE_ID_FAILED_NAME, {} }), "%s", line);
}

/* What a start waits for is what STATUS= says of it: the state's, or the last that the pull has reported. */
static char *describe_wait(const Supervisor *s, uint64_t sec, const char **ret_cure)
{
        const char *doing = (s->image ? image_status(s->image) : NULL) ?: state_status(s->state);
        char *line;
        int r;

        *ret_cure = "raise it in the unit";
        if (supervisor_in(s, PHASE_RUNNING) && s->config.options->notify == NOTIFY_CONTAINER) {
                *ret_cure = "let it send READY=1, raise TimeoutStartSec=, or leave --notify out";
                r = asprintf(&line,
                             "The container has not said READY=1 in %" PRIu64 " s (--notify=container)",
                             sec);
        } else if (doing)
                r = asprintf(&line, "TimeoutStartSec= ran out after %" PRIu64 " s, while %c%s", sec,
                             tolower((unsigned char) *doing), doing + 1);
        else
                return NULL;
        return r < 0 ? NULL : line;
}

void supervisor_note_end_of_wait(Supervisor *s)
{
        _cleanup_free_ char *line = NULL;
        const Facts *f = s->facts;
        const char *cure;
        uint64_t limit;

        if (f->ready_sent || f->stop_requested || f->dead || f->giving_up || f->failure > 0 ||
            !unit_link_start_ran_out(s->unit_link, &limit))
                return;
        line = describe_wait(s, (limit + USEC_PER_SEC / 2) / USEC_PER_SEC, &cure);
        if (!line)
                return;
        if (!s->failure_status)
                s->failure_status = strdup(line);
        unit_link_status(s->unit_link, "%s", line);
        log_tagged(LOG_ERR, &((LogTag){ MESSAGE_ID_FAILED_WAIT, {} }), "%s: %s.", line, cure);
}

bool supervisor_await_engine(Supervisor *s, int r, int status, const char *message)
{
        if (!engine_failure_is_loss(r, status) || !verdict_awaits_engine(s->facts) ||
            !state_transition(s->state, LIFE_ENGINE_GONE)->known)
                return false;
        free(s->connect_message);
        s->connect_message = strdup(message ?: strerror(-r));
        supervisor_push(s, LIFE_ENGINE_GONE);
        return true;
}

void supervisor_fail_with(Supervisor *s, int r, const CliError *error)
{
        supervisor_fail(s, error->exit_code ?: CLI_EXIT_REFUSED, "%s", error->message ?: strerror(-r));
}

int supervisor_refusal_status(const Supervisor *s, int by_hand)
{
        return s->facts->in_service ? CLI_EXIT_CONFIG : by_hand;
}

void supervisor_refuse(Supervisor *s, int r, const CliError *error)
{
        const char *line = error->message ?: strerror(-r);

        supervisor_note_failure(s, supervisor_refusal_status(s, error->exit_code ?: CLI_EXIT_REFUSED), line);
        log_tagged(LOG_ERR, &((LogTag){ MESSAGE_ID_FAILED_OPTION, {} }), "%s", line);
}
