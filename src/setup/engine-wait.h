/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Asks the engine for its runtimes, on an event loop of its own. */

#include <stdbool.h>
#include <stdint.h>

#include "codec/engine/engine-host.h"
#include "codec/engine/engine-info.h"
#include "engine/engine.h"

/* Asks until the engine has our runtime (wanted) or no longer has it (not wanted), but at most for usec
 * microseconds; once if usec is 0. Returns 0 after any answer, and *ret is the last one; the caller checks
 * whether it is the wanted one. Takes ownership of the members of *host. On failure returns -errno, and
 * *ret_message is the error of the engine or of the connection, which belongs to the caller, or NULL. */
int engine_wait_for_runtime(EngineHost *host, const EngineTls *tls, bool wanted, uint64_t usec,
                            EngineInfo *ret, char **ret_message);
