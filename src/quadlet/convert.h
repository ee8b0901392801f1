/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What each type does before the keys of its table are mapped (the verb, the name), and after that (what
 * depends on several keys). */

#include "conversion.h"

void container_begin(Conversion *c);
void container_end(Conversion *c);
void pod_begin(Conversion *c);
void pod_end(Conversion *c);
void network_begin(Conversion *c);
void network_end(Conversion *c);
void volume_begin(Conversion *c);
void volume_end(Conversion *c);
void image_begin(Conversion *c);
void image_end(Conversion *c);
void build_begin(Conversion *c);
void build_end(Conversion *c);
