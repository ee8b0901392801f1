/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Who has written a line of the container, and how important it is: as the unit and the command line say.
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include "facts/facts.h"

/* What a container's "<0>" becomes: journald shows a line with LOG_EMERG on every terminal of the machine,
 * with its control characters. */
#define LINE_EMERGENCY LOG_ALERT

const char *line_identifier(const Facts *facts);

/* Of a line without a prefix. stderr_priority: of lines on stderr; given: even if the unit has SyslogLevel=.
 */
int line_priority(const Facts *facts, int stream, int stderr_priority, bool given);

/* The number of bytes of a prefix "<0>" at the begin of the line, which journald also reads with up to three
 * digits. 0: it is none. */
size_t line_emergency_prefix(const char *data, size_t size);

/* JournalForward: where the unit wants the lines besides the journal. */
unsigned line_forward(const Facts *facts, int stream);
