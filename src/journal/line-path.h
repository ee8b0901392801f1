/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The path of a line from whichever stream is open to the next stage: each new line, once. */

#include <stdbool.h>
#include <stdint.h>

#include "engine/log-stream.h"
#include "stored-log.h"
#include "torn-lines.h"
#include "way-back.h"

#define LINE_PATH_MISFIT                                                                                    \
        "what the engine has stored does not fit what was received, lines may be missing or come twice"

struct ContinuityTies;

typedef struct LinePath {
        const struct ContinuityTies *ties;
        StoredLog stored_log;
        TornLines torn;
        WayBack *way_back;  /* NULL: none, or it was gone */
        uint64_t calm_nsec; /* when nothing was left to be read, CLOCK_BOOTTIME */
        bool got_lines;     /* set when a line was taken */
        bool gap_said;
} LinePath;

void line_path_init(LinePath *p, const struct ContinuityTies *ties);
void line_path_done(LinePath *p);

/* A line of the stream, or a part of it if it is raw. stamp_nsec: 0: of the attach stream. 1: taken; 0:
 * there is no room, and the same line is to be offered again. */
int line_path_take(LinePath *p, int stream, const Line *line, uint64_t stamp_nsec);
/* Nothing is left to be read of this stream. */
void line_path_calm(LinePath *p, const LogStream *log);

/* Attaches beside the stored log, if the two can be compared. flags: LOG_STREAM_… of the
 * streams. */
void line_path_begin_way_back(LinePath *p, unsigned flags, WayBackReport report, void *userdata);
/* A reading of the stored log begins. */
void line_path_note_reading(LinePath *p);
/* The clock was set, or may have been. */
void line_path_note_clock(LinePath *p);

/* What the attach stream had before it took over goes on. False: there is no room for all of it. */
bool line_path_pass_on_held(LinePath *p);
/* No stream goes on: what was put aside goes on, as far as there is room. */
void line_path_finish(LinePath *p);
bool line_path_is_empty(const LinePath *p);

/* Lines are missing, or come twice: says so, once. */
void line_path_say_gap(LinePath *p, const char *why);
