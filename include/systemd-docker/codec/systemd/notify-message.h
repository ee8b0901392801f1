/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Datagrams of sd_notify(3), which consist of lines KEY=VALUE. */

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

/* The largest message that systemd reads: one page. It drops longer ones. */
#define NOTIFY_MESSAGE_MAX 4096
/* The largest value that we send. */
#define NOTIFY_VALUE_MAX 1024

typedef struct NotifyField {
        const char *key;
        const char *value;
} NotifyField;

typedef struct NotifyMessage {
        char *text; /* the memory of the fields */
        NotifyField *fields;
        size_t n_fields;
        size_t n_invalid; /* lines that are not KEY=VALUE */
} NotifyMessage;

#define NOTIFY_MESSAGE_NULL ((NotifyMessage){ .text = NULL })

/* Free *ret with notify_message_done(). -EBADMSG: empty, or a NUL inside; -EMSGSIZE: too long; -ENOMEM. One
 * NUL at the end is allowed, as in systemd. */
int notify_message_parse(const char *data, size_t size, NotifyMessage *ret);
void notify_message_done(NotifyMessage *m);

/* The first value of the key, which belongs to m, or NULL. */
const char *notify_message_get(const NotifyMessage *m, const char *key);

/* The keys that a container may send. Everything else (MAINPID, FDSTORE, …) is never passed on. */
typedef enum NotifyKey {
        NOTIFY_READY,
        NOTIFY_STATUS,
        NOTIFY_RELOADING,
        NOTIFY_MONOTONIC_USEC,
        NOTIFY_STOPPING,
        NOTIFY_WATCHDOG,
        NOTIFY_EXTEND_TIMEOUT_USEC,
        NOTIFY_ERRNO,
        NOTIFY_EXIT_STATUS,
        NOTIFY_BARRIER,
        _NOTIFY_KEY_MAX,
} NotifyKey;

#define NOTIFY_FLAG(key) (1U << (key))
#define NOTIFY_FLAGS_ALL (NOTIFY_FLAG(_NOTIFY_KEY_MAX) - 1)
/* Only in `seen`: WATCHDOG=trigger, with which a service reports its own failure. */
#define NOTIFY_FLAG_WATCHDOG_TRIGGER NOTIFY_FLAG(_NOTIFY_KEY_MAX)

const char *notify_key_to_string(NotifyKey key);
int notify_key_from_string(const char *s);

typedef struct NotifyFiltered {
        char *text; /* to forward, without a newline at its end; NULL: nothing */
        size_t size;
        char *status;     /* the last STATUS= as plain text, forwarded or not; NULL: none */
        unsigned seen;    /* NOTIFY_FLAG()s of lines with a valid value, forwarded or not */
        size_t n_dropped; /* lines that a container must not send, or that make no sense */
} NotifyFiltered;

#define NOTIFY_FILTERED_NULL ((NotifyFiltered){ .text = NULL })

/* Selects the lines of a container's datagram that `forward`, a mask of NOTIFY_FLAG()s, allows. Other known
 * lines are not forwarded, but appear in `seen`. With BARRIER=1, all other lines are dropped, because
 * systemd requires it to be alone. Free *ret with notify_filtered_done(). Errors as for
 * notify_message_parse(). */
int notify_message_filter(const char *data, size_t size, unsigned forward, NotifyFiltered *ret);
void notify_filtered_done(NotifyFiltered *f);

/* Append "KEY=value" to *message, which belongs to the caller; NULL starts a new message. The value becomes
 * one plain line of at most NOTIFY_VALUE_MAX bytes. -EMSGSIZE: systemd would not read the result; -ENOMEM.
 * On failure *message is unchanged. */
int notify_message_append(char **message, const char *key, const char *value);
int notify_message_appendf(char **message, const char *key, const char *format, ...) _printf_(3, 4);
