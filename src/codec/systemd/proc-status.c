/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The signal masks of a process are 16 hex digits; signal N is bit N-1.
 *
 * /proc/PID/stat is "PID (NAME) STATE …". The name can contain blanks and brackets; everything after STATE
 * is numbers. Fields are numbered as in proc_pid_stat(5). */

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/systemd/proc-status.h"
#include "util/macro.h"

#define STAT_FIELD_STATE 3
#define STAT_FIELD_PARENT 4
#define STAT_FIELD_FLAGS 9
#define STAT_FIELD_N_THREADS 20
#define STAT_FIELD_START 22
#define STAT_FIELD_PENDING 31
/* PF_EXITING of the kernel's include/linux/sched.h: the process is in do_exit(). */
#define PF_EXITING UINT64_C(4)

/* The first line that begins with `name`, which includes the colon. */
static int find_mask(const char *text, const char *name, uint64_t *ret)
{
        size_t n = strlen(name);
        uint64_t mask;
        char *end;

        while (strncmp(text, name, n) != 0) {
                text = strchr(text, '\n');
                if (!text)
                        return -EBADMSG;
                text++;
        }
        mask = strtoull(text + n, &end, 16);
        if (end == text + n)
                return -EBADMSG;
        *ret = mask;
        return 0;
}

int proc_status_signal(const char *text, int signo, SignalTaken *ret)
{
        static const struct {
                const char *name;
                SignalTaken taken;
        } masks[] = { { "SigCgt:", SIGNAL_HANDLED },
                      { "SigIgn:", SIGNAL_HANDLED },
                      { "SigBlk:", SIGNAL_BLOCKED } };
        SignalTaken taken = SIGNAL_DEFAULT;

        assert(signo >= 1 && signo <= 64);
        for (size_t i = 0; i < ELEMENTSOF(masks); i++) {
                uint64_t mask;
                int r = find_mask(text, masks[i].name, &mask);

                if (r < 0)
                        return r;
                if (taken == SIGNAL_DEFAULT && mask & (UINT64_C(1) << (signo - 1)))
                        taken = masks[i].taken;
        }
        *ret = taken;
        return 0;
}

/* Field `number` of /proc/PID/stat; `state` is the third one. */
static int stat_number(const char *state, unsigned number, uint64_t *ret)
{
        const char *s = state;
        uint64_t value;
        char *end;

        for (unsigned i = STAT_FIELD_STATE; i < number; i++) {
                s = strchr(s, ' ');
                if (!s)
                        return -EBADMSG;
                s++;
        }
        value = strtoull(s, &end, 10);
        if (end == s)
                return -EBADMSG;
        *ret = value;
        return 0;
}

static const char *find_state(const char *text)
{
        const char *state = strrchr(text, ')');

        return !state || state[1] != ' ' || !state[2] || state[3] != ' ' ? NULL : state + 2;
}

int proc_stat_parent(const char *text, pid_t *ret)
{
        const char *state = find_state(text);
        uint64_t parent;
        int r;

        if (!state)
                return -EBADMSG;
        r = stat_number(state, STAT_FIELD_PARENT, &parent);
        if (r < 0)
                return r;
        if (parent > INT32_MAX)
                return -EBADMSG;
        *ret = (pid_t) parent;
        return 0;
}

int proc_stat_start(const char *text, uint64_t *ret)
{
        const char *state = find_state(text);

        return state ? stat_number(state, STAT_FIELD_START, ret) : -EBADMSG;
}

int proc_stat_is_ending(const char *text, bool *ret)
{
        const char *state = find_state(text);
        uint64_t flags, n_threads, pending;
        bool over;
        int r;

        if (!state)
                return -EBADMSG;
        r = stat_number(state, STAT_FIELD_FLAGS, &flags);
        if (r >= 0)
                r = stat_number(state, STAT_FIELD_N_THREADS, &n_threads);
        if (r >= 0)
                r = stat_number(state, STAT_FIELD_PENDING, &pending);
        if (r < 0)
                return r;
        over = *state == 'Z' || *state == 'X' || flags & PF_EXITING;
        *ret = (over && n_threads <= 1) || pending & UINT64_C(1) << (SIGKILL - 1);
        return 0;
}
