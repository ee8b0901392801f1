/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The head of an HTTP/1.1 answer on a connection that we speak on ourselves. */

#include <stddef.h>

/* A head that is longer than this is none. */
#define HTTP_HEAD_MAX (16U * 1024)

/* data: all that came so far. 1: the whole head is there, *ret_status is 100..599, *ret_size its size with
 * the empty line. 0: more is needed. -EBADMSG: that is no answer in HTTP/1. */
int http_head_parse(const char *data, size_t size, int *ret_status, size_t *ret_size);
