/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Keys of [Container] that stand alone. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "handlers.h"

void key_auto_update(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        conversion_runf(c, "label", "io.containers.autoupdate=%s", values->items[0].text);
        conversion_note(c, values->items[0].line, NULL,
                        "AutoUpdate= sets the label; systemd-docker itself does not update containers");
}

void key_cgroups_mode(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *mode = values->items[0].text;

        if (strcmp(mode, "disabled") == 0)
                conversion_error(c, values->items[0].line, "CgroupsMode=split",
                                 "CgroupsMode=disabled is not possible: the engine always makes a cgroup");
        else if (strcmp(mode, "split") != 0 && !c->config->user)
                words_add(&c->options, "--cgroup-mode=none");
}

void key_environment(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const char *variable = values->items[i].text;
                size_t n = strcspn(variable, "=");

                if (!variable[n] && n > 0 && variable[n - 1] == '*')
                        conversion_warn(c, values->items[i].line, "EnvironmentHost=yes",
                                        "Environment=%s has no effect: Docker takes one variable a word",
                                        variable);
                else
                        conversion_run(c, "env", variable);
                if (!variable[n] && i > 0 && values->items[i - 1].line == values->items[i].line &&
                    !strpbrk(values->items[i].line->value, "\"'"))
                        conversion_note(c, values->items[i].line, "Environment=\"NAME=two words\"",
                                        "Environment=: \"%s\" is the name of a variable here; a value with "
                                        "blanks needs quotes",
                                        variable);
        }
}

void key_environment_file(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const char *path = values->items[i].text;
                _cleanup_free_ char *absolute = NULL;

                if (*path == '-') {
                        conversion_error(c, values->items[i].line,
                                         "EnvironmentFile=-PATH in [Service], and EnvironmentHost=yes",
                                         "EnvironmentFile=%s: the file of a container cannot be optional",
                                         path);
                        continue;
                }
                absolute = conversion_path(c, path);
                if (absolute)
                        conversion_run(c, "env-file", absolute);
        }
}

void key_environment_host(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        if (strcmp(values->items[0].text, "1") == 0)
                words_add(&c->options, "--env");
}

void key_group_add(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++)
                if (strcmp(values->items[i].text, "keep-groups") == 0)
                        conversion_warn(
                                c, values->items[i].line, NULL,
                                "GroupAdd=keep-groups has no effect: the engine has no groups to keep");
                else
                        conversion_run(c, "group-add", values->items[i].text);
}

void key_http_proxy(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        static const char *const names[] = { "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY",
                                             "NO_PROXY" };

        if (strcmp(values->items[0].text, "1") == 0)
                return; /* as Docker does anyway */
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char lower[16];
                size_t n = strlen(names[i]);

                for (size_t k = 0; k <= n; k++)
                        lower[k] = (char) tolower((unsigned char) names[i][k]);
                conversion_runf(c, "env", "%s=", names[i]);
                conversion_runf(c, "env", "%s=", lower);
        }
}

void key_notify(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *notify = values->items[0].text;
        int truth = unit_file_boolean(notify);

        if (strcmp(notify, "healthy") == 0)
                words_add(&c->options, "--notify=healthy");
        else if (truth > 0)
                words_add(&c->options, "--notify");
        else if (truth < 0)
                conversion_error(c, values->items[0].line, "Notify=healthy",
                                 "Notify=%s: must be yes, no or healthy", notify);
}

void key_pull(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *policy = values->items[0].text;

        if (strcmp(policy, "newer") == 0)
                conversion_warn(c, values->items[0].line, "Pull=always, or Pull=missing",
                                "Pull=newer works like always: without the registry the start fails");
        conversion_run(c, "pull", strcmp(policy, "newer") == 0 ? "always" : policy);
}

void key_reload_command(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        _cleanup_buffer_ Buffer b = {};

        buffer_add(&b, "/usr/bin/docker exec ");
        word_quote(&b, c->run.n > 1 && !c->run.failed ? c->run.items[1]
                                                      : ""); /* the name, see container_begin() */
        for (size_t i = 0; i < values->n; i++) {
                buffer_add_char(&b, ' ');
                word_quote(&b, values->items[i].text);
        }
        c->failed = c->failed || b.failed;
        words_add(&c->reload, buffer_text(&b));
        if (!c->config->docker_client)
                conversion_warn(c, values->items[0].line, "ReloadSignal=HUP, or install docker-cli",
                                "ReloadCmd= has no effect without Docker's command line client");
}

void key_reload_signal(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *signal_name = values->items[0].text;

        if (strncasecmp(signal_name, "SIG", 3) == 0)
                signal_name += 3;
        words_addf(&c->reload, "/bin/kill -%s $MAINPID", signal_name);
}

void key_timezone(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *zone = values->items[0].text;

        if (strcmp(zone, "local") == 0) {
                conversion_run(c, "mount", "type=bind,source=/etc/localtime,target=/etc/localtime,readonly");
                return;
        }
        if (*zone == '/' || strstr(zone, "..") || strpbrk(zone, ", \"")) {
                conversion_error(c, values->items[0].line, "Timezone=Europe/Berlin",
                                 "Timezone=%s is not the name of a time zone", zone);
                return;
        }
        conversion_runf(c, "mount", "type=bind,source=/usr/share/zoneinfo/%s,target=/etc/localtime,readonly",
                        zone);
        conversion_runf(c, "env", "TZ=%s", zone);
}
