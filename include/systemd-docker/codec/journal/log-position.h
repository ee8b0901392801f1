/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The position in a container's output: up to which line the output is in the journal. It is one flat piece
 * of memory, which can be a mapped file and then survives the supervisor. After every change it is usable,
 * even if we are killed right then.
 *
 * There are two ways to get the output. While attached, a line only has the time of its receipt. In the
 * stored log (GET /containers/{id}/logs) each line has the engine's stamp, and within a stream these stamps
 * only grow, unless the clock is set back. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/engine/engine-event.h"
#include "codec/engine/stream-frame.h"
#include "codec/journal/log-hash.h"

/* How many lines of a stream are remembered, and room for lines that were offered after these and not
 * accepted. */
#define LOG_TRAIL_LINES 1024
#define LOG_TRAIL_SLOTS 2048
#define LOG_MARKS 32
#define LOG_EPOCH_SIZE 64
/* Of a line that has no end yet, so many bytes are remembered. */
#define LOG_HEAD_SIZE (16 * 1024)

typedef enum LogMode {
        LOG_MODE_ATTACHED,
        LOG_MODE_STORED,
        _LOG_MODE_MAX,
} LogMode;

typedef struct LogEntry {
        uint64_t hash;      /* of the line */
        uint64_t time_nsec; /* the time of its receipt, or the engine's stamp */
        uint64_t ordinal;   /* in the journal */
} LogEntry;

/* The lines with a stamp before time_nsec were accepted, and so were the first `count` lines with exactly
 * that stamp. */
typedef struct LogBound {
        uint64_t time_nsec;
        uint64_t count;
} LogBound;

/* The last line of a raw stream, while its newline has not come: its bytes are delivered. */
typedef struct LogOpenLine {
        LogHash hash;
        uint64_t time_nsec; /* as of an entry; of its first byte */
        char head[LOG_HEAD_SIZE];
} LogOpenLine;

/* The last lines of a stream. */
typedef struct LogTrail {
        LogBound base;         /* LOG_MODE_STORED: where this mode began */
        uint64_t stored_n;     /* … and the value of n at that time */
        uint64_t pending_nsec; /* the stamp of an incomplete line; 0: none */
        uint64_t sent_n;       /* how many of n are in the journal, for transports without ordinals */
        uint64_t n;            /* the number of lines so far; entries[n % LOG_TRAIL_SLOTS] is the next one */
        /* What is written while there is no output comes first: it takes one page. */
        LogOpenLine open; /* of a raw stream */
        LogEntry entries[LOG_TRAIL_SLOTS];
} LogTrail;

/* At that time, at most so many bytes had been received. */
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
        uint64_t pid;              /* of the process that sends the lines */
        uint64_t without_ordinals; /* the journal's entries do not have CONTAINER_LOG_ORDINAL= */
        uint64_t offered;          /* the ordinal of the last line that was sent to the journal */
        uint64_t sent;             /* the ordinal of the last line that certainly is in the journal */
        uint64_t begin_nsec;       /* lines with an earlier stamp are not ours */
        uint64_t last_nsec;        /* the time of the last receipt */
        uint64_t calm_nsec;        /* the time of the last receipt after which nothing was left to read */
        uint64_t bytes;            /* received so far */
        uint64_t clock_nsec;       /* CLOCK_REALTIME minus CLOCK_BOOTTIME, when it was noted; 0: never */
        uint64_t floor_nsec;       /* the clock was set: lines that were not received are not older … */
        uint64_t ceiling_nsec;     /* … and up to this time stamps do not tell which these are */
        uint64_t n_marks;
        LogMark marks[LOG_MARKS];
        LogTrail trails[2]; /* of STREAM_STDOUT and STREAM_STDERR: log_position_trail() */
} LogPosition;

/* stream: STREAM_STDOUT or STREAM_STDERR. */
#define log_position_trail(p, stream) ((p)->trails + (stream - STREAM_STDOUT))

/* Begins a new position: attached to the container from now on. */
void log_position_init(LogPosition *p, const char *id, const char *epoch, uint64_t now_nsec);

/* Whether these bytes, which anybody may have written, are a valid position of this container. */
bool log_position_is_valid(const void *data, size_t size, const char *id);

/* To be called before a line is sent: records it with the next ordinal. time_nsec: its stamp, or the current
 * time if it has none. */
void log_position_offer(LogPosition *p, int stream, uint64_t hash, uint64_t time_nsec);
/* The line was not accepted: undoes log_position_offer(). */
void log_position_withdraw(LogPosition *p, int stream);
/* All lines up to this ordinal, or the first n lines of a stream, are in the journal. */
void log_position_sent(LogPosition *p, uint64_t ordinal);
void log_position_stream_sent(LogPosition *p, int stream, uint64_t n);
/* Bytes of a raw stream were delivered, with any number of lines in them. time_nsec: as above. */
void log_position_take_raw(LogPosition *p, int stream, const char *data, size_t size, uint64_t time_nsec);
/* While attached: so many bytes were received at that time. */
void log_position_received(LogPosition *p, size_t bytes, uint64_t now_nsec);
/* Nothing is left to read. */
void log_position_calm(LogPosition *p);

/* For the next supervisor after a death: the lines after this ordinal are not in the journal (without
 * ordinals: the lines that are not known to be sent). The next lines get a new epoch. */
void log_position_settle(LogPosition *p, uint64_t ordinal, const char *epoch);

/* Switches to LOG_MODE_STORED, beginning with these bounds. */
void log_position_store(LogPosition *p, const LogBound bounds[static _STREAM_MAX]);

/* Switches back to LOG_MODE_ATTACHED, now: lines that were not received have the stamp since_nsec or a later
 * one. */
void log_position_attach(LogPosition *p, uint64_t since_nsec, uint64_t now_nsec);

/* The i-th line of a stream from its end; 0 is the last one. NULL: not known, or no longer. */
const LogEntry *log_trail_last(const LogTrail *t, uint64_t i);
/* LOG_MODE_STORED: the part of the stream that was accepted. */
LogBound log_trail_bound(const LogTrail *t);

/* To be called before the stored log is read, and when the clock was set: the current CLOCK_REALTIME and
 * CLOCK_BOOTTIME. True: the clock was set back since the last call. */
bool log_position_note_clock(LogPosition *p, uint64_t now_nsec, uint64_t boot_nsec);
/* Stamps do not tell which lines were accepted, because the clock was set, and has not caught up since then.
 */
bool log_position_is_disordered(const LogPosition *p);

/* The time from which the stored log has to be read, so that nothing is missed. While attached: no line that
 * was not received has an earlier stamp. */
uint64_t log_position_since(const LogPosition *p);
