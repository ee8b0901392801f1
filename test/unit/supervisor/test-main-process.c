/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Every combination of what the main process and the detaching depend on. */

#include "decision.h"
#include "supervisor/verdict.h"
#include "util/macro.h"

static NotifyMode notify_of(char c)
{
        return c == 'S' ? NOTIFY_SUPERVISOR : c == 'C' ? NOTIFY_CONTAINER : NOTIFY_HEALTHY;
}

static NotifyAccess access_of(char c)
{
        return c == 'U'   ? NOTIFY_ACCESS_UNKNOWN
               : c == 'N' ? NOTIFY_ACCESS_NONE
               : c == 'M' ? NOTIFY_ACCESS_MAIN
               : c == 'E' ? NOTIFY_ACCESS_EXEC
                          : NOTIFY_ACCESS_ALL;
}

/* --main-pid, a notification socket, process seen, in the unit's cgroup; NotifyAccess=, KillMode= of the
 * main process only, detaching; Type=notify-reload, --notify. */
static const char *judge_why(const char *v)
{
        const Options options = { .main_pid = v[0] == 'S' ? MAIN_PID_SUPERVISOR : MAIN_PID_CONTAINER,
                                  .notify = notify_of(v[8]) };
        const Facts facts = {
                .is_main = true,
                .process_seen = v[2] == '1',
                .unit = { .notify_access = access_of(v[4]),
                          .kill_mode = v[5] == '1' ? KILL_MODE_MIXED : KILL_MODE_CONTROL_GROUP,
                          .type = v[7] == '1' ? SERVICE_TYPE_NOTIFY_RELOAD : SERVICE_TYPE_NOTIFY },
                .detach = v[6] == '1',
        };
        const char *why = verdict_why_main_process(&facts, &options, v[1] == '1', v[3] == '1');

        if (!why)
                return "the container's";
        return !*why                        ? "ours"
               : strstr(why, "cgroup")      ? "cgroup"
               : strstr(why, "NotifyAcc")   ? "access"
               : strstr(why, "Type=notify") ? "reload"
               : strstr(why, "be asked")    ? "unknown"
                                            : why;
}

Test(main_process, why)
{
        static const char *const columns[] = {
                "CS", "01", "01", "01", "UNMEA", "01", "01", "01", "SCH", NULL
        };
        static const DecisionRow rows[] = {
                { "S********", "ours" },   /* it was asked for */
                { "C0*******", "ours" },   /* nobody could be told */
                { "C10******", "ours" },   /* no process to hand over to */
                { "C110*****", "cgroup" }, /* … that systemd would miss the end of */
                { "C111U****", "unknown" },
                { "C111N****", "access" }, /* we would not be heard any more */
                { "C111M****", "access" },
                { "C111E****", "access" },
                { "C111A10**", "ours" },            /* we would not be told to stop */
                { "C111A001c", "reload" },          /* we would not be told to reload */
                { "C111A*1**", "the container's" }, /* we are gone by then */
                { "C111A000*", "the container's" },
                { "C111A001C", "the container's" },
        };

        decision_check(columns, rows, ELEMENTSOF(rows), judge_why);
}

/* The unit's main process is another one, and stays it. */
Test(main_process, never_where_we_are_not_it)
{
        const Options options = {};
        Facts facts = { .is_main = true,
                        .process_seen = true,
                        .unit = { .notify_access = NOTIFY_ACCESS_ALL, .type = SERVICE_TYPE_NOTIFY } };

        cr_assert_null(verdict_why_main_process(&facts, &options, true, true));
        facts.is_main = false;
        cr_assert_str_eq(verdict_why_main_process(&facts, &options, true, true), "");
}

/* Detaching is wanted, a notification socket, MAINPID= given; in the unit's cgroup, process seen,
 * ExitType=cgroup. */
static const char *judge_detach(const char *v)
{
        static const char *const names[] = { "unwanted", "impossible", "blind", "safe" };
        const Facts facts = { .detach = v[0] == '1',
                              .process_seen = v[4] == '1',
                              .unit.exit_type_cgroup = v[5] == 'Y'   ? ANSWER_YES
                                                       : v[5] == 'N' ? ANSWER_NO
                                                                     : ANSWER_UNKNOWN };

        return names[verdict_detach(&facts, v[1] == '1', v[2] == '1', v[3] == '1')];
}

Test(main_process, detach)
{
        static const char *const columns[] = { "01", "01", "01", "01", "01", "YNU", NULL };
        static const DecisionRow rows[] = {
                { "0*****", "unwanted" },
                { "1*1***", "blind" }, /* the container is main process */
                { "1*011Y", "safe" },  /* the cgroup counts */
                /* Neither: with a socket, somebody is our main process, and it would be us. */
                { "1100**", "impossible" },
                { "11010*", "impossible" },
                { "11011y", "impossible" },
                { "1000**", "blind" },
                { "10010*", "blind" },
                { "10011y", "blind" },
        };

        decision_check(columns, rows, ELEMENTSOF(rows), judge_detach);
}

Test(main_process, reloads)
{
        static const struct {
                ServiceType type;
                NotifyMode notify;
                bool expected;
        } table[] = {
                { SERVICE_TYPE_NOTIFY, NOTIFY_SUPERVISOR, false },
                { SERVICE_TYPE_NOTIFY, NOTIFY_CONTAINER, false },
                { SERVICE_TYPE_OTHER, NOTIFY_HEALTHY, false },
                { SERVICE_TYPE_NOTIFY_RELOAD, NOTIFY_SUPERVISOR, true },
                { SERVICE_TYPE_NOTIFY_RELOAD, NOTIFY_CONTAINER, false },
                { SERVICE_TYPE_NOTIFY_RELOAD, NOTIFY_HEALTHY, true },
                /* Perhaps it is one, and another type does not mind. */
                { SERVICE_TYPE_UNKNOWN, NOTIFY_SUPERVISOR, true },
                { SERVICE_TYPE_UNKNOWN, NOTIFY_CONTAINER, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const Facts facts = { .unit.type = table[i].type };
                const Options options = { .notify = table[i].notify };

                cr_assert_eq(verdict_reports_reloads(&facts, &options), table[i].expected, "row %zu", i);
        }
}
