/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Asks the engine what it can do, on a loop of its own. */

#include <stdbool.h>
#include <stdint.h>

#include "codec/engine/engine-host.h"
#include "codec/engine/engine-info.h"
#include "engine/engine.h"

/* Asks until it has our runtime, or has it no more, but at most for so long; once, with 0. *ret is its last
 * answer: 0, whatever that was. Takes over what *host holds. On failure *ret_message, the caller's, has what
 * the engine's connection said, or is NULL. */
int engine_wait_for_runtime(EngineHost *host, const EngineTls *tls, bool wanted, uint64_t usec,
                            EngineInfo *ret, char **ret_message);
