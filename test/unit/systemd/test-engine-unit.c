/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The questions for the engine's units, against a systemd by script. */

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop.h"
#include "systemd-by-script.h"
#include "systemd/engine-unit.h"
#include "util/macro.h"

static const char *socket_state, *service_state, *listen_type, *listen_path; /* NULL: an error */
static bool silent, wrong;
static unsigned asked, reports;
static EngineRest rest;
static EngineUnit *unit;

static void append_unit(sd_bus_message *m, const char *name, const char *active, const char *sub)
{
        cr_assert_geq(sd_bus_message_append(m, "(ssssssouso)", name, "Docker", "loaded", active, sub, "",
                                            "/org/freedesktop/systemd1/unit/x", 0, "", "/"),
                      0);
}

static void append_states(sd_bus_message *m)
{
        cr_assert_geq(sd_bus_message_open_container(m, 'a', "(ssssssouso)"), 0);
        append_unit(m, "docker.service", service_state, "whatever");
        append_unit(m, "docker.socket", "active", socket_state);
        cr_assert_geq(sd_bus_message_close_container(m), 0);
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        bool states =
                sd_bus_message_is_method_call(m, "org.freedesktop.systemd1.Manager", "ListUnitsByNames");
        sd_bus_message *answer = NULL;

        if (!states && !sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Get"))
                return 0; /* the end of the connection */
        asked++;
        if (silent)
                return 1;
        if (states ? !socket_state : !listen_path)
                return sd_bus_reply_method_errorf(m, "org.freedesktop.DBus.Error.AccessDenied", "no");
        cr_assert_geq(sd_bus_message_new_method_return(m, &answer), 0);
        if (wrong)
                cr_assert_geq(sd_bus_message_append(answer, "s", "?"), 0);
        else if (states)
                append_states(answer);
        else {
                cr_assert_str_eq(sd_bus_message_get_path(m),
                                 "/org/freedesktop/systemd1/unit/docker_2esocket");
                cr_assert_geq(sd_bus_message_append(answer, "v", "a(ss)", 2, "Datagram", "/run/x",
                                                    listen_type, listen_path),
                              0);
        }
        cr_assert_geq(sd_bus_send(NULL, answer, NULL), 0);
        sd_bus_message_unref(answer);
        return 1;
}

static void on_known(EngineRest value, void *userdata)
{
        cr_assert_eq(userdata, &reports);
        reports++;
        rest = value;
        unit = engine_unit_free(unit);
}

static EngineRest ask(const char *path)
{
        static const EngineUnitOps ops = { on_known };
        sd_event *event = loop_new();
        sd_bus *server, *client = systemd_by_script(event, &server, on_call);

        asked = reports = 0;
        cr_assert_eq(engine_unit_new_over(&unit, event, client, path, &ops, &reports), 0);
        if (silent)
                loop_until(event, asked > 0);
        else
                loop_until(event, reports > 0);
        loop_settle(event);
        cr_assert_eq(reports, !silent);
        unit = engine_unit_free(unit);
        systemd_by_script_end(server, event);
        return rest;
}

static void script(const char *socket, const char *service)
{
        socket_state = socket;
        service_state = service;
        listen_type = "Stream";
        listen_path = "/run/docker.sock";
}

Test(engine_unit, states, .timeout = LOOP_TIMEOUT)
{
        static const struct {
                const char *socket, *service;
                EngineRest rest;
        } table[] = {
                { "listening", "inactive", ENGINE_REST_STOPPED },
                { "listening", "failed", ENGINE_REST_STOPPED },
                { "running", "deactivating", ENGINE_REST_STOPS },
                { "running", "active", ENGINE_REST_NONE },
                { "running", "activating", ENGINE_REST_NONE },
                { "running", "inactive", ENGINE_REST_NONE }, /* the socket has another service */
                { "dead", "deactivating", ENGINE_REST_NONE },
                { "dead", "inactive", ENGINE_REST_NONE },
                { "failed", "failed", ENGINE_REST_NONE },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                script(table[i].socket, table[i].service);
                cr_assert_eq(ask("/run/docker.sock"), table[i].rest, "%s, %s", table[i].socket,
                             table[i].service);
                cr_assert_eq(asked, table[i].rest == ENGINE_REST_NONE ? 1 : 2);
        }
}

Test(engine_unit, socket_of_another_engine, .timeout = LOOP_TIMEOUT)
{
        script("listening", "inactive");
        cr_assert_eq(ask("/run/other.sock"), ENGINE_REST_NONE);
        listen_type = "Datagram";
        cr_assert_eq(ask("/run/docker.sock"), ENGINE_REST_NONE);
        cr_assert_eq(asked, 2);
}

/* /var/run is a symbolic link to /run. */
Test(engine_unit, other_name_of_the_socket, .timeout = LOOP_TIMEOUT)
{
        char folder[] = "/tmp/test-engine-unit.XXXXXX", real[64], link[64];
        FILE *f;

        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(real, sizeof(real), "%s/docker.sock", folder);
        (void) snprintf(link, sizeof(link), "%s/other.sock", folder);
        f = fopen(real, "w");
        cr_assert_not_null(f);
        (void) fclose(f);
        cr_assert_eq(symlink("docker.sock", link), 0);
        script("listening", "inactive");
        listen_path = real;
        cr_assert_eq(ask(link), ENGINE_REST_STOPPED);
        (void) unlink(link);
        cr_assert_eq(ask(link), ENGINE_REST_NONE);
        (void) unlink(real);
        (void) rmdir(folder);
}

Test(engine_unit, no_answer_means_no_rest, .timeout = LOOP_TIMEOUT)
{
        script(NULL, NULL);
        cr_assert_eq(ask("/run/docker.sock"), ENGINE_REST_NONE);
        script("listening", "inactive");
        listen_path = NULL;
        cr_assert_eq(ask("/run/docker.sock"), ENGINE_REST_NONE);
        script("listening", "inactive");
        wrong = true;
        cr_assert_eq(ask("/run/docker.sock"), ENGINE_REST_NONE);
}

Test(engine_unit, freed_before_the_answer, .timeout = LOOP_TIMEOUT)
{
        silent = true;
        (void) ask("/run/docker.sock");
        cr_assert_null(engine_unit_free(NULL));
}
