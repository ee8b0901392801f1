/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Folders are compared byte by byte: the only one that is looked for is the one that we have added. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/search-path.h"
#include "util/process.h"

static bool is_folder(const char *item, size_t size, const char *folder)
{
        return strlen(folder) == size && memcmp(item, folder, size) == 0;
}

bool search_path_begins_with(const char *path, const char *folder)
{
        return path && is_folder(path, strcspn(path, ":"), folder);
}

char *search_path_prepend(const char *path, const char *folder)
{
        char *result;

        return asprintf(&result, "%s:%s", folder, path && *path ? path : PATH_USUAL) < 0 ? NULL : result;
}

char *search_path_remove(const char *path, const char *folder)
{
        char *result = strdup(path), *to = result;
        bool first = true;

        if (!result)
                return NULL;
        for (const char *item = path;;) {
                size_t n = strcspn(item, ":");

                if (!is_folder(item, n, folder)) {
                        if (!first)
                                *to++ = ':';
                        first = false;
                        memcpy(to, item, n);
                        to += n;
                }
                if (!item[n])
                        break;
                item += n + 1;
        }
        *to = 0;
        return result;
}
