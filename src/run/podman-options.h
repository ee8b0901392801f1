/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include <stddef.h>

/* What to write instead of this option of `podman run`, which docker does not have; NULL: it is none, or
 * there is no advice. */
const char *podman_option_advice(const char *name, size_t size);
