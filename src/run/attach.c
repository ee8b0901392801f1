/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --attach, and which streams are attached without it. */

#include <errno.h>
#include <string.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "util/macro.h"
#include "json/json.h"

int set_attach(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        static const char *const names[] = { "stdin", "stdout", "stderr" };
        bool *members[] = { &p->o->attach_stdin, &p->o->attach_stdout, &p->o->attach_stderr };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcasecmp(names[i], value) == 0) {
                        p->o->attach_given = *members[i] = true;
                        return 0;
                }
        return run_parse_error(p, "not one of stdin, stdout, stderr");
}

int finish_attach(RunParse *p)
{
        RunOptions *o = p->o;
        int r;

        if (o->attach_given && o->detach)
                return cli_error(p->reterr, CLI_EXIT_USAGE, "--attach and --detach contradict each other");
        if (!o->attach_given)
                o->attach_stdout = o->attach_stderr = true;
        if (o->interactive)
                o->attach_stdin = true;
        r = draft_set(p, "AttachStdin", json_object_new_boolean(o->attach_stdin));
        if (r >= 0)
                r = draft_set(p, "AttachStdout", json_object_new_boolean(o->attach_stdout));
        if (r >= 0)
                r = draft_set(p, "AttachStderr", json_object_new_boolean(o->attach_stderr));
        if (r >= 0)
                r = draft_set(p, "StdinOnce", json_object_new_boolean(o->interactive && o->attach_stdin));
        return r;
}
