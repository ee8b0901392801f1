/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Container]: what depends on several keys. */

#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "docker-section.h"
#include "log.h"
#include "network-options.h"
#include "pod-member.h"
#include "storage.h"

void container_begin(Conversion *c)
{
        const char *name = conversion_text(c, "ContainerName");

        c->verb = "run --rm";
        words_add(&c->options, "--main-pid=supervisor");
        if (c->config->user)
                words_add(&c->options, "--cgroup-mode=none");
        conversion_run(c, "name", name ?: c->unit->parsed.is_template ? "systemd-%p_%i" : "systemd-%N");
        join_pod(c);
}

static void add_image(Conversion *c)
{
        const char *image = conversion_text(c, "Image");
        const UnitLine *line = conversion_line(c, "Image");
        _cleanup_reference_ Reference r = {};
        int type = image ? unit_type_from_name(image) : -1;

        if (!image) {
                if (!conversion_text(c, "Rootfs"))
                        conversion_error(c, line, "Image=docker.io/library/nginx",
                                         "[Container] has no Image=");
                return;
        }
        if ((type == UNIT_TYPE_IMAGE || type == UNIT_TYPE_BUILD) && !strpbrk(image, "/:")) {
                if (!conversion_refer(c, line, image, strlen(image), &r))
                        return;
                image = r.resource;
        }
        words_add(&c->command, image);
}

/* The four digits of a JSON escape at s; -1: they are none. */
static long read_unit(const char *s)
{
        char digits[5] = "";

        if (strspn(s, "0123456789abcdefABCDEF") < 4)
                return -1;
        memcpy(digits, s, 4);
        return strtol(digits, NULL, 16);
}

/* s is after the backslash. Appends what the escape of JSON means; returns its length, 0 for a bad one. */
static size_t unescape(const char *s, Buffer *b)
{
        static const char escapes[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
        const char *at = *s ? strchr(escapes, *s) : NULL;
        long c, low;

        if (at) {
                buffer_add_char(b, meaning[at - escapes]);
                return 1;
        }
        c = *s == 'u' ? read_unit(s + 1) : -1;
        if (c <= 0 || (c >= 0xdc00 && c < 0xe000))
                return 0;
        if (c < 0xd800 || c >= 0xe000) {
                buffer_add_rune(b, (uint32_t) c);
                return 5;
        }
        low = s[5] == '\\' && s[6] == 'u' ? read_unit(s + 7) : -1; /* the second half of a pair */
        if (low < 0xdc00 || low >= 0xe000)
                return 0;
        buffer_add_rune(b, (uint32_t) (0x10000 + ((c - 0xd800) << 10) + low - 0xdc00));
        return 11;
}

/* One string, s is after its quote. Returns its length with the closing quote; 0: it is none. */
static size_t read_string(const char *s, Words *ret)
{
        _cleanup_buffer_ Buffer b = {};
        const char *begin = s;

        while (*s != '"') {
                size_t n = *s == '\\' ? unescape(s + 1, &b) : 0;

                if (!*s || (*s == '\\' && n == 0))
                        return 0;
                if (n == 0)
                        buffer_add_char(&b, *s);
                s += 1 + n;
        }
        words_take(ret, buffer_take(&b));
        return (size_t) (s - begin) + 1;
}

static const char *skip_blanks(const char *s)
{
        return s + strspn(s, " \t");
}

/* The strings of a JSON list. False: it is none. */
static bool read_list(const char *s, Words *ret)
{
        s = skip_blanks(s + 1);
        while (*s != ']' || ret->n > 0) {
                size_t n = *s == '"' ? read_string(s + 1, ret) : 0;

                if (n == 0)
                        return false;
                s = skip_blanks(s + 1 + n);
                if (*s == ']')
                        break;
                if (*s != ',')
                        return false;
                s = skip_blanks(s + 1);
        }
        return !*skip_blanks(s + 1);
}

/* docker run takes one word; the rest of a list comes first in the command, which is what is executed in the
 * end. */
static void add_entrypoint(Conversion *c)
{
        const KeyValues *v = conversion_values(c, "Entrypoint");
        _cleanup_words_ Words list = {};

        if (v->last && !*v->last->value)
                conversion_run(c, "entrypoint", "");
        if (v->n == 0)
                return;
        if (*v->items[0].text != '[') {
                conversion_run(c, "entrypoint", v->items[0].text);
                return;
        }
        if (!read_list(v->items[0].text, &list)) {
                conversion_error(c, v->last, "Entrypoint=[\"/bin/app\", \"--flag\"]",
                                 "Entrypoint= begins like a list in JSON and is none");
                return;
        }
        conversion_run(c, "entrypoint", list.n > 0 ? list.items[0] : "");
        for (size_t i = 1; i < list.n; i++)
                words_add(&c->command, list.items[i]);
        c->failed = c->failed || list.failed;
}

static void add_user(Conversion *c)
{
        const char *user = conversion_text(c, "User"), *group = conversion_text(c, "Group");

        if (group && !user)
                conversion_error(c, conversion_line(c, "Group"), "User=0 as well", "Group= needs User=");
        else if (group && strchr(user, ':') && !has_expansion(user))
                conversion_error(c, conversion_line(c, "Group"), NULL, "Group=: User=%s has a group already",
                                 user);
        else if (group)
                conversion_runf(c, "user", "%s:%s", user, group);
        else if (user)
                conversion_run(c, "user", user);
}

static void check_notify(Conversion *c)
{
        const char *notify = conversion_text(c, "Notify");

        if (notify && strcmp(notify, "healthy") == 0 && !conversion_text(c, "HealthCmd"))
                conversion_note(c, conversion_line(c, "Notify"), "HealthCmd= as well",
                                "Notify=healthy works only if the image has a health check of its own");
}

static void check_reload(Conversion *c)
{
        if (conversion_text(c, "ReloadCmd") && conversion_text(c, "ReloadSignal"))
                conversion_error(c, conversion_line(c, "ReloadSignal"), NULL,
                                 "ReloadCmd= and ReloadSignal= exclude each other");
}

void container_end(Conversion *c)
{
        const KeyValues *exec = conversion_values(c, "Exec");

        add_image(c);
        add_entrypoint(c);
        for (size_t i = 0; i < exec->n; i++)
                words_add(&c->command, exec->items[i].text);
        add_user(c);
        if (!conversion_text(c, "Pod"))
                add_network_names(c);
        add_read_only_tmpfs(c);
        add_default_log_driver(c);
        check_notify(c);
        check_reload(c);
        add_docker_section(c);
}
