/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which function does what an Action of the state table asks for, in this order. */

#include "actions.h"
#include "announce.h"
#include "machine.h"
#include "reports-image.h"
#include "util/macro.h"

void supervisor_act(Supervisor *s, uint32_t actions)
{
#define ACT(action, act) ((actions & (action)) ? act(s) : (void) 0)
        ACT(ACTION_PING, supervisor_act_ping);
        ACT(ACTION_LOOK_UP, supervisor_act_look_up);
        ACT(ACTION_FORGET, supervisor_act_forget); /* before the next life, or its removal, begins */
        ACT(ACTION_REMOVE_OLD, supervisor_act_remove_old);
        ACT(ACTION_AWAIT_ENGINE, supervisor_act_await_engine);
        ACT(ACTION_PULL, supervisor_act_pull);
        ACT(ACTION_CREATE, supervisor_act_create);
        ACT(ACTION_PREPARE, supervisor_act_prepare);
        ACT(ACTION_RESUME, supervisor_act_resume);
        ACT(ACTION_ATTACH, supervisor_act_attach);
        ACT(ACTION_START, supervisor_act_start);
        ACT(ACTION_INSPECT, supervisor_act_inspect);
        ACT(ACTION_ANNOUNCE, supervisor_announce);
        ACT(ACTION_STOP, supervisor_act_stop);
        ACT(ACTION_GIVE_UP, supervisor_act_give_up);
        ACT(ACTION_KILL, supervisor_act_kill);
        ACT(ACTION_HAND_BACK, supervisor_hand_back);
        ACT(ACTION_DRAIN, supervisor_act_drain);
        ACT(ACTION_LINGER, supervisor_act_linger);
        ACT(ACTION_REMOVE, supervisor_act_remove);
        ACT(ACTION_SETTLE, supervisor_act_settle);
        ACT(ACTION_KILL_OLD, supervisor_act_kill_old);
#undef ACT
}
