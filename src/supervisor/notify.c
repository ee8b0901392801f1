/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Messages to systemd. While a batch of the container's own comes in they wait for its end, so that of what
 * it floods us with, systemd gets only the last of each kind. */

#include <stdarg.h>
#include <stdio.h>

#include "codec/systemd/notify-message.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"

#define DRAIN_TIMEOUT_USEC (5 * USEC_PER_SEC)

static void on_room(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->relay)
                notify_relay_resume(s->relay);
}

int supervisor_open_notify(Supervisor *s)
{
        static const NotifySocketOps ops = { on_room };
        int r;

        if (!s->config.notify_socket)
                return 0;
        r = notify_socket_new(&s->notify, s->event, s->config.notify_socket, &ops, s);
        if (r == -EINVAL || r == -ENAMETOOLONG) {
                log_warning_errno(r, "Failed to notify systemd at \"%s\", ignoring: %m",
                                  s->config.notify_socket);
                return 0;
        }
        return r;
}

int supervisor_flush_notify(Supervisor *s)
{
        return s->notify ? notify_socket_flush(s->notify) : 1;
}

static void send_message(Supervisor *s, const char *message)
{
        int r = notify_socket_queue(s->notify, message);

        if (r >= 0 && !s->in_batch)
                r = notify_socket_flush(s->notify);
        if (r < 0)
                log_warning_errno(r, "Failed to notify systemd, ignoring: %m");
}

void supervisor_notify(Supervisor *s, const char *format, ...)
{
        _cleanup_free_ char *message = NULL;
        va_list ap;
        int r;

        if (!s->notify)
                return;
        va_start(ap, format);
        r = vasprintf(&message, format, ap);
        va_end(ap);
        if (r < 0)
                message = NULL;
        else
                send_message(s, message);
}

void supervisor_status(Supervisor *s, const char *format, ...)
{
        _cleanup_free_ char *text = NULL, *message = NULL;
        va_list ap;
        int r;

        if (!s->notify)
                return;
        va_start(ap, format);
        r = vasprintf(&text, format, ap);
        va_end(ap);
        if (r < 0)
                text = NULL;
        else if (notify_message_append(&message, "STATUS", text) >= 0)
                send_message(s, message);
}

void supervisor_drain_notify(Supervisor *s)
{
        if (s->notify && notify_socket_drain(s->notify, DRAIN_TIMEOUT_USEC) < 0)
                log_warning("systemd did not take the last notifications in time.");
}
