/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the container says by sd_notify(3), with --notify=container or --watchdog=container.
 *
 * The container gets a socket of ours, in a folder that is mounted into it. The relay owns the folder,
 * listens on the socket, and reports what a container may say; everything else is dropped. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "cli/cli-error.h"
#include "cli/options.h"
#include "codec/systemd/notify-message.h"
#include "facts/facts.h"
#include "util/cleanup.h"

typedef struct Relay Relay;

/* The strings are borrowed and must outlive the relay. */
typedef struct RelayConfig {
        NotifyMode notify;
        WatchdogMode watchdog;
        uint64_t watchdog_usec; /* WatchdogSec= of the unit; 0: none */
        const char
                *base_folder; /* in which each container gets a folder; NULL: none, a relay is impossible */
        const char *name;     /* of the container that is wanted, as docker takes it; NULL: none */
        bool engine_is_local; /* otherwise the container cannot reach a socket of ours */
        /* Whether a process belongs to the container with this id. */
        bool (*is_of_container)(pid_t pid, const char *id);
        /* The kernel's number for the cgroup of v2 of such a process. -errno: that is none of the
         * container's. */
        int (*member_cgroup)(pid_t pid, const char *id, uint64_t *ret);
        /* Whether such a number is that of a cgroup of the container; member: a process of it. 1: yes; 0:
         * no, or it was removed; or -errno: it is not known. */
        int (*cgroup_is_of_container)(uint64_t cgroup, pid_t member);
} RelayConfig;

typedef struct RelayOps {
        /* The container has said something that it may say; message->text goes to systemd as it is. Returns
         * false to end the batch. */
        bool (*on_message)(const NotifyFiltered *message, void *userdata);
        /* After one or more messages. false: systemd has not taken them yet; no more are read until
         * relay_resume(). */
        bool (*on_batch)(void *userdata);
        /* A line for the log, with a syslog level; message_id is NULL here. */
        void (*say)(int level, const char *message_id, const char *message, void *userdata);
} RelayOps;

/* Opens and creates nothing. The relay must not be freed from inside its ops. 0 or -ENOMEM. */
int relay_new(Relay **ret, sd_event *event, const RelayConfig *config, const Facts *facts,
              const RelayOps *ops, void *userdata);
/* Accepts NULL. Closes the socket, and leaves the folder. */
Relay *relay_free(Relay *r);
DEFINE_TRIVIAL_CLEANUP_FUNC(Relay *, relay_free)

/* Before the container is created: appends the variables and mounts that it needs to two string vectors.
 * Does nothing if no relay is wanted. -EINVAL with a message: a relay is impossible here; -ENOMEM. */
int relay_extras(Relay *r, char ***environment, char ***binds, CliError *reterr);
/* Creates the folder that relay_extras() has named; if no relay is wanted, removes the one that an
 * earlier container of the same name has left. Errors have a message. */
int relay_make_folder(Relay *r, CliError *reterr);

/* What the container that the facts describe lacks, for a message; NULL: nothing. A container keeps its
 * mounts for as long as it exists, so one that was created without the folder cannot be used with these
 * options. */
const char *relay_lacks(const Relay *r);

/* Listens in the folder that the container has. Does nothing if no relay is wanted, or if it
 * listens already. Errors have a message. */
int relay_open(Relay *r, CliError *reterr);
/* The container's first process is known, and was not moved yet: its cgroup tells which senders that are
 * gone by now were the container's. */
void relay_begin_life(Relay *r);

bool relay_is_open(const Relay *r);
/* Stops listening; messages that were not read are lost. */
void relay_close(Relay *r);
/* The same at the end of the service: also removes the folder, unless the container runs on. */
void relay_drop(Relay *r);
/* on_batch() returned false, and systemd has room again. */
void relay_resume(Relay *r);

/* A fact for the next supervisor, in the folder: the container has said READY=1 in this life. Does
 * nothing if the relay is not open; a failure is not reported. */
void relay_remember_ready(const Relay *r);
/* Whether an earlier supervisor has remembered that. */
bool relay_was_ready(const Relay *r);
