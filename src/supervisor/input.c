/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `docker run -i`: our standard input becomes the container's. Attached before the start, after the output,
 * and anew for each life of the container. A container that runs already may answer the first line at once:
 * where the output is not attached yet, its answer is lost. */

#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "input.h"
#include "machine.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

static void on_open(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_input(s->record, ATTACHMENT_OPEN);
        supervisor_wake(s);
}

static void on_end(int r, const char *message, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        bool was_open = s->facts->input == ATTACHMENT_OPEN;

        record_input(s->record, ATTACHMENT_ENDED);
        if (!was_open && supervisor_in(s, PHASE_ATTACHING)) {
                if (supervisor_await_engine(s, r, 0, message))
                        return;
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to attach to the container's input: %s",
                                message);
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        if (!was_open)
                log_warning("Failed to attach to the container's input, ignoring: %s", message);
        else if (r < 0)
                log_warning("Failed to read the standard input, it ends here for the container: %s",
                            message);
        supervisor_wake(s);
}

void supervisor_ask_for_input(Supervisor *s)
{
        s->input = input_stream_free(s->input);
        /* Its input ended with the supervisor before us (StdinOnce): what we read now would be lost. Only a
         * terminal has no end. */
        record_input(s->record, s->config.run->interactive && (!s->facts->adopted || s->facts->container.tty)
                                        ? ATTACHMENT_OPENING
                                        : ATTACHMENT_NONE);
}

void supervisor_drive_input(Supervisor *s)
{
        static const InputStreamOps ops = { on_open, on_end };
        InputStreamConfig config = { .id = s->facts->container.id,
                                     .tty = s->facts->container.tty,
                                     .detach_keys = s->config.run->detach_keys,
                                     .fd = STDIN_FILENO };
        int r;

        if (s->input || !verdict_input_is_due(s->facts))
                return;
        r = input_stream_new(&s->input, s->event, s->engine, &config, &ops, s);
        if (r < 0)
                on_end(r, strerror(-r), s);
}
