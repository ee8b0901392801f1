/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* notify-relay.c reads the socket, and notify-folder.c knows the paths. This file decides when a relay is
 * needed, where it is, who may speak, and what is forwarded.
 *
 * READY=1 is never forwarded before the supervisor's own: it must not reach systemd before MAINPID= (see
 * condition.c). STATUS= is not forwarded either, because it has to be weighed against our own. */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "codec/engine/container-info.h"
#include "say.h"
#include "systemd/notify-folder.h"
#include "systemd/notify-relay.h"
#include "systemd/relay.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/pidfd.h"
#include "util/strv.h"

struct Relay {
        sd_event *event;
        RelayConfig config;
        const Facts *facts;
        const RelayOps *ops;
        void *userdata;

        char *base;          /* copy of config.base_folder */
        char *folder;        /* see notify-folder.h; NULL: not chosen, or none is wanted */
        NotifyRelay *socket; /* NULL: not open */
        /* In which the container's first process was, before it was moved; 0: unknown. For senders that are
         * gone, and whose cgroup may be as well: no other one ever gets the number. */
        uint64_t first_cgroup;
        bool drops_explained;
};

static bool is_wanted(const Relay *r)
{
        return r->config.notify == NOTIFY_CONTAINER || r->config.watchdog == WATCHDOG_CONTAINER;
}

Relay *relay_free(Relay *r)
{
        if (!r)
                return NULL;
        notify_relay_free(r->socket);
        sd_event_unref(r->event);
        free(r->base);
        free(r->folder);
        free(r);
        return NULL;
}

