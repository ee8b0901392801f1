/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* With the log driver `journald` the engine writes lines to the journal itself: from us they would be there
 * twice. Bytes for a descriptor are ours with any driver. */

#include <string.h>

#include "engine/log-stream.h"
#include "output-way.h"

static bool is_the_engines(const OutputWay ways[static _STREAM_MAX], const ContainerInfo *container,
                           int stream)
{
        return ways[stream] == OUTPUT_JOURNAL && strcmp(container->log_driver, "journald") == 0;
}

bool output_is_the_engines(const OutputWay ways[static _STREAM_MAX], const ContainerInfo *container)
{
        return is_the_engines(ways, container, STREAM_STDOUT) ||
               is_the_engines(ways, container, STREAM_STDERR);
}

bool output_is_asked_for(const OutputWay ways[static _STREAM_MAX], const ContainerInfo *container,
                         int stream)
{
        return ways[stream] == OUTPUT_RAW ||
               (ways[stream] == OUTPUT_JOURNAL && !is_the_engines(ways, container, stream));
}

unsigned output_stream_flags(const OutputWay ways[static _STREAM_MAX], const ContainerInfo *container)
{
        static const unsigned left_out
                [] = { [STREAM_STDOUT] = LOG_STREAM_NO_STDOUT, [STREAM_STDERR] = LOG_STREAM_NO_STDERR },
        raw[] = { [STREAM_STDOUT] = LOG_STREAM_RAW_STDOUT, [STREAM_STDERR] = LOG_STREAM_RAW_STDERR };
        unsigned flags = container->tty ? LOG_STREAM_TTY : 0;

        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                if (!output_is_asked_for(ways, container, stream))
                        flags |= left_out[stream];
                if (ways[stream] == OUTPUT_RAW)
                        flags |= raw[stream];
        }
        return flags;
}
