/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What of the lines that a killed process was sending has come to the journal. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define JOURNAL_VARLINK_SOCKET "/run/systemd/journal/io.systemd.journal"

/* Of the lines of an epoch, sent in the order of their ordinals: the last one that is in the journal,
 * among from + 1 to to; `from` where none is. Waits for journald to write what it has been sent, a few
 * seconds at most, in case it hangs. varlink_socket: NULL for a journal that is not running (tests).
 * -errno: the journal can't be read. */
int journal_find_last(const char *varlink_socket, const char *epoch, uint64_t from, uint64_t to,
                      uint64_t *ret);

/* For lines that came over a stream, and have no ordinal: log_line_hash() of the last up to n messages
 * that this process sent so, both streams together. Returns how many, or -errno. */
int journal_last_lines(const char *varlink_socket, pid_t pid, uint64_t *ret_hashes, size_t n);
