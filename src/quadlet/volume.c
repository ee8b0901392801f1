/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Volume]: `systemd-docker volume ensure` creates what is missing, and leaves what exists. */

#include <string.h>

#include "convert.h"
#include "csv-field.h"
#include "handlers.h"
#include "verb.h"

void volume_begin(Conversion *c)
{
        begin_verb(c, "volume ensure");
}

void key_volume_option(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        conversion_runf(c, "opt", "%s=%s", key->option, values->items[0].text);
}

void key_volume_driver(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        if (strcmp(values->items[0].text, "image") == 0)
                conversion_error(c, values->items[0].line,
                                 "Mount=type=image,source=IMAGE,destination=PATH in [Container]",
                                 "Driver=image is not possible: Docker has no volumes that are images");
        else
                conversion_run(c, "driver", values->items[0].text);
}

void key_volume_args(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        add_verb_words(c, values, "driver|opt|label");
}

/* The engine's own driver mounts a device of a type, or makes a folder. Options alone would be lost, and so
 * would a limit of the size. Other drivers have rules of their own. */
static void check_mount(Conversion *c)
{
        const char *driver = conversion_text(c, "Driver"), *device = conversion_text(c, "Device");

        if (driver && strcmp(driver, "local") != 0)
                return;
        if (!device && conversion_text(c, "Type"))
                conversion_error(c, conversion_line(c, "Type"), "Device= as well", "Type= needs Device=");
        if (!device && conversion_text(c, "Options"))
                conversion_error(c, conversion_line(c, "Options"), "Device= and Type= as well",
                                 "Options= needs Device=");
        if (device && !conversion_text(c, "Type"))
                conversion_error(c, conversion_line(c, "Device"), "Type= as well, for example Type=bind",
                                 "Device= needs Type= on Docker");
}

void volume_end(Conversion *c)
{
        const char *device = conversion_text(c, "Device"), *type = conversion_text(c, "Type");
        const char *user = conversion_text(c, "UID") ?: conversion_text(c, "User");
        const char *group = conversion_text(c, "GID") ?: conversion_text(c, "Group");
        const char *given = conversion_text(c, "VolumeName");
        _cleanup_free_ char *name = quadlet_resource_name(c->unit, NULL);

        if (!name) {
                c->failed = true;
                return;
        }
        check_mount(c);
        if (device && conversion_text(c, "Options") == NULL && type && strcmp(type, "bind") == 0)
                conversion_run(c, "opt", "o=bind");
        if (device && type && strcmp(type, "bind") == 0 && is_path(device))
                add_requires_mounts(c, device);
        if (user || group)
                conversion_runf(c, "owner", "%s:%s", user ?: "", group ?: "");
        words_add(&c->command, given ?: name);
}
