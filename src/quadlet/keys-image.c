/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The keys of [Image] and [Build]. Options are those of `systemd-docker image ensure` and of `docker build`.
 */

#include "handlers.h"
#include "keys.h"

#define NO_CERTIFICATES                                                                                     \
        "certificates are the engine's: /etc/docker/certs.d, insecure-registries in daemon.json"
#define NO_CONF "containers.conf is podman's; Docker's settings are in daemon.json"
#define NO_BUILD "`docker build` has nothing like it"

const QuadletKey image_keys[] = {
        K("AllTags", BOOLEAN, "BOOL", "*yes*: all tags of the image.", "yes", .option = "all-tags"),
        K("Arch", STRING, "ARCHITECTURE", "The architecture, if it is not the machine's.", "arm64"),
        K("AuthFile", STRING, "PATH", "A file with logins, in the format of config.json.",
          "/etc/docker/auth.json", .option = "authfile"),
        K("CertDir", STRING, "PATH", "", "/etc/certs", .fate = KEY_WARNED, .why = NO_CERTIFICATES),
        K("ContainersConfModule", LINES, "PATH", "", "/etc/nvd.conf", .fate = KEY_WARNED, .why = NO_CONF),
        K("Creds", STRING, "USER:PASSWORD",
          "The login. Everybody can read it with `systemctl cat`; AuthFile= is better.", "me:secret",
          .option = "creds"),
        K("DecryptionKey", STRING, "KEY", "", "/etc/key", .fate = KEY_REFUSED,
          .why = "Docker cannot decrypt images"),
        K("GlobalArgs", ARGUMENTS, "ARGUMENT...", "", "--log-level=debug", .fate = KEY_WARNED,
          .why = "these are options of podman itself"),
        K("Image", STRING, "IMAGE", "The image to pull.", "docker.io/library/nginx:1.27",
          .check = CHECK_IMAGE),
        K("ImageTag", STRING, "NAME",
          "The name that files which refer to this one use. The image must have it.", "localhost/web:latest",
          .check = CHECK_IMAGE),
        K("OS", STRING, "SYSTEM", "The operating system, if it is not the machine's.", "linux"),
        K("PodmanArgs", ARGUMENTS, "OPTION...", "*--platform*, *--all-tags*, *--authfile*, *--creds*.",
          "--all-tags", .handler = key_image_args),
        K("Policy", STRING, "POLICY", "When the image is pulled. *newer* works like *always*.", "missing",
          .handler = key_policy, .words = "always|missing|never|newer"),
        K("Retry", STRING, "NUMBER", "", "3", .fate = KEY_WARNED, .why = "see Restart= in [Service]"),
        K("RetryDelay", STRING, "TIME", "", "5s", .fate = KEY_WARNED, .why = "see RestartSec= in [Service]"),
        K("ServiceName", STRING, "NAME",
          "Name of the service, without \".service\". Default: the name of the file and "
          "\"-image\".",
          "web-pull", .handler = key_check_service_name),
        K("TLSVerify", BOOLEAN, "BOOL",
          "*no* has no effect: it is the engine that connects, see insecure-registries in "
          "daemon.json.",
          "yes", .handler = key_tls_verify),
        K("Variant", STRING, "VARIANT", "The variant of the architecture.", "v8"),
};

const size_t n_image_keys = ELEMENTSOF(image_keys);

const QuadletKey build_keys[] = {
        K("Annotation", PAIRS, "NAME=VALUE...", "Annotations of the image.", "team=web",
          .option = "annotation"),
        K("Arch", STRING, "ARCHITECTURE", "The architecture, if it is not the machine's.", "arm64"),
        K("AuthFile", STRING, "PATH", "", "/etc/auth.json", .fate = KEY_WARNED,
          .why = "Docker's client reads its own config.json, see DOCKER_CONFIG"),
        K("BuildArg", PAIRS, "NAME=VALUE...", "Arguments of the build.", "VERSION=1", .option = "build-arg"),
        K("ContainersConfModule", LINES, "PATH", "", "/etc/nvd.conf", .fate = KEY_WARNED, .why = NO_CONF),
        K("DNS", LINES, "ADDRESS", "", "192.0.2.53", .fate = KEY_WARNED, .why = NO_BUILD),
        K("DNSOption", LINES, "OPTION", "", "ndots:1", .fate = KEY_WARNED, .why = NO_BUILD),
        K("DNSSearch", LINES, "DOMAIN", "", "example.com", .fate = KEY_WARNED, .why = NO_BUILD),
        K("Environment", PAIRS, "NAME=VALUE...", "", "A=1", .fate = KEY_WARNED,
          .why = NO_BUILD "; write ENV into the Dockerfile, or use BuildArg="),
        K("File", STRING, "PATH", "The Dockerfile; a relative path begins at the folder of this file.",
          "/srv/web/Dockerfile"),
        K("ForceRM", BOOLEAN, "BOOL", "*yes*: intermediate containers are removed even after a failure.",
          "yes", .option = "force-rm"),
        K("GlobalArgs", ARGUMENTS, "ARGUMENT...", "", "--log-level=debug", .fate = KEY_WARNED,
          .why = "these are options of podman itself"),
        K("GroupAdd", LINES, "GROUP", "", "audio", .fate = KEY_WARNED, .why = NO_BUILD),
        K("IgnoreFile", STRING, "PATH", "", "/srv/.ignore", .fate = KEY_WARNED,
          .why = NO_BUILD "; it reads .dockerignore, or DOCKERFILE.dockerignore"),
        K("ImageTag", LINES, "NAME",
          "The image's name; the first one is that for files which refer to this one.", "localhost/web",
          .option = "tag", .check = CHECK_IMAGE),
        K("Label", PAIRS, "NAME=VALUE...", "Labels.", "team=web", .option = "label"),
        K("Network", LINES, "NETWORK", "*host*, *none* or *default*.", "host", .option = "network",
          .words = "host|none|default"),
        K("PodmanArgs", ARGUMENTS, "OPTION...", "Options of *docker build*, unchanged.", "--no-cache",
          .handler = key_build_args),
        K("Pull", STRING, "POLICY", "*always* and *newer*: base images are pulled anew.", "always",
          .handler = key_build_pull, .words = "always|missing|never|newer"),
        K("Retry", STRING, "NUMBER", "", "3", .fate = KEY_WARNED, .why = "see Restart= in [Service]"),
        K("RetryDelay", STRING, "TIME", "", "5s", .fate = KEY_WARNED, .why = "see RestartSec= in [Service]"),
        K("Secret", ARGUMENTS, "SECRET...", "Secrets for the build, as *--secret*.",
          "id=token,src=/etc/token", .option = "secret"),
        K("ServiceName", STRING, "NAME",
          "Name of the service, without \".service\". Default: the name of the file and "
          "\"-build\".",
          "web-build", .handler = key_check_service_name),
        K("SetWorkingDirectory", STRING, "WHERE",
          "The context of the build: *unit*, the folder of this file; *file*, that of "
          "the Dockerfile; a path; or a URL.",
          "unit"),
        K("Target", STRING, "STAGE", "The stage to build.", "release", .option = "target"),
        K("TLSVerify", BOOLEAN, "BOOL", "As in [Image].", "yes", .handler = key_tls_verify),
        K("Variant", STRING, "VARIANT", "The variant of the architecture.", "v8"),
        K("Volume", LINES, "VOLUME", "", "/srv:/srv", .fate = KEY_WARNED,
          .why = NO_BUILD "; see RUN --mount in the Dockerfile"),
};

const size_t n_build_keys = ELEMENTSOF(build_keys);
