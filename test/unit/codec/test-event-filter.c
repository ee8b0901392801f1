/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Engine events without what makes them large. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "codec/engine/event-filter.h"
#include "util/macro.h"

static const char *filter(const char *text, size_t piece)
{
        static char out[64 * 1024];
        EventFilter f = {};
        size_t used = 0, size = strlen(text);

        for (size_t i = 0; i < size; i += piece)
                used += event_filter_feed(&f, text + i, MIN(piece, size - i), out + used);
        out[used] = 0;
        return out;
}

static void expect(const char *text, const char *wanted)
{
        for (size_t piece = 1; piece < 20; piece++)
                cr_expect_str_eq(filter(text, piece), wanted, "%s, not %s", filter(text, piece), wanted);
}

Test(event_filter, attributes)
{
        expect("{\"Type\":\"container\",\"Actor\":{\"ID\":\"x\",\"Attributes\":{\"a\":\"b\",\"name\":\"n\","
               "\"c\":"
               "\"}\\\"{\",\"exitCode\":\"3\",\"d\":{\"name\":[1,{}]}}},\"time\":1}\n",
               "{\"Type\":\"container\",\"Actor\":{\"ID\":\"x\",\"Attributes\":{\"name\":\"n\",\"exitCode\":"
               "\"3\"}},"
               "\"time\":1}\n");
        expect("{\"Actor\":{\"Attributes\":{\"a\":\"b\"}}}\n", "{\"Actor\":{\"Attributes\":{}}}\n");
        expect("{\"Actor\":{\"Attributes\":{\"n\\u0061me\":\"b\"}}}",
               "{\"Actor\":{\"Attributes\":{\"n\\u0061me\":\"b\"}}}");
}

Test(event_filter, only_the_actors)
{
        static const char *const same[] = {
                "{\"Attributes\":{\"a\":\"b\",\"c\":1}}\n",
                "{\"x\":{\"Attributes\":{\"a\":\"b\"}},\"Actor\":\"Attributes\",\"y\":{\"a\":1}}",
                "{\"Actor\":{\"x\":{\"Attributes\":{\"a\":\"b\"}}},\"z\":[\"a\",\"b\",{\"c\":\"d\"}]}",
                "[}]]]]{\"a\n\"b\": \"c\"\n",
        };

        for (size_t i = 0; i < ELEMENTSOF(same); i++)
                expect(same[i], same[i]);
}

Test(event_filter, next_line_after_a_broken_one)
{
        expect("{\"Actor\":{\"Attributes\":{\"a\n{\"Actor\":{\"Attributes\":{\"a\":\"b\",\"name\":\"c\"}}}"
               "\n",
               "{\"Actor\":{\"Attributes\":{\n{\"Actor\":{\"Attributes\":{\"name\":\"c\"}}}\n");
}

Test(event_filter, long_strings)
{
        char text[16 * 1024], wanted[16 * 1024];

        (void) snprintf(text, sizeof(text), "{\"Action\":\"%0*i\",\"a\":1}\n", 10000, 7);
        (void) snprintf(wanted, sizeof(wanted), "{\"Action\":\"%0*i\",\"a\":1}\n", EVENT_FILTER_STRING_MAX,
                        0);
        cr_expect_str_eq(filter(text, EVENT_FILTER_PIECE), wanted);
        /* Neither an escape nor a character is torn. */
        (void) snprintf(text, sizeof(text), "\"%0*i\\u00e4x\"", EVENT_FILTER_STRING_MAX - 1, 0);
        (void) snprintf(wanted, sizeof(wanted), "\"%0*i\\u00e4\"", EVENT_FILTER_STRING_MAX - 1, 0);
        cr_expect_str_eq(filter(text, 7), wanted);
        (void) snprintf(text, sizeof(text), "\"%0*i€€\"", EVENT_FILTER_STRING_MAX - 1, 0);
        (void) snprintf(wanted, sizeof(wanted), "\"%0*i€\"", EVENT_FILTER_STRING_MAX - 1, 0);
        cr_expect_str_eq(filter(text, 7), wanted);
}
