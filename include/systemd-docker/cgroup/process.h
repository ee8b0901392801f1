/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The container's first process, seen by ourselves: its death is known within a millisecond, whatever the
 * engine does, and signals reach it without the engine.
 *
 * The engine names a process only by its number. The number may belong to a process of another machine,
 * where the engine runs, or to another process by now. So a process is only watched if its cgroup proves
 * that it is the container's. */

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "codec/systemd/proc-status.h"
#include "util/cleanup.h"

typedef struct Process Process;

typedef struct ProcessOps {
        /* It is dead; once for each process_watch(). How it ended may not be known yet. */
        void (*on_death)(void *userdata);
        /* Its exit code (128+N for signal N), if the kernel reports it (Linux 6.15); once, after on_death.
         * The engine reports the same one later. */
        void (*on_exit_code)(int code, void *userdata);
        /* Whether the stop signal has its default action, which the kernel withholds from the first process
         * of a container; see process_ask_deaf(). */
        void (*on_deaf)(bool deaf, void *userdata);
        /* It runs the container's own program; see process_await_begin(). */
        void (*on_begun)(void *userdata);
} ProcessOps;

/* Watches nothing yet. engine_is_local: the engine runs on this machine. ops is borrowed; both ops may call
 * process_unwatch() and process_free(). -ENOMEM. */
int process_new(Process **ret, sd_event *event, bool engine_is_local, const ProcessOps *ops, void *userdata);
Process *process_free(Process *p);
DEFINE_TRIVIAL_CLEANUP_FUNC(Process *, process_free)

/* Watches the process that the engine named, in place of the one before.
 * 1: it is watched. 0: it is not visible here as the container's, and nothing is watched: only the engine
 * can tell its end. The first time, that is logged. -ESRCH: it is dead. */
int process_watch(Process *p, pid_t pid, const char *container_id);
/* Ends the watch, if there is one. */
void process_unwatch(Process *p);

/* The engine's pids mean nothing here, as those of an engine on another machine. */
void process_set_engine_hidden(Process *p);
/* Whether a process is watched; also after its death, until process_unwatch(). */
bool process_is_watched(const Process *p);

/* Sends it a signal, which can't hit another process. -ESRCH: it is dead, or none is watched. */
int process_kill(const Process *p, int signo);

/* What it does with the signal. -ESRCH: it is dead, or none is watched; -EBADMSG. */
int process_signal(const Process *p, int signo, SignalTaken *ret);
/* Finds out whether the stop signal does nothing to it, for on_deaf: within this call, or within half a
 * second if it blocks the signal now. A question that was not answered yet is forgotten. Nothing is reported
 * of a process that is dead. -ENOMEM. */
int process_ask_deaf(Process *p, int stop_signal);

/* When the engine has started a container, its first process may still run the runtime's code. That catches
 * every signal and does nothing on it, so that a stop signal is lost. on_begun follows once the process
 * executes the container's program: within this call, or within two seconds at the latest. Nothing is
 * reported of a process that is not watched any more. -ENOMEM. */
int process_await_begin(Process *p);

/* Whether the process that is watched has ended, or can do nothing but end. False: none is watched. */
bool process_is_ending(const Process *p);

/* Whether a process that the engine reports as the container's, and as running, is dead or about to be. A
 * zombie counts only if its cgroup proves that it is the container's; otherwise the engine's numbers may not
 * be ours. False: the engine is not on this machine. */
bool process_was_the_dead(const Process *p, pid_t pid, const char *container_id);

/* Whether the process pid belongs to the container, in whichever cgroup the container's processes are by
 * now: one with the container's id in its path, or ours. False: no process pid. */
bool process_is_of_container(pid_t pid, const char *container_id);
/* The kernel's number for the cgroup of v2 of a process of the container: see pidfd_cgroup_id(). -ENOENT:
 * that is none of the container's, as with cgroup v1; or another -errno. */
int process_member_cgroup(pid_t pid, const char *container_id, uint64_t *ret);
/* Whether the cgroup with this number is ours, that of this member of the container, or below these. 1: yes;
 * 0: no, or it was removed; or -errno. */
int process_cgroup_is_of_container(uint64_t cgroup, pid_t member);
