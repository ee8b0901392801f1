/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Our own messages. They go to stderr (with the journal's "<N>" prefix where stderr is the journal's stream)
 * until a sink is set; from then on to the sink, which adds the container's fields. */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <syslog.h>

#include "util/macro.h"

/* Takes over a formatted message. Returns false to have it written to stderr after all. */
typedef bool (*LogSink)(int priority, const char *message_id, const char *message, void *userdata);

void log_set_sink(LogSink sink, void *userdata);
void log_set_max_level(int level);
int log_max_level(void);
bool log_stderr_is_journal(void);

/* error: a positive or negative errno for %m, 0 for none. message_id: 32 hex digits of
 * journald's MESSAGE_ID= or NULL. Returns -|error|. A message of several lines is folded into one. */
int log_internal(int level, int error, const char *message_id, const char *format, ...) _printf_(4, 5);
int log_internalv(int level, int error, const char *message_id, const char *format, va_list ap)
        _printf_(4, 0);

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

/* With a MESSAGE_ID= from util/message-ids.h, for the events that an admin searches for. */
#define log_event(level, message_id, ...) (void) log_internal(level, 0, message_id, __VA_ARGS__)
