/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's output and the journal: what they report. See reports.c for the rules. */

#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "give-back.h"
#include "machine.h"
#include "reports-engine-guard.h"
#include "reports-output.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"

void supervisor_report_output_failure(Supervisor *s, int error)
{
        if (supervisor_in(s, PHASE_ATTACHING)) {
                if (supervisor_await_engine(s, error, 0, NULL))
                        return;
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to attach to the container's output: %s",
                                strerror(-error));
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        log_warning_errno(error,
                          "Lines of the container's output may be missing, because it can't be opened "
                          "again: %m");
}

static void on_log(Attachment state, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_log(s->record, state);
        supervisor_wake(s);
        if (state == ATTACHMENT_OPEN)
                supervisor_give_back_later(s); /* the stored log was read before, perhaps */
}

static void on_ended(int r, const char *message, bool ask, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (supervisor_in(s, PHASE_ATTACHING) && !s->facts->started) {
                if (supervisor_await_engine(s, r, 0, message))
                        return;
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to attach to the container's output: %s",
                                message ?: "it ended before it began");
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        supervisor_wake(s);
        if (ask)
                supervisor_compare_if_awake(s);
}

static void on_failed(int error, void *userdata)
{
        supervisor_report_output_failure(ASSERT_PTR(userdata), error);
}

static void on_progress(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        supervisor_note_line(s);
        if (supervisor_in(s, PHASE_DRAINING))
                supervisor_note_progress(s);
}

static void on_room(void *userdata)
{
        supervisor_wake(ASSERT_PTR(userdata));
}

static void on_write_failed(int stream, int error, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        bool unread = error == -EPIPE || error == -ECONNRESET;

        log_event(LOG_ERR, MESSAGE_ID_OUTPUT_GAP,
                  "Failed to write the container's output to %s, some is lost: %s%s",
                  stream == STREAM_STDERR ? "standard error" : "standard output", strerror(-error),
                  unread ? ". Ending the container." : "");
        record_output_damaged(s->record, unread);
        supervisor_wake(s);
}

static int raw_fd(int fd)
{
        return log_is_journal(fd) ? -EBADF : fd;
}

int supervisor_open_output(Supervisor *s)
{
        static const OutputOps ops = { on_log, on_ended, on_failed, on_progress, on_room, on_write_failed };
        const Options *o = s->config.options;
        _cleanup_free_ char *folder = NULL;
        OutputConfig config = {
                .forward_stdout = o->logs && s->config.run->attach_stdout,
                .forward_stderr = o->logs && s->config.run->attach_stderr,
                .transport = o->log_transport,
                .stderr_priority = o->stderr_priority,
                .stderr_priority_given = o->stderr_priority_given,
                .raw_fds = { [STREAM_STDOUT] = raw_fd(STDOUT_FILENO),
                             [STREAM_STDERR] = raw_fd(STDERR_FILENO) },
        };

        /* By hand, and without a name, nobody will adopt the container. */
        if (s->config.runtime_folder && s->config.run->name) {
                folder = supervisor_base_folder(s);
                if (!folder)
                        return -ENOMEM;
        }
        config.position_folder = folder;
        return output_new(&s->output, s->event, s->engine, &config, s->facts, &ops, s);
}
