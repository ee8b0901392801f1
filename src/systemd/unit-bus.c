/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Root asks PID 1 on its private socket, which exists from the beginning of the boot and needs no message
 * bus. Others, and user services, ask over the bus. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "loop/event-util.h"
#include "unit-bus.h"
#include "util/cleanup.h"

static int open_private(sd_bus **ret)
{
        sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, "unix:path=/run/systemd/private");
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0) {
                sd_bus_unref(bus);
                return r;
        }
        *ret = bus;
        return 0;
}

/* The socket outlives the systemd that listened there, until the next one listens. Others, on the bus, would
 * then wait for a name that nobody has. */
int unit_bus_open_system(sd_bus **ret)
{
        int r = geteuid() == 0 ? open_private(ret) : -EACCES;

        if (r == -ECONNREFUSED) {
                *ret = NULL;
                return 0;
        }
        return r >= 0 ? r : sd_bus_open_system(ret);
}

int unit_bus_open(sd_bus **ret, char **ret_unit)
{
        _cleanup_free_ char *unit = NULL;
        bool user = sd_pid_get_user_unit(0, &unit) >= 0;
        int r = user ? 0 : sd_pid_get_unit(0, &unit);

        if (r >= 0)
                r = user ? sd_bus_open_user(ret) : unit_bus_open_system(ret);
        if (r >= 0)
                *ret_unit = TAKE_PTR(unit);
        return r;
}

const char *unit_bus_runtime_folder(void)
{
        return sd_pid_get_user_unit(0, NULL) >= 0 ? getenv("XDG_RUNTIME_DIR") : "/run";
}

int unit_bus_attach(sd_bus *bus, sd_event *event)
{
        int r = sd_bus_set_method_call_timeout(bus, UNIT_BUS_TIMEOUT_USEC);

        return r < 0 ? r : sd_bus_attach_event(bus, event, EVENT_PRIORITY_BUS);
}

void unit_bus_close(sd_bus *bus)
{
        if (!bus)
                return;
        (void) sd_bus_detach_event(bus);
        sd_bus_close_unref(bus);
}
