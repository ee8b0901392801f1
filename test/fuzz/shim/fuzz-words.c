/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What containerd calls our shim and our runtime with: one word in each line; the first one is $PATH. What
 * is found is a part of the words, and an id is never anything else than the name of a file. */

#include "fuzz.h"
#include "shim/command.h"
#include "shim/search-path.h"
#include "shim/shim-exec.h"
#include "util/cleanup.h"

#define WORDS_MAX 64
#define OURS "/usr/libexec/systemd-docker"

static bool is_within(const char *part, char *const *argv)
{
        for (int i = 0; argv[i]; i++)
                if (part >= argv[i] && part <= argv[i] + strlen(argv[i]))
                        return true;
        return part == NULL;
}

static bool is_id(const char *id)
{
        return !id || (strlen(id) == 64 && strspn(id, "0123456789abcdef") == 64);
}

static void check_runtime(char **argv, int argc)
{
        RuntimeCommand c;

        runtime_command_parse((const char *const *) argv, &c);
        CHECK(is_within(c.verb, argv) && is_within(c.id, argv) && is_within(c.bundle, argv) &&
              is_within(c.log, argv));
        CHECK(is_id(c.id) && (c.verb || !runtime_command_creates(&c)));
        CHECK(c.systemd_cgroup >= 0 && c.systemd_cgroup < (argc ?: 1));
        CHECK(c.systemd_cgroup == 0 || strstr(argv[c.systemd_cgroup], "-systemd-cgroup"));
}

static void check_path(const char *path)
{
        _cleanup_free_ char *with = search_path_prepend(path, OURS),
                            *without = search_path_remove(with, OURS),
                            *again = search_path_remove(without, OURS);

        CHECK(with && without && again && search_path_begins_with(with, OURS));
        CHECK(!search_path_begins_with(without, OURS) && strcmp(without, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *text = fuzz_string(data, size);
        char *words[WORDS_MAX + 1] = {}, *rest = text;
        int n = 0;

        while (rest && n < WORDS_MAX)
                words[n++] = strsep(&rest, "\n");
        check_path(words[0]);
        check_runtime(words, n);
        CHECK(is_within(shim_starts(words), words) && is_id(shim_starts(words)));
        return 0;
}
