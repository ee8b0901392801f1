/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Drop-ins: x.container.d/NAME.conf, which add to x.container. */

#include "quadlet/set.h"
#include "walk.h"

typedef struct DropIns DropIns;

/* Lists the files of the folders that the walk found. -ENOMEM. */
int drop_ins_new(DropIns **ret, const Walk *walk, Report *report);
DropIns *drop_ins_free(DropIns *d);
DEFINE_TRIVIAL_CLEANUP_FUNC(DropIns *, drop_ins_free)

/* Appends to ret the paths that apply to this unit, in the order in which they are read. A file name in a
 * more specific folder hides the same name elsewhere. */
int drop_ins_of(const DropIns *d, const char *unit_name, Words *ret);
