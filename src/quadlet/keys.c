/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The table of each type. */

#include "keys.h"

const QuadletKey *quadlet_keys(UnitType type, size_t *ret_n)
{
        static const struct {
                const QuadletKey *keys;
                const size_t *n;
        } tables[_UNIT_TYPE_MAX] = {
                [UNIT_TYPE_CONTAINER] = { container_keys, &n_container_keys },
                [UNIT_TYPE_POD] = { pod_keys, &n_pod_keys },
                [UNIT_TYPE_NETWORK] = { network_keys, &n_network_keys },
                [UNIT_TYPE_VOLUME] = { volume_keys, &n_volume_keys },
                [UNIT_TYPE_IMAGE] = { image_keys, &n_image_keys },
                [UNIT_TYPE_BUILD] = { build_keys, &n_build_keys },
        };

        *ret_n = (size_t) type < ELEMENTSOF(tables) && tables[type].n ? *tables[type].n : 0;
        return (size_t) type < ELEMENTSOF(tables) ? tables[type].keys : NULL;
}
