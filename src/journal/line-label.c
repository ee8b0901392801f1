/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include "line-label.h"
#include "codec/engine/stream-frame.h"

/* As Docker's driver: a tag that was asked for is also who wrote the line. */
const char *line_identifier(const Facts *facts)
{
        const char *identifier = facts->unit.syslog_identifier;

        if (facts->container.log.tag)
                return facts->container.log.tag;
        return *identifier ? identifier : facts->container.name;
}

int line_priority(const Facts *facts, int stream, int stderr_priority, bool given)
{
        int level = facts->unit.syslog_level;

        if (stream == STREAM_STDERR && (level < 0 || given))
                return stderr_priority;
        return level < 0 ? LOG_INFO : level;
}

size_t line_emergency_prefix(const char *data, size_t size)
{
        size_t n = 1;

        if (size < 3 || data[0] != '<')
                return 0;
        while (n < size && n < 4 && data[n] == '0')
                n++;
        return n > 1 && n < size && data[n] == '>' ? n + 1 : 0;
}

unsigned line_forward(const Facts *facts, int stream)
{
        const UnitProperties *p = &facts->unit;

        if (stream == STREAM_STDOUT || (p->stderr_forward & JOURNAL_FORWARD_INHERIT))
                return p->stdout_forward;
        return p->stderr_forward;
}
