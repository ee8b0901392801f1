/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the table of transitions can ask for, see actions.c for which action is which function. */

#include "machine.h"

void supervisor_act(Supervisor *s, uint32_t actions);

void supervisor_act_ping(Supervisor *s);
void supervisor_act_await_engine(Supervisor *s);
void supervisor_act_look_up(Supervisor *s);
void supervisor_act_remove_old(Supervisor *s);
void supervisor_act_create(Supervisor *s);
void supervisor_act_prepare(Supervisor *s);
void supervisor_act_remove(Supervisor *s);
void supervisor_act_attach(Supervisor *s);
void supervisor_act_start(Supervisor *s);
void supervisor_act_inspect(Supervisor *s);
void supervisor_act_resume(Supervisor *s);
void supervisor_act_stop(Supervisor *s);
void supervisor_act_give_up(Supervisor *s);
void supervisor_act_kill(Supervisor *s);
void supervisor_act_drain(Supervisor *s);
void supervisor_act_linger(Supervisor *s);
void supervisor_act_compare(Supervisor *s);
void supervisor_act_forget(Supervisor *s);
void supervisor_act_settle(Supervisor *s);
void supervisor_act_kill_old(Supervisor *s);
int supervisor_on_retry(sd_event_source *source, uint64_t usec, void *userdata);
/* Again, as long as only the engine can send it and has not. */
void supervisor_send_stop_signal(Supervisor *s);
/* Passes a signal on to the container, nobody waits for the answer. */
void supervisor_forward_signal(Supervisor *s, int signo);
