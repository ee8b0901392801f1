/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Our side of the unit: what we tell systemd, what systemd tells us of the unit, and the pid file.
 *
 * All messages to systemd go through here, never through sd_notify(3), which waits while systemd's queue is
 * full. No function waits, except the two that a supervisor calls as its last act: unit_link_drain() and
 * unit_link_barrier(). Without a notification socket every function that sends does nothing. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "codec/systemd/unit-properties.h"
#include "facts/facts.h"
#include "util/cleanup.h"
#include "util/macro.h"

typedef struct UnitLink UnitLink;

/* The strings are borrowed and must outlive the link. */
typedef struct UnitLinkConfig {
        const char *notify_socket; /* $NOTIFY_SOCKET; NULL: nothing is sent */
        const char *pid_file;      /* --pid-file; NULL: none is written */
} UnitLinkConfig;

typedef struct UnitLinkOps {
        /* After a successful unit_link_ask(), and again after each daemon-reload. r < 0: systemd did not
         * answer; properties then has the cautious defaults. The link may be freed from here. */
        void (*on_unit_known)(const UnitProperties *properties, int r, void *userdata);
        /* Once after a successful unit_link_ask_job(). stops: a job stops the unit now, alone or as the
         * first half of a restart; false as well where systemd does not answer. The link may be freed from
         * here. */
        void (*on_job_known)(bool stops, void *userdata);
        /* systemd has taken all messages that waited. The link may be freed from here. */
        void (*on_room)(void *userdata);
        /* A line for the log, with a syslog level; message_id is NULL here. unit_link_new() calls it as
         * well. The link must not be freed from here. */
        void (*say)(int level, const char *message_id, const char *message, void *userdata);
} UnitLinkOps;

/* An address in config that is no socket address is reported by say(), and nothing is sent then. 0 or
 * -errno. */
int unit_link_new(UnitLink **ret, sd_event *event, const UnitLinkConfig *config, const Facts *facts,
                  const UnitLinkOps *ops, void *userdata);
/* Accepts NULL. Drops the messages that wait, and leaves the pid file in place. */
UnitLink *unit_link_free(UnitLink *l);
DEFINE_TRIVIAL_CLEANUP_FUNC(UnitLink *, unit_link_free)

/* Asks systemd for the properties of our unit; on_unit_known() follows within five seconds. -ENODATA or
 * -ENXIO: we are in no service unit; another -errno: systemd cannot be reached. on_unit_known() does not
 * follow then. */
int unit_link_ask(UnitLink *l);

/* Asks systemd whether it is stopping our unit; on_job_known() follows within ten seconds. -errno as above.
 */
int unit_link_ask_job(UnitLink *l);

/* Sends one message of sd_notify(3): one or more lines of KEY=VALUE. What comes from outside must be checked
 * before, or go through unit_link_status(). A message that finds no room waits; a later one with the same
 * keys takes its place. */
void unit_link_notify(UnitLink *l, const char *format, ...) _printf_(2, 3);
/* Sends STATUS=. The text may come from anywhere: it is made one plain line of limited length. */
void unit_link_status(UnitLink *l, const char *format, ...) _printf_(2, 3);
/* Asks systemd to wait this long from now for the end of a start or a stop, whatever the unit says. */
void unit_link_extend_timeout(UnitLink *l, uint64_t usec);
/* Whether systemd's limit for the start is over, with all extensions: a stop that comes now, before READY=1,
 * is because of that. *ret_limit: how long it was. */
bool unit_link_start_ran_out(const UnitLink *l, uint64_t *ret_limit);
/* Reports that the service stops, and that this takes needed_usec at most. The supervisor becomes the main
 * process again first. */
void unit_link_stopping(UnitLink *l, uint64_t needed_usec);

/* Between the two, messages wait for the end of the batch: of what a container floods us with, systemd gets
 * only the last message of each kind. */
void unit_link_begin_batch(UnitLink *l);
/* Returns whether systemd has taken everything; if not, on_room() follows. */
bool unit_link_end_batch(UnitLink *l);
/* Whether a batch may continue: half of the places of the queue are reserved for our own messages. */
bool unit_link_has_room(const UnitLink *l);

/* Makes the container's first process systemd's main process. why: NULL, or the reason why this cannot be
 * (see verdict_why_main_process()); a reason other than "" is said once. */
void unit_link_offer_main_pid(UnitLink *l, const char *why);
/* Makes the supervisor the main process again, if it is not. systemd learns the exit status only of its own
 * child: call this before the process ends. */
void unit_link_hand_back(UnitLink *l);
/* Whether the container's process is the main process, as far as we have told systemd. */
bool unit_link_has_given_main_pid(const UnitLink *l);

/* Says once, if it is so, that systemd sends SIGTERM to the container's processes, in addition to the
 * engine's stop signal. in_unit: whether they are visible in the unit's cgroup. */
void unit_link_explain_kill_mode(UnitLink *l, bool in_unit);

/* Writes the container's pid, atomically; a failure is reported by say(). */
void unit_link_write_pid_file(UnitLink *l);
/* Removes the file if this link has written it. */
void unit_link_remove_pid_file(UnitLink *l);

/* The last act of the process: waits until systemd has taken all messages, up to five seconds. */
void unit_link_drain(UnitLink *l);
/* The same for a process that leaves the unit to the container: also waits until systemd has processed the
 * messages, so that it knows the new main process before the old one is gone. Up to ten seconds. */
void unit_link_barrier(UnitLink *l);
