/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Every pair of ways, with the engine's own driver and with another one. */

#include <criterion/criterion.h>

#include "engine/log-stream.h"
#include "journal/output-way.h"
#include "util/macro.h"

static bool is_asked(OutputWay way, bool engines)
{
        return way == OUTPUT_RAW || (way == OUTPUT_JOURNAL && !engines);
}

static void check(OutputWay out, OutputWay err, bool engines, bool tty)
{
        const OutputWay ways[_STREAM_MAX] = { [STREAM_STDOUT] = out, [STREAM_STDERR] = err };
        ContainerInfo c = { .log_driver = (char *) (engines ? "journald" : "json-file"), .tty = tty };
        unsigned flags = output_stream_flags(ways, &c);

        cr_assert_eq(output_is_asked_for(ways, &c, STREAM_STDOUT), is_asked(out, engines));
        cr_assert_eq(output_is_asked_for(ways, &c, STREAM_STDERR), is_asked(err, engines));
        cr_assert_eq(output_is_the_engines(ways, &c),
                     engines && (out == OUTPUT_JOURNAL || err == OUTPUT_JOURNAL));
        cr_assert_eq(!(flags & LOG_STREAM_NO_STDOUT), is_asked(out, engines));
        cr_assert_eq(!(flags & LOG_STREAM_NO_STDERR), is_asked(err, engines));
        cr_assert_eq(!!(flags & LOG_STREAM_RAW_STDOUT), out == OUTPUT_RAW);
        cr_assert_eq(!!(flags & LOG_STREAM_RAW_STDERR), err == OUTPUT_RAW);
        cr_assert_eq(!!(flags & LOG_STREAM_TTY), tty);
}

Test(output_way, all)
{
        for (OutputWay out = OUTPUT_NOWHERE; out <= OUTPUT_RAW; out++)
                for (OutputWay err = OUTPUT_NOWHERE; err <= OUTPUT_RAW; err++)
                        for (int k = 0; k < 4; k++)
                                check(out, err, k & 1, k & 2);
}
