/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What belongs to the unit: the notification socket (notify-socket.c), the questions for the unit's
 * properties (unit-info.c), also after a daemon-reload, and its job (unit-job.c), and the pid file. The link
 * remembers what it has said, so that it says each thing once, and takes back what it has promised: the main
 * process and the pid file.
 */

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "codec/engine/wait-status.h"
#include "codec/systemd/notify-message.h"
#include "reload-watch.h"
#include "say.h"
#include "systemd/notify-socket.h"
#include "systemd/unit-info.h"
#include "systemd/unit-job.h"
#include "systemd/unit-link.h"
#include "unit-bus.h"
#include "util/clock.h"
#include "util/fd.h"

#define DRAIN_TIMEOUT_USEC (5 * USEC_PER_SEC)
#define BARRIER_TIMEOUT_USEC (5 * USEC_PER_SEC)
/* "For ever": systemd ignores an infinite extension. */
#define EXTEND_MAX_USEC (365 * 24 * 3600 * USEC_PER_SEC)
/* systemd's clock is looked at before the signal goes out. */
#define START_SLACK_USEC (300 * USEC_PER_MSEC)
/* What the messages of a container may occupy of the queue. */
#define BATCH_WAITING_MAX (NOTIFY_SOCKET_WAITING_MAX / 2)

struct UnitLink {
        sd_event *event;
        UnitLinkConfig config;
        const Facts *facts;
        const UnitLinkOps *ops;
        void *userdata;

        NotifySocket *notify; /* NULL: nothing is sent */
        UnitInfo *info;       /* NULL: nothing was asked, or it was answered; the same for job */
        UnitJob *job;
        ReloadWatch *reload; /* NULL: nothing was asked, or reloads are not noticed */
        bool in_batch;
        bool main_pid_given;
        bool main_pid_explained, kill_mode_explained;
        bool pid_file_written;
        bool started;            /* READY=1 was said */
        uint64_t extended_until; /* what systemd was asked to wait, CLOCK_MONOTONIC; 0: nothing */
};

/* Takes message over. */
static void say(UnitLink *l, int level, char *message)
{
        _cleanup_free_ char *m = message;

        l->ops->say(level, NULL, m ?: "Out of memory.", l->userdata);
}

/* Sources */

static void on_room(void *userdata)
{
        UnitLink *l = ASSERT_PTR(userdata);

        l->ops->on_room(l->userdata);
}

static void on_known(const UnitProperties *properties, int r, void *userdata)
{
        UnitLink *l = ASSERT_PTR(userdata);
        UnitProperties copy = *properties;

        l->info = unit_info_free(l->info);
        l->ops->on_unit_known(&copy, r, l->userdata);
}

static void on_job_known(bool stops, void *userdata)
{
        UnitLink *l = ASSERT_PTR(userdata);

        l->job = unit_job_free(l->job);
        l->ops->on_job_known(stops, l->userdata);
}

UnitLink *unit_link_free(UnitLink *l)
{
        if (!l)
                return NULL;
        notify_socket_free(l->notify);
        unit_info_free(l->info);
        unit_job_free(l->job);
        reload_watch_free(l->reload);
        sd_event_unref(l->event);
        free(l);
        return NULL;
}

/* TemporaryFileSystem=/run and the like: with Type=notify, the start would last until its time-out. */
static void warn_of_hidden_socket(UnitLink *l)
{
        int r = notify_socket_error(l->notify);

        if (r == -ENOENT || r == -EACCES)
                say(l, LOG_WARNING,
                    say_format(
                            "systemd will not hear of this service, whose settings hide %s (%s): add that "
                            "to BindPaths= of the unit.",
                            l->config.notify_socket, strerror(-r)));
}

static int open_socket(UnitLink *l)
{
        static const NotifySocketOps ops = { on_room };
        const char *address = l->config.notify_socket;
        int r;

        if (!address)
                return 0;
        r = notify_socket_new(&l->notify, l->event, address, &ops, l);
        if (r >= 0)
                warn_of_hidden_socket(l);
        if (r != -EINVAL && r != -ENAMETOOLONG)
                return r;
        say(l, LOG_WARNING,
            say_format("Failed to notify systemd at \"%s\", ignoring: %s", address, strerror(-r)));
        return 0;
}

