/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The image: its name, when it is pulled, and --disable-content-trust. */

#include <string.h>

#include "number.h"
#include "reference.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "util/string-table.h"

static const char pull_policy_table[_PULL_MAX][8] = {
        [PULL_MISSING] = "missing",
        [PULL_ALWAYS] = "always",
        [PULL_NEVER] = "never",
};

DEFINE_STRING_TABLE(pull_policy, PullPolicy)

int finish_pull(RunParse *p)
{
        const char *value = p->strings[STRING_PULL];
        int policy;

        if (!value)
                return 0;
        /* The CLI treats the empty string as "never". */
        policy = *value ? pull_policy_from_string(value) : (int) PULL_NEVER;
        if (policy < 0)
                return run_parse_error_at(p, "--pull", value, "not one of always, missing, never");
        p->o->pull = (PullPolicy) policy;
        return 0;
}

/* The docker CLI verifies signatures of images itself, which this program cannot do. finish_image() refuses
 * instead of running an unverified image. */
int set_content_trust(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        if (parse_bool(value, &p->content_trust_disabled) < 0)
                return run_parse_error(p, "not a boolean");
        p->content_trust_given = true;
        return 0;
}

int finish_image(RunParse *p)
{
        const char *trust = context_getenv(p->context, "DOCKER_CONTENT_TRUST"), *reason;
        bool verify = p->content_trust_given ? !p->content_trust_disabled
                                             : trust && *trust && strcmp(trust, "0") != 0;

        reason = image_reference_check(p->o->image);
        if (reason)
                return cli_error(p->reterr, CLI_EXIT_REFUSED, "invalid image \"%.300s\": %s", p->o->image,
                                 reason);
        if (verify && !strchr(p->o->image, '@'))
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "content trust (--disable-content-trust=false or DOCKER_CONTENT_TRUST) is "
                                 "not supported; "
                                 "name the image by its digest");
        return 0;
}
