/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A connection to the engine that belongs to us after a request has upgraded it ("hijacked", as the Engine
 * API calls it). It carries bytes from us to the engine; what the engine sends is dropped. */

#include <stddef.h>
#include <sys/types.h>

#include "engine/engine.h"

typedef struct EngineUpgrade EngineUpgrade;

/* All are called from the loop, at the end of a handler: the upgrade may be freed in them. */
typedef struct EngineUpgradeOps {
        /* The engine has agreed. engine_upgrade_send() may be called from now on. */
        void (*on_open)(void *userdata);
        /* There is room again after engine_upgrade_send() has returned 0. */
        void (*on_room)(void *userdata);
        /* Once, and last. Before on_open: the upgrade failed; r is -errno, and message is one line for the
         * user. After on_open: the engine has closed the connection, as it does when the container ends; r
         * is 0, and message is NULL. Whether it was closed in good order is not known: unread bytes turn a
         * close into a reset. */
        void (*on_end)(int r, const char *message, void *userdata);
} EngineUpgradeOps;

/* path: of the POST request, with its query, without the API version. engine and ops are borrowed. No op is
 * called from in here. -ENOMEM, -EIO. */
int engine_upgrade_new(EngineUpgrade **ret, sd_event *event, Engine *engine, const char *path,
                       const EngineUpgradeOps *ops, void *userdata);
EngineUpgrade *engine_upgrade_free(EngineUpgrade *u);
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineUpgrade *, engine_upgrade_free)

/* Sends without blocking. Returns how many bytes were taken. 0: none; after on_room, offer the same bytes at
 * the same address (an unfinished TLS record needs that). -EPIPE: the connection is broken, and on_end
 * follows. */
ssize_t engine_upgrade_send(EngineUpgrade *u, const void *data, size_t size);

/* Tells the engine that no more bytes follow. The engine may still send some. */
void engine_upgrade_finish(EngineUpgrade *u);
