/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The text of the unit. It is one that a person could have written: `systemctl cat` shows it. */

#include <stdio.h>
#include <string.h>

#include "passed-lines.h"
#include "write-unit.h"

/* systemd reads lines of up to 1 MiB. */
#define EXEC_LINE_MAX ((size_t) 1000 << 10)

static const char head[] =
        "# Written by systemd-docker-generator(8). Edit the file that SourcePath= names, then run\n"
        "# \"systemctl daemon-reload\".\n\n";

static void add_assignment(Buffer *b, const char *key, const char *value)
{
        buffer_add(b, key);
        buffer_add_char(b, '=');
        buffer_add(b, value);
        buffer_add_char(b, '\n');
}

static void add_lines(Buffer *b, const Words *lines)
{
        for (size_t i = 0; i < lines->n; i++) {
                bool again = false;

                for (size_t k = 0; k < i && !again; k++)
                        again = strcmp(lines->items[k], lines->items[i]) == 0;
                if (!again)
                        buffer_addf(b, "%s\n", lines->items[i]);
        }
}

static void add_user_lines(Conversion *c, Buffer *b, const char *section)
{
        for (size_t i = 0; i < c->unit->file.n; i++)
                if (strcmp(c->unit->file.lines[i].section, section) == 0)
                        add_passed_line(c, b, c->unit->file.lines + i);
}

static void add_path_line(Buffer *b, const char *key, const char *path)
{
        buffer_addf(b, "%s=", key);
        for (; *path; path++) {
                buffer_add_char(b, *path);
                if (*path == '%')
                        buffer_add_char(b, '%');
        }
        buffer_add_char(b, '\n');
}

static void add_unit_section(Conversion *c, Buffer *b)
{
        const UnitLine *line = unit_file_last(&c->unit->file, "Quadlet", "DefaultDependencies");
        bool defaults = !line || !*line->value || unit_file_boolean(line->value) != 0;

        buffer_add(b, "[Unit]\n");
        if (!conversion_has(c, "Unit", "Description"))
                buffer_addf(b, "Description=%s\n", c->unit->name);
        add_path_line(b, "SourcePath", c->unit->path);
        if (!c->config->user && defaults)
                buffer_add(b, "Wants=docker.service network-online.target\nAfter=docker.service "
                              "network-online.target\n");
        else
                buffer_add(b, "Wants=docker.service\nAfter=docker.service\n");
        add_lines(b, &c->unit_lines);
        add_user_lines(c, b, "Unit");
}

static void add_default(Conversion *c, Buffer *b, const char *key, const char *value)
{
        if (!conversion_has(c, "Service", key))
                add_assignment(b, key, value);
}

static void add_service_defaults(Conversion *c, Buffer *b)
{
        if (c->is_oneshot) {
                add_default(c, b, "Type", "oneshot");
                if (c->remains)
                        add_default(c, b, "RemainAfterExit", "yes");
        } else {
                add_default(c, b, "Type", "notify");
                add_default(c, b, "NotifyAccess", "all");
                add_default(c, b, "KillMode", "mixed");
                if (!c->config->user)
                        add_default(c, b, "Delegate", "yes");
        }
        /* What is wrong with the command line is not mended by a restart. */
        add_default(c, b, "RestartPreventExitStatus", "78");
        add_default(c, b, "SyslogIdentifier", "%N");
}

/* An option begins a line of its own, together with its value. */
static void add_words(Buffer *b, const Words *words, bool *ret_broken)
{
        for (size_t i = 0; i < words->n; i++) {
                bool breaks = words->items[i][0] == '-' && words->items[i][1] == '-';

                buffer_add(b, breaks ? " \\\n        " : " ");
                word_quote(b, words->items[i]);
                *ret_broken = *ret_broken || breaks;
        }
}

