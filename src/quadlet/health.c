/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Health checks. HealthCmd= has a grammar of its own: see key_health_cmd(). */

#include <string.h>
#include <strings.h>

#include "handlers.h"

/* The words of `CMD x y` as the JSON list that Docker's API takes. */
static void run_without_shell(Conversion *c, const Words *words)
{
        _cleanup_buffer_ Buffer b = {};

        buffer_add(&b, "[\"CMD\"");
        for (size_t i = 0; i < words->n; i++) {
                buffer_add(&b, ",\"");
                for (const char *s = words->items[i]; *s; s++) {
                        if (*s == '"' || *s == '\\')
                                buffer_add_char(&b, '\\');
                        if ((unsigned char) *s < ' ')
                                buffer_addf(&b, "\\u%04x", *s);
                        else
                                buffer_add_char(&b, *s);
                }
                buffer_add_char(&b, '"');
        }
        buffer_add_char(&b, ']');
        c->failed = c->failed || b.failed;
        conversion_run(c, "health-test", buffer_text(&b));
}

/* Splits at blanks, without quotes: that is how podman reads `CMD`. */
static void split_at_blanks(const char *s, Words *ret)
{
        for (;;) {
                size_t n;

                s += strspn(s, " \t");
                n = strcspn(s, " \t");
                if (n == 0)
                        return;
                words_add_n(ret, s, n);
                s += n;
        }
}

static bool begins_with_word(const char *s, const char *word)
{
        size_t n = strlen(word);

        return strncasecmp(s, word, n) == 0 && (!s[n] || s[n] == ' ' || s[n] == '\t');
}

/* A JSON list is passed on; a list of a single string is a command for the shell. */
static void set_list(Conversion *c, const UnitLine *line, const char *value)
{
        size_t n = strlen(value), strings = 0;
        bool inside = false;

        for (size_t i = 0; i < n; i++) {
                if (inside && value[i] == '\\')
                        i++;
                else if (value[i] == '"') {
                        strings += !inside;
                        inside = !inside;
                }
        }
        if (value[n - 1] != ']' || inside || strings == 0) {
                conversion_error(c, line, "HealthCmd=[\"CMD\", \"curl\", \"-f\", \"http://localhost/\"]",
                                 "HealthCmd= begins like a list in JSON and is none");
                return;
        }
        conversion_run(c, "health-test", value);
}

/* podman takes four forms: `none`, a JSON list, `CMD x y`, and a line for the shell, which `CMD-SHELL` may
 * precede. Docker's
 * --health-cmd is always a line for the shell: `CMD x` would run a program of the name CMD. */
void key_health_cmd(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const UnitLine *line = values->items[0].line;
        const char *value = values->items[0].text;

        if (strcasecmp(value, "none") == 0) {
                words_add(&c->run, "--no-healthcheck");
        } else if (*value == '[') {
                set_list(c, line, value);
        } else if (begins_with_word(value, "CMD")) {
                _cleanup_words_ Words words = {};

                split_at_blanks(value + 3, &words);
                if (words.n == 0)
                        conversion_error(c, line, "HealthCmd=CMD curl -f http://localhost/",
                                         "HealthCmd=CMD has no command");
                else
                        run_without_shell(c, &words);
                c->failed = c->failed || words.failed;
        } else {
                if (begins_with_word(value, "CMD-SHELL"))
                        value += strlen("CMD-SHELL") + strspn(value + strlen("CMD-SHELL"), " \t");
                conversion_run(c, "health-cmd", value);
        }
        if (strchr(value, '$'))
                conversion_note(c, line, "$$ for a dollar sign that the container's shell sees",
                                "HealthCmd=: systemd replaces $VARIABLE when the unit starts");
}

void key_health_time(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        if (strcmp(values->items[0].text, "disable") == 0)
                conversion_warn(
                        c, values->items[0].line, "HealthCmd=none",
                        "%s=disable has no effect: Docker runs a health check by itself or not at all",
                        key->name);
        else
                conversion_run(c, key->option, values->items[0].text);
}

void key_health_on_failure(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *action = values->items[0].text;

        if (strcmp(action, "none") == 0)
                return;
        if (strcmp(action, "stop") == 0)
                conversion_note(c, values->items[0].line, "HealthOnFailure=kill",
                                "HealthOnFailure=stop ends the unit as failed, as kill does");
        words_add(&c->options, "--watchdog=healthy");
        if (!conversion_has(c, "Service", "WatchdogSec"))
                words_add(&c->service_lines, "WatchdogSec=1min");
        if (strcmp(action, "restart") == 0 && !conversion_has(c, "Service", "Restart"))
                words_add(&c->service_lines, "Restart=on-failure");
}
