/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Requests to the engine, as the states use them. */

#include "machine.h"

/* The step's request: call's method, body and what else is not the default; path is freed, so that callers
 * can hand over engine_path(), and NULL is out of memory. timeout_usec: see timeouts.h; 0:
 * REQUEST_TIMEOUT_USEC. A request that cannot be sent is LIFE_FAILED. */
void supervisor_step(Supervisor *s, char *path, const EngineRequestOps *ops, EngineCall call);
/* The same for a request that no state waits for. on_done may free all of them. */
int supervisor_side_call(Supervisor *s, char *path,
                         void (*on_done)(Supervisor *s, int r, const EngineReply *reply), EngineCall call);
/* Whether one with this on_done is under way. */
bool supervisor_has_side_call(const Supervisor *s,
                              void (*on_done)(Supervisor *s, int r, const EngineReply *reply));
/* Asks over a new connection whether the engine takes requests: one that is shutting down does not. */
void supervisor_probe_engine(Supervisor *s, void (*on_done)(Supervisor *s, int r, const EngineReply *reply));
void side_calls_free(Supervisor *s);
/* A new string, NULL: out of memory. */
char *engine_path(const char *format, ...) _printf_(1, 2);
/* The same, to send the container's first process a signal. */
char *engine_kill_path(const Supervisor *s, int signo);
/* By the engine's word, and not by the -ENOENT that a missing socket has as well. */
bool reply_is_absent(const EngineReply *reply);
/* Takes an answer of inspect over; pushes LIFE_FAILED where it is none. */
int supervisor_take_info(Supervisor *s, const EngineReply *reply);
