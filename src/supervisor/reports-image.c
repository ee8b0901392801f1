/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* STATE_PULLING: the pull of the image, and what it reports. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/registry/image-reference.h"
#include "machine.h"
#include "refusal.h"
#include "reports-image.h"
#include "util/log.h"
#include "util/macro.h"

static void on_progress(const char *text, uint64_t extend_usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (extend_usec > 0)
                unit_link_notify(s->unit_link, "STATUS=%s\nEXTEND_TIMEOUT_USEC=%" PRIu64, text, extend_usec);
        else
                unit_link_status(s->unit_link, "%s", text);
}

static void on_pulled(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_image_pulled(s->record);
        /* A container that is kept all the same is looked at again: is it of this image? */
        supervisor_push(s, s->facts->has_container ? LIFE_FOUND : LIFE_PULLED);
}

static void on_failed(const EngineFailure *failure, void *userdata)
{
        supervisor_fail_engine(ASSERT_PTR(userdata), CLI_EXIT_REFUSED, failure);
}

void supervisor_act_pull(Supervisor *s)
{
        static const ImageOps ops = { on_progress, on_pulled, on_failed };
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        const RunOptions *run = s->config.run;
        bool bar = !s->config.notify_socket && !run->quiet && isatty(STDERR_FILENO);

        if (!run->quiet && !image_reference_is_id(run->image))
                log_full(s->facts->in_service ? LOG_INFO : LOG_NOTICE, "Pulling image %s.", run->image);
        if (image_new(&s->image, s->event, s->engine,
                      &(ImageConfig){ .name = run->image,
                                      .platform = run->platform,
                                      .context = s->config.context,
                                      .bar_fd = bar ? STDERR_FILENO : -EBADF,
                                      .engine_may_restart = s->facts->in_service },
                      &ops, s, &error) < 0)
                on_failed(&(EngineFailure){ error.message ?: "out of memory", NULL, 0 }, s);
}
