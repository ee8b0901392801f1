/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The table of the engine's words, row by row: failure-words.tsv has what Docker 20.10 (b), 26.1 (t)
 * and 28.5 (f) have really sent when each failure was provoked; "-" are words that are known from their
 * sources. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/failure-cause.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define ROWS_MAX 300
#define IMAGE "web:1"

Test(failure_cause, real_words)
{
        FILE *f = fopen(TEST_FOLDER "/failure-words.tsv", "re");
        bool seen[ROWS_MAX] = {};
        _cleanup_free_ char *line = NULL;
        size_t size = 0, n = 0;

        cr_assert(f);
        cr_assert_lt(failure_table_size, (size_t) ROWS_MAX);
        while (getline(&line, &size, f) > 0) {
                _cleanup_(failure_cause_done) FailureCause c = FAILURE_CAUSE_NULL;
                char *rest = line, *kind, *cause, *words;
                int row;

                if (*line == '#')
                        continue;
                (void) strsep(&rest, "\t");
                kind = strsep(&rest, "\t");
                cause = strsep(&rest, "\t");
                words = strsep(&rest, "\n");
                cr_assert(words, "%s", line);
                row = failure_cause_row(words);
                cr_assert_geq(row, 0, "%s", words);
                seen[row] = true;
                cr_assert_eq(failure_cause_find(words, IMAGE, &c), 0);
                cr_expect_str_eq(failure_kind_to_string(c.kind), kind, "%s: %s", words,
                                 failure_kind_to_string(c.kind));
                cr_expect_str_eq(c.cause, cause, "%s\n  is: %s", words, c.cause);
                n++;
        }
        (void) fclose(f);
        cr_assert_gt(n, 200u);
        for (size_t i = 0; i < failure_table_size; i++)
                cr_expect(seen[i], "no words for the row \"%s\"", failure_table[i].words);
}

/* The texts have a place for each star that they name, and a form. */
Test(failure_cause, texts)
{
        for (size_t i = 0; i < failure_table_size; i++) {
                const FailureRow *row = failure_table + i;
                size_t stars = 0, n = strnlen(row->cure, sizeof(row->cure));

                /* A text that fills its array exactly compiles, without its end. */
                cr_assert(row->words[sizeof(row->words) - 1] == 0 &&
                                  row->cause[sizeof(row->cause) - 1] == 0 && n < sizeof(row->cure),
                          "row %zu", i);
                for (const char *w = row->words; *w; w++)
                        stars += *w == '*';
                cr_expect_leq(stars, 4u, "%s", row->words);
                cr_expect(row->kind > FAILURE_UNKNOWN && row->kind < _FAILURE_KIND_MAX);
                cr_expect_eq(row->cure[n - 1], '.', "%s", row->cure);
                cr_expect_neq(row->cause[strlen(row->cause) - 1], '.', "%s", row->cause);
                cr_expect_leq(strlen(row->cause), 70u, "%s", row->cause);
                for (int text = 0; text < 2; text++)
                        for (const char *t = strchr(text ? row->cure : row->cause, '{'); t;
                             t = strchr(t + 1, '{')) {
                                cr_expect(strchr(t, '}'), "%s", t);
                                if (strncmp(t, "{image}", 7) != 0)
                                        cr_expect(t[1] >= '1' && (size_t) (t[1] - '0') <= MIN(stars, 3u),
                                                  "%s", t);
                        }
        }
}

static void assert_cause(const char *words, const char *image, const char *cause, const char *port)
{
        _cleanup_(failure_cause_done) FailureCause c = FAILURE_CAUSE_NULL;

        cr_assert_eq(failure_cause_find(words, image, &c), 0, "%s", words);
        cr_assert_str_eq(c.cause, cause);
        if (port)
                cr_assert_str_eq(c.port, port);
        else
                cr_assert_null(c.port);
}

Test(failure_cause, parts)
{
        assert_cause("Bind for 0.0.0.0:80 failed: port is already allocated", NULL, "port 80 is taken",
                     "80");
        assert_cause("Bind for [::1]:80 failed: port is already allocated", NULL, "port 80 is taken", "80");
        assert_cause("Bind for :::80 failed: port is already allocated", NULL, "port 80 is taken", "80");
        assert_cause("Bind for 80 failed: port is already allocated", NULL, "port 80 is taken", "80");
        assert_cause("Bind for : failed: port is already allocated", NULL, "port : is taken", NULL);
        assert_cause("Bind for  failed: port is already allocated", NULL, "port is taken", NULL);
        assert_cause("Bind for a:b failed: port is already allocated", NULL, "port b is taken", NULL);
        assert_cause("manifest for a:5000/b/c:d not found", NULL,
                     "no tag d of image a:5000/b/c in its registry", NULL);
        assert_cause("manifest for a:5000/b not found", NULL,
                     "no tag latest of image a:5000/b in its registry", NULL);
        assert_cause("manifest for a/b@sha256:12 not found", NULL,
                     "no tag sha256:12 of image a/b in its registry", NULL);
        assert_cause("exec: \"x\": permission denied", NULL,
                     "command \"x\" is not executable in image of the container", NULL);
}

/* What the user wrote is quoted by the engine: it does not decide. */
Test(failure_cause, quoted_words)
{
        assert_cause("exec: \"port is already allocated\": executable file not found in $PATH", "i",
                     "command \"port is already allocated\" not found in image i", NULL);
        assert_cause("exec: \"{1} {image} %s\": executable file not found in $PATH", "{2}",
                     "command \"{1} {image} %s\" not found in image {2}", NULL);
}

Test(failure_cause, unknown)
{
        FailureCause c = FAILURE_CAUSE_NULL;

        cr_assert_eq(failure_cause_find("", NULL, &c), -ENOENT);
        cr_assert_eq(failure_cause_find("nobody has ever said this", "i", &c), -ENOENT);
        cr_assert_eq(failure_cause_find("Bind for 0.0.0.0:80", "i", &c), -ENOENT);
        cr_assert_eq(failure_cause_find("it is denied", "i", &c), -ENOENT, "^ is the beginning");
}

Test(failure_cause, long_words)
{
        _cleanup_(failure_cause_done) FailureCause c = FAILURE_CAUSE_NULL;
        _cleanup_free_ char *words = NULL;
        char name[1000];

        memset(name, 'x', sizeof(name) - 1);
        name[sizeof(name) - 1] = 0;
        cr_assert_geq(asprintf(&words, "network %s not found", name), 0);
        cr_assert_eq(failure_cause_find(words, name, &c), 0);
        cr_assert_lt(strlen(c.cause), 200u);
        cr_assert(strstr(c.cause, "… does not exist"));
}
