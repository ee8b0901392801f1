/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Conclusions from the facts: every combination that matters is compared with the rule in words. */

#include <criterion/criterion.h>
#include <limits.h>
#include <signal.h>

#include "cli/cli-error.h"
#include "supervisor/verdict.h"
#include "util/macro.h"

#define SEC(n) ((n) *USEC_PER_SEC)

/* The facts of a service whose container runs and whose streams are open. */
static Facts running(void)
{
        return (Facts){ .in_service = true,
                        .unit = UNIT_PROPERTIES_UNKNOWN,
                        .unit_known = true,
                        .container = { .exit_code = -1,
                                       .stop_timeout = -1,
                                       .stop_signal = SIGTERM,
                                       .running = true },
                        .has_container = true,
                        .started = true,
                        .exit_code = -1,
                        .events_open = true,
                        .log = ATTACHMENT_OPEN,
                        .wait = ATTACHMENT_OPEN };
}

static Facts ended(int exit_code)
{
        Facts f = running();

        f.container.running = false;
        f.dead = f.die_seen = true;
        f.exit_code = exit_code;
        f.log = f.wait = ATTACHMENT_ENDED;
        f.output_delivered = true;
        return f;
}

/* A container is only started when nothing of its life can be missed. */
Test(verdict, attached_when_nothing_is_opening)
{
        for (int log = 0; log < _ATTACHMENT_MAX; log++)
                for (int wait = 0; wait < _ATTACHMENT_MAX; wait++)
                        for (int input = 0; input < _ATTACHMENT_MAX; input++)
                                for (int events = 0; events < 2; events++) {
                                        Facts f = running();
                                        bool opens = log == ATTACHMENT_OPENING ||
                                                     wait == ATTACHMENT_OPENING ||
                                                     input == ATTACHMENT_OPENING;

                                        f.log = (Attachment) log;
                                        f.wait = (Attachment) wait;
                                        f.input = (Attachment) input;
                                        f.events_open = events;
                                        cr_assert_eq(verdict_is_attached(&f), events && !opens,
                                                     "log %i wait %i input %i events %i", log, wait, input,
                                                     events);
                                }
}

/* A container that runs already answers at once: what it says to its first input would be lost. */
Test(verdict, input_is_due_after_the_output)
{
        for (int log = 0; log < _ATTACHMENT_MAX; log++)
                for (int input = 0; input < _ATTACHMENT_MAX; input++) {
                        Facts f = running();

                        f.log = (Attachment) log;
                        f.input = (Attachment) input;
                        cr_assert_eq(verdict_input_is_due(&f),
                                     input == ATTACHMENT_OPENING && log != ATTACHMENT_OPENING,
                                     "log %i input %i", log, input);
                }
}

Test(verdict, what_follows_the_attaching)
{
        for (int is_running = 0; is_running < 2; is_running++)
                for (int stop = 0; stop < 2; stop++) {
                        Facts f = running();
                        int expected = is_running ? LIFE_ATTACHED_RUNNING
                                       : stop     ? LIFE_CANCEL
                                                  : LIFE_ATTACHED;

                        f.container.running = is_running;
                        f.stop_requested = stop;
                        cr_assert_eq(verdict_next(STATE_ATTACHING, &f), expected);
                        f.log = ATTACHMENT_OPENING;
                        cr_assert_eq(verdict_next(STATE_ATTACHING, &f), -1);
                }
}

/* The engine knows: by its event, by what inspect said, because it removed the container; or nobody can
 * tell. */
/* It was running when it was looked up, and inspect says of it once more. */
Test(verdict, what_was_adopted_is_not_started_where_it_has_stopped)
{
        Facts f = running();

        f.adopted = true;
        f.container.running = false;
        cr_assert_eq(verdict_next(STATE_ATTACHING, &f), LIFE_ATTACHED_RUNNING);
}

