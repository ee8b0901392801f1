/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The tables of keys.c. */

#include "quadlet/key.h"
#include "util/macro.h"

/* name, reading, placeholder, text of the manual page, example; then other members */
#define K(n, r, v, t, e, ...)                                                                               \
        {                                                                                                   \
                .name = (n), .reading = READ_##r, .value = (v), .text = (t), .example = (e), __VA_ARGS__    \
        }

extern const QuadletKey container_keys[], pod_keys[], network_keys[], volume_keys[], image_keys[],
        build_keys[];
extern const size_t n_container_keys, n_pod_keys, n_network_keys, n_volume_keys, n_image_keys, n_build_keys;
