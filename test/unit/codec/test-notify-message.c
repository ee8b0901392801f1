/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Messages of sd_notify(3). */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/systemd/notify-message.h"
#include "util/cleanup.h"

Test(notify_message, fields)
{
        _cleanup_(notify_message_done) NotifyMessage m = NOTIFY_MESSAGE_NULL;
        static const char text[] = "READY=1\nSTATUS=a=b c\n\nX_Y=\nno value\n=x\nlower=1\n1X=2\nREADY=2\n";

        cr_assert_eq(notify_message_parse(text, sizeof(text) - 1, &m), 0);
        cr_assert_eq(m.n_fields, 4);
        cr_assert_eq(m.n_invalid, 4);
        cr_assert_str_eq(m.fields[1].key, "STATUS");
        cr_assert_str_eq(m.fields[1].value, "a=b c");
        cr_assert_str_eq(notify_message_get(&m, "READY"), "1");
        cr_assert_str_eq(notify_message_get(&m, "X_Y"), "");
        cr_assert_null(notify_message_get(&m, "MAINPID"));
}

Test(notify_message, refused_as_a_whole)
{
        static char big[NOTIFY_MESSAGE_MAX + 1];
        NotifyMessage m = { .n_fields = 42 };

        cr_assert_eq(notify_message_parse("", 0, &m), -EBADMSG);
        cr_assert_eq(notify_message_parse(NULL, 0, &m), -EBADMSG);
        cr_assert_eq(notify_message_parse("\0", 1, &m), -EBADMSG);
        cr_assert_eq(notify_message_parse("READY=1\0\0", 9, &m), -EBADMSG);
        cr_assert_eq(notify_message_parse("READY=1\0STATUS=x", 16, &m), -EBADMSG);
        memset(big, 'X', sizeof(big));
        cr_assert_eq(notify_message_parse(big, sizeof(big), &m), -EMSGSIZE);
        cr_assert_eq(m.n_fields, 42);
        cr_assert_eq(notify_message_parse(big, sizeof(big) - 1, &m), 0);
        notify_message_done(&m);
        memset(big, '\n', sizeof(big));
        cr_assert_eq(notify_message_parse(big, sizeof(big) - 1, &m), 0);
        cr_assert_eq(m.n_fields, 0);
        notify_message_done(&m);
}

Test(notify_message, one_nul_at_the_end_is_tolerated)
{
        _cleanup_(notify_message_done) NotifyMessage m = NOTIFY_MESSAGE_NULL;

        cr_assert_eq(notify_message_parse("READY=1", 8, &m), 0);
        cr_assert_str_eq(notify_message_get(&m, "READY"), "1");
}

static void check(const char *in, unsigned forward, const char *out, unsigned seen, size_t n_dropped)
{
        _cleanup_(notify_filtered_done) NotifyFiltered f = NOTIFY_FILTERED_NULL;

        cr_assert_eq(notify_message_filter(in, strlen(in), forward, &f), 0);
        if (out) {
                cr_assert_not_null(f.text);
                cr_assert_str_eq(f.text, out);
                cr_assert_eq(f.size, strlen(out));
        } else {
                cr_assert_null(f.text);
        }
        cr_assert_eq(f.seen, seen, "%s: %x", in, f.seen);
        cr_assert_eq(f.n_dropped, n_dropped, "%s", in);
}

#define F(key) NOTIFY_FLAG(NOTIFY_##key)

Test(notify_message, filter_passes_what_a_container_may_say)
{
        check("READY=1", NOTIFY_FLAGS_ALL, "READY=1", F(READY), 0);
        check("READY=1\nSTATUS=up and running\n", NOTIFY_FLAGS_ALL, "READY=1\nSTATUS=up and running",
              F(READY) | F(STATUS), 0);
        check("RELOADING=1\nMONOTONIC_USEC=123456", NOTIFY_FLAGS_ALL, "RELOADING=1\nMONOTONIC_USEC=123456",
              F(RELOADING) | F(MONOTONIC_USEC), 0);
        check("STOPPING=1\nERRNO=2\nEXIT_STATUS=3\nEXTEND_TIMEOUT_USEC=5", NOTIFY_FLAGS_ALL,
              "STOPPING=1\nERRNO=2\nEXIT_STATUS=3\nEXTEND_TIMEOUT_USEC=5",
              F(STOPPING) | F(ERRNO) | F(EXIT_STATUS) | F(EXTEND_TIMEOUT_USEC), 0);
        check("WATCHDOG=1", NOTIFY_FLAGS_ALL, "WATCHDOG=1", F(WATCHDOG), 0);
        check("WATCHDOG=trigger", NOTIFY_FLAGS_ALL, "WATCHDOG=trigger",
              F(WATCHDOG) | NOTIFY_FLAG_WATCHDOG_TRIGGER, 0);
}

