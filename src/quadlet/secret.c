/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Secret=: a secret of podman is a credential of the service here, see systemd.exec(5), LoadCredential=.
 *
 * As a variable, its value is in the request to the engine, and so in `docker inspect`. As a file it is not:
 * systemd gives a credential to root alone, so it is copied, with owner and mode, to a folder in memory that
 * nobody but root can enter, and the copy is mounted. systemd removes the folder when the service ends. */

#include <stdio.h>
#include <string.h>

#include "csv-field.h"
#include "handlers.h"

#define FOLDER "systemd-docker-secrets"

typedef struct SecretSpec {
        const char *name, *type, *target, *uid, *gid, *mode; /* point into the words */
} SecretSpec;

/* Whether [Service] has the credential already, by any of the keys that set one. */
static bool has_credential(const Conversion *c, const char *name)
{
        const UnitFile *f = &c->unit->file;
        size_t n = strlen(name);

        for (size_t i = 0; i < f->n; i++)
                if (strcmp(f->lines[i].section, "Service") == 0 && strstr(f->lines[i].key, "Credential") &&
                    strncmp(f->lines[i].value, name, n) == 0 &&
                    (!f->lines[i].value[n] || f->lines[i].value[n] == ':'))
                        return true;
        return false;
}

static bool consists_of(const char *s, const char *characters)
{
        return *s && strspn(s, characters) == strlen(s) && strlen(s) <= 10;
}

static bool is_id(const char *s)
{
        return consists_of(s, "0123456789");
}

static bool is_mode(const char *s)
{
        return consists_of(s, "01234567") && strlen(s) >= 3 && strlen(s) <= 4;
}

static bool is_type(const char *s)
{
        return strcmp(s, "env") == 0 || strcmp(s, "mount") == 0;
}

static bool is_anything(const char *s)
{
        return *s;
}

static bool take_option(SecretSpec *s, const char *option)
{
        const struct {
                const char *name;
                bool (*is)(const char *value);
                const char **value;
        } options[] = {
                { "type", is_type, &s->type }, { "target", is_anything, &s->target },
                { "uid", is_id, &s->uid },     { "gid", is_id, &s->gid },
                { "mode", is_mode, &s->mode },
        };
        size_t n = strcspn(option, "=");

        for (size_t i = 0; option[n] && i < ELEMENTSOF(options); i++)
                if (strlen(options[i].name) == n && strncmp(option, options[i].name, n) == 0 &&
                    options[i].is(option + n + 1)) {
                        *options[i].value = option + n + 1;
                        return true;
                }
        return false;
}

/* What becomes the name of a credential, and of a file. */
static bool is_credential(const char *name)
{
        return *name && *name != '.' && strlen(name) < 200 && !strpbrk(name, "/=:,%$ \t\"'\\");
}

static void add_variable(Conversion *c, const UnitLine *line, const SecretSpec *s)
{
        const char *target = s->target ?: s->name;

        if (strchr(target, '='))
                conversion_error(c, line, NULL, "Secret=: %s is not the name of a variable", target);
        else if (s->uid || s->gid || s->mode)
                conversion_error(c, line, NULL, "Secret=: uid=, gid= and mode= are for type=mount");
        else
                conversion_runf(c, "env-credential", "%s=%s", target, s->name);
}

static void add_command(Conversion *c, Buffer *b)
{
        c->failed = c->failed || b->failed;
        words_add(&c->before, buffer_text(b));
}

/* number: tells two secrets of one name apart, which may have other owners. */
static void add_file(Conversion *c, const SecretSpec *s, size_t number)
{
        _cleanup_buffer_ Buffer copy = {}, folder = {}, mount = {}, target = {}, source = {};

        buffer_add(&folder, "/usr/bin/install -d -m 0700 %t/" FOLDER);
        if (!words_contain(&c->before, buffer_text(&folder)))
                add_command(c, &folder);
        words_add(&c->service_lines, "RuntimeDirectory=" FOLDER "/%N");
        buffer_addf(&source, "%%t/" FOLDER "/%%N/%zu-%s", number, s->name);
        buffer_addf(&copy, "/usr/bin/install -m %s", s->mode ?: "0444");
        if (s->uid)
                buffer_addf(&copy, " -o %s", s->uid);
        if (s->gid)
                buffer_addf(&copy, " -g %s", s->gid);
        buffer_addf(&copy, " ${CREDENTIALS_DIRECTORY}/%s %s", s->name, buffer_text(&source));
        add_command(c, &copy);
        if (!s->target || *s->target != '/')
                buffer_add(&target, "/run/secrets/");
        buffer_add(&target, s->target ?: s->name);
        buffer_add(&mount, "type=bind");
        add_csv_field(&mount, "source", buffer_text(&source));
        add_csv_field(&mount, "target", buffer_text(&target));
        buffer_add(&mount, ",readonly");
        c->failed = c->failed || mount.failed || source.failed || target.failed;
        conversion_run(c, "mount", buffer_text(&mount));
}

void key_secret(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const UnitLine *line = values->items[i].line;
                _cleanup_words_ Words fields = {};
                SecretSpec s = { .type = "mount" };
                bool good = split_csv(values->items[i].text, &fields) && fields.n > 0 &&
                            is_credential(fields.items[0]);

                c->failed = c->failed || fields.failed;
                if (!good) {
                        conversion_error(c, line, "Secret=NAME,type=env,target=VARIABLE",
                                         "Secret=%s: must begin with the name of a credential",
                                         values->items[i].text);
                        continue;
                }
                s.name = fields.items[0];
                for (size_t k = 1; k < fields.n; k++)
                        if (!take_option(&s, fields.items[k]))
                                conversion_error(
                                        c, line,
                                        "type=env|mount, target=NAME, uid=NUMBER, gid=NUMBER, mode=0440",
                                        "Secret=: \"%s\" is not one of its options", fields.items[k]);
                if (!has_credential(c, s.name))
                        words_addf(&c->service_lines, "LoadCredential=%s", s.name);
                if (strcmp(s.type, "env") == 0)
                        add_variable(c, line, &s);
                else
                        add_file(c, &s, i + 1);
        }
}
