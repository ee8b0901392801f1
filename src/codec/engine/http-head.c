/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Only the status line and the end of the head are parsed. The fields do not matter after a request for an
 * upgrade: bytes of another protocol follow a 101, and an error follows every other status, which is read as
 * far as it has arrived. */

#include <stdbool.h>
#include <string.h>

#include "codec/engine/http-head.h"
#include "util/macro.h"

static const char magic[] = "HTTP/1.";
/* "HTTP/1.1 101" */
#define STATUS_OFFSET 9
#define STATUS_END 12

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static int parse_status(const char *data, int *ret)
{
        const char *status = data + STATUS_OFFSET;

        if (!is_digit(data[STATUS_OFFSET - 2]) || data[STATUS_OFFSET - 1] != ' ')
                return -EBADMSG;
        if (status[0] < '1' || status[0] > '5' || !is_digit(status[1]) || !is_digit(status[2]))
                return -EBADMSG;
        *ret = (status[0] - '0') * 100 + (status[1] - '0') * 10 + status[2] - '0';
        return 0;
}

int http_head_parse(const char *data, size_t size, int *ret_status, size_t *ret_size)
{
        const char *end;
        int status, r;

        if (size == 0)
                return 0;
        if (memcmp(data, magic, MIN(size, sizeof(magic) - 1)) != 0)
                return -EBADMSG;
        if (size < STATUS_END)
                return 0;
        r = parse_status(data, &status);
        if (r < 0)
                return r;
        end = memmem(data, MIN(size, (size_t) HTTP_HEAD_MAX), "\r\n\r\n", 4);
        if (!end)
                return size >= HTTP_HEAD_MAX ? -EBADMSG : 0;
        *ret_status = status;
        *ret_size = (size_t) (end - data) + 4;
        return 1;
}