Test(notify_message, filter_drops_everything_else)
{
        check("MAINPID=1", NOTIFY_FLAGS_ALL, NULL, 0, 1);
        check("MAINPID=1\nREADY=1\nFDSTORE=1\nFDNAME=x\nWATCHDOG_USEC=1\nNOTIFYACCESS=all\nBUSERROR=x",
              NOTIFY_FLAGS_ALL, "READY=1", F(READY), 6);
        check("READY=0\nREADY=\nREADY=11\nWATCHDOG=x\nERRNO=-1\nMONOTONIC_USEC=1x\nEXTEND_TIMEOUT_USEC=",
              NOTIFY_FLAGS_ALL, NULL, 0, 7);
        check("ERRNO=123456789012345678901", NOTIFY_FLAGS_ALL, NULL, 0, 1);
        check("nonsense\nready=1\n READY=1\nREADY =1", NOTIFY_FLAGS_ALL, NULL, 0, 4);
}

Test(notify_message, filter_withholds_and_still_sees)
{
        check("READY=1\nSTATUS=x", NOTIFY_FLAGS_ALL & ~F(READY), "STATUS=x", F(READY) | F(STATUS), 0);
        check("READY=1", 0, NULL, F(READY), 0);
}

Test(notify_message, status_is_told_also_where_it_is_withheld)
{
        static const char text[] = "STATUS=a\nREADY=1\nSTATUS=\x1b[1mb\n";
        _cleanup_(notify_filtered_done) NotifyFiltered f = NOTIFY_FILTERED_NULL;

        cr_assert_eq(notify_message_filter(text, strlen(text), F(READY), &f), 0);
        cr_assert_str_eq(f.status, "[1mb");
        cr_assert_str_eq(f.text, "READY=1");
        notify_filtered_done(&f);
        cr_assert_eq(notify_message_filter("READY=1", 7, F(READY), &f), 0);
        cr_assert_null(f.status);
}

Test(notify_message, filter_lets_a_barrier_stand_alone)
{
        check("BARRIER=1", NOTIFY_FLAGS_ALL, "BARRIER=1", F(BARRIER), 0);
        check("BARRIER=1\n", 0, NULL, F(BARRIER), 0);
        check("READY=1\nBARRIER=1\nSTATUS=x", NOTIFY_FLAGS_ALL, "BARRIER=1", F(BARRIER), 2);
        check("BARRIER=1\nBARRIER=1", NOTIFY_FLAGS_ALL, "BARRIER=1", F(BARRIER), 1);
        check("BARRIER=2\nREADY=1", NOTIFY_FLAGS_ALL, "READY=1", F(READY), 1);
}

Test(notify_message, status_is_made_plain)
{
        check("STATUS=\x1b[31mred\x07", NOTIFY_FLAGS_ALL, "STATUS=[31mred", F(STATUS), 0);
        check("STATUS=\xff\xfe", NOTIFY_FLAGS_ALL, "STATUS=??", F(STATUS), 0);
        check("STATUS=", NOTIFY_FLAGS_ALL, "STATUS=", F(STATUS), 0);
}

Test(notify_message, build)
{
        _cleanup_free_ char *m = NULL;

        cr_assert_eq(notify_message_append(&m, "READY", "1"), 0);
        cr_assert_eq(notify_message_appendf(&m, "STATUS", "%s\nMAINPID=%i", "evil", 1), 0);
        cr_assert_eq(notify_message_append(&m, "X", ""), 0);
        cr_assert_str_eq(m, "READY=1\nSTATUS=evil MAINPID=1\nX=");
}

Test(notify_message, build_within_the_limits)
{
        _cleanup_free_ char *m = NULL;
        char big[2 * NOTIFY_VALUE_MAX];
        int r, n = 0;

        memset(big, 'x', sizeof(big));
        big[sizeof(big) - 1] = 0;
        while ((r = notify_message_append(&m, "STATUS", big)) == 0) {
                n++;
                cr_assert_leq(strlen(m), NOTIFY_MESSAGE_MAX);
                cr_assert_leq(strlen(strrchr(m, '=') + 1), NOTIFY_VALUE_MAX);
        }
        cr_assert_eq(r, -EMSGSIZE);
        cr_assert_eq(n, 3);
        cr_assert_eq(notify_message_append(&m, "READY", "1"), 0);
}

Test(notify_message, keys_have_names)
{
        for (int i = 0; i < _NOTIFY_KEY_MAX; i++)
                cr_assert_eq(notify_key_from_string(notify_key_to_string((NotifyKey) i)), i);
}
