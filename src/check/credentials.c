/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Where systemd looks for the credentials of a service, see systemd.exec(5), LoadCredential=. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "credentials.h"
#include "util/macro.h"

static bool is_missing(const char *path)
{
        return access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Whether the credential is in one of the folders, also in those of what the machine itself was given at
 * boot. */
static bool is_in_a_store(const char *name, bool encrypted)
{
        static const struct {
                const char *folder;
                bool encrypted; /* for encrypted credentials only */
        } stores[] = {
                { "/etc/credstore", false },
                { "/run/credstore", false },
                { "/usr/local/lib/credstore", false },
                { "/usr/lib/credstore", false },
                { "/run/credentials/@system", false },
                { "/run/credentials/@encrypted", false },
                { "/etc/credstore.encrypted", true },
                { "/run/credstore.encrypted", true },
                { "/usr/local/lib/credstore.encrypted", true },
                { "/usr/lib/credstore.encrypted", true },
        };

        for (size_t i = 0; i < ELEMENTSOF(stores); i++) {
                char path[PATH_MAX];

                if (stores[i].encrypted && !encrypted)
                        continue;
                (void) snprintf(path, sizeof(path), "%s/%s", stores[i].folder, name);
                if (!is_missing(path))
                        return true;
        }
        return false;
}

/* Whether the line of the file is the reason for this credential. */
static bool is_reason(const UnitLine *l, const char *name)
{
        const char *value = l->value + (*l->value == '"');
        size_t n = strlen(name);

        if (strcmp(l->key, "Secret") != 0 &&
            strncmp(l->key, "LoadCredential", strlen("LoadCredential")) != 0)
                return false;
        return strncmp(value, name, n) == 0 && (!value[n] || strchr(",: \"", value[n]));
}

static const UnitLine *reason_of(const QuadletUnit *u, const char *name)
{
        for (size_t i = 0; i < u->file.n; i++)
                if (is_reason(u->file.lines + i, name))
                        return u->file.lines + i;
        return NULL;
}

static void take_line(QuadletUnit *u, const char *value, bool encrypted, bool user, FindingLevel level)
{
        _cleanup_free_ char *name = strndup(value, strcspn(value, ":")), *cure = NULL;
        const char *path = value[strcspn(value, ":")] ? value + strcspn(value, ":") + 1 : NULL;
        const UnitLine *line = name ? reason_of(u, name) : NULL;
        bool absolute = path && *path == '/';

        if (!name || !*name || strchr(value, '%'))
                return; /* systemd replaces something in it when the service starts */
        if (absolute ? !is_missing(path) : user || is_in_a_store(path ?: name, encrypted))
                return;
        if (asprintf(&cure, "the value into %s%s", absolute ? "" : "/etc/credstore/", path ?: name) < 0)
                cure = NULL;
        findings_add(&u->findings, level, line ? line->file : u->path, line ? line->line : 0, cure,
                     absolute ? "there is no file of the credential %s here"
                              : "there is no credential %s in /etc/credstore or /run/credstore here",
                     name);
}

void check_credentials(QuadletUnit *u, bool user, FindingLevel level)
{
        static const struct {
                const char *key;
                bool encrypted;
        } keys[] = { { "LoadCredential=", false }, { "LoadCredentialEncrypted=", true } };
        const char *at = strstr(u->text, "\n[Service]\n"), *end = at ? strstr(at + 1, "\n[") : NULL;

        for (at = at ? at + 1 : NULL; at && (!end || at < end); at = strchr(at, '\n')) {
                at += *at == '\n';
                for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                        size_t n = strlen(keys[i].key);
                        _cleanup_free_ char *value = NULL;

                        if (strncmp(at, keys[i].key, n) != 0)
                                continue;
                        value = strndup(at + n, strcspn(at + n, "\n"));
                        if (value)
                                take_line(u, value, keys[i].encrypted, user, level);
                }
        }
}
