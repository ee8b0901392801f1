/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Messages of sd_notify(3), in both directions.
 *
 * Each line of a container's message is compared with a table. Known keys with a value as in sd_notify(3)
 * are passed on, and everything else is dropped and counted. For the datagram as a whole, systemd is as
 * strict as this code (manager_dispatch_notify_fd(): no NUL inside, not more than a page), so nothing is
 * lost. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/systemd/notify-message.h"
#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/text.h"

static const char notify_key_table[_NOTIFY_KEY_MAX][24] = {
        [NOTIFY_READY] = "READY",
        [NOTIFY_STATUS] = "STATUS",
        [NOTIFY_RELOADING] = "RELOADING",
        [NOTIFY_MONOTONIC_USEC] = "MONOTONIC_USEC",
        [NOTIFY_STOPPING] = "STOPPING",
        [NOTIFY_WATCHDOG] = "WATCHDOG",
        [NOTIFY_EXTEND_TIMEOUT_USEC] = "EXTEND_TIMEOUT_USEC",
        [NOTIFY_ERRNO] = "ERRNO",
        [NOTIFY_EXIT_STATUS] = "EXIT_STATUS",
        [NOTIFY_BARRIER] = "BARRIER",
};
DEFINE_STRING_TABLE(notify_key, NotifyKey)

static bool value_is_one(const char *s)
{
        return strcmp(s, "1") == 0;
}

static bool value_is_trigger(const char *s)
{
        return strcmp(s, "trigger") == 0;
}

static bool value_is_one_or_trigger(const char *s)
{
        return value_is_one(s) || value_is_trigger(s);
}

/* Not more digits than a u64 has. */
static bool value_is_number(const char *s)
{
        size_t n = strspn(s, "0123456789");

        return n >= 1 && n <= 20 && !s[n];
}

static bool value_is_any(const char *s)
{
        return true;
}

static bool (*const value_table[_NOTIFY_KEY_MAX])(const char *s) = {
        [NOTIFY_READY] = value_is_one,
        [NOTIFY_STATUS] = value_is_any,
        [NOTIFY_RELOADING] = value_is_one,
        [NOTIFY_MONOTONIC_USEC] = value_is_number,
        [NOTIFY_STOPPING] = value_is_one,
        [NOTIFY_WATCHDOG] = value_is_one_or_trigger,
        [NOTIFY_EXTEND_TIMEOUT_USEC] = value_is_number,
        [NOTIFY_ERRNO] = value_is_number,
        [NOTIFY_EXIT_STATUS] = value_is_number,
        [NOTIFY_BARRIER] = value_is_one,
};

void notify_message_done(NotifyMessage *m)
{
        assert(m);
        free(m->text);
        free(m->fields);
        *m = NOTIFY_MESSAGE_NULL;
}

void notify_filtered_done(NotifyFiltered *f)
{
        assert(f);
        free(f->text);
        free(f->status);
        *f = NOTIFY_FILTERED_NULL;
}

static bool key_is_valid(const char *key)
{
        return key[0] && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(key) &&
               !(key[0] >= '0' && key[0] <= '9');
}

/* Splits m->text into fields, in place. */
static void split_fields(NotifyMessage *m)
{
        char *rest = m->text, *line;

        while ((line = strsep(&rest, "\n"))) {
                char *value = strchr(line, '=');

                if (!line[0])
                        continue;
                if (value)
                        *value++ = 0;
                if (!value || !key_is_valid(line))
                        m->n_invalid++;
                else
                        m->fields[m->n_fields++] = (NotifyField){ .key = line, .value = value };
        }
}

static size_t count_lines(const char *s)
{
        size_t n = 1;

        while ((s = strchr(s, '\n'))) {
                n++;
                s++;
        }
        return n;
}

int notify_message_parse(const char *data, size_t size, NotifyMessage *ret)
{
        _cleanup_(notify_message_done) NotifyMessage m = NOTIFY_MESSAGE_NULL;

        assert(data || size == 0);
        assert(ret);

        if (size > NOTIFY_MESSAGE_MAX)
                return -EMSGSIZE;
        if (size > 0 && data[size - 1] == 0)
                size--;
        if (size == 0 || memchr(data, 0, size))
                return -EBADMSG;
        m.text = strndup(data, size);
        if (!m.text)
                return -ENOMEM;
        m.fields = calloc(count_lines(m.text), sizeof(NotifyField));
        if (!m.fields)
                return -ENOMEM;
        split_fields(&m);
        *ret = m;
        m = NOTIFY_MESSAGE_NULL;
        return 0;
}