/* Wait, kill, remove where that is allowed, give up: never the same twice, so that a start ends. */
Test(verdict, dead_containers_that_the_engine_says_run)
{
        static const LifeEvent with_rm[] = { LIFE_FOUND_DEAD, LIFE_FOUND_UNNOTICED, LIFE_FOUND_STALE,
                                             LIFE_FAILED, LIFE_FAILED };
        static const LifeEvent without[] = { LIFE_FOUND_DEAD, LIFE_FOUND_UNNOTICED, LIFE_FAILED, LIFE_FAILED,
                                             LIFE_FAILED };
        Facts f = running();

        f.started = false;
        for (unsigned i = 0; i < ELEMENTSOF(with_rm); i++) {
                f.dead_found = i;
                f.remove = true;
                cr_assert_eq(verdict_found_dead(&f), with_rm[i], "%u", i);
                f.remove = false;
                cr_assert_eq(verdict_found_dead(&f), without[i], "%u", i);
        }
}

/* Only what systemd has not heard of, what nobody wanted to end, and not for ever. */
Test(verdict, a_start_begins_anew)
{
        static const State starting[] = { STATE_ATTACHING, STATE_INSPECTING, STATE_RUNNING };

        for (unsigned bits = 0; bits < 1U << 6; bits++)
                for (State state = 0; state < _STATE_MAX; state++)
                        for (unsigned found = 0; found < 5; found++) {
                                Facts f = running();
                                bool is_starting = false;

                                for (size_t i = 0; i < ELEMENTSOF(starting); i++)
                                        is_starting = is_starting || state == starting[i];
                                f.dead = true;
                                f.adopted = bits & 1;
                                f.announced = bits & 2;
                                f.stop_requested = bits & 4;
                                f.giving_up = bits & 8;
                                f.killed_by_others = bits & 16;
                                f.stopped_by_others = bits & 32;
                                f.dead_found = found;
                                cr_assert_eq(verdict_begins_anew(state, &f),
                                             bits == 1 && is_starting && found < 3, "%s %x %u",
                                             state_to_string(state), bits, found);
                        }
}

Test(verdict, deadline_of_killing_old)
{
        Facts f = running();

        cr_assert_eq(verdict_deadline(STATE_KILLING_OLD, &f), SEC(40),
                     "the request's time is the longer one");
        f.container.stop_timeout = 100;
        cr_assert_eq(verdict_deadline(STATE_KILLING_OLD, &f), SEC(120));
}

/* The engine knows of the end: by its event, by inspect, or because it removed the container; or it cannot
 * be asked. */
Test(verdict, who_knows_the_end)
{
        for (int bits = 0; bits < 16; bits++)
                for (int wait = 0; wait < _ATTACHMENT_MAX; wait++) {
                        Facts f = ended(0);
                        bool can_tell;

                        f.die_seen = bits & 1;
                        f.end_confirmed = bits & 2;
                        f.destroyed = bits & 4;
                        f.events_open = bits & 8;
                        f.wait = (Attachment) wait;
                        can_tell = f.events_open || wait == ATTACHMENT_OPENING || wait == ATTACHMENT_OPEN;
                        cr_assert_eq(verdict_engine_knows_the_end(&f), (bits & 7) != 0 || !can_tell,
                                     "bits %i wait %i", bits, wait);
                        cr_assert_eq(verdict_end_is_known(&f), verdict_engine_knows_the_end(&f));
                        f.exit_code = -1;
                        cr_assert_not(verdict_end_is_known(&f));
                }
}

/* The life is over when the exit status is known, the engine knows of the end, and the last line is
 * delivered: two of these are not enough. */
Test(verdict, finished_is_a_join)
{
        for (int bits = 0; bits < 8; bits++) {
                Facts f = ended(bits & 1 ? 3 : -1);

                f.die_seen = bits & 2;
                f.output_delivered = bits & 4;
                cr_assert_eq(verdict_next(STATE_DRAINING, &f), bits == 7 ? LIFE_FINISHED : -1, "bits %i",
                             bits);
        }
}

