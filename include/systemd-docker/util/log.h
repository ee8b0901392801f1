/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The program's own messages. Until a sink is set, they go to stderr, with the journal's prefix "<N>"
 * (sd-daemon(3)) if stderr is the journal's stream; or to the journal, see log_use_journal(). From then on
 * they go to the sink, which adds the fields of the container. Writing to stderr does not wait for a
 * journald that hangs: that message is lost instead.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <syslog.h>

#include "util/macro.h"

#define LOG_FIELDS_MAX 4

/* What a message has beside its text. A constant or a variable of the caller. */
typedef struct LogTag {
        const char *message_id;             /* the 32 hex digits of journald's MESSAGE_ID=, or NULL */
        const char *fields[LOG_FIELDS_MAX]; /* names and values of more fields, in turn, up to a NULL */
} LogTag;

/* Runs for each field: f[0] is its name, f[1] its value. */
#define LOG_TAG_FOREACH(f, tag)                                                                             \
        for (const char *const *f = (tag)->fields; f < (tag)->fields + LOG_FIELDS_MAX && f[0]; f += 2)

/* Handles a formatted message of one line. tag may be NULL. Returns false if the message could not be
 * handled and should go to stderr instead. */
typedef bool (*LogSink)(int priority, const LogTag *tag, const char *message, void *userdata);

/* sink: NULL goes back to stderr. userdata is passed to it and is not owned. */
void log_set_sink(LogSink sink, void *userdata);

/* Messages above this level (LOG_ERR .. LOG_DEBUG, by default LOG_INFO) are dropped by the macros below. */
void log_set_max_level(int level);
int log_max_level(void);

/* Whether this descriptor is a stream to the journal. $JOURNAL_STREAM (systemd.exec(5)) names the one that
 * systemd has connected; stdout and stderr may be two, and then it names one of them. */
bool log_is_journal(int fd);

/* For a service: from now on messages without a sink go to journald's native socket, and to stderr only if
 * there is none. */
void log_use_journal(void);

/* The last act of a process: waits until journald has read what was sent to its native socket or over
 * stderr, for JOURNAL_SETTLE_USEC at most each, because journald then looks for the unit of the sender. */
void log_settle(void);

/* Use the macros below instead. error: a positive or negative errno for %m, or 0. tag may be NULL.
 * Returns -|error|, or -ENOMEM. The message becomes one line:
 * control characters become blanks, and a message of more than about 2 KiB is cut. */
int log_internal(int level, int error, const LogTag *tag, const char *format, ...) _printf_(4, 5);
int log_internalv(int level, int error, const LogTag *tag, const char *format, va_list ap) _printf_(4, 0);

/* Logs at the level and returns -|error|, so that a caller can write `return log_error_errno(r, "…: %m")`.
 */
#define log_full_errno(level, error, ...)                                                                   \
        ({                                                                                                  \
                int _l = (level), _e = (error);                                                             \
                _l <= log_max_level() ? log_internal(_l, _e, NULL, __VA_ARGS__) : (_e < 0 ? _e : -_e);      \
        })
#define log_full(level, ...) (void) log_full_errno(level, 0, __VA_ARGS__)

#define log_debug(...) log_full(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_full(LOG_INFO, __VA_ARGS__)
#define log_notice(...) log_full(LOG_NOTICE, __VA_ARGS__)
#define log_warning(...) log_full(LOG_WARNING, __VA_ARGS__)
#define log_error(...) log_full(LOG_ERR, __VA_ARGS__)

#define log_debug_errno(error, ...) log_full_errno(LOG_DEBUG, error, __VA_ARGS__)
#define log_warning_errno(error, ...) log_full_errno(LOG_WARNING, error, __VA_ARGS__)
#define log_error_errno(error, ...) log_full_errno(LOG_ERR, error, __VA_ARGS__)
#define log_oom() log_error_errno(-ENOMEM, "Out of memory.")

/* The same with a tag, whose values may be of any length and content. Before there is a sink, a message of a
 * service with a tag goes to journald's native socket, because a stream cannot carry it. */
#define log_tagged(level, tag, ...)                                                                         \
        ({                                                                                                  \
                if ((level) <= log_max_level())                                                             \
                        (void) log_internal(level, 0, tag, __VA_ARGS__);                                    \
        })

/* Logs an event that an administrator may search for, with a MESSAGE_ID= from util/message-ids.h. */
#define log_event(level, message_id, ...)                                                                   \
        ({                                                                                                  \
                if ((level) <= log_max_level())                                                             \
                        (void) log_internal(level, 0, &(LogTag){ message_id, {} }, __VA_ARGS__);            \
        })