int unit_link_new(UnitLink **ret, sd_event *event, const UnitLinkConfig *config, const Facts *facts,
                  const UnitLinkOps *ops, void *userdata)
{
        _cleanup_(unit_link_freep) UnitLink *l = NULL;
        int r;

        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;
        l->event = sd_event_ref(event);
        l->config = *config;
        l->facts = facts;
        l->ops = ops;
        l->userdata = userdata;
        r = open_socket(l);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(l);
        return 0;
}

static int ask(UnitLink *l)
{
        static const UnitInfoOps ops = { on_known };

        l->info = unit_info_free(l->info);
        return unit_info_new(&l->info, l->event, &ops, l);
}

static void on_reload(void *userdata)
{
        UnitLink *l = ASSERT_PTR(userdata);
        int r = ask(l);

        if (r < 0)
                say(l, LOG_DEBUG,
                    say_format("Failed to ask systemd after a daemon-reload: %s", strerror(-r)));
}

int unit_link_ask(UnitLink *l)
{
        static const ReloadWatchOps ops = { on_reload };
        const char *run = unit_bus_runtime_folder();
        int r;

        /* First: a reload in between is one that we hear of. */
        r = run && !l->reload ? reload_watch_new(&l->reload, l->event, run, &ops, l) : 0;
        if (r < 0)
                say(l, LOG_DEBUG, say_format("Failed to watch for daemon-reload: %s", strerror(-r)));
        return ask(l);
}

int unit_link_ask_job(UnitLink *l)
{
        static const UnitJobOps ops = { on_job_known };

        l->job = unit_job_free(l->job);
        return unit_job_new(&l->job, l->event, &ops, l);
}

/* Messages */

static bool begins_with(const char *message, const char *key)
{
        return strncmp(message, key, strlen(key)) == 0;
}

/* The rest is the main process's to say. Below it, the start of the unit needs us; beside it, the unit
 * starts after our end. */
static bool may_say(const UnitLink *l, const char *message)
{
        bool helps = begins_with(message, "STATUS=") || begins_with(message, "EXTEND_TIMEOUT_USEC=");

        if (l->facts->is_main)
                return true;
        if (l->facts->is_beside)
                return helps;
        return !l->started && (helps || begins_with(message, "READY="));
}

/* From the container, or from us. */
static void note_extension(UnitLink *l, const char *message)
{
        static const char key[] = "EXTEND_TIMEOUT_USEC=";
        uint64_t until;

        if (!begins_with(message, key))
                return;
        until = usec_add(monotonic_usec(), strtoull(message + strlen(key), NULL, 10));
        l->extended_until = MAX(l->extended_until, until);
}

static void send_message(UnitLink *l, const char *message)
{
        int r;

        if (!may_say(l, message))
                return;
        note_extension(l, message);
        l->started = l->started || begins_with(message, "READY=1");
        r = notify_socket_queue(l->notify, message);
        if (r >= 0 && !l->in_batch)
                r = notify_socket_flush(l->notify);
        if (r < 0)
                say(l, LOG_WARNING, say_format("Failed to notify systemd, ignoring: %s", strerror(-r)));
}

void unit_link_notify(UnitLink *l, const char *format, ...)
{
        _cleanup_free_ char *message = NULL;
        va_list ap;
        int r;

        if (!l->notify)
                return;
        va_start(ap, format);
        r = vasprintf(&message, format, ap);
        va_end(ap);
        if (r < 0)
                message = NULL;
        else
                send_message(l, message);
}

void unit_link_status(UnitLink *l, const char *format, ...)
{
        _cleanup_free_ char *text = NULL, *message = NULL;
        va_list ap;
        int r;

        if (!l->notify)
                return;
        va_start(ap, format);
        r = vasprintf(&text, format, ap);
        va_end(ap);
        if (r < 0)
                text = NULL;
        else if (notify_message_append(&message, "STATUS", text) >= 0)
                send_message(l, message);
}

void unit_link_extend_timeout(UnitLink *l, uint64_t usec)
{
        unit_link_notify(l, "EXTEND_TIMEOUT_USEC=%" PRIu64, MIN(usec, EXTEND_MAX_USEC));
}

