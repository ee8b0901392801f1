/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A connection to the engine that is ours once a request has upgraded it ("hijacked", as the Engine API
 * calls it): bytes from us to the engine; what it says is dropped. */

#include <stddef.h>
#include <sys/types.h>

#include "engine/engine.h"

typedef struct EngineUpgrade EngineUpgrade;

/* All are called from the loop, as the last thing of a handler: the upgrade may be freed in them. */
typedef struct EngineUpgradeOps {
        /* The engine has agreed: engine_upgrade_send() may be called from now on. */
        void (*on_open)(void *userdata);
        /* There is room again, after engine_upgrade_send() returned 0. */
        void (*on_room)(void *userdata);
        /* Once, and last. Before on_open: why it did not come about, r is -errno, and message has one line
         * for the user. After it, r is 0 and there is no message: the engine has closed the connection, as
         * it does at the container's end. Whether it did so in good order can't be told: unread bytes make a
         * reset of it. */
        void (*on_end)(int r, const char *message, void *userdata);
} EngineUpgradeOps;

int engine_upgrade_new(EngineUpgrade **ret, sd_event *event, Engine *engine, const char *path,
                       const EngineUpgradeOps *ops, void *userdata);
EngineUpgrade *engine_upgrade_free(EngineUpgrade *u);
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineUpgrade *, engine_upgrade_free)

/* Never blocks. Returns how many bytes were taken; 0: none now, offer the same bytes at the same address
 * after on_room (an unfinished TLS record wants that); -EPIPE: the connection is broken, and on_end follows.
 */
ssize_t engine_upgrade_send(EngineUpgrade *u, const void *data, size_t size);

/* The engine sees the end of our bytes, and may still speak. */
void engine_upgrade_finish(EngineUpgrade *u);
