/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Types and names of files. */

#include <errno.h>
#include <string.h>

#include "quadlet/unit-name.h"
#include "util/macro.h"

#define UNIT_NAME_MAX 240 /* systemd's limit is 255; the service's name is up to 15 bytes longer */

static const struct {
        const char *name, *section, *service_suffix;
} types[_UNIT_TYPE_MAX] = {
        [UNIT_TYPE_CONTAINER] = { "container", "Container", "" },
        [UNIT_TYPE_VOLUME] = { "volume", "Volume", "-volume" },
        [UNIT_TYPE_NETWORK] = { "network", "Network", "-network" },
        [UNIT_TYPE_IMAGE] = { "image", "Image", "-image" },
        [UNIT_TYPE_BUILD] = { "build", "Build", "-build" },
        [UNIT_TYPE_POD] = { "pod", "Pod", "-pod" },
        [UNIT_TYPE_KUBE] = { "kube", "Kube", "" },
        [UNIT_TYPE_ARTIFACT] = { "artifact", "Artifact", "-artifact" },
};

const char *unit_type_to_string(UnitType t)
{
        return (size_t) t < ELEMENTSOF(types) ? types[t].name : NULL;
}

const char *unit_type_section(UnitType t)
{
        return (size_t) t < ELEMENTSOF(types) ? types[t].section : NULL;
}

const char *unit_type_service_suffix(UnitType t)
{
        return (size_t) t < ELEMENTSOF(types) ? types[t].service_suffix : NULL;
}

int unit_type_from_name(const char *name)
{
        const char *dot = strrchr(name, '.');

        for (size_t i = 0; dot && dot > name && i < ELEMENTSOF(types); i++)
                if (strcmp(types[i].name, dot + 1) == 0)
                        return (int) i;
        return -EINVAL;
}

static bool may_be_in_unit_name(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (c && strchr(":-_.\\%", c));
}

int unit_name_parse(const char *name, UnitName *ret)
{
        int type = unit_type_from_name(name);
        size_t size = strlen(name);
        const char *dot, *at;
        UnitName n;

        if (type < 0)
                return type;
        if (size > UNIT_NAME_MAX)
                return -ENAMETOOLONG;
        dot = strrchr(name, '.');
        at = memchr(name, '@', (size_t) (dot - name));
        for (const char *s = name; s < dot; s++)
                if (s != at && !may_be_in_unit_name(*s) && !(at && s > at && *s == '@'))
                        return -EILSEQ;
        if (at == name)
                return -EINVAL;
        n = (UnitName){
                .prefix = name,
                .prefix_size = (size_t) ((at ?: dot) - name),
                .is_template = at,
                .instance = at ? at + 1 : dot,
                .instance_size = at ? (size_t) (dot - at - 1) : 0,
                .type = (UnitType) type,
        };
        *ret = n;
        return 0;
}
