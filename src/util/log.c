/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Each message is one line, to stderr or to the sink. The level and the sinks are the only global variables
 * of the program: every function must be able to log, even before any object exists that could be passed to
 * it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define MESSAGE_MAX 2048
#define VALUE_MAX 1024

static int max_level = LOG_INFO;
static LogSink log_sink;
static void *log_sink_userdata;
static bool to_journal;
static int journal_fd = -EBADF; /* of the native socket, once it was used */
static const struct sockaddr_un journald = { AF_UNIX, "/run/systemd/journal/socket" };

void log_set_sink(LogSink sink, void *userdata)
{
        log_sink = sink;
        log_sink_userdata = userdata;
}

void log_set_max_level(int level)
{
        max_level = level;
}

int log_max_level(void)
{
        return max_level;
}

/* The address of the other end is that of the socket at which journald has accepted the connection; journald
 * has one more for each LogNamespace=. */
static bool is_connected_to_journal(int fd)
{
        struct sockaddr_un a = {};
        socklen_t size = sizeof(a) - 1;
        static const char begin[] = "/run/systemd/journal", end[] = "/stdout";
        const char *path = a.sun_path;

        if (getpeername(fd, (struct sockaddr *) &a, &size) < 0 || a.sun_family != AF_UNIX ||
            strncmp(path, begin, strlen(begin)) != 0)
                return false;
        path += strlen(begin);
        return strcmp(path, end) == 0 || (*path == '.' && strcmp(strchrnul(path, '/'), end) == 0);
}

/* $JOURNAL_STREAM contains device and inode. */
bool log_is_journal(int fd)
{
        const char *e = getenv("JOURNAL_STREAM");
        unsigned long long dev, ino;
        struct stat st;

        if (fstat(fd, &st) < 0)
                return false;
        if (e && sscanf(e, "%llu:%llu", &dev, &ino) == 2 && st.st_dev == dev && st.st_ino == ino)
                return true;
        return is_connected_to_journal(fd);
}

/* Text from the engine may contain newlines or escape sequences, or be megabytes long. A message
 * nevertheless is one plain line. */
static void make_one_line(char *s)
{
        char *end = s + strlen(s);

        if (end - s > MESSAGE_MAX + 4) {
                end = s + MESSAGE_MAX;
                while ((*end & 0xc0) == 0x80)
                        end--; /* not in the middle of a character */
                strcpy(end, "…");
                end += strlen(end);
        }

        while (end > s && (end[-1] == '\n' || end[-1] == ' '))
                *--end = 0;
        for (; *s; s++)
                if ((unsigned char) *s < ' ' || *s == 0x7f)
                        *s = ' ';
}

void log_use_journal(void)
{
        to_journal = true;
}

/* The tag's lines of an entry. The values become one line each. */
static void append_tag(char *entry, size_t size, const LogTag *tag)
{
        size_t n = strlen(entry);

        if (tag->message_id)
                n += (size_t) snprintf(entry + n, size - n, "MESSAGE_ID=%s\n", tag->message_id);
        LOG_TAG_FOREACH(f, tag) {
                size_t begin = n + strlen(f[0]) + 1;

                if (n >= size)
                        return;
                n += (size_t) snprintf(entry + n, size - n, "%s=%.*s\n", f[0], VALUE_MAX, f[1]);
                for (; begin + 1 < n; begin++)
                        entry[begin] = entry[begin] == '\n' ? ' ' : entry[begin];
        }
}

/* An entry of the native protocol. The message is one line. False: there is no journald, or it is busy. */
static bool write_to_journal(int level, const LogTag *tag, const char *message)
{
        char entry[MESSAGE_MAX + LOG_FIELDS_MAX / 2 * (VALUE_MAX + 64) + 256];
        size_t n;

        if (journal_fd < 0)
                journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (journal_fd < 0)
                return false;
        (void) snprintf(entry, sizeof(entry), "PRIORITY=%i\nSYSLOG_IDENTIFIER=systemd-docker\n", level);
        if (tag)
                append_tag(entry, sizeof(entry) - MESSAGE_MAX - 16, tag);
        n = strlen(entry);
        n += (size_t) snprintf(entry + n, sizeof(entry) - n, "MESSAGE=%s\n", message);
        return sendto(journal_fd, entry, n, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *) &journald,
                      sizeof(journald)) >= 0;
}

/* journald looks at the process when it reads what it has sent, to find out its unit; of a stream, when it
 * reads its begin. */
void log_settle(void)
{
        if (journal_fd >= 0)
                (void) datagrams_settle(journal_fd, (const struct sockaddr *) &journald, sizeof(journald),
                                        JOURNAL_SETTLE_USEC);
        if (log_is_journal(STDERR_FILENO))
                (void) socket_settle(STDERR_FILENO, JOURNAL_SETTLE_USEC);
}

static void write_to_stderr(int level, const char *message)
{
        char line[MESSAGE_MAX + 64];
        int n = log_is_journal(STDERR_FILENO)
                        ? snprintf(line, sizeof(line), "<%i>%s\n", level, message)
                        : snprintf(line, sizeof(line), "systemd-docker: %s\n", message);
        ssize_t k _unused_;

        /* A journald that hangs must not block us. send(2) does not wait, but only works on a socket. */
        if (send(STDERR_FILENO, line, (size_t) n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == ENOTSOCK)
                k = write(STDERR_FILENO, line, (size_t) n);
}

int log_internalv(int level, int error, const LogTag *tag, const char *format, va_list ap)
{
        static const char out_of_memory[] = "systemd-docker: out of memory\n";
        _cleanup_free_ char *message = NULL;
        bool native;

        errno = abs(error);
        if (vasprintf(&message, format, ap) < 0) {
                ssize_t n _unused_ = write(STDERR_FILENO, out_of_memory, sizeof(out_of_memory) - 1);
                return -ENOMEM;
        }
        make_one_line(message);

        if (log_sink && log_sink(level, tag, message, log_sink_userdata))
                return -abs(error);

        native = to_journal || (tag && log_is_journal(STDERR_FILENO));
        if (!native || !write_to_journal(level, tag, message))
                write_to_stderr(level, message);
        return -abs(error);
}

int log_internal(int level, int error, const LogTag *tag, const char *format, ...)
{
        va_list ap;
        int r;

        va_start(ap, format);
        r = log_internalv(level, error, tag, format, ap);
        va_end(ap);
        return r;
}
