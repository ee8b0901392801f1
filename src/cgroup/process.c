/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A pidfd of the process (loop/pid-watch.h), and the proof by its cgroup. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgroup-move.h"
#include "cgroup/process.h"
#include "loop/event-util.h"
#include "loop/pid-watch.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/process.h"

#define PROC_STATUS_MAX (64U * 1024)
/* How often, and for how long, a signal that is blocked is looked at again. */
#define SIGNAL_LOOK_USEC (20 * USEC_PER_MSEC)
#define SIGNAL_LOOKS 25U
/* The same for the container's program, which begins within a few milliseconds. */
#define BEGIN_LOOK_USEC (4 * USEC_PER_MSEC)
#define BEGIN_LOOKS 500U
/* The name that runc gives its process in the container until that executes the container's program. */
#define RUNTIME_NAME "runc:[2:INIT]"

struct Process {
        sd_event *event;
        bool engine_is_local;
        const ProcessOps *ops;
        void *userdata;

        pid_t pid;
        PidWatch *watch; /* NULL: none */
        bool foreign_explained;

        int stop_signal;
        unsigned looks_left; /* at what the process does with it */
        sd_event_source *again;

        unsigned begin_looks_left;
        sd_event_source *begin;
};

Process *process_free(Process *p)
{
        if (!p)
                return NULL;
        process_unwatch(p);
        sd_event_source_disable_unref(p->again);
        sd_event_source_disable_unref(p->begin);
        sd_event_unref(p->event);
        free(p);
        return NULL;
}

int process_new(Process **ret, sd_event *event, bool engine_is_local, const ProcessOps *ops, void *userdata)
{
        Process *p = calloc(1, sizeof(*p));

        if (!p)
                return -ENOMEM;
        *p = (Process){
                .event = sd_event_ref(event),
                .engine_is_local = engine_is_local,
                .ops = ops,
                .userdata = userdata,
        };
        *ret = p;
        return 0;
}

/* Both ops may free us. */
static void on_death(void *userdata)
{
        Process *p = ASSERT_PTR(userdata);

        p->ops->on_death(p->userdata);
}

static void on_exit_code(int code, void *userdata)
{
        Process *p = ASSERT_PTR(userdata);

        p->ops->on_exit_code(code, p->userdata);
}

/* The cgroup is read after the pidfd was opened, so it belongs to the process of the pidfd, as long as that
 * one has not been reaped: it may end at any moment. */
static int prove(const Process *p, const char *container_id)
{
        if (p->engine_is_local ? process_is_of_container(p->pid, container_id)
                               : cgroup_has_id(p->pid, container_id))
                return 1;
        if (pid_watch_kill(p->watch, 0) == -ESRCH)
                return -ESRCH;
        return p->engine_is_local && process_is_ending(p) && cgroup_was_of_container(p->pid, container_id);
}

void process_set_engine_hidden(Process *p)
{
        p->engine_is_local = false;
}

int process_watch(Process *p, pid_t pid, const char *container_id)
{
        static const PidWatchOps ops = { on_death, on_exit_code };
        int r;

        process_unwatch(p);
        p->pid = pid;
        r = pid_watch_new(&p->watch, p->event, pid, &ops, p);
        if (r >= 0) {
                r = prove(p, container_id);
                if (r > 0)
                        return 1;
        }
        process_unwatch(p);
        if (r == -ESRCH && p->engine_is_local)
                return r;
        if (!p->foreign_explained)
                log_notice("Process %i is not visible here as the container's: supervising it through the "
                           "engine only.",
                           (int) pid);
        p->foreign_explained = true;
        return 0;
}

void process_unwatch(Process *p)
{
        p->watch = pid_watch_free(p->watch);
        if (p->again)
                (void) timer_arm(p->again, UINT64_MAX);
        if (p->begin)
                (void) timer_arm(p->begin, UINT64_MAX);
}

bool process_is_ending(const Process *p)
{
        return p->watch && pid_watch_is_ending(p->watch) > 0;
}

bool process_was_the_dead(const Process *p, pid_t pid, const char *container_id)
{
        int r;

        if (!p->engine_is_local)
                return false;
        r = pid_is_ending(pid);
        if (r <= 0)
                return r == -ESRCH;
        return cgroup_was_of_container(pid, container_id);
}

bool process_is_watched(const Process *p)
{
        return p->watch;
}

int process_kill(const Process *p, int signo)
{
        return p->watch ? pid_watch_kill(p->watch, signo) : -ESRCH;
}

int process_signal(const Process *p, int signo, SignalTaken *ret)
{
        _cleanup_free_ char *text = NULL;
        char path[64];
        int r;

        if (!p->watch)
                return -ESRCH;
        (void) snprintf(path, sizeof(path), "/proc/%i/status", (int) p->pid);
        r = read_file_at(AT_FDCWD, path, PROC_STATUS_MAX, &text, NULL);
        if (r < 0)
                return r == -ENOENT ? -ESRCH : r;
        /* While the process exists, no other process has its number. So check that it exists after the
         * reading. */
        r = pid_watch_kill(p->watch, 0);
        if (r == -ESRCH)
                return r;
        return proc_status_signal(text, signo, ret);
}

static int look_at_signal(Process *p)
{
        SignalTaken taken;

        if (process_signal(p, p->stop_signal, &taken) < 0)
                return 0; /* it is dead, and how it ended is reported anyway */
        if (taken == SIGNAL_BLOCKED && p->looks_left-- > 0)
                return timer_arm(p->again, SIGNAL_LOOK_USEC);
        p->ops->on_deaf(taken == SIGNAL_DEFAULT, p->userdata);
        return 0;
}

static int on_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        return look_at_signal(ASSERT_PTR(userdata));
}

int process_ask_deaf(Process *p, int stop_signal)
{
        static const EventTraits traits = { "container-signals", EVENT_PRIORITY_TIMER,
                                            EVENT_FAILURE_DISABLE };
        int r = 0;

        if (!p->again)
                r = event_add_timer(p->event, &p->again, on_again, p, &traits);
        if (r >= 0)
                r = timer_arm(p->again, UINT64_MAX);
        if (r < 0)
                return r;
        p->stop_signal = stop_signal;
        p->looks_left = SIGNAL_LOOKS;
        return look_at_signal(p);
}

static int look_at_begin(Process *p)
{
        if (p->watch && process_has_name("/proc", p->pid, RUNTIME_NAME) && p->begin_looks_left-- > 0)
                return timer_arm(p->begin, BEGIN_LOOK_USEC);
        p->ops->on_begun(p->userdata);
        return 0;
}

static int on_begin(sd_event_source *source, uint64_t usec, void *userdata)
{
        return look_at_begin(ASSERT_PTR(userdata));
}

int process_await_begin(Process *p)
{
        static const EventTraits traits = { "container-begin", EVENT_PRIORITY_TIMER, EVENT_FAILURE_DISABLE };
        int r = 0;

        if (!p->begin)
                r = event_add_timer(p->event, &p->begin, on_begin, p, &traits);
        if (r < 0)
                return r;
        p->begin_looks_left = BEGIN_LOOKS;
        return look_at_begin(p);
}

bool process_is_of_container(pid_t pid, const char *container_id)
{
        return cgroup_is_of_container(pid, container_id);
}

int process_member_cgroup(pid_t pid, const char *container_id, uint64_t *ret)
{
        return cgroup_member_id(pid, container_id, ret);
}

int process_cgroup_is_of_container(uint64_t cgroup, pid_t member)
{
        return cgroup_id_is_of_container(cgroup, member);
}
