/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Memory that was needed once, and is not used now: back to the kernel. Each part is a hint, and fails
 * silently. */

#include <stddef.h>

/* Nobody needs the content of these bytes any more. They remain allocated, and have any content from now on:
 * whole pages of them cost nothing until they are written again. */
void memory_give_back(void *data, size_t size);

/* The same for what calls that have returned had on the stack of the main thread, apart from a page or two.
 */
void memory_give_back_stack(void);

/* The same for what is free, of all that malloc() has. */
void memory_give_back_free(void);
