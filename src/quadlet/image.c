/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Image]: `systemd-docker image ensure` pulls what is missing. */

#include <string.h>

#include "convert.h"
#include "handlers.h"
#include "verb.h"

void image_begin(Conversion *c)
{
        begin_verb(c, "image ensure");
}

void key_policy(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *policy = values->items[0].text;

        if (strcmp(policy, "newer") == 0)
                conversion_warn(c, values->items[0].line, "Policy=always, or Policy=missing",
                                "Policy=newer works like always: without the registry the service fails");
        conversion_run(c, "pull", strcmp(policy, "newer") == 0 ? "always" : policy);
}

void key_tls_verify(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        if (strcmp(values->items[0].text, "0") == 0)
                conversion_warn(
                        c, values->items[0].line, "\"insecure-registries\" in daemon.json",
                        "TLSVerify=no has no effect: it is the engine that connects to the registry");
}

void key_image_args(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        add_verb_words(c, values, "platform|all-tags!|authfile|creds");
}

void image_end(Conversion *c)
{
        const char *image = conversion_text(c, "Image");
        static const char *const transports[] = {
                "docker-archive:", "oci:", "oci-archive:", "dir:", "docker-daemon:", "containers-storage:"
        };

        if (!image) {
                conversion_error(c, conversion_line(c, "Image"), "Image=docker.io/library/nginx",
                                 "[Image] has no Image=");
                return;
        }
        for (size_t i = 0; i < ELEMENTSOF(transports); i++)
                if (strncmp(image, transports[i], strlen(transports[i])) == 0) {
                        conversion_error(
                                c, conversion_line(c, "Image"), NULL,
                                "Image=%s: the engine pulls from registries only; use `docker load` once",
                                image);
                        return;
                }
        add_platform(c);
        words_add(&c->command, strncmp(image, "docker://", 9) == 0 ? image + 9 : image);
}
