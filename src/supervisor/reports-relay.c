/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the container says by sd_notify(3). READY=1 and STATUS= go to its condition, which decides when
 * systemd is told; the rest is forwarded as it came. During a batch, nothing is sent.
 */

#include "reports-relay.h"
#include "failure.h"
#include "machine.h"
#include "reports-unit-link.h"
#include "util/macro.h"

static bool on_message(const NotifyFiltered *m, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        unit_link_begin_batch(s->unit_link);
        if (m->status)
                condition_container_status(s->condition, m->status);
        if (m->seen & NOTIFY_FLAG(NOTIFY_READY))
                condition_container_says_ready(s->condition);
        if (m->text)
                unit_link_notify(s->unit_link, "%s", m->text);
        if (m->seen & NOTIFY_FLAG_WATCHDOG_TRIGGER)
                condition_container_says_trigger(s->condition);
        return unit_link_has_room(s->unit_link);
}

static bool on_batch(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        condition_report_changes(s->condition);
        return unit_link_end_batch(s->unit_link);
}

const RelayOps supervisor_relay_ops = { on_message, on_batch, supervisor_say };

int supervisor_open_relay(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = relay_open(s->relay, &error);

        if (r < 0)
                supervisor_fail_with(s, r, &error);
        return r;
}