int relay_new(Relay **ret, sd_event *event, const RelayConfig *config, const Facts *facts,
              const RelayOps *ops, void *userdata)
{
        _cleanup_(relay_freep) Relay *r = NULL;

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->event = sd_event_ref(event);
        r->config = *config;
        r->facts = facts;
        r->ops = ops;
        r->userdata = userdata;
        if (config->base_folder) {
                r->base = strdup(config->base_folder);
                if (!r->base)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(r);
        return 0;
}

/* The folder */

/* The folder for the container that the options describe. NULL: out of memory, or base is NULL. */
static char *wanted_folder(const Relay *r)
{
        const char *name = r->config.name;

        return r->base ? notify_folder_path(r->base, name && name[0] == '/' ? name + 1 : name) : NULL;
}

static int choose_folder(Relay *r, CliError *reterr)
{
        const char *option =
                r->config.notify == NOTIFY_CONTAINER ? "--notify=container" : "--watchdog=container";

        if (!r->config.engine_is_local)
                return cli_error(reterr, CLI_EXIT_REFUSED, "%s needs an engine on this machine", option);
        if (!r->base)
                return cli_error(reterr, CLI_EXIT_REFUSED, "%s needs $XDG_RUNTIME_DIR", option);
        free(r->folder);
        r->folder = wanted_folder(r);
        return r->folder ? 0 : cli_error_oom(reterr);
}

int relay_extras(Relay *r, char ***environment, char ***binds, CliError *reterr)
{
        int k;

        if (!is_wanted(r))
                return 0;
        k = choose_folder(r, reterr);
        if (k < 0)
                return k;
        k = strv_extend(environment, "NOTIFY_SOCKET=" CONTAINER_NOTIFY_TARGET "/" NOTIFY_FOLDER_SOCKET);
        /* Without WATCHDOG_PID, which would have to be the pid, inside the container, of whichever process
         * pings: sd_watchdog_enabled(3). */
        if (k >= 0 && r->config.watchdog == WATCHDOG_CONTAINER && r->config.watchdog_usec > 0)
                k = strv_extendf(environment, "WATCHDOG_USEC=%" PRIu64, r->config.watchdog_usec);
        /* Read-only, which does not matter for a socket: so nobody fills the host's memory through it. */
        if (k >= 0)
                k = strv_extendf(binds, "%s:" CONTAINER_NOTIFY_TARGET ":ro", r->folder);
        return k < 0 ? cli_error_oom(reterr) : 0;
}

/* Of an earlier container of this name, whose supervisor was killed. */
static void drop_left_behind(const Relay *r)
{
        _cleanup_free_ char *folder = r->config.name ? wanted_folder(r) : NULL;

        if (folder)
                notify_folder_remove(folder);
}

int relay_make_folder(Relay *r, CliError *reterr)
{
        int k;

        if (!is_wanted(r)) {
                drop_left_behind(r);
                return 0;
        }
        k = notify_folder_make(r->folder);
        if (k < 0)
                (void) cli_error(reterr, CLI_EXIT_REFUSED, "Failed to create folder %s: %s", r->folder,
                                 strerror(-k));
        return k;
}

const char *relay_lacks(const Relay *r)
{
        const char *folder = r->facts->container.notify_folder;

        if (!is_wanted(r) || (r->base && folder && notify_folder_is_ours(r->base, folder)))
                return NULL;
        return "a socket for --notify or --watchdog=container";
}

/* The socket */

/* Without a cgroup of v2 of its own (cgroup v1), the kernel's number says nothing of a process. */
void relay_begin_life(Relay *r)
{
        uint64_t cgroup;

        r->first_cgroup = 0;
        if (r->socket &&
            r->config.member_cgroup(r->facts->container.pid, r->facts->container.id, &cgroup) >= 0)
                r->first_cgroup = cgroup;
}

/* Of a process that is gone. A cgroup that is gone as well, and is none of the container's first process,
 * was that of another container. */
static NotifySender judge_cgroup(const Relay *r, int pidfd)
{
        uint64_t cgroup;
        int k;

        if (r->first_cgroup == 0 || pidfd < 0 || pidfd_cgroup_id(pidfd, &cgroup) < 0)
                return NOTIFY_SENDER_GONE;
        if (cgroup == r->first_cgroup)
                return NOTIFY_SENDER_MEMBER;
        k = r->config.cgroup_is_of_container(cgroup, r->facts->container.pid);
        if (k < 0)
                return NOTIFY_SENDER_GONE;
        return k > 0 ? NOTIFY_SENDER_MEMBER : NOTIFY_SENDER_FOREIGN;
}

static NotifySender judge_sender(pid_t pid, int pidfd, void *userdata)
{
        const Relay *r = ASSERT_PTR(userdata);

        /* The container's processes are in its own cgroup, or have been moved into the unit's. */
        if (r->config.is_of_container(pid, r->facts->container.id))
                return NOTIFY_SENDER_MEMBER;
        if (kill(pid, 0) < 0 && errno == ESRCH)
                return judge_cgroup(r, pidfd);
        return NOTIFY_SENDER_FOREIGN;
}

static unsigned wanted_lines(void *userdata)
{
        const Relay *r = ASSERT_PTR(userdata);
        unsigned flags = NOTIFY_FLAG(NOTIFY_RELOADING) | NOTIFY_FLAG(NOTIFY_MONOTONIC_USEC) |
                         NOTIFY_FLAG(NOTIFY_STOPPING) | NOTIFY_FLAG(NOTIFY_EXTEND_TIMEOUT_USEC) |
                         NOTIFY_FLAG(NOTIFY_ERRNO) | NOTIFY_FLAG(NOTIFY_EXIT_STATUS);

        if (r->facts->ready_sent) /* this one ends a reload */
                flags |= NOTIFY_FLAG(NOTIFY_READY);
        if (r->config.watchdog == WATCHDOG_CONTAINER)
                flags |= NOTIFY_FLAG(NOTIFY_WATCHDOG);
        return flags;
}

static bool on_message(const NotifyFiltered *m, void *userdata)
{
        Relay *r = ASSERT_PTR(userdata);

        return r->ops->on_message(m, r->userdata);
}

static void explain_drops(Relay *r)
{
        const NotifyRelayStats *stats = notify_relay_stats(r->socket);
        _cleanup_free_ char *message = NULL;

        if (r->drops_explained || (stats->lines == 0 && stats->refused == 0))
                return;
        r->drops_explained = true;
        message =
                say_format("Dropped a notification of container %s: %s. Further ones are dropped silently.",
                           r->facts->container.name,
                           stats->refused > 0 ? "it was malformed, or not from one of its processes"
                                              : "it may not send MAINPID=, FDSTORE= and similar");
        r->ops->say(LOG_WARNING, NULL, message ?: "Dropped a notification.", r->userdata);
}

static bool on_batch(void *userdata)
{
        Relay *r = ASSERT_PTR(userdata);

        explain_drops(r);
        return r->ops->on_batch(r->userdata);
}

int relay_open(Relay *r, CliError *reterr)
{
        static const NotifyRelayOps ops = { judge_sender, wanted_lines, on_message, on_batch };
        char *folder;
        int k;

        if (!is_wanted(r) || r->socket)
                return 0;
        if (relay_lacks(r)) {
                (void) cli_error(reterr, CLI_EXIT_REFUSED,
                                 "The engine has not mounted %s into the container.",
                                 r->folder ?: "the folder of the notification socket");
                return -ENOENT;
        }
        folder = strdup(r->facts->container.notify_folder);
        if (!folder) {
                (void) cli_error_oom(reterr);
                return -ENOMEM;
        }
        free(r->folder);
        r->folder = folder;
        k = relay_make_folder(r, reterr);
        if (k < 0)
                return k;
        k = notify_relay_new(&r->socket, r->event, r->folder, &ops, r);
        if (k < 0)
                (void) cli_error(reterr, CLI_EXIT_REFUSED,
                                 "Failed to create the notification socket in %s: %s", r->folder,
                                 strerror(-k));
        return k;
}

bool relay_is_open(const Relay *r)
{
        return r->socket;
}

void relay_close(Relay *r)
{
        r->socket = notify_relay_free(r->socket);
}

void relay_drop(Relay *r)
{
        relay_close(r);
        /* The engine creates it again if it starts the container without us. */
        if (r->folder && !facts_container_is_alive(r->facts))
                notify_folder_remove(r->folder);
}

void relay_resume(Relay *r)
{
        if (r->socket)
                notify_relay_resume(r->socket);
}

/* Ready */

/* One life of the container, in words that the next supervisor uses as well. NULL: out of memory. */
static char *life_of(const Relay *r)
{
        return say_format("%s %s\n", r->facts->container.id, r->facts->container.started_at);
}

void relay_remember_ready(const Relay *r)
{
        _cleanup_free_ char *life = r->socket ? life_of(r) : NULL;

        if (r->socket && (!life || notify_folder_set_ready(r->folder, life) < 0))
                log_debug("Failed to remember that the container is ready, ignoring.");
}

bool relay_was_ready(const Relay *r)
{
        _cleanup_free_ char *life = r->socket ? life_of(r) : NULL;

        return life && notify_folder_is_ready(r->folder, life);
}
