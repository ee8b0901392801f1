/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Records of comma-separated values. */

#include "text.h"

/* Splits one record of comma-separated values (RFC 4180). *ret belongs to the caller. -EINVAL, -ENOMEM. */
int csv_parse(const char *s, StrVec *ret);
