/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the container says of itself by sd_notify(3), with --notify=container or --watchdog=container.
 *
 * It gets a socket of ours, in a folder that is mounted into it. What it says of its condition (READY=1,
 * STATUS=) is kept and goes into what condition.c tells systemd; READY=1 must not come before MAINPID=. The
 * rest goes on as it came.
 *
 * A container keeps its mounts for as long as it is there. So the folder of one that was found is the one
 * that it has, and one that was made without can't be held with these options. */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "codec/systemd/notify-message.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "util/strv.h"

/* Where the container's messages have filled half of what may wait for systemd, the rest is for our own. */
#define WAITING_MAX (NOTIFY_SOCKET_WAITING_MAX / 2)

static bool relay_is_wanted(const Supervisor *s)
{
        return s->config.options->notify == NOTIFY_CONTAINER ||
               s->config.options->watchdog == WATCHDOG_CONTAINER;
}

/* Of the container that is wanted. NULL: out of memory, or nowhere to have one. */
static char *wanted_folder(const Supervisor *s)
{
        _cleanup_free_ char *base = s->config.runtime_folder ? supervisor_base_folder(s) : NULL;
        const char *name = s->config.run->name;

        return base ? notify_folder_path(base, name && name[0] == '/' ? name + 1 : name) : NULL;
}

/* In front of everything else: whether there can be one. */
static int choose_folder(Supervisor *s, CliError *reterr)
{
        if (!engine_is_local(s->engine))
                return cli_error(reterr, CLI_EXIT_REFUSED, "%s needs an engine on this machine",
                                 s->config.options->notify == NOTIFY_CONTAINER ? "--notify=container"
                                                                               : "--watchdog=container");
        if (!s->config.runtime_folder)
                return cli_error(reterr, CLI_EXIT_REFUSED, "--notify=container needs $XDG_RUNTIME_DIR");
        s->notify_folder = wanted_folder(s);
        return s->notify_folder ? 0 : -ENOMEM;
}

int supervisor_relay_extras(Supervisor *s, char ***environment, char ***binds, CliError *reterr)
{
        int r;

        if (!relay_is_wanted(s))
                return 0;
        r = choose_folder(s, reterr);
        if (r >= 0)
                r = strv_extend(environment,
                                "NOTIFY_SOCKET=" CONTAINER_NOTIFY_TARGET "/" NOTIFY_FOLDER_SOCKET);
        /* Without WATCHDOG_PID, which would have to be the pid inside of whoever pings:
         * sd_watchdog_enabled(3). */
        if (r >= 0 && s->config.options->watchdog == WATCHDOG_CONTAINER && s->config.watchdog_usec > 0)
                r = strv_extendf(environment, "WATCHDOG_USEC=%" PRIu64, s->config.watchdog_usec);
        /* Read-only, which says nothing of a socket: nobody fills the host's memory through it. */
        if (r >= 0)
                r = strv_extendf(binds, "%s:" CONTAINER_NOTIFY_TARGET ":ro", s->notify_folder);
        return r;
}

const char *supervisor_relay_lacks(Supervisor *s)
{
        _cleanup_free_ char *base = NULL;

        if (!relay_is_wanted(s))
                return NULL;
        base = supervisor_base_folder(s);
        if (!base || !s->facts->container.notify_folder ||
            !notify_folder_is_ours(base, s->facts->container.notify_folder))
                return "a socket for --notify or --watchdog=container";
        return NULL;
}

/* Of an earlier container of this name, whose supervisor was killed. */
static void drop_left_behind(const Supervisor *s)
{
        _cleanup_free_ char *folder = s->config.run->name ? wanted_folder(s) : NULL;

        if (folder)
                notify_folder_remove(folder);
}

int supervisor_make_relay_folder(Supervisor *s)
{
        int r;

        if (!relay_is_wanted(s)) {
                drop_left_behind(s);
                return 0;
        }
        r = notify_folder_make(s->notify_folder);
        if (r < 0)
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to make %s: %s", s->notify_folder,
                                strerror(-r));
        return r;
}

static NotifySender judge_sender(pid_t pid, void *userdata)
{
        const Supervisor *s = ASSERT_PTR(userdata);

        /* Wherever the container's processes are by now: in its own cgroup, or moved into the unit's. */
        if (process_is_of_container(pid, s->facts->container.id))
                return NOTIFY_SENDER_MEMBER;
        return kill(pid, 0) < 0 && errno == ESRCH ? NOTIFY_SENDER_GONE : NOTIFY_SENDER_FOREIGN;
}

