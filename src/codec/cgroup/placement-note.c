/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A note consists of lines KEY=VALUE: CGROUP and CGROUP_ID, each of them once, and at most one RUNTIME.
 * Other keys are for later versions and are skipped. */

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/cgroup/placement-note.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

/* As systemd makes them: printable ASCII, no empty component, none that leads elsewhere, and not the root.
 */
static bool path_is_fit(const char *path, size_t size)
{
        if (size < 2 || size >= PATH_MAX || *path != '/')
                return false;
        for (size_t i = 0, n; i < size; i += n) {
                i++;
                for (n = 0; i + n < size && path[i + n] != '/'; n++)
                        if (path[i + n] <= ' ' || path[i + n] >= 0x7f)
                                return false;
                if (n == 0 || (n == 1 && path[i] == '.') || (n == 2 && path[i] == '.' && path[i + 1] == '.'))
                        return false;
        }
        return path[size - 1] != '/';
}

/* Printable ASCII, without a blank. */
static bool runtime_is_fit(const char *runtime, size_t size)
{
        for (size_t i = 0; i < size; i++)
                if (runtime[i] <= ' ' || runtime[i] >= 0x7f)
                        return false;
        return size > 0 && size < PATH_MAX;
}

void placement_note_done(PlacementNote *a)
{
        free(a->cgroup);
        free(a->runtime);
        *a = PLACEMENT_NOTE_NULL;
}

int placement_note_format(const PlacementNote *a, char **ret)
{
        const char *runtime = a->runtime ?: "";
        int r;

        if (!path_is_fit(a->cgroup, strlen(a->cgroup)) || a->cgroup_id == 0 ||
            (a->runtime && !runtime_is_fit(runtime, strlen(runtime))))
                return -EINVAL;
        r = asprintf(ret, "CGROUP=%s\nCGROUP_ID=%" PRIu64 "\n%s%s%s", a->cgroup, a->cgroup_id,
                     *runtime ? "RUNTIME=" : "", runtime, *runtime ? "\n" : "");
        return r < 0 ? -ENOMEM : 0;
}

int placement_note_folder(const PlacementNote *a, char **ret)
{
        return asprintf(ret, CGROUP_ROOT "%s", a->cgroup) < 0 ? -ENOMEM : 0;
}

static bool parse_number(const char *s, size_t size, uint64_t *ret)
{
        uint64_t number = 0;

        for (size_t i = 0; i < size; i++)
                if (s[i] < '0' || s[i] > '9' || __builtin_mul_overflow(number, 10U, &number) ||
                    __builtin_add_overflow(number, (uint64_t) (s[i] - '0'), &number))
                        return false;
        *ret = number;
        return number > 0;
}

/* The value of the line if it has this key, otherwise NULL. */
static const char *value_of(const char *line, size_t size, const char *key, size_t *ret_size)
{
        size_t n = strlen(key);

        if (size < n || memcmp(line, key, n) != 0)
                return NULL;
        *ret_size = size - n;
        return line + n;
}

/* Takes one line. -EBADMSG, -ENOMEM. */
static int parse_line(PlacementNote *a, const char *line, size_t size)
{
        const char *value;
        size_t n;

        if ((value = value_of(line, size, "CGROUP=", &n))) {
                if (a->cgroup || !path_is_fit(value, n))
                        return -EBADMSG;
                a->cgroup = strndup(value, n);
                return a->cgroup ? 0 : -ENOMEM;
        }
        if ((value = value_of(line, size, "CGROUP_ID=", &n)))
                return a->cgroup_id > 0 || !parse_number(value, n, &a->cgroup_id) ? -EBADMSG : 0;
        if ((value = value_of(line, size, "RUNTIME=", &n))) {
                if (a->runtime || !runtime_is_fit(value, n))
                        return -EBADMSG;
                a->runtime = strndup(value, n);
                return a->runtime ? 0 : -ENOMEM;
        }
        return 0;
}

int placement_note_parse(const char *text, PlacementNote *ret)
{
        _cleanup_(placement_note_done) PlacementNote a = PLACEMENT_NOTE_NULL;

        assert(text);
        assert(ret);
        while (*text) {
                const char *end = strchr(text, '\n');
                int r = end ? parse_line(&a, text, (size_t) (end - text)) : -EBADMSG; /* cut off */

                if (r < 0)
                        return r;
                text = end + 1;
        }
        if (!a.cgroup || a.cgroup_id == 0)
                return -EBADMSG;
        *ret = a;
        a = PLACEMENT_NOTE_NULL;
        return 0;
}
