/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The container's output and our own messages on their way to the journal.
 *
 * An Output owns the engine's stream of the container's output, the position up to which this output is in
 * the journal, and the sockets to journald. It sees to it that every line comes to the journal once, over
 * interruptions of the stream, restarts of the container and the death of a supervisor.
 *
 * A stream of the container that does not go to the journal goes to a descriptor: the bytes as they are,
 * each once and in order. Where no journald runs, both go to stdout and stderr.
 *
 * Where the container's lines are not wanted (`--logs=false`, or the engine's own driver `journald` writes
 * those for the journal), only our own messages are sent. */

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "cli/options.h"
#include "codec/engine/stream-frame.h"
#include "engine/engine.h"
#include "facts/facts.h"
#include "util/cleanup.h"

#define OUTPUT_LAST_LINES_MAX 10

typedef struct Output Output;

typedef struct OutputOps {
        /* The state of the stream of the container's output has changed to this: a fact. The Output must not
         * be freed here. */
        void (*on_log)(Attachment state, void *userdata);
        /* The stream has ended, and all its lines were taken. r: -errno if it has broken, else 0. message:
         * the engine's, or NULL. ask: whether the output goes on depends on whether the container lives; the
         * engine is to be asked, and the answer is for output_continue(). */
        void (*on_ended)(int r, const char *message, bool ask, void *userdata);
        /* A stream that was to be opened later could not be: lines may be missing from here on. */
        void (*on_failed)(int error, void *userdata);
        /* A line was taken. The Output must not be freed here. */
        void (*on_progress)(void *userdata);
        /* The journal was slow or away, and all that was taken is there now; or the last stream has ended:
         * time for output_drive(), and to look again at output_is_delivered(). */
        void (*on_room)(void *userdata);
        /* Bytes of this stream of the container, which goes to a descriptor, could not be written and are
         * lost: -errno, once a stream. The Output must not be freed here. */
        void (*on_write_failed)(int stream, int error, void *userdata);
} OutputOps;

/* Strings are copied. */
typedef struct OutputConfig {
        bool forward_stdout, forward_stderr; /* these streams of the container are wanted */
        /* Where its STREAM_STDOUT and STREAM_STDERR go: -EBADF: to the journal, line by line; else to this
         * descriptor, byte by byte, which is borrowed. */
        int raw_fds[_STREAM_MAX];
        LogTransport transport;
        int stderr_priority; /* of lines on stderr that have no prefix "<N>": LOG_EMERG … LOG_DEBUG */
        bool stderr_priority_given;  /* … whatever the unit's SyslogLevel= is */
        const char *position_folder; /* for positions that outlive this process; NULL: none is kept */
        const char *journal_socket;  /* NULL: journald's; the same for the next one */
        const char *stream_socket;
        const char *varlink_socket;
} OutputConfig;

/* Connects to journald, where lines go there, or facts say that we are in a service. engine and facts must
 * outlive the Output. -errno; that there is no journald is no error. */
int output_new(Output **ret, sd_event *event, Engine *engine, const OutputConfig *config, const Facts *facts,
               const OutputOps *ops, void *userdata);

/* Waits up to some seconds while journald takes what has been handed over. The position in the output stays
 * for the next supervisor where the container lives on. The Output may be freed inside of its ops, but for
 * those that say otherwise; none is called afterwards. */
Output *output_free(Output *o);
DEFINE_TRIVIAL_CLEANUP_FUNC(Output *, output_free)

/* From now on entries have the fields of facts->container, and our own messages go to the journal, too. To
 * be called again when it is another container. */
void output_name_container(Output *o);

/* The container's lines are for the journal, and the engine writes them there itself, under its own unit. */
bool output_is_left_to_engine(const Output *o);

/* Opens the stream of the container's output: attached, so that nothing is missed which is written from
 * ATTACHMENT_OPEN on; or, where some of it was written before, from the engine's stored log on. Where a
 * supervisor was killed while it was sending, journald is asked first, for some seconds at most; meanwhile
 * this is ATTACHMENT_OPENING, and a failure afterwards is reported by on_failed. Does nothing where the
 * container's lines are not wanted. -errno: it can't be opened. */
int output_open(Output *o);

/* The container was started again: output_open(), unless a stream is open, or about to be opened. */
int output_resume(Output *o);

/* The container has ended, and may be started again by others: closes the stream. The next output_resume()
 * goes on from the stored log; where the engine keeps none, the stopped container is attached to now. */
int output_await_restart(Output *o);

/* Closes the stream. What was taken goes on to the journal. */
void output_close(Output *o);

/* The engine was asked after the stream had ended. lives_on: the container does. */
void output_continue(Output *o, bool lives_on);

/* The container whose output it was is dead, and was never announced: what comes next begins anew, and the
 * position goes. -ENOMEM: the output is as it was. */
int output_forget(Output *o);

/* The connection to the engine is lost: a stream that has just ended was cut off. */
void output_lost_engine(Output *o);

/* Gives memory back that only much output has needed. */
void output_give_back(Output *o);

/* The container has ended: delivers what can be delivered now, torn lines at the end of its streams, too.
 * The rest is reported by on_ended and on_room. */
void output_drive(Output *o);

/* All output of a container that has ended was taken. */
bool output_is_drained(const Output *o);

/* … and it is in the journal or written, together with our own messages. */
bool output_is_delivered(const Output *o);

/* The time is over that the end of the output should have taken. Whether it is worth to wait that long once
 * more: the journal is slow, or the engine, which has the rest, is away (granted once). */
bool output_extend(Output *o);

/* The last lines that the container wrote before READY=1, the oldest first; they are the Output's. Returns
 * how many. */
size_t output_last_lines(const Output *o, const char *ret[static OUTPUT_LAST_LINES_MAX]);

/* The last line of all that is not blank, as text that was cut after max bytes; NULL: none, or no memory. It
 * belongs to the caller. */
char *output_last_line(const Output *o, size_t max);
