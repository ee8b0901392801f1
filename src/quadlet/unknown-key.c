/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Keys of systemd are known here only as far as people put them into the wrong section. */

#include <stdio.h>
#include <string.h>

#include "quadlet/key.h"
#include "suggest.h"
#include "unknown-key.h"

static const struct {
        const char *section, *keys; /* with a blank before and after each */
} systemd_keys[] = {
        { "Unit",
          " After Before BindsTo Conflicts Description Documentation OnFailure OnSuccess PartOf Requires "
          "RequiresMountsFor Requisite StartLimitIntervalSec StopWhenUnneeded Upholds "
          "Wants " },
        { "Service",
          " AllowedCPUs CPUQuota CPUWeight Delegate ExecReload ExecStart ExecStartPost ExecStartPre "
          "ExecStop "
          "ExecStopPost IOWeight KillMode KillSignal LoadCredential LoadCredentialEncrypted MemoryHigh "
          "MemoryLow "
          "MemoryMax NotifyAccess OOMScoreAdjust RemainAfterExit Restart RestartSec RuntimeDirectory "
          "RuntimeMaxSec SetCredential Slice StateDirectory SuccessExitStatus SyslogIdentifier TasksMax "
          "TimeoutSec TimeoutStartSec TimeoutStopSec Type WatchdogSec " },
        { "Install", " Alias Also DefaultInstance RequiredBy UpheldBy WantedBy " },
};

/* What people write who know Docker's own files. The key is offered where the type has it. */
static const struct {
        const char *word, *key;
} other_words[] = {
        { "CapAdd", "AddCapability" },
        { "CapDrop", "DropCapability" },
        { "Cmd", "Exec" },
        { "Command", "Exec" },
        { "Devices", "AddDevice" },
        { "Env", "Environment" },
        { "EnvFile", "EnvironmentFile" },
        { "ExtraHosts", "AddHost" },
        { "HealthCheck", "HealthCmd" },
        { "Name", "ContainerName" },
        { "Name", "NetworkName" },
        { "Name", "PodName" },
        { "Name", "VolumeName" },
        { "Port", "PublishPort" },
        { "Ports", "PublishPort" },
        { "Tag", "ImageTag" },
};

const QuadletKey *quadlet_key_find(const QuadletKey *keys, size_t n, const char *name)
{
        for (size_t i = 0; i < n; i++)
                if (keys[i].name[0] == name[0] && strcmp(keys[i].name, name) == 0)
                        return keys + i;
        return NULL;
}

/* The section of another type that has this key; NULL: none. */
static const char *other_section(UnitType own, const char *name)
{
        for (UnitType t = 0; t < _UNIT_TYPE_MAX; t++) {
                size_t n;
                const QuadletKey *keys = quadlet_keys(t, &n);

                if (t != own && keys && quadlet_key_find(keys, n, name))
                        return unit_type_section(t);
        }
        return NULL;
}

/* Whether the word is one of the list, which has a blank before and after each. */
static bool has_word(const char *list, const char *word)
{
        size_t n = strlen(word);

        for (const char *at = list; (at = strstr(at, word)); at++)
                if (at > list && at[-1] == ' ' && at[n] == ' ')
                        return true;
        return false;
}

/* The section of systemd's that has this key; NULL: none that is known here. */
static const char *systemd_section(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(systemd_keys); i++)
                if (has_word(systemd_keys[i].keys, name))
                        return systemd_keys[i].section;
        return NULL;
}

static const char *nearest_key(const Conversion *c, const char *name)
{
        Suggestion s;

        for (size_t i = 0; i < ELEMENTSOF(other_words); i++)
                if (strcmp(other_words[i].word, name) == 0 &&
                    quadlet_key_find(c->keys, c->n_keys, other_words[i].key))
                        return other_words[i].key;
        suggestion_init(&s, name);
        for (size_t i = 0; i < c->n_keys; i++)
                suggestion_offer(&s, c->keys[i].name);
        return s.best;
}

void unknown_key(Conversion *c, const UnitLine *line)
{
        const char *section = systemd_section(line->key),
                   *nearest = section ? NULL : nearest_key(c, line->key);
        _cleanup_free_ char *cure = NULL;

        if (nearest && asprintf(&cure, "%s=%s", nearest, line->value) < 0)
                cure = NULL;
        if (!nearest && !section)
                section = other_section(c->unit->parsed.type, line->key);
        if (section)
                conversion_error(c, line, NULL, "%s= is a key of [%s], not of [%s]", line->key, section,
                                 line->section);
        else
                conversion_error(c, line, cure, "unknown key %s= in [%s]", line->key, line->section);
}

void misplaced_key(Conversion *c, const UnitLine *line)
{
        /* Keys of [Service] that types have as well. */
        static const char both[] = " Environment EnvironmentFile Group Type User ";
        const char *section = systemd_section(line->key);

        if (!section && quadlet_key_find(c->keys, c->n_keys, line->key) &&
            !(strcmp(line->section, "Service") == 0 && has_word(both, line->key)))
                section = unit_type_section(c->unit->parsed.type);
        if (section && strcmp(section, line->section) != 0)
                conversion_warn(c, line, NULL, "%s= is a key of [%s]; in [%s] it has no effect", line->key,
                                section, line->section);
}

void unknown_section(Conversion *c, const UnitLine *line, const char *own)
{
        static const char *const known[] = { "Unit", "Service", "Install", "Quadlet", "X-Docker" };
        _cleanup_free_ char *cure = NULL;
        Suggestion s;

        suggestion_init(&s, line->section);
        suggestion_offer(&s, own);
        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                suggestion_offer(&s, known[i]);
        for (UnitType t = 0; t < _UNIT_TYPE_MAX; t++)
                if (strcmp(unit_type_section(t), line->section) == 0)
                        s.best = own;
        if (s.best && asprintf(&cure, "[%s]", s.best) < 0)
                cure = NULL;
        conversion_error(c, line, cure, "a .%s file has no section [%s]",
                         unit_type_to_string(c->unit->parsed.type), line->section);
}
