/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What kind of failure ended a pull, by the engine's words. */

typedef enum PullFailure {
        PULL_FAILURE_FINAL,   /* it would fail again */
        PULL_FAILURE_LOGIN,   /* so it would, and it is about who we are */
        PULL_FAILURE_PASSING, /* the network, or a registry that is busy: worth another try */
        _PULL_FAILURE_MAX,
} PullFailure;

/* http_status: of an answer that is an error; else 0 or that of the answer in which the message came. */
PullFailure pull_failure_judge(int http_status, const char *message);

const char *pull_failure_to_string(PullFailure f);
int pull_failure_from_string(const char *s);
