/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the fields of an entry are made of; the rest is in test-output.c. */

#include "journal/transport.h"
#include "output-fixture.h"

static Transport *transport;
static uint64_t sent;

static void on_room(void *userdata)
{
}

static void on_entries_sent(uint64_t n, void *userdata)
{
        sent = n;
}

static void on_lines_sent(int stream, uint64_t n, void *userdata)
{
}

static void on_write_failed(int stream, int error, void *userdata)
{
        cr_assert_fail("nothing is written");
}

static void setup(void)
{
        static const TransportOps ops = { on_room, on_entries_sent, on_lines_sent, on_write_failed };

        fixture_setup();
        cr_assert_eq(transport_new(&transport, x.event, &x.config, &x.facts, &ops, NULL), 0);
        cr_assert_str_eq(transport_epoch(transport), "");
        transport_name_container(transport);
        cr_assert_eq(strlen(transport_epoch(transport)), 64);
}

static void teardown(void)
{
        transport = transport_free(transport);
        fixture_teardown();
}

TestSuite(transport, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void send_line(const char *text, LineBreak why, uint64_t stamp_nsec)
{
        cr_assert_eq(transport_send(transport, STDOUT, &(Line){ text, strlen(text), why }, stamp_nsec), 1);
        cr_assert_not(transport_is_empty(transport));
        cr_assert(transport_flush(transport));
        cr_assert(transport_is_empty(transport));
        cr_assert(fixture_receive(1));
}

static void field(char ret[static 128], const char *name)
{
        const char *at = strstr(x.last, name);

        *ret = 0;
        if (at)
                (void) sscanf(at + strlen(name), "=%127s", ret);
}

static void has(const char *name, const char *value)
{
        char found[128];

        field(found, name);
        cr_assert_str_eq(found, value, "%s", x.last);
}

Test(transport, parts_of_a_line_share_an_id)
{
        char id[128], again[128];

        send_line("<3>one", LINE_MAX_SIZE, 0);
        field(id, "CONTAINER_PARTIAL_ID");
        cr_assert_eq(strlen(id), 64);
        has("CONTAINER_PARTIAL_ORDINAL", "1");
        has("CONTAINER_PARTIAL_LAST", "false");
        has("CONTAINER_PARTIAL_MESSAGE", "true");
        has("PRIORITY", "3");
        send_line("<5>two", LINE_NEWLINE, 0);
        field(again, "CONTAINER_PARTIAL_ID");
        cr_assert_str_eq(again, id);
        has("CONTAINER_PARTIAL_ORDINAL", "2");
        has("CONTAINER_PARTIAL_LAST", "true");
        has("CONTAINER_PARTIAL_MESSAGE", "");
        has("PRIORITY", "3");
        cr_assert_str_eq(x.text, "one\n<5>two\n");
        send_line("three", LINE_NEWLINE, 0);
        has("CONTAINER_PARTIAL_ID", "");
        has("CONTAINER_LOG_ORDINAL", "3");
        cr_assert_eq(sent, 3);
}

Test(transport, stamp_of_the_engine)
{
        send_line("one", LINE_NEWLINE, UINT64_C(86400000000005));
        has("SYSLOG_TIMESTAMP", "1970-01-02T00:00:00.000000005Z");
}

Test(transport, stamp_that_is_no_time)
{
        send_line("one", LINE_NEWLINE, UINT64_MAX);
        send_line("two", LINE_NEWLINE, 1);
        cr_assert_str_eq(x.text, "one\ntwo\n");
}

static void send_error(const char *text)
{
        cr_assert_eq(transport_send(transport, STDERR, &(Line){ text, strlen(text), LINE_NEWLINE }, 0), 1);
        cr_assert(transport_flush(transport));
        cr_assert(fixture_receive(1));
}

/* On every terminal of the machine, with its control characters. */
Test(transport, no_line_of_a_container_is_an_emergency)
{
        send_line("<0>\033]0;owned\007", LINE_NEWLINE, 0);
        has("PRIORITY", "1");
        cr_assert_str_eq(x.text, "\033]0;owned\007\n");
        send_line("<1>one", LINE_NEWLINE, 0);
        has("PRIORITY", "1");
        send_line("<00>two", LINE_NEWLINE, 0);
        has("PRIORITY", "6");
}

Test(transport, as_the_unit_says)
{
        send_line("one", LINE_NEWLINE, 0);
        has("SYSLOG_FACILITY", "");
        x.facts.unit.syslog_facility = 17;
        x.facts.unit.syslog_level = 5;
        (void) strcpy(x.facts.unit.syslog_identifier, "shop");
        send_line("two", LINE_NEWLINE, 0);
        has("SYSLOG_FACILITY", "17");
        has("SYSLOG_IDENTIFIER", "shop");
        has("PRIORITY", "5");
        send_line("<4>three", LINE_NEWLINE, 0);
        has("PRIORITY", "4");
        send_error("four");
        has("PRIORITY", "5");
        x.facts.unit.syslog_no_prefix = true;
        send_line("<0>five", LINE_NEWLINE, 0);
        has("PRIORITY", "5");
        cr_assert_str_eq(x.text, "one\ntwo\nthree\nfour\n<0>five\n");
}

Test(transport, facility_of_the_kernel)
{
        x.facts.unit.syslog_facility = 0;
        send_line("one", LINE_NEWLINE, 0);
        has("SYSLOG_FACILITY", "0");
}
