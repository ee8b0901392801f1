/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The head of an HTTP/1.1 answer, for a connection that libcurl does not handle. */

#include <stddef.h>

/* A longer head is an error. */
#define HTTP_HEAD_MAX (16U * 1024)

/* data: all bytes of the connection so far. 1: the head is complete; *ret_status is 100..599, *ret_size the
 * size of the head with its empty line. 0: more bytes are needed. -EBADMSG: not an answer in HTTP/1. */
int http_head_parse(const char *data, size_t size, int *ret_status, size_t *ret_size);
