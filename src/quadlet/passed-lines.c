/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Unit], [Service] and [Install] are systemd's and pass through. What is checked here is only what would
 * make the service something else than a supervised container, and what names other unit files. */

#include <stdio.h>
#include <string.h>

#include "passed-lines.h"

/* Keys of [Unit] whose words are names of units. */
static const char *const dependency_keys[] = {
        "After",
        "Before",
        "BindsTo",
        "Conflicts",
        "OnFailure",
        "OnSuccess",
        "PartOf",
        "PropagatesReloadTo",
        "PropagatesStopTo",
        "ReloadPropagatedFrom",
        "Requires",
        "Requisite",
        "StopPropagatedFrom",
        "Upholds",
        "Wants",
};

static bool is_dependency(const char *key)
{
        for (size_t i = 0; i < ELEMENTSOF(dependency_keys); i++)
                if (strcmp(dependency_keys[i], key) == 0)
                        return true;
        return false;
}

/* Writes the value of a dependency with the names of unit files replaced by those of their services. */
static void add_dependency(Conversion *c, Buffer *b, const UnitLine *line)
{
        _cleanup_words_ Words words = {};

        if (words_split(line->value, SPLIT_KEEP_ESCAPES, &words) != SPLIT_OK || words.failed) {
                buffer_add(b, line->value);
                return;
        }
        for (size_t i = 0; i < words.n; i++) {
                _cleanup_reference_ Reference r = {};
                const char *word = words.items[i];

                if (i > 0)
                        buffer_add_char(b, ' ');
                if (unit_type_from_name(word) >= 0 && conversion_find(c, line, word, strlen(word), &r))
                        word = r.service;
                buffer_add(b, word);
        }
}

void add_passed_line(Conversion *c, Buffer *b, const UnitLine *line)
{
        const char *value = line->value;

        buffer_addf(b, "%s=", line->key);
        if (strcmp(line->section, "Unit") == 0 && is_dependency(line->key))
                add_dependency(c, b, line);
        else if (strcmp(line->section, "Service") == 0 && strcmp(line->key, "Restart") == 0 &&
                 strcmp(value, "unless-stopped") == 0)
                buffer_add(b, "always");
        else
                buffer_add(b, value);
        buffer_add_char(b, '\n');
}

static void check_type(Conversion *c, const UnitLine *line)
{
        bool oneshot = strcmp(line->value, "oneshot") == 0;

        if (!*line->value || oneshot)
                return;
        if (c->is_oneshot)
                conversion_error(c, line, "Type=oneshot",
                                 "Type=%s: this service runs one command and is done", line->value);
        else if (strcmp(line->value, "notify") != 0)
                conversion_error(
                        c, line, "Type=notify (or no Type= at all), or Type=oneshot",
                        "Type=%s does not work: systemd-docker tells systemd when the container runs",
                        line->value);
}

static void check_kill_mode(Conversion *c, const UnitLine *line)
{
        if (*line->value && strcmp(line->value, "mixed") != 0 && strcmp(line->value, "control-group") != 0)
                conversion_error(c, line, "KillMode=mixed",
                                 "KillMode=%s would leave processes of the container behind", line->value);
}

static void check_restart(Conversion *c, const UnitLine *line)
{
        if (strcmp(line->value, "unless-stopped") == 0)
                (c->config->is_check ? conversion_error : conversion_warn)(
                        c, line, "Restart=always",
                        "Restart=unless-stopped is Docker's word and systemd does not know it; "
                        "always is used, which "
                        "also leaves a stopped unit stopped");
}

static void check_account(Conversion *c, const UnitLine *line)
{
        if (*line->value && unit_file_boolean(line->value) != 0)
                conversion_warn(c, line, "User= in [Container]",
                                "%s= in [Service] is the account of systemd-docker, which needs the "
                                "engine's socket; it does not "
                                "change the user in the container",
                                line->key);
}

static void check_exec_start(Conversion *c, const UnitLine *line)
{
        conversion_error(c, line, "Exec= in [Container]", "%s= is what the generator writes", line->key);
}

static const struct {
        const char *key;
        void (*check)(Conversion *c, const UnitLine *line);
} service_checks[] = {
        { "Type", check_type },
        { "KillMode", check_kill_mode },
        { "Restart", check_restart },
        { "User", check_account },
        { "Group", check_account },
        { "DynamicUser", check_account },
        { "ExecStart", check_exec_start },
};

void check_passed_lines(Conversion *c)
{
        for (size_t i = 0; i < c->unit->file.n; i++) {
                const UnitLine *line = c->unit->file.lines + i;

                if (strcmp(line->section, "Service") != 0)
                        continue;
                for (size_t k = 0; k < ELEMENTSOF(service_checks); k++)
                        if (strcmp(service_checks[k].key, line->key) == 0 &&
                            unit_file_last(&c->unit->file, "Service", line->key) == line)
                                service_checks[k].check(c, line);
        }
}