static void add_exec_start(Conversion *c, Buffer *b)
{
        size_t before = b->size;
        bool broken = false;

        buffer_addf(b, "ExecStart=%s", c->program);
        for (size_t i = 0; i < c->options.n; i++) {
                buffer_add_char(b, ' ');
                word_quote(b, c->options.items[i]);
        }
        buffer_addf(b, " %s", c->verb);
        add_words(b, &c->run, &broken);
        if (c->command.n > 0 && broken) {
                buffer_add(b, " \\\n        ");
                word_quote(b, c->command.items[0]);
        }
        for (size_t i = broken; i < c->command.n; i++) {
                buffer_add_char(b, ' ');
                word_quote(b, c->command.items[i]);
        }
        buffer_add_char(b, '\n');
        if (b->size - before > EXEC_LINE_MAX)
                conversion_error(c, NULL, NULL, "the command line would be longer than systemd reads");
}

/* Messages as the output of printf(1), each with its priority. */
static void add_messages(Buffer *b, const Findings *f, FindingLevel level)
{
        for (size_t i = 0; i < f->n; i++) {
                _cleanup_free_ char *s = NULL;

                if (f->items[i].level != level)
                        continue;
                s = finding_to_string(f->items + i);
                buffer_add(b, " \\\n        ");
                word_quote_literal(b, s ?: "out of memory");
        }
}

static void add_commands(Buffer *b, const char *key, const Words *lines)
{
        for (size_t i = 0; i < lines->n; i++)
                add_assignment(b, key, lines->items[i]);
}

static void add_service_section(Conversion *c, Buffer *b)
{
        buffer_add(b, "\n[Service]\n");
        add_service_defaults(c, b);
        add_lines(b, &c->service_lines);
        if (c->unit->findings.count[FINDING_WARNING] > 0) {
                buffer_add(b, "ExecStartPre=-/usr/bin/printf \"<4>%%s\\\\n\"");
                add_messages(b, &c->unit->findings, FINDING_WARNING);
                buffer_add_char(b, '\n');
        }
        add_commands(b, "ExecStartPre", &c->before);
        add_user_lines(c, b, "Service");
        add_exec_start(c, b);
        add_commands(b, "ExecReload", &c->reload);
        add_commands(b, "ExecStopPost", &c->after);
}

/* What the file says itself, in sections that systemd ignores. */
static void add_sources(Conversion *c, Buffer *b)
{
        const UnitFile *f = &c->unit->file;

        for (size_t s = 0; s < f->sections.n; s++) {
                const char *section = f->sections.items[s];

                if (strcmp(section, "Unit") == 0 || strcmp(section, "Service") == 0 ||
                    strcmp(section, "Install") == 0)
                        continue;
                buffer_addf(b, "\n[%s%s]\n", strncmp(section, "X-", 2) == 0 ? "" : "X-", section);
                for (size_t i = 0; i < f->n; i++)
                        if (strcmp(f->lines[i].section, section) == 0)
                                add_assignment(b, f->lines[i].key, f->lines[i].value);
        }
}

static void add_install(Conversion *c, Buffer *b)
{
        if (!unit_file_has_section(&c->unit->file, "Install"))
                return;
        buffer_add(b, "\n[Install]\n");
        add_user_lines(c, b, "Install");
}

void write_unit(Conversion *c)
{
        _cleanup_buffer_ Buffer b = {};

        buffer_add(&b, head);
        add_unit_section(c, &b);
        add_service_section(c, &b);
        add_install(c, &b);
        add_sources(c, &b);
        c->unit->text = buffer_take(&b);
        c->failed = c->failed || !c->unit->text;
}

void write_broken_unit(QuadletUnit *u)
{
        _cleanup_buffer_ Buffer b = {};

        buffer_add(&b, head);
        buffer_addf(&b, "[Unit]\nDescription=%s (not valid)\n", u->name);
        add_path_line(&b, "SourcePath", u->path);
        /* No retry mends it: the status is 78, EX_CONFIG, as for a wrong command line. */
        buffer_add(&b, "\n[Service]\nType=oneshot\nSyslogIdentifier=%N\n"
                       "ExecStart=/bin/sh -c 'printf \"<3>%%s\\\\n\" \"$$@\"; exit 78' sh");
        add_messages(&b, &u->findings, FINDING_ERROR);
        buffer_add_char(&b, '\n');
        free(u->text);
        u->text = buffer_take(&b);
}
