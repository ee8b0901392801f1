/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* `systemd-docker setup`: makes systemd-docker-runtime known to the engine of this machine. */

#include "cli/setup-options.h"
#include "codec/engine/engine-host.h"
#include "engine/engine.h"

/* Takes over what *host holds. Returns the exit status for the process: 0 where the state that was asked for
 * is reached, or, for SETUP_CHECK, is there; 1 where it is not there; 125 where that can't be done, with one
 * line that says why. */
int setup_run(SetupVerb verb, EngineHost *host, const EngineTls *tls);
