/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* QuadletConfig.refuse_option: what the parser of `run` has against the value. */
char *refuse_option(const char *option, const char *value);
