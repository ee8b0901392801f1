/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* `systemd-docker setup`: registers systemd-docker-runtime with the engine of this machine. See SETUP in
 * systemd-docker(1). */

#include "cli/setup-options.h"
#include "codec/engine/engine-host.h"
#include "engine/engine.h"

/* Carries out the verb, prints the result to stdout and logs errors. Blocks: files are written to disk, and
 * the engine is asked on an event loop of its own, for up to 15 seconds after a change. Takes ownership of
 * the members of *host.
 *
 * Returns the exit status of the process. 0: the requested state is reached, or, for SETUP_CHECK, the
 * runtime is registered. 1: it is not, or the engine did not accept the change. 125: nothing was changed,
 * and one line says why. */
int setup_run(SetupVerb verb, EngineHost *host, const EngineTls *tls);
