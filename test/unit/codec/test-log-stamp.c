/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Time stamps at the beginning of stored messages. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/engine/log-stamp.h"

Test(log_stamp, good)
{
        static const struct {
                const char *text;
                uint64_t nsec;
                const char *rest;
        } cases[] = {
                { "2026-11-22T09:38:44.489961384Z first", UINT64_C(1795340324489961384), "first" },
                { "1970-01-01T00:00:00Z x", 0, "x" },
                { "1970-01-01T00:00:00.5Z ", 500000000, "" },
                { "1970-01-01T02:00:01.000000001+02:00 a b", 1000000001, "a b" },
                { "1969-12-31T23:00:00Z x", UINT64_MAX, NULL },
                { "1970-01-01T00:00:00-01:30  x", UINT64_C(5400000000000), " x" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                size_t size = 999;
                uint64_t nsec = UINT64_MAX;
                int r = log_stamp_parse(cases[i].text, strlen(cases[i].text), &nsec, &size);

                if (!cases[i].rest) {
                        cr_expect_eq(r, -EBADMSG, "%s", cases[i].text);
                        continue;
                }
                cr_assert_eq(r, 0, "%s", cases[i].text);
                cr_expect_eq(nsec, cases[i].nsec, "%s: %llu", cases[i].text, (unsigned long long) nsec);
                cr_expect_str_eq(cases[i].text + size, cases[i].rest);
        }
}

Test(log_stamp, bad)
{
        static const char *const cases[] = {
                "",
                " ",
                "x",
                "2026-11-22",
                "2026-11-22T09:38:44.489961384Z",
                "2026-11-22 09:38:44.489961384Z x",
                "2026-11-22T09:38:44.Z x",
                "2026-11-22T09:38:44.0123456789Z x",
                "2026-13-22T09:38:44Z x",
                "2026-11-32T09:38:44Z x",
                "2026-11-22T24:38:44Z x",
                "2026-11-22T09:60:44Z x",
                "2026-11-22T09:38:61Z x",
                "2026-11-22T09:38:44+2:00 x",
                "2026-11-22T09:38:44 x",
                "1970-01-01T00:00:00+00:01 x",
                "9999-01-01T00:00:00Z x",
                "-026-11-22T09:38:44Z x",
        };
        uint64_t nsec;
        size_t size;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                cr_expect_eq(log_stamp_parse(cases[i], strlen(cases[i]), &nsec, &size), -EBADMSG, "%s",
                             cases[i]);
}

Test(log_stamp, split_everywhere)
{
        static const char text[] = "2026-11-22T09:38:44.489961384Z first";

        for (size_t at = 0; at < sizeof(text); at++) {
                LogStamp s = LOG_STAMP_NULL;
                uint64_t nsec = 0;
                size_t used = 999;
                int r = log_stamp_feed(&s, text, at, &used, &nsec);

                if (r == 0) {
                        cr_assert_eq(used, at);
                        r = log_stamp_feed(&s, text + at, sizeof(text) - 1 - at, &used, &nsec);
                        used += at;
                }
                cr_assert_eq(r, 1, "split at %zu", at);
                cr_expect_eq(nsec, UINT64_C(1795340324489961384));
                cr_expect_str_eq(text + used, "first");
        }
}

Test(log_stamp, endless_without_a_blank)
{
        LogStamp s = LOG_STAMP_NULL;
        uint64_t nsec;
        size_t used;
        int r = 0;

        for (unsigned i = 0; i < LOG_STAMP_MAX && r == 0; i++)
                r = log_stamp_feed(&s, "1", 1, &used, &nsec);
        cr_expect_eq(r, -EBADMSG);
}

#define STAMP "2026-11-22T09:38:44.489961384Z "

/* One line in several messages, as in the log of a terminal: the output must be equal to the input. */
static void check_strip(size_t size)
{
        static char raw[8 * LOG_MESSAGE_MAX], wanted[8 * LOG_MESSAGE_MAX];
        size_t n = 0;

        for (size_t i = 0; i < size; i++) {
                if (i > 0 && i % LOG_MESSAGE_MAX == 0) {
                        memcpy(raw + n, STAMP, strlen(STAMP));
                        n += strlen(STAMP);
                }
                raw[n++] = wanted[i] = (char) ('a' + i % 23);
        }
        cr_assert_eq(log_stamp_strip_repeated(raw, n, STAMP, strlen(STAMP)), size, "%zu bytes", size);
        cr_assert_eq(memcmp(raw, wanted, size), 0, "%zu bytes", size);
}

Test(log_stamp, strip_repeated)
{
        static const size_t sizes[] = { 0,
                                        1,
                                        LOG_MESSAGE_MAX - 1,
                                        LOG_MESSAGE_MAX,
                                        LOG_MESSAGE_MAX + 1,
                                        2 * LOG_MESSAGE_MAX,
                                        2 * LOG_MESSAGE_MAX + 1,
                                        5 * LOG_MESSAGE_MAX + 77 };

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++)
                check_strip(sizes[i]);
}

Test(log_stamp, strip_leaves_what_the_container_has_written)
{
        char text[] = "a " STAMP "b";
        size_t size = strlen(text);

        cr_expect_eq(log_stamp_strip_repeated(text, size, STAMP, strlen(STAMP)), size);
        cr_expect_str_eq(text, "a " STAMP "b");
}