/* `docker stop` and `docker kill` can be the first half of `docker restart`, unless the service ends anyway.
 */
Test(verdict, what_others_stopped_may_come_back)
{
        for (int bits = 0; bits < 16; bits++) {
                Facts f = ended(0);
                bool by_others = bits & 3, ours = bits & 12;

                f.stopped_by_others = bits & 1;
                f.killed_by_others = bits & 2;
                f.stop_requested = bits & 4;
                f.giving_up = bits & 8;
                cr_assert_eq(verdict_may_come_back(&f), by_others && !ours, "bits %i", bits);
                cr_assert_eq(verdict_next(STATE_DRAINING, &f),
                             by_others && !ours ? LIFE_STOPPED_BY_OTHERS : LIFE_FINISHED);
        }
}

Test(verdict, lingering_ends_when_the_engine_removed_it_and_lives)
{
        for (int bits = 0; bits < 4; bits++) {
                Facts f = ended(0);

                f.destroyed = bits & 1;
                f.probed = bits & 2;
                cr_assert_eq(verdict_next(STATE_LINGERING, &f), bits == 3 ? LIFE_FINISHED : -1);
        }
}

/* The supervisor only leaves when systemd knows the main process and the readiness, and no input is left. */
Test(verdict, detach)
{
        for (int bits = 0; bits < 8; bits++)
                for (int input = 0; input < _ATTACHMENT_MAX; input++) {
                        Facts f = running();
                        bool flows = input == ATTACHMENT_OPENING || input == ATTACHMENT_OPEN;

                        f.detach = bits & 1;
                        f.announced = bits & 2;
                        f.ready_sent = bits & 4;
                        f.input = (Attachment) input;
                        cr_assert_eq(verdict_next(STATE_RUNNING, &f), bits == 7 && !flows ? LIFE_DETACH : -1,
                                     "bits %i input %i", bits, input);
                }
}

/* Only some states wait for facts; the others are left by events. */
Test(verdict, other_states_have_no_join)
{
        const Facts all[] = { running(), ended(0), ended(137) };

        for (int state = 0; state < _STATE_MAX; state++)
                for (size_t i = 0; i < ELEMENTSOF(all); i++) {
                        Facts f = all[i];

                        if (state == STATE_ATTACHING || state == STATE_DRAINING)
                                continue;
                        cr_assert_eq(verdict_next((State) state, &f), -1, "%s",
                                     state_to_string((State) state));
                }
}

/* The exit status: N as N, death by a signal as 128+N, 0 if a stop was requested and the container ended on
 * its stop signal, 137 if it had to be killed. */
Test(verdict, exit_status_table)
{
        static const struct {
                int exit_code, stop_signal;
                bool stop_requested, stopped_by_others, deaf;
                int expected;
        } table[] = {
                { 0, SIGTERM, false, false, false, 0 },
                { 3, SIGTERM, false, false, false, 3 },
                { 255, SIGTERM, false, false, false, 255 },
                { 143, SIGTERM, false, false, false, 143 }, /* no stop was requested */
                { 143, SIGTERM, true, false, false, 0 },
                { 143, SIGTERM, false, true, false, 0 },
                { 137, SIGTERM, true, false, false, 137 }, /* it had to be killed */
                { 137, SIGTERM, true, false, true, 0 }, /* … because its stop signal had no effect on it */
                { 137, SIGTERM, false, true, true, 0 },
                { 137, SIGTERM, false, false, true, 137 },
                { 131, SIGQUIT, true, false, false, 0 }, /* another stop signal */
                { 143, SIGQUIT, true, false, false, 0 }, /* SIGTERM also reaches it */
                { 3, SIGTERM, true, false, false, 3 },
                { 0, SIGTERM, true, false, false, 0 },
                { -1, SIGTERM, false, false, false, CLI_EXIT_REFUSED }, /* unknown */
                { -1, SIGTERM, true, false, false, CLI_EXIT_REFUSED },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Facts f = ended(table[i].exit_code);

                f.container.stop_signal = table[i].stop_signal;
                f.stop_requested = table[i].stop_requested;
                f.stopped_by_others = table[i].stopped_by_others;
                f.deaf = table[i].deaf;
                cr_assert_eq(verdict_exit_status(&f), table[i].expected, "row %zu: %i", i,
                             verdict_exit_status(&f));
        }
}

