/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Datagrams of sd_notify(3): lines of KEY=VALUE. */

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

/* What systemd reads at most (a page; longer ones it drops). */
#define NOTIFY_MESSAGE_MAX 4096
/* What we put into one value at most. */
#define NOTIFY_VALUE_MAX 1024

typedef struct NotifyField {
        const char *key;
        const char *value;
} NotifyField;

typedef struct NotifyMessage {
        char *text; /* holds the fields */
        NotifyField *fields;
        size_t n_fields;
        size_t n_invalid; /* lines that are no KEY=VALUE */
} NotifyMessage;

#define NOTIFY_MESSAGE_NULL ((NotifyMessage){ .text = NULL })

/* -EBADMSG: a NUL inside, or empty; -EMSGSIZE: too long; -ENOMEM. One NUL at the end is tolerated, as in
 * systemd. */
int notify_message_parse(const char *data, size_t size, NotifyMessage *ret);
void notify_message_done(NotifyMessage *m);

/* The first value of that key, or NULL. */
const char *notify_message_get(const NotifyMessage *m, const char *key);

/* What a container may say; everything else (MAINPID, FDSTORE, …) is never passed on. */
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
/* In `seen` only: WATCHDOG=trigger, by which a service reports its own failure. */
#define NOTIFY_FLAG_WATCHDOG_TRIGGER NOTIFY_FLAG(_NOTIFY_KEY_MAX)

const char *notify_key_to_string(NotifyKey key);
int notify_key_from_string(const char *s);

typedef struct NotifyFiltered {
        char *text; /* to forward, without a newline at its end; NULL: nothing */
        size_t size;
        char *status;     /* the last STATUS=, made plain, forwarded or not; NULL: none */
        unsigned seen;    /* NOTIFY_FLAG()s with a value as it has to be, forwarded or not */
        size_t n_dropped; /* lines that no container may send or that make no sense */
} NotifyFiltered;

#define NOTIFY_FILTERED_NULL ((NotifyFiltered){ .text = NULL })

/* Takes from a container's datagram the lines in `forward` (a mask of NOTIFY_FLAG()s); others of the known
 * ones are withheld, but appear in `seen`. BARRIER=1 stands alone, as systemd demands it: with it all other
 * lines are dropped. Errors as notify_message_parse(). */
int notify_message_filter(const char *data, size_t size, unsigned forward, NotifyFiltered *ret);
void notify_filtered_done(NotifyFiltered *f);

/* Append "KEY=value" to *message (NULL: a new one; the caller's). The value is made one plain line of at
 * most NOTIFY_VALUE_MAX bytes. -EMSGSIZE: systemd would not read the result; -ENOMEM. On failure *message is
 * as it was. */
int notify_message_append(char **message, const char *key, const char *value);
int notify_message_appendf(char **message, const char *key, const char *format, ...) _printf_(3, 4);
