/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Command lines of the runtime. */

#include <criterion/criterion.h>
#include <string.h>

#include "shim/command.h"

#define ID "7cfa1c26b86556a3fc8773fd3f54edbe13bbf352ad013e9656cbcbc0afb8e40c"
#define PARSE(...) parse((const char *[]){ "runtime", __VA_ARGS__ __VA_OPT__(, ) NULL })

static RuntimeCommand parse(const char *const *argv)
{
        RuntimeCommand c;

        runtime_command_parse(argv, &c);
        return c;
}

Test(command, as_containerd_calls_it)
{
        RuntimeCommand c =
                PARSE("--root", "/run/r", "--log", "/b/log.json", "--log-format", "json", "--systemd-cgroup",
                      "create", "--bundle", "/b", "--pid-file", "/b/init.pid", ID);

        cr_assert_str_eq(c.verb, "create");
        cr_assert(runtime_command_creates(&c));
        cr_assert_str_eq(c.id, ID);
        cr_assert_str_eq(c.bundle, "/b");
        cr_assert_str_eq(c.log, "/b/log.json");
        cr_assert(c.log_is_json);
        cr_assert_eq(c.systemd_cgroup, 7);

        c = PARSE("--root", "/run/r", "--log", "/l", "--log-format", "json", "--systemd-cgroup", "exec",
                  "--process", "/tmp/p", "--detach", "--pid-file", "/b/" ID ".pid", ID);
        cr_assert_str_eq(c.verb, "exec");
        cr_assert_not(runtime_command_creates(&c));
        cr_assert_str_eq(c.id, ID);
        cr_assert_null(c.bundle);

        c = PARSE("--root", "/run/r", "--log", "/l", "--log-format", "json", "delete", "--force", ID);
        cr_assert_str_eq(c.verb, "delete");
        cr_assert_str_eq(c.id, ID);
        cr_assert_eq(c.systemd_cgroup, 0);

        c = PARSE("--systemd-cgroup", "kill", ID, "15");
        cr_assert_str_eq(c.id, ID);
}

Test(command, other_spellings)
{
        RuntimeCommand c = PARSE("--root=/r", "-systemd-cgroup", "--log=/l", "--log-format=text", "run",
                                 "--bundle=/b", ID);

        cr_assert_str_eq(c.verb, "run");
        cr_assert_eq(c.systemd_cgroup, 2);
        cr_assert_str_eq(c.log, "/l");
        cr_assert_not(c.log_is_json);
        cr_assert_str_eq(c.bundle, "/b");
        c = PARSE("--debug", "--criu", "create", "create", "-b", "/b", ID);
        cr_assert_str_eq(c.verb, "create");
        cr_assert_str_eq(c.bundle, "/b");
        c = PARSE("--root", "--systemd-cgroup", "state", ID);
        cr_assert_eq(c.systemd_cgroup, 0);
        cr_assert_str_eq(c.verb, "state");
}

/* Words after the verb belong to the verb. */
Test(command, only_in_front_of_the_verb)
{
        RuntimeCommand c = PARSE("exec", ID, "--systemd-cgroup", "--log", "/x", "--bundle", "/y");

        cr_assert_eq(c.systemd_cgroup, 0);
        cr_assert_null(c.log);
        cr_assert_null(c.bundle);
}

Test(command, what_names_no_container)
{
        RuntimeCommand c = PARSE("features");

        cr_assert_str_eq(c.verb, "features");
        cr_assert_null(c.id);
        cr_assert_null(PARSE("--version").verb);
        cr_assert_null(PARSE("--root").verb);
        cr_assert_null(PARSE("create", "--bundle").bundle);
        cr_assert_null(PARSE("state", "mycontainer").id);
        cr_assert_null(
                PARSE("state", "7CFA1C26B86556A3FC8773FD3F54EDBE13BBF352AD013E9656CBCBC0AFB8E40C").id);
        cr_assert_null(PARSE("state", ID "0").id);
        cr_assert_null(PARSE("", ID).bundle);
        cr_assert_null(parse((const char *[]){ NULL }).verb);
        cr_assert_null(PARSE().verb);
}