/* systemd was stopping the unit when the container ended, or has signals of its own for a stop. */
Test(verdict, ends_that_systemd_asked_for)
{
        static const struct {
                int exit_code;
                bool unit_stops;
                UnitProperties unit;
                int expected;
        } table[] = {
                { 137, true, {}, 0 }, /* ExecStop=docker kill, docker rm -f */
                { 137, false, {}, 137 },
                { 143, true, {}, 0 },
                { 9, true, {}, 9 },
                { 255, true, {}, 255 },
                { 131, false, { .kill_signal = SIGQUIT }, 131 }, /* nobody asked */
        };
        static const UnitProperties signals = { .kill_signal = SIGQUIT,
                                                .restart_kill_signal = SIGUSR1,
                                                .send_sighup = ANSWER_YES };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Facts f = ended(table[i].exit_code);

                f.unit_stops = table[i].unit_stops;
                f.unit = table[i].unit;
                cr_assert_eq(verdict_exit_status(&f), table[i].expected, "row %zu", i);
        }
        for (int signo = 1; signo < 65; signo++) {
                Facts f = ended(128 + signo);
                bool stops = signo == SIGQUIT || signo == SIGUSR1 || signo == SIGHUP || signo == SIGTERM ||
                             signo == SIGINT;

                f.unit = signals;
                f.stop_requested = true;
                cr_assert_eq(verdict_exit_status(&f), stops ? 0 : 128 + signo, "signal %i", signo);
        }
}

/* Whether systemd stops the unit decides how the end is judged, so its answer is waited for. */
Test(verdict, end_waits_for_the_job)
{
        Facts f = ended(137);

        f.die_seen = f.output_delivered = f.killed_by_others = f.job_asked = true;
        cr_assert_eq(verdict_next(STATE_DRAINING, &f), -1);
        f.job_asked = false;
        cr_assert_eq(verdict_next(STATE_DRAINING, &f), LIFE_STOPPED_BY_OTHERS);
        f.unit_stops = true;
        cr_assert_eq(verdict_next(STATE_DRAINING, &f), LIFE_FINISHED, "nobody is going to start it again");
}

/* A failure of the service takes precedence over the container's status. */
Test(verdict, failure_is_the_exit_status)
{
        for (int code = -1; code < 256; code++)
                for (int stop = 0; stop < 2; stop++) {
                        Facts f = ended(code);

                        f.stop_requested = stop;
                        f.failure = CLI_EXIT_REFUSED;
                        cr_assert_eq(verdict_exit_status(&f), CLI_EXIT_REFUSED);
                        f.failure = CLI_EXIT_NOT_FOUND;
                        cr_assert_eq(verdict_exit_status(&f), CLI_EXIT_NOT_FOUND);
                }
}

/* An incomplete dump is no success, whatever the container says. */
Test(verdict, damaged_output_is_a_failure)
{
        for (int code = -1; code < 256; code++)
                for (int stop = 0; stop < 2; stop++) {
                        Facts f = ended(code);

                        f.stop_requested = stop;
                        f.output_damaged = true;
                        cr_assert_eq(verdict_exit_status(&f), CLI_EXIT_REFUSED);
                }
}

Test(verdict, container_whose_output_nobody_reads_is_ended)
{
        Facts f = running();

        f.output_damaged = true;
        cr_assert_neq(verdict_next(STATE_RUNNING, &f), LIFE_GIVE_UP);
        f.output_unread = true;
        cr_assert_eq(verdict_next(STATE_RUNNING, &f), LIFE_GIVE_UP);
}

