/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include "conversion.h"

/* Appends ",NAME=VALUE" to a value of --mount, quoted as CSV (RFC 4180) if it has to be. */
void add_csv_field(Buffer *b, const char *name, const char *value);

/* Splits CSV with double quotes into fields. False: a quote is not closed. */
bool split_csv(const char *text, Words *ret);

/* The service needs what is mounted on the path of the host. */
void add_requires_mounts(Conversion *c, const char *path);
