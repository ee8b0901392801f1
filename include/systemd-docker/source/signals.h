/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Signals sent to us, as events. */

#include <systemd/sd-event.h>

typedef struct Signals Signals;

typedef struct SignalsOps {
        void (*on_signal)(int signo, void *userdata);
} SignalsOps;

/* Blocks and takes over SIGTERM, SIGINT and all that is passed on to a container (HUP, QUIT, USR1, USR2, WINCH,
 * ALRM and the real-time signals); ignores SIGPIPE. All else keeps its default: SIGABRT of systemd's watchdog must
 * end us, and SIGCONT comes with every SIGTERM of systemd. */
int signals_new(Signals **ret, sd_event *event, const SignalsOps *ops, void *userdata);
Signals *signals_free(Signals *s);