Test(verdict, exit_status_without_a_life)
{
        Facts f = running();

        f.started = false; /* stopped before the container was started */
        f.stop_requested = true;
        cr_assert_eq(verdict_exit_status(&f), 0);
        f = running();
        f.detach = true; /* the container runs on without the supervisor */
        cr_assert(verdict_goes_on_without_us(&f));
        cr_assert_eq(verdict_exit_status(&f), 0);
        f = ended(4);
        f.detach = true; /* it ended before the supervisor had left */
        cr_assert_not(verdict_goes_on_without_us(&f));
        cr_assert_eq(verdict_exit_status(&f), 4);
}

Test(verdict, stop_timeouts)
{
        Facts f = running();

        cr_assert_eq(verdict_stop_timeout_usec(&f), SEC(10), "the engine's own default");
        f.container.stop_timeout = 0;
        cr_assert_eq(verdict_stop_timeout_usec(&f), 0);
        f.container.stop_timeout = 90;
        cr_assert_eq(verdict_stop_timeout_usec(&f), SEC(90));
        cr_assert_gt(verdict_stop_request_usec(&f), SEC(90));
        cr_assert_gt(verdict_deadline(STATE_STOPPING, &f), SEC(100), "the request has a time of its own");
        cr_assert_gt(verdict_deadline(STATE_REMOVING_OLD, &f), verdict_stop_request_usec(&f));
        f.stop_signalled = true;
        cr_assert_eq(verdict_deadline(STATE_STOPPING, &f), SEC(90), "it has its stop signal");
        f.container.stop_timeout = INT_MAX;
        for (int signalled = 0; signalled < 2; signalled++) {
                f.stop_signalled = signalled;
                cr_assert_eq(verdict_stop_request_usec(&f), UINT64_MAX);
                cr_assert_eq(verdict_deadline(STATE_STOPPING, &f), UINT64_MAX);
                cr_assert_eq(verdict_deadline(STATE_REMOVING_OLD, &f), UINT64_MAX);
        }
}

/* A service waits for it: not for ever, and not if it is to stop. */
Test(verdict, engine_that_is_gone_in_a_start)
{
        Facts f = running();

        f.in_service = true;
        f.announced = f.stop_requested = false;
        cr_assert(verdict_awaits_engine(&f));
        f.engine_gone = 3;
        cr_assert_not(verdict_awaits_engine(&f), "the start may be what kills it");
        f.engine_gone = 0;
        f.stop_requested = true;
        cr_assert_not(verdict_awaits_engine(&f));
        f.stop_requested = false;
        f.in_service = false;
        cr_assert_not(verdict_awaits_engine(&f), "by hand");
        f.in_service = f.announced = true;
        cr_assert_not(verdict_awaits_engine(&f), "it runs");
}

/* No limit of ours is shorter than the unit's own. */
Test(verdict, work_has_the_time_of_a_start)
{
        static const uint64_t limits[] = { SEC(1), SEC(90), SEC(600), UINT64_MAX };
        Facts f = running();

        f.container.running = false;
        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                uint64_t work = MAX(SEC(120), limits[i]);

                f.unit = (UnitProperties){ .known = true, .timeout_start_usec = limits[i] };
                cr_assert_eq(verdict_work_usec(&f), work);
                cr_assert_geq(verdict_deadline(STATE_CREATING, &f), work);
                cr_assert_geq(verdict_deadline(STATE_STARTING, &f), work);
                cr_assert_geq(verdict_deadline(STATE_REMOVING_OLD, &f), work);
        }
        f.unit = UNIT_PROPERTIES_UNKNOWN;
        cr_assert_eq(verdict_work_usec(&f), SEC(120), "a hanging engine must not be waited for without end");
}