bool unit_link_start_ran_out(const UnitLink *l, uint64_t *ret_limit)
{
        const UnitProperties *u = &l->facts->unit;
        uint64_t until;

        if (l->started || u->main_start_usec == 0 || u->timeout_start_usec == UINT64_MAX ||
            u->timeout_start_usec == 0)
                return false;
        until = MAX(usec_add(u->main_start_usec, u->timeout_start_usec), l->extended_until);
        if (usec_add(monotonic_usec(), START_SLACK_USEC) < until)
                return false;
        *ret_limit = until - u->main_start_usec;
        return true;
}

void unit_link_stopping(UnitLink *l, uint64_t needed_usec)
{
        /* In this order: systemd 252 accepts no other main process once it knows of the stop. */
        unit_link_hand_back(l);
        unit_link_notify(l, "STOPPING=1");
        /* This never shortens the unit's own limit, which may be unknown. */
        if (needed_usec > l->facts->unit.timeout_stop_usec || !l->facts->unit.known)
                unit_link_extend_timeout(l, needed_usec);
}

void unit_link_begin_batch(UnitLink *l)
{
        l->in_batch = true;
}

bool unit_link_end_batch(UnitLink *l)
{
        l->in_batch = false;
        return !l->notify || notify_socket_flush(l->notify) != 0;
}

bool unit_link_has_room(const UnitLink *l)
{
        return !l->notify || notify_socket_waiting(l->notify) < BATCH_WAITING_MAX;
}

/* The main process */

void unit_link_offer_main_pid(UnitLink *l, const char *why)
{
        if (!why) {
                l->main_pid_given = true;
                unit_link_notify(l, "MAINPID=%i", (int) l->facts->container.pid);
        } else if (*why && !l->main_pid_explained) {
                l->main_pid_explained = true;
                say(l, LOG_NOTICE, say_format("The supervisor stays the main process: %s.", why));
        }
}

void unit_link_hand_back(UnitLink *l)
{
        if (!l->main_pid_given)
                return;
        l->main_pid_given = false;
        unit_link_notify(l, "MAINPID=%i", (int) getpid());
}

bool unit_link_has_given_main_pid(const UnitLink *l)
{
        return l->main_pid_given;
}

/* KillMode=control-group, the default, sends KillSignal= to every process of the unit. */
void unit_link_explain_kill_mode(UnitLink *l, bool in_unit)
{
        int kill_signal = l->facts->unit.kill_signal;
        int stop_signal = l->facts->container.stop_signal;

        if (l->kill_mode_explained || stop_signal == kill_signal || kill_signal == 0 ||
            l->facts->unit.kill_mode != KILL_MODE_CONTROL_GROUP || !in_unit)
                return;
        l->kill_mode_explained = true;
        say(l, LOG_NOTICE,
            say_format("systemd will send SIG%s to the container's processes, which are stopped with SIG%s: "
                       "set KillMode=mixed in the unit to leave the stop to the engine.",
                       signal_to_string(kill_signal), signal_to_string(stop_signal)));
}

/* The pid file */

void unit_link_write_pid_file(UnitLink *l)
{
        const char *path = l->config.pid_file;
        char text[32];
        int n, r;

        if (!path)
                return;
        n = snprintf(text, sizeof(text), "%i\n", (int) l->facts->container.pid);
        r = write_file_atomic(path, text, (size_t) n, 0644);
        if (r < 0)
                say(l, LOG_ERR,
                    say_format("Failed to write pid file %s, ignoring: %s", path,
                               r == -EEXIST ? "it is not a regular file" : strerror(-r)));
        else
                l->pid_file_written = true;
}

void unit_link_remove_pid_file(UnitLink *l)
{
        if (l->pid_file_written)
                (void) unlink(l->config.pid_file);
        l->pid_file_written = false;
}

/* The end */

void unit_link_drain(UnitLink *l)
{
        if (l->facts->is_beside)
                unit_link_status(l, "%s", "");
        if (l->notify && notify_socket_drain(l->notify, DRAIN_TIMEOUT_USEC) < 0)
                say(l, LOG_WARNING, say_format("systemd did not take the last notifications in time."));
}

/* sd_notify_barrier(3) reads $NOTIFY_SOCKET itself, and does nothing without it. */
void unit_link_barrier(UnitLink *l)
{
        unit_link_drain(l);
        (void) sd_notify_barrier(false, BARRIER_TIMEOUT_USEC);
}
