/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The kind of failure that ended a pull, judged by the engine's message. */

typedef enum PullFailure {
        PULL_FAILURE_FINAL,   /* it would fail again */
        PULL_FAILURE_LOGIN,   /* it would fail again, because of the login */
        PULL_FAILURE_PASSING, /* the network, or a registry that is busy: another attempt may succeed */
        _PULL_FAILURE_MAX,
} PullFailure;

/* http_status: the status of an error answer; otherwise 0, or the status of the answer that contained the
 * message. */
PullFailure pull_failure_judge(int http_status, const char *message);

const char *pull_failure_to_string(PullFailure f);
int pull_failure_from_string(const char *s);
