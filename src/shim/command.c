/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The options before the verb have to be known one by one, to find the verb. After the verb, a container's
 * id is recognised by its form. New verbs and new options of verbs therefore do no harm. */

#include <stddef.h>
#include <string.h>

#include "shim/command.h"
#include "util/macro.h"

#define ID_SIZE 64

/* The options of runc and crun whose value can be the next word. */
static const char *const options_with_value[] = { "root", "log",      "log-format",
                                                  "criu", "rootless", "cgroup-manager" };

/* Whether word is "--name" or "-name". *ret_value is the text after a "=", or NULL. */
static bool is_option(const char *word, const char *name, const char **ret_value)
{
        size_t n = strlen(name);

        if (*word != '-')
                return false;
        word += word[1] == '-' ? 2 : 1;
        if (strncmp(word, name, n) != 0 || (word[n] && word[n] != '='))
                return false;
        *ret_value = word[n] ? word + n + 1 : NULL;
        return true;
}

static bool is_id(const char *word)
{
        return strlen(word) == ID_SIZE && strspn(word, "0123456789abcdef") == ID_SIZE;
}

/* Takes one option before the verb. Returns the number of its words. */
static int take_global(RuntimeCommand *c, const char *const *argv, int i)
{
        const char *value;

        if (is_option(argv[i], "systemd-cgroup", &value) && !value)
                c->systemd_cgroup = i;
        for (size_t k = 0; k < ELEMENTSOF(options_with_value); k++) {
                const char *name = options_with_value[k];
                bool is_own_word;

                if (!is_option(argv[i], name, &value))
                        continue;
                is_own_word = !value;
                if (is_own_word)
                        value = argv[i + 1];
                if (value && strcmp(name, "log") == 0)
                        c->log = value;
                else if (value && strcmp(name, "log-format") == 0)
                        c->log_is_json = strcmp(value, "json") == 0;
                return is_own_word && value ? 2 : 1;
        }
        return 1;
}

void runtime_command_parse(const char *const *argv, RuntimeCommand *ret)
{
        const char *value;
        int i = 1;

        assert(argv);
        assert(ret);
        *ret = (RuntimeCommand){};
        if (!argv[0])
                return;
        while (argv[i] && argv[i][0] == '-')
                i += take_global(ret, argv, i);
        if (!argv[i])
                return;
        ret->verb = argv[i++];
        for (; argv[i] && !ret->id; i++) {
                if (is_option(argv[i], "bundle", &value) || is_option(argv[i], "b", &value)) {
                        if (!value && argv[i + 1])
                                value = argv[++i];
                        ret->bundle = value;
                } else if (is_id(argv[i]))
                        ret->id = argv[i];
        }
}

bool runtime_command_creates(const RuntimeCommand *c)
{
        static const char *const verbs[] = { "create", "run", "restore" };

        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                if (c->verb && strcmp(c->verb, verbs[i]) == 0)
                        return true;
        return false;
}
