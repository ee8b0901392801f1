/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the journal has of the lines that a killed process was sending. It is read from its files: only what
 * journald has written is found (journal-sync.h). */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Of the lines of an epoch, which were sent in the order of their ordinals: *ret is the last one that is in
 * the journal, among from + 1 to to; `from` where there is none. -errno: the journal can't be read. */
int journal_find_last(const char *epoch, uint64_t from, uint64_t to, uint64_t *ret);

/* For lines that came over a stream, and have no ordinal: log_line_hash() of the last messages that this
 * process sent over its streams, up to n of them. Returns how many, or -errno. */
int journal_last_lines(pid_t pid, uint64_t *ret_hashes, size_t n);
