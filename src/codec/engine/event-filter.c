/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Only as much of JSON is understood as it takes to find the members of Actor/Attributes: strings, nesting,
 * and which string is a key. A key of an attribute is kept back until its colon, and then is written or
 * dropped with its value. */

#include <assert.h>
#include <string.h>

#include "codec/engine/event-filter.h"
#include "util/macro.h"

typedef struct Out {
        char *data;
        size_t size;
} Out;

static void put(Out *o, char c)
{
        assert(o->size < EVENT_FILTER_ROOM);
        o->data[o->size++] = c;
}

static bool key_is(const EventFilter *f, const char *name)
{
        return f->key_size == strlen(name) && memcmp(f->key, name, f->key_size) == 0;
}

/* An attribute that engine-event.c reads, or one whose name is written with escapes, which may be one. */
static bool is_kept(const EventFilter *f)
{
        return f->key_size < sizeof(f->key) && (key_is(f, "name") || key_is(f, "exitCode") ||
                                                key_is(f, "signal") || memchr(f->key, '\\', f->key_size));
}

static bool at_attribute(const EventFilter *f)
{
        return f->matched == 2 && f->depth == 3;
}

static void take_key_byte(EventFilter *f, char c)
{
        if (f->key_size < sizeof(f->key))
                f->key[f->key_size++] = c;
}

/* A byte inside of a string, or its closing quote. */
static void take_string_byte(EventFilter *f, char c, Out *o)
{
        bool whole = !f->escape && f->digits == 0; /* what came before is complete */
        bool hidden = f->dropping || (f->is_key && at_attribute(f));

        if (whole && c == '"') {
                f->in_string = false;
                if (!hidden)
                        put(o, c);
                return;
        }
        if (whole && f->string_size >= EVENT_FILTER_STRING_MAX && ((unsigned char) c & 0xc0) != 0x80)
                f->cut = true;
        if (f->escape)
                f->digits = c == 'u' ? 4 : 0;
        else if (f->digits > 0)
                f->digits--;
        f->escape = whole && c == '\\';
        f->string_size++;
        if (f->is_key)
                take_key_byte(f, c);
        if (!hidden && !f->cut)
                put(o, c);
}

static void begin_string(EventFilter *f, Out *o)
{
        f->in_string = true;
        f->escape = f->cut = false;
        f->digits = 0;
        f->string_size = 0;
        f->is_key = f->expects_key;
        if (f->is_key)
                f->key_size = 0;
        if (!f->dropping && !(f->is_key && at_attribute(f)))
                put(o, '"');
}

static void open_object(EventFilter *f)
{
        if ((f->depth == 1 && f->matched == 0 && key_is(f, "Actor")) ||
            (f->depth == 2 && f->matched == 1 && key_is(f, "Attributes"))) {
                f->matched++;
                f->comma = f->any = false;
        }
        f->expects_key = true;
}

static void close_container(EventFilter *f)
{
        if (at_attribute(f))
                f->dropping = false;
        if (f->matched > 0 && f->depth == f->matched + 1)
                f->matched--;
        if (f->depth > 0)
                f->depth--;
        f->key_size = 0;
        f->expects_key = false;
}

/* The colon after the key of an attribute. */
static void begin_attribute(EventFilter *f, Out *o)
{
        f->dropping = !is_kept(f);
        if (f->dropping)
                return;
        if (f->comma && f->any)
                put(o, ',');
        f->any = true;
        f->comma = false;
        put(o, '"');
        for (size_t i = 0; i < f->key_size; i++)
                put(o, f->key[i]);
        put(o, '"');
        put(o, ':');
}

/* A byte that belongs to no string. */
static void take_byte(EventFilter *f, char c, Out *o)
{
        switch (c) {
        case '"':
                begin_string(f, o);
                return;
        case '{':
                open_object(f);
                f->depth++;
                break;
        case '[':
                f->depth++;
                f->expects_key = false;
                break;
        case '}':
        case ']':
                close_container(f);
                break;
        case ',':
                f->expects_key =
                        true; /* in a list it does no harm: what is taken for a key there is no key */
                if (at_attribute(f)) {
                        f->dropping = false;
                        f->comma = true;
                        return;
                }
                break;
        case ':':
                f->expects_key = false;
                if (at_attribute(f)) {
                        begin_attribute(f, o);
                        return;
                }
                break;
        default:
                break;
        }
        if (!f->dropping)
                put(o, c);
}

size_t event_filter_feed(EventFilter *f, const char *data, size_t size, char out[static EVENT_FILTER_ROOM])
{
        Out o = { out, 0 };

        assert(size <= EVENT_FILTER_PIECE);
        for (size_t i = 0; i < size; i++) {
                if (data[i] == '\n') {
                        *f = (EventFilter){};
                        put(&o, '\n');
                } else if (f->in_string)
                        take_string_byte(f, data[i], &o);
                else
                        take_byte(f, data[i], &o);
        }
        return o.size;
}
