/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The journal's files of all namespaces are read, because we don't know which one has our entries. The
 * ordinal is found by bisection: an entry is in the journal only if those before it are. Reading waits for
 * the disk, and for nobody else. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "codec/journal/log-position.h"
#include "journal-search.h"
#include "util/cleanup.h"

/* Only entries of our user, which nobody else can write: journald adds this field itself. */
static int match_ourselves(sd_journal *j)
{
        char match[32];
        int n = snprintf(match, sizeof(match), "_UID=%u", (unsigned) getuid());

        return sd_journal_add_match(j, match, (size_t) n);
}

/* 1: the journal has this line. 0: it does not. -errno. */
static int has_line(sd_journal *j, const char *epoch, uint64_t ordinal)
{
        char match[128];
        int n, r;

        sd_journal_flush_matches(j);
        r = match_ourselves(j);
        n = snprintf(match, sizeof(match), "CONTAINER_LOG_EPOCH=%.64s", epoch);
        if (r >= 0)
                r = sd_journal_add_match(j, match, (size_t) n);
        n = snprintf(match, sizeof(match), "CONTAINER_LOG_ORDINAL=%" PRIu64, ordinal);
        if (r >= 0)
                r = sd_journal_add_match(j, match, (size_t) n);
        if (r >= 0)
                r = sd_journal_seek_tail(j);
        if (r >= 0)
                r = sd_journal_previous(j);
        return r;
}

static int match_boot(sd_journal *j)
{
        char match[] = "_BOOT_ID=0123456789abcdef0123456789abcdef";
        sd_id128_t boot;
        int r = sd_id128_get_boot(&boot);

        if (r < 0)
                return r;
        (void) sd_id128_to_string(boot, match + strlen("_BOOT_ID="));
        return sd_journal_add_match(j, match, 0);
}

static int open_journal(sd_journal **ret)
{
        return sd_journal_open(ret, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_ALL_NAMESPACES);
}

int journal_find_last(const char *epoch, uint64_t from, uint64_t to, uint64_t *ret)
{
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        int r = open_journal(&j);

        if (r < 0)
                return r;
        while (from < to) {
                uint64_t middle = to - (to - from) / 2;

                r = has_line(j, epoch, middle);
                if (r < 0)
                        return r;
                if (r > 0)
                        from = middle;
                else
                        to = middle - 1;
        }
        *ret = from;
        return 0;
}

int journal_last_lines(pid_t pid, uint64_t *ret_hashes, size_t n)
{
        static const char prefix[] = "MESSAGE=";
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        char match[32];
        size_t found = 0;
        int r = open_journal(&j);

        if (r >= 0)
                r = match_ourselves(j);
        if (r >= 0)
                r = match_boot(j); /* the pid may have been another process's before */
        if (r >= 0)
                r = sd_journal_add_match(j, match,
                                         (size_t) snprintf(match, sizeof(match), "_PID=%i", (int) pid));
        if (r >= 0)
                r = sd_journal_add_match(j, "_TRANSPORT=stdout", 0);
        if (r >= 0)
                r = sd_journal_seek_tail(j);
        while (r >= 0 && found < n && (r = sd_journal_previous(j)) > 0) {
                const void *data;
                size_t size;

                if (sd_journal_get_data(j, "MESSAGE", &data, &size) >= 0 && size >= strlen(prefix))
                        ret_hashes[found++] =
                                log_line_hash((const char *) data + strlen(prefix), size - strlen(prefix));
        }
        return r < 0 ? r : (int) found;
}
