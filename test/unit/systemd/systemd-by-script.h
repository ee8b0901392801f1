/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A systemd by script: a connection that needs no bus. The behaviour tests have a real one. */

#include <criterion/criterion.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

/* Returns the client's end. on_call gets every message that comes to the server's end, *ret_server. */
static inline sd_bus *systemd_by_script(sd_event *event, sd_bus **ret_server,
                                        sd_bus_message_handler_t on_call)
{
        const sd_id128_t id = SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
        sd_bus *server = NULL, *client = NULL;
        int fds[2];

        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        cr_assert_geq(sd_bus_new(&server), 0);
        cr_assert_geq(sd_bus_set_fd(server, fds[0], fds[0]), 0);
        cr_assert_geq(sd_bus_set_server(server, true, id), 0);
        cr_assert_geq(sd_bus_start(server), 0);
        cr_assert_geq(sd_bus_attach_event(server, event, 0), 0);
        cr_assert_geq(sd_bus_add_filter(server, NULL, on_call, NULL), 0);
        cr_assert_geq(sd_bus_new(&client), 0);
        cr_assert_geq(sd_bus_set_fd(client, fds[1], fds[1]), 0);
        cr_assert_geq(sd_bus_start(client), 0);
        *ret_server = server;
        return client;
}

static inline void systemd_by_script_end(sd_bus *server, sd_event *event)
{
        (void) sd_bus_detach_event(server);
        sd_bus_close_unref(server);
        sd_event_unref(event);
}
