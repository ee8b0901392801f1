/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which function does what an Action of the state table asks for. */

#include "actions.h"
#include "announce.h"
#include "machine.h"
#include "reports-image.h"
#include "util/macro.h"

static const struct {
        Action action;
        void (*act)(Supervisor *s);
} action_table[] = {
        { ACTION_PING, supervisor_act_ping },
        { ACTION_LOOK_UP, supervisor_act_look_up },
        { ACTION_FORGET, supervisor_act_forget }, /* before the next life, or its removal, begins */
        { ACTION_REMOVE_OLD, supervisor_act_remove_old },
        { ACTION_AWAIT_ENGINE, supervisor_act_await_engine },
        { ACTION_PULL, supervisor_act_pull },
        { ACTION_CREATE, supervisor_act_create },
        { ACTION_PREPARE, supervisor_act_prepare },
        { ACTION_RESUME, supervisor_act_resume },
        { ACTION_ATTACH, supervisor_act_attach },
        { ACTION_START, supervisor_act_start },
        { ACTION_INSPECT, supervisor_act_inspect },
        { ACTION_ANNOUNCE, supervisor_announce },
        { ACTION_STOP, supervisor_act_stop },
        { ACTION_GIVE_UP, supervisor_act_give_up },
        { ACTION_KILL, supervisor_act_kill },
        { ACTION_HAND_BACK, supervisor_hand_back },
        { ACTION_DRAIN, supervisor_act_drain },
        { ACTION_LINGER, supervisor_act_linger },
        { ACTION_REMOVE, supervisor_act_remove },
        { ACTION_SETTLE, supervisor_act_settle },
        { ACTION_KILL_OLD, supervisor_act_kill_old },
};

void supervisor_act(Supervisor *s, uint32_t actions)
{
        for (size_t i = 0; i < ELEMENTSOF(action_table); i++)
                if (actions & action_table[i].action)
                        action_table[i].act(s);
}