static unsigned wanted_lines(void *userdata)
{
        const Supervisor *s = ASSERT_PTR(userdata);
        unsigned flags = NOTIFY_FLAG(NOTIFY_RELOADING) | NOTIFY_FLAG(NOTIFY_MONOTONIC_USEC) |
                         NOTIFY_FLAG(NOTIFY_STOPPING) | NOTIFY_FLAG(NOTIFY_EXTEND_TIMEOUT_USEC) |
                         NOTIFY_FLAG(NOTIFY_ERRNO) | NOTIFY_FLAG(NOTIFY_EXIT_STATUS);

        if (s->facts->ready_sent) /* of a reload; the first one is condition.c's */
                flags |= NOTIFY_FLAG(NOTIFY_READY);
        if (s->config.options->watchdog == WATCHDOG_CONTAINER)
                flags |= NOTIFY_FLAG(NOTIFY_WATCHDOG);
        return flags;
}

static void note_trigger(Supervisor *s)
{
        if (s->trigger_noted) /* it needs saying once: systemd ends the service */
                return;
        s->trigger_noted = true;
        log_event(LOG_ERR, MESSAGE_ID_WATCHDOG,
                  "Container %s reports that it has failed (WATCHDOG=trigger).", s->facts->container.name);
        if (s->config.options->watchdog != WATCHDOG_CONTAINER)
                supervisor_notify(s, "WATCHDOG=trigger");
}

static bool on_message(const NotifyFiltered *m, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        s->in_batch = true;
        if (m->status) {
                free(s->container_status);
                s->container_status = strdup(m->status);
                s->condition_changed = true;
        }
        if (m->seen & NOTIFY_FLAG(NOTIFY_READY) && !s->container_ready) {
                s->container_ready = s->condition_changed = true;
                if (s->watchdog) /* now it has to ping itself, and has a whole interval for it */
                        supervisor_notify(s, "WATCHDOG=1");
        }
        if (m->text)
                supervisor_notify(s, "%s", m->text);
        if (m->seen & NOTIFY_FLAG_WATCHDOG_TRIGGER)
                note_trigger(s);
        return !s->notify || notify_socket_waiting(s->notify) < WAITING_MAX;
}

static void explain_drops(Supervisor *s)
{
        const NotifyRelayStats *stats = notify_relay_stats(s->relay);

        if (s->relay_drops_explained || (stats->lines == 0 && stats->refused == 0))
                return;
        s->relay_drops_explained = true;
        log_warning("Dropped a notification of container %s: %s. More of them are dropped without a word.",
                    s->facts->container.name,
                    stats->refused > 0 ? "it was malformed, or not from one of its processes"
                                       : "MAINPID=, FDSTORE= and the like are not for containers to say");
}

static bool on_batch(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->condition_changed)
                supervisor_report_condition(s);
        s->condition_changed = s->in_batch = false;
        explain_drops(s);
        return supervisor_flush_notify(s) != 0;
}

int supervisor_open_relay(Supervisor *s)
{
        static const NotifyRelayOps ops = { judge_sender, wanted_lines, on_message, on_batch };
        int r;

        if (!relay_is_wanted(s) || s->relay)
                return 0;
        if (supervisor_relay_lacks(s)) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "The engine has not mounted %s into the container.",
                                s->notify_folder);
                return -ENOENT;
        }
        free(s->notify_folder);
        s->notify_folder = strdup(s->facts->container.notify_folder);
        if (!s->notify_folder)
                return log_oom();
        r = supervisor_make_relay_folder(s);
        if (r < 0)
                return r;
        r = notify_relay_new(&s->relay, s->event, s->notify_folder, &ops, s);
        if (r < 0)
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to listen in %s: %s", s->notify_folder,
                                strerror(-r));
        return r;
}

/* One life of the container, in words that the next supervisor has as well. NULL: out of memory. */
static char *life_of(const Supervisor *s)
{
        char *life;

        return asprintf(&life, "%s %s\n", s->facts->container.id, s->facts->container.started_at) < 0 ? NULL
                                                                                                      : life;
}

void supervisor_remember_ready(Supervisor *s)
{
        _cleanup_free_ char *life = NULL;

        if (!s->relay || !s->container_ready || s->ready_remembered)
                return;
        s->ready_remembered = true;
        life = life_of(s);
        if (!life || notify_folder_set_ready(s->notify_folder, life) < 0)
                log_debug("Failed to remember that the container is ready, ignoring.");
}

bool supervisor_was_ready(Supervisor *s)
{
        _cleanup_free_ char *life = NULL;

        if (!s->relay)
                return false;
        life = life_of(s);
        return life && notify_folder_is_ready(s->notify_folder, life);
}

void supervisor_drop_relay(Supervisor *s)
{
        bool runs_on = facts_container_is_alive(s->facts);

        s->relay = notify_relay_free(s->relay);
        /* The engine makes it anew where it starts the container without us. */
        if (s->notify_folder && !runs_on)
                notify_folder_remove(s->notify_folder);
}
