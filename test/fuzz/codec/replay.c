/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Runs a fuzzer's function on the files in folders: on every file, and on every beginning of a short file.
 */

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "fuzz.h"
#include "util/cleanup.h"
#include "util/fd.h"

#define FILE_MAX_SIZE ((size_t) 1 << 20)
#define PREFIXES_MAX_SIZE ((size_t) 4096)

static void replay(const uint8_t *data, size_t size)
{
        /* A copy with nothing after it, so that a sanitizer finds code that reads too far. */
        for (size_t n = size <= PREFIXES_MAX_SIZE ? 0 : size; n <= size; n++) {
                _cleanup_free_ uint8_t *copy = malloc(n > 0 ? n : 1);

                CHECK(copy);
                memcpy(copy, data, n);
                (void) LLVMFuzzerTestOneInput(copy, n);
        }
}

static size_t replay_folder(const char *path)
{
        DIR *dir = opendir(path);
        struct dirent *entry;
        size_t n_files = 0;

        CHECK(dir);
        while ((entry = readdir(dir))) {
                _cleanup_free_ char *data = NULL;
                size_t size;

                if (entry->d_name[0] == '.')
                        continue;
                CHECK(read_file_at(dirfd(dir), entry->d_name, FILE_MAX_SIZE, &data, &size) >= 0);
                replay((const uint8_t *) data, size);
                n_files++;
        }
        closedir(dir);
        return n_files;
}

int main(int argc, char *argv[])
{
        size_t n_files = 0;

        for (int i = 1; i < argc; i++)
                n_files += replay_folder(argv[i]);
        printf("%zu files\n", n_files);
        return n_files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