const char *notify_message_get(const NotifyMessage *m, const char *key)
{
        assert(m);
        assert(key);
        for (size_t i = 0; i < m->n_fields; i++)
                if (strcmp(m->fields[i].key, key) == 0)
                        return m->fields[i].value;
        return NULL;
}

/* The key of a field that a container may send, or -EINVAL. */
static int judge(const NotifyField *field)
{
        int key = notify_key_from_string(field->key);

        return key >= 0 && value_table[key](field->value) ? key : -EINVAL;
}

static bool has_barrier(const NotifyMessage *m)
{
        for (size_t i = 0; i < m->n_fields; i++)
                if (judge(m->fields + i) == NOTIFY_BARRIER)
                        return true;
        return false;
}

static void forward_field(NotifyFiltered *f, NotifyKey key, const char *value)
{
        if (f->size > 0)
                f->text[f->size++] = '\n';
        /* The result fits, because no line gets longer. */
        f->size += (size_t) sprintf(f->text + f->size, "%s=%s", notify_key_table[key], value);
}

/* Handles one line: records it as seen, and forwards or drops it. STATUS= becomes plain text, because it is
 * shown on a terminal (systemctl status), and systemd refuses text that is not UTF-8. */
static int filter_field(NotifyFiltered *f, const NotifyField *field, bool barrier, unsigned forward)
{
        int key = judge(field);

        if (key < 0 || (barrier && key != NOTIFY_BARRIER) ||
            (barrier && (f->seen & NOTIFY_FLAG(NOTIFY_BARRIER)))) {
                f->n_dropped++;
                return 0;
        }
        f->seen |= NOTIFY_FLAG(key);
        if (key == NOTIFY_WATCHDOG && value_is_trigger(field->value))
                f->seen |= NOTIFY_FLAG_WATCHDOG_TRIGGER;
        if (key == NOTIFY_STATUS) {
                free(f->status);
                f->status = text_one_line(field->value, strlen(field->value), NOTIFY_MESSAGE_MAX);
                if (!f->status)
                        return -ENOMEM;
        }
        if (forward & NOTIFY_FLAG(key))
                forward_field(f, (NotifyKey) key, key == NOTIFY_STATUS ? f->status : field->value);
        return 0;
}

int notify_message_filter(const char *data, size_t size, unsigned forward, NotifyFiltered *ret)
{
        _cleanup_(notify_message_done) NotifyMessage m = NOTIFY_MESSAGE_NULL;
        _cleanup_(notify_filtered_done) NotifyFiltered f = NOTIFY_FILTERED_NULL;
        bool barrier;
        int r;

        assert(ret);
        r = notify_message_parse(data, size, &m);
        if (r < 0)
                return r;
        f.text = malloc(size + 1);
        if (!f.text)
                return -ENOMEM;
        f.n_dropped = m.n_invalid;
        barrier = has_barrier(&m);
        for (size_t i = 0; i < m.n_fields; i++) {
                r = filter_field(&f, m.fields + i, barrier, forward);
                if (r < 0)
                        return r;
        }
        if (f.size == 0) {
                free(f.text);
                f.text = NULL;
        }
        *ret = f;
        f = NOTIFY_FILTERED_NULL;
        return 0;
}

int notify_message_append(char **message, const char *key, const char *value)
{
        _cleanup_free_ char *clean = NULL;
        char *longer;
        int n;

        assert(message);
        assert(key && key_is_valid(key));
        assert(value);

        clean = text_one_line(value, strlen(value), NOTIFY_VALUE_MAX - strlen("…"));
        if (!clean)
                return -ENOMEM;
        n = asprintf(&longer, "%s%s%s=%s", *message ?: "", *message ? "\n" : "", key, clean);
        if (n < 0)
                return -ENOMEM;
        if (n > NOTIFY_MESSAGE_MAX) {
                free(longer);
                return -EMSGSIZE;
        }
        free(*message);
        *message = longer;
        return 0;
}

int notify_message_appendf(char **message, const char *key, const char *format, ...)
{
        _cleanup_free_ char *value = NULL;
        va_list ap;
        int n;

        assert(format);
        va_start(ap, format);
        n = vasprintf(&value, format, ap);
        va_end(ap);
        if (n < 0) {
                value = NULL;
                return -ENOMEM;
        }
        return notify_message_append(message, key, value);
}
