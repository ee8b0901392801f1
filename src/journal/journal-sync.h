/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Has journald write all that was sent to it, as `journalctl --sync` does, without waiting for it. */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

#define JOURNAL_VARLINK_SOCKET "/run/systemd/journal/io.systemd.journal"

typedef struct JournalSync JournalSync;

typedef struct JournalSyncOps {
        /* Once. r: 0, journald has written everything; -ETIMEDOUT: it has not answered in time; -errno: it
         * can't be asked. The JournalSync may be freed here. */
        void (*on_done)(int r, void *userdata);
} JournalSyncOps;

/* Asks journald at this socket. timeout_usec: from now on. -errno: it can't be asked; then on_done is not
 * called. */
int journal_sync_new(JournalSync **ret, sd_event *event, const char *socket_path, uint64_t timeout_usec,
                     const JournalSyncOps *ops, void *userdata);
/* on_done is not called any more. */
JournalSync *journal_sync_free(JournalSync *s);
DEFINE_TRIVIAL_CLEANUP_FUNC(JournalSync *, journal_sync_free)
