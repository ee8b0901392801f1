/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/http-head.h"
#include "util/macro.h"

#define UPGRADED                                                                                            \
        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"                      \
        "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

static int parse(const char *text, int *ret_status, size_t *ret_size)
{
        return http_head_parse(text, strlen(text), ret_status, ret_size);
}

Test(http_head, whole_heads)
{
        static const struct {
                const char *text;
                int status;
                size_t rest;
        } cases[] = {
                { UPGRADED, 101, 0 },
                { UPGRADED "bytes of the other protocol\r\n\r\n", 101, 31 },
                { "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", 404, 2 },
                { "HTTP/1.0 200 OK\r\n\r\n", 200, 0 },
                { "HTTP/1.1 599\r\n\r\n", 599, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int status = 0;
                size_t size = 0;

                cr_assert_eq(parse(cases[i].text, &status, &size), 1, "%s", cases[i].text);
                cr_assert_eq(status, cases[i].status);
                cr_assert_eq(strlen(cases[i].text) - size, cases[i].rest);
        }
}

Test(http_head, every_part_of_a_head_is_incomplete)
{
        for (size_t n = 0; n < strlen(UPGRADED); n++) {
                char *exact = malloc(n ?: 1);
                int status;
                size_t size;

                cr_assert_not_null(exact);
                memcpy(exact, UPGRADED, n);
                cr_assert_eq(http_head_parse(exact, n, &status, &size), 0, "%zu", n);
                free(exact);
        }
}

Test(http_head, what_is_none)
{
        static const char *const cases[] = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "X",
                "\r\n\r\n",
                "HTTP/2 101 \r\n\r\n",
                "HTTP/1.x 101 \r\n\r\n",
                "HTTP/1.1 1x1 \r\n\r\n",
                "HTTP/1.1\n\n   \r\n",
                "HTTP/1.1 099 \r\n\r\n",
                "HTTP/1.1 600 \r\n\r\n",
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int status;
                size_t size;

                cr_assert_eq(parse(cases[i], &status, &size), -EBADMSG, "%s", cases[i]);
        }
}

Test(http_head, a_head_without_end)
{
        static const char begin[] = "HTTP/1.1 101 ";
        char *text = malloc(HTTP_HEAD_MAX + 4);
        int status;
        size_t size;

        cr_assert_not_null(text);
        memset(text, 'x', HTTP_HEAD_MAX + 4);
        memcpy(text, begin, sizeof(begin) - 1);
        cr_assert_eq(http_head_parse(text, HTTP_HEAD_MAX - 1, &status, &size), 0);
        cr_assert_eq(http_head_parse(text, HTTP_HEAD_MAX, &status, &size), -EBADMSG);
        memcpy(text + HTTP_HEAD_MAX - 4, "\r\n\r\n", 4);
        cr_assert_eq(http_head_parse(text, HTTP_HEAD_MAX, &status, &size), 1);
        cr_assert_eq(size, (size_t) HTTP_HEAD_MAX);
        memcpy(text + HTTP_HEAD_MAX - 4, "xxx\r\n\r\n", 7);
        cr_assert_eq(http_head_parse(text, HTTP_HEAD_MAX + 3, &status, &size), -EBADMSG);
        free(text);
}
