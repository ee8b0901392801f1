/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Addresses, as the docker CLI reads them. */

#include <stdbool.h>

/* The canonical form of an IPv4 or IPv6 address, which belongs to the caller. -EINVAL, -ENOMEM. */
int parse_address(const char *s, char **ret);
/* 6, 8 or 20 bytes: 00:11:…, 00-11-… or 0011.2233.…, also with white space around it. */
bool mac_address_valid(const char *s);
