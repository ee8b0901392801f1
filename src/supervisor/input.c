/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `docker run -i`: our standard input becomes the container's. Attached before the start, like the output,
 * and anew for each life of the container. */

#include <unistd.h>

#include "failure.h"
#include "input.h"
#include "machine.h"
#include "util/log.h"
#include "util/macro.h"

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

int supervisor_open_input(Supervisor *s)
{
        static const InputStreamOps ops = { on_open, on_end };
        InputStreamConfig config = { .id = s->facts->container.id,
                                     .tty = s->facts->container.tty,
                                     .detach_keys = s->config.run->detach_keys,
                                     .fd = STDIN_FILENO };
        int r;

        s->input = input_stream_free(s->input);
        record_input(s->record, ATTACHMENT_NONE);
        if (!s->config.run->interactive)
                return 0;
        /* Its input ended with the supervisor before us (StdinOnce): what we read now would be lost. Only a
         * terminal has no end. */
        if (s->facts->adopted && !s->facts->container.tty)
                return 0;
        r = input_stream_new(&s->input, s->event, s->engine, &config, &ops, s);
        if (r >= 0)
                record_input(s->record, ATTACHMENT_OPENING);
        return r;
}
