/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Names of unit files: "web@blue.container" is the file "web", instance "blue", of the type ".container". */

#include <stdbool.h>
#include <stddef.h>

typedef enum UnitType {
        UNIT_TYPE_CONTAINER,
        UNIT_TYPE_VOLUME,
        UNIT_TYPE_NETWORK,
        UNIT_TYPE_IMAGE,
        UNIT_TYPE_BUILD,
        UNIT_TYPE_POD,
        UNIT_TYPE_KUBE,
        UNIT_TYPE_ARTIFACT,
        _UNIT_TYPE_MAX,
} UnitType;

/* "container", also the name of the section in lower case. */
const char *unit_type_to_string(UnitType t);
/* "Container": the section that makes the type. */
const char *unit_type_section(UnitType t);
/* "-network": what the service's name has after the file's name. "" for containers. */
const char *unit_type_service_suffix(UnitType t);
/* The type of a file name by its suffix; -EINVAL: none of these. */
int unit_type_from_name(const char *name);

typedef struct UnitName {
        const char *prefix; /* borrowed, up to "@" or the suffix */
        size_t prefix_size;
        bool is_template;     /* has an "@" */
        const char *instance; /* after the "@", of instance_size bytes; empty for the template itself */
        size_t instance_size;
        UnitType type;
} UnitName;

/* -EINVAL: no file name of a type; -ENAMETOOLONG, -EILSEQ: systemd would not accept a unit of that name. */
int unit_name_parse(const char *name, UnitName *ret);
