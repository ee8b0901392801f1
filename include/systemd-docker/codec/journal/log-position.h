/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Up to which line a container's output is in the journal, in a form that outlives us: one flat piece of
 * memory, for a file that is mapped. Every change leaves it usable should we be killed right behind it.
 *
 * Two ways to have the output. Attached, lines have no time but that of their receipt; the stored log
 * (logs API) has the engine's stamp before each line, and these are exact: within a stream they only
 * grow. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/engine/engine-event.h"
#include "codec/engine/stream-frame.h"

/* Lines of a stream that are remembered; and what may have been offered behind them and not be taken. */
#define LOG_TRAIL_LINES 1024
#define LOG_TRAIL_SLOTS 2048
#define LOG_MARKS 32
#define LOG_EPOCH_SIZE 64

typedef enum LogMode {
        LOG_MODE_ATTACHED,
        LOG_MODE_STORED,
        _LOG_MODE_MAX,
} LogMode;

typedef struct LogEntry {
        uint64_t hash;      /* of the line */
        uint64_t time_nsec; /* of its receipt, or the engine's stamp */
        uint64_t ordinal;   /* in the journal */
} LogEntry;

/* What is stamped before time, and the first count lines with that very stamp, were taken. */
typedef struct LogBound {
        uint64_t time_nsec;
        uint64_t count;
} LogBound;

/* The last lines of a stream. */
typedef struct LogTrail {
        LogBound base;         /* LOG_MODE_STORED: where it began */
        uint64_t stored_n;     /* … and n at that time */
        uint64_t pending_nsec; /* the stamp of a line that has not come to its end; 0: none */
        uint64_t sent_n;       /* how many of n are with the journal: for transports without ordinals */
        uint64_t n;            /* lines ever; entries[n % LOG_TRAIL_SLOTS] is the next */
        LogEntry entries[LOG_TRAIL_SLOTS];
} LogTrail;

/* At that time no more than so many bytes had been received. */
typedef struct LogMark {
        uint64_t time_nsec;
        uint64_t bytes;
} LogMark;

typedef struct LogPosition {
        char magic[16];
        uint64_t size;
        char id[ENGINE_ID_SIZE + 1];
        char epoch[LOG_EPOCH_SIZE + 1]; /* CONTAINER_LOG_EPOCH= of the lines */
        uint64_t mode;
        uint64_t pid;              /* of who sends the lines */
        uint64_t without_ordinals; /* the journal's entries can't be told by CONTAINER_LOG_ORDINAL= */
        uint64_t offered;          /* the ordinal of the last line that was on its way to the journal */
        uint64_t sent;             /* … that is there for sure */
        uint64_t begin_nsec;       /* lines stamped earlier are none of ours */
        uint64_t last_nsec;        /* of the last receipt */
        uint64_t calm_nsec;        /* of the last receipt behind which nothing was left to be read */
        uint64_t bytes;            /* received */
        uint64_t n_marks;
        LogMark marks[LOG_MARKS];
        LogTrail trails[2]; /* of STREAM_STDOUT and STREAM_STDERR: log_position_trail() */
} LogPosition;

/* stream: STREAM_STDOUT or STREAM_STDERR. */
#define log_position_trail(p, stream) ((p)->trails + (stream - STREAM_STDOUT))

/* Begins anew: attached to a container from now on. */
void log_position_init(LogPosition *p, const char *id, const char *epoch, uint64_t now_nsec);

/* Whether size bytes, from whoever, are the position of this container. */
bool log_position_is_valid(const void *data, size_t size, const char *id);

uint64_t log_line_hash(const void *data, size_t size);

/* Before a line is sent: notes it under the next ordinal. time: its stamp, or now where it has none. */
void log_position_offer(LogPosition *p, int stream, uint64_t hash, uint64_t time_nsec);
/* It was not taken: as if it had never been offered. */
void log_position_withdraw(LogPosition *p, int stream);
/* All lines up to this ordinal, and so many of a stream, are at the journal. */
void log_position_sent(LogPosition *p, uint64_t ordinal);
void log_position_stream_sent(LogPosition *p, int stream, uint64_t n);
/* Attached: so many bytes came at that time. */
void log_position_received(LogPosition *p, size_t bytes, uint64_t now_nsec);
/* Nothing is left to be read. */
void log_position_calm(LogPosition *p);

/* After our death: the lines behind this ordinal are not in the journal (without ordinals: those that we
 * don't know to be sent); the next ones get a new epoch. */
void log_position_settle(LogPosition *p, uint64_t ordinal, const char *epoch);

/* From now on by stamps, from these bounds on. */
void log_position_store(LogPosition *p, const LogBound bounds[static _STREAM_MAX]);

/* The lines of a stream: the i-th from the end, 0 is the last; NULL: not (or no longer) known. */
const LogEntry *log_trail_last(const LogTrail *t, uint64_t i);
/* LOG_MODE_STORED: what of a stream was taken. */
LogBound log_trail_bound(const LogTrail *t);

/* From which time on the stored log has to be read so that nothing is missed. Attached: no line that was
 * not received is stamped earlier. */
uint64_t log_position_since(const LogPosition *p);
