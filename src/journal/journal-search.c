/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Done once, when a container is adopted whose supervisor was killed in the middle of sending, and before
 * there is a stream to be served: so it may block. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "codec/journal/log-position.h"
#include "journal-search.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/unix-address.h"

#define SYNC_TIMEOUT_SEC 5

/* As `journalctl --sync`: journald first takes what is in its sockets, then writes it. */
static int journal_sync(const char *path)
{
        static const char call[] = "{\"method\":\"io.systemd.Journal.Synchronize\"}";
        static const struct timeval timeout = { .tv_sec = SYNC_TIMEOUT_SEC };
        struct sockaddr_un address;
        socklen_t address_size;
        _cleanup_close_ int fd = -EBADF;
        char answer[256];
        ssize_t n;
        int r = unix_address_parse(path, &address, &address_size);

        if (r < 0)
                return r;
        fd = RET_NERRNO(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (fd < 0)
                return fd;
        if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
            setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
            connect(fd, (const struct sockaddr *) &address, address_size) < 0)
                return -errno;
        /* A varlink message ends with a NUL. */
        n = RET_NERRNO(send(fd, call, sizeof(call), MSG_NOSIGNAL));
        if (n >= 0)
                n = RET_NERRNO(recv(fd, answer, sizeof(answer), 0));
        return n < 0 ? (int) n : 0;
}

/* 1: it is there; 0; -errno. */
static int has_line(sd_journal *j, const char *epoch, uint64_t ordinal)
{
        char match[128];
        int n, r;

        sd_journal_flush_matches(j);
        n = snprintf(match, sizeof(match), "CONTAINER_LOG_EPOCH=%.64s", epoch);
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

/* With all in it that journald has been sent. */
static int open_journal(const char *varlink_socket, sd_journal **ret)
{
        int r = varlink_socket ? journal_sync(varlink_socket) : 0;

        if (r < 0)
                log_debug_errno(r, "Failed to have the journal written, reading it all the same: %m");
        return sd_journal_open(ret, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_ALL_NAMESPACES);
}

int journal_find_last(const char *varlink_socket, const char *epoch, uint64_t from, uint64_t to,
                      uint64_t *ret)
{
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        int r = open_journal(varlink_socket, &j);

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

int journal_last_lines(const char *varlink_socket, pid_t pid, uint64_t *ret_hashes, size_t n)
{
        static const char prefix[] = "MESSAGE=";
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        char match[32];
        size_t found = 0;
        int r = open_journal(varlink_socket, &j);

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
