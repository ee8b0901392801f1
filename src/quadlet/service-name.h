/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include <stdbool.h>

/* Whether ServiceName= has this form: the name of a unit without ".service". It becomes a file name. */
bool service_name_is_valid(const char *name);
