/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Sets and removes members, and checks the result with json-c: a text that json-c accepts is still accepted,
 * has the member, and has not changed otherwise. */

#include <errno.h>

#include "fuzz.h"
#include "util/cleanup.h"
#include "json/json-edit.h"
#include "json/json.h"

/* For a name that occurs twice, or in another spelling, json-c and our code may differ. */
static bool is_plain(const char *text)
{
        const char *first = strstr(text, "\"linux\"");

        return first && !strstr(first + 1, "\"linux\"") && !strchr(text, '\\');
}

static void check_set(const char *text, size_t size)
{
        static const char *const path[] = { "linux", "cgroupsPath", NULL };
        _cleanup_free_ char *edited = NULL, *again = NULL, *removed = NULL;
        _cleanup_json_ struct json_object *o = NULL;
        size_t edited_size, again_size, removed_size;
        int before = json_edit_has(text, size, path), r;

        r = json_edit_set(text, size, path, "\"/x\"", true, &edited, &edited_size);
        CHECK((r < 0) == (before < 0));
        if (r < 0)
                return;
        CHECK(strlen(edited) >= edited_size && json_edit_has(edited, edited_size, path) == 1);
        /* json-c allows less nesting, and refuses invalid UTF-8. */
        if (is_plain(edited) && json_parse(edited, edited_size, &o) >= 0)
                CHECK(strcmp(json_string_or(o, "linux/cgroupsPath", ""), "/x") == 0);
        CHECK(json_edit_set(edited, edited_size, path, "\"/x\"", false, &again, &again_size) == 0);
        CHECK(again_size == edited_size && memcmp(again, edited, again_size) == 0);
        r = json_edit_delete(edited, edited_size, path, &removed, &removed_size);
        CHECK(r == 0 || (r == -EBADMSG && before == 1));
        if (r == 0)
                CHECK(json_edit_has(removed, removed_size, path) == 0);
}

/* As `systemd-docker setup` and `setup --undo` do it. */
static void check_reversible(const char *text, size_t size)
{
        static const char *const path[] = { "runtimes", "systemd-docker", NULL }, *const top[] = {
                "runtimes", NULL
        };
        _cleanup_free_ char *edited = NULL, *back = NULL;
        size_t edited_size, back_size;
        int had_top = json_edit_has(text, size, top);

        if (had_top < 0 || json_edit_has(text, size, path) != 0)
                return;
        CHECK(json_edit_set(text, size, path, "{\"path\": \"/x\"}", true, &edited, &edited_size) == 0);
        if (had_top > 0)
                return;
        CHECK(json_edit_delete(edited, edited_size, top, &back, &back_size) == 0);
        CHECK(back_size == size && memcmp(back, text, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        /* Without a NUL at the end, so that a sanitizer finds code that reads too far. */
        _cleanup_free_ char *text = malloc(size + !size);

        CHECK(text);
        if (size > 0)
                memcpy(text, data, size);
        check_set(text, size);
        check_reversible(text, size);
        return 0;
}