/* systemd's own time-out must not come first, because it has no message. */
Test(verdict, deadline_of_connecting)
{
        static const struct {
                bool in_service;
                uint64_t timeout_start, expected;
        } table[] = {
                { false, UINT64_MAX, SEC(10) }, { false, SEC(300), SEC(10) }, { true, UINT64_MAX, SEC(90) },
                { true, 0, SEC(90) },           { true, SEC(90), SEC(85) },   { true, SEC(11), SEC(6) },
                { true, SEC(10), SEC(5) },      { true, SEC(4), SEC(2) },     { true, SEC(300), SEC(295) },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Facts f = running();

                f.in_service = table[i].in_service;
                f.unit.timeout_start_usec = table[i].timeout_start;
                cr_assert_eq(verdict_deadline(STATE_CONNECTING, &f), table[i].expected, "row %zu", i);
        }
}

/* After a stop by others, the wait is long enough for a restart, and no longer than the engine needs to show
 * that it was none. */
Test(verdict, deadline_of_lingering)
{
        for (int bits = 0; bits < 64; bits++) {
                Facts f = ended(0);
                uint64_t expected;

                f.events_open = bits & 1;
                f.stopped_by_others = bits & 2;
                f.killed_by_others = bits & 4;
                f.remove = bits & 8;
                f.adopted = bits & 16;
                f.container.auto_remove = bits & 32;
                if (!f.events_open || (!f.stopped_by_others && !f.killed_by_others))
                        expected = SEC(3);
                else if (!f.stopped_by_others)
                        expected = SEC(1) / 2; /* the engine reports a stop right after the kill */
                else
                        expected = f.container.auto_remove || (f.remove && !f.adopted) ? SEC(20) : SEC(3);
                cr_assert_eq(verdict_deadline(STATE_LINGERING, &f), expected, "bits %i", bits);
        }
}

/* What the engine alone knows and the unit's end depends on. While it is asked, its answer has the time. */
Test(verdict, waits_for_engine)
{
        for (int bits = 0; bits < 128; bits++) {
                Facts f = ended(bits & 1 ? 0 : -1);
                bool asks, others;

                f.events_open = bits & 2;
                f.stopped_by_others = bits & 4;
                f.killed_by_others = bits & 8;
                f.die_seen = bits & 16;
                f.destroyed = bits & 32;
                f.stop_requested = bits & 64;
                asks = f.events_open && !f.destroyed;
                others = f.stopped_by_others || f.killed_by_others;
                cr_assert_eq(verdict_waits_for_engine(STATE_DRAINING, &f),
                             asks && (f.exit_code < 0 || (others && !f.stop_requested && !f.die_seen)),
                             "bits %i", bits);
                cr_assert_eq(verdict_waits_for_engine(STATE_LINGERING, &f), asks && others, "bits %i", bits);
                cr_assert_not(verdict_waits_for_engine(STATE_RUNNING, &f), "bits %i", bits);
                f.look = LOOK_OPEN;
                cr_assert_eq(verdict_deadline(STATE_LINGERING, &f),
                             others && !f.stop_requested ? SEC(130) : SEC(40), "bits %i", bits);
                f.look = LOOK_ANSWERED;
                cr_assert_eq(verdict_deadline(STATE_LINGERING, &f) == 0, asks && others, "bits %i", bits);
        }
}

/* Every state that waits has a limit, or may last. */
Test(verdict, every_state_has_a_deadline_or_may_last)
{
        for (int state = 0; state < _STATE_MAX; state++) {
                Facts f = running();
                uint64_t usec = verdict_deadline((State) state, &f);
                bool lasts = state == STATE_INIT || state == STATE_PULLING || state == STATE_RUNNING ||
                             state == STATE_DONE;

                cr_assert_gt(usec, 0, "%s", state_to_string((State) state));
                cr_assert_eq(usec == UINT64_MAX, lasts, "%s", state_to_string((State) state));
        }
}
