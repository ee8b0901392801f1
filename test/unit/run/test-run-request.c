/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The body of the create request: one line for each option, the additions of the supervisor, and the effect
 * of the engine's API version. */

#include "words.h"

static const ApiVersion now = { 1, 50 };

Test(run_request, one_line_an_option)
{
        static const struct {
                const char *line, *path, *expected;
        } table[] = {
                { "nginx", "Image", "\"nginx\"" },
                { "nginx a b", "Cmd", "[\"a\",\"b\"]" },
                { "-i nginx", "StdinOnce", "true" },
                { "-a stderr nginx", "AttachStdout", "false" },
                { "--add-host h=[::1] nginx", "HostConfig/ExtraHosts", "[\"h:::1\"]" },
                { "--annotation a=b nginx", "HostConfig/Annotations", "{\"a\":\"b\"}" },
                { "--blkio-weight 0x10 nginx", "HostConfig/BlkioWeight", "16" },
                { "--blkio-weight-device /dev/a:10 nginx", "HostConfig/BlkioWeightDevice",
                  "[{\"Weight\":10,\"Path\":\"/dev/a\"}]" },
                { "--cap-add b --cap-add CAP_A --cap-add B nginx", "HostConfig/CapAdd",
                  "[\"CAP_A\",\"CAP_B\"]" },
                { "--cap-drop all nginx", "HostConfig/CapDrop", "[\"ALL\"]" },
                { "--cpus 1.5 nginx", "HostConfig/NanoCpus", "1500000000" },
                { "--device /dev/a:rw nginx", "HostConfig/Devices",
                  "[{\"PathOnHost\":\"/dev/a\",\"PathInContainer\":\"/dev/"
                  "a\",\"CgroupPermissions\":\"rw\"}]" },
                { "--device v1/c1=n1 nginx", "HostConfig/DeviceRequests",
                  "[{\"Driver\":\"cdi\",\"DeviceIDs\":[\"v1/c1=n1\"]}]" },
                { "--device-cgroup-rule=x nginx", NULL, "--device-cgroup-rule" },
                { "nginx", "HostConfig/Dns", "[]" },
                { "nginx", "HostConfig/RestartPolicy", "{\"Name\":\"no\"}" },
                { "--dns 2001:0DB8::01 nginx", "HostConfig/Dns", "[\"2001:db8::1\"]" },
                { "--dns-search example.com. nginx", "HostConfig/DnsSearch", "[\"example.com\"]" },
                { "--entrypoint= nginx", "Entrypoint", "[\"\"]" },
                { "-e A=1 -e FROM -e NOT nginx", "Env", "[\"A=1\",\"FROM=outside\",\"NOT\"]" },
                { "-e A=1 -e B=2 -e A=3 nginx", "Env", "[\"A=3\",\"B=2\"]" },
                { "--expose 1-2/udp nginx", "ExposedPorts", "{\"1/udp\":{},\"2/udp\":{}}" },
                { "--gpus all nginx", "HostConfig/DeviceRequests",
                  "[{\"Count\":-1,\"Capabilities\":[[\"gpu\"]]}]" },
                { "--health-interval 1m30s nginx", "Healthcheck", "{\"Interval\":90000000000}" },
                { "--health-test [\"CMD\",\"a\",\"b\"] nginx", "Healthcheck",
                  "{\"Test\":[\"CMD\",\"a\",\"b\"]}" },
                { "--health-test [\"a\",\"b\"] nginx", "Healthcheck", "{\"Test\":[\"CMD\",\"a\",\"b\"]}" },
                { "--health-test [\"a|b\"] nginx", "Healthcheck", "{\"Test\":[\"CMD-SHELL\",\"a|b\"]}" },
                { "--device-if-exists /nowhere nginx", "HostConfig/Devices", "[]" },
                { "--no-healthcheck nginx", "Healthcheck", "{\"Test\":[\"NONE\"]}" },
                { "--init=false nginx", "HostConfig/Init", "false" },
                { "nginx", "HostConfig/Init", "" },
                { "-l a -l b=c nginx", "Labels", "{\"a\":\"\",\"b\":\"c\"}" },
                { "--log-opt a=b nginx", "HostConfig/LogConfig", "{\"Config\":{\"a\":\"b\"}}" },
                { "-m 1.5g nginx", "HostConfig/Memory", "1610612736" },
                { "--memory-swappiness 0 nginx", "HostConfig/MemorySwappiness", "0" },
                { "--memory-swappiness -1 nginx", "HostConfig/MemorySwappiness", "" },
                { "--mount type=tmpfs,dst=/t,tmpfs-mode=700 nginx", "HostConfig/Mounts",
                  "[{\"Type\":\"tmpfs\",\"Target\":\"/t\",\"TmpfsOptions\":{\"Mode\":448}}]" },
                { "--network name=n,alias=a,ip=1.2.3.4 nginx", "NetworkingConfig/EndpointsConfig",
                  "{\"n\":{\"Aliases\":[\"a\"],\"IPAMConfig\":{\"IPv4Address\":\"1.2.3.4\"}}}" },
                { "--network n nginx", "HostConfig/NetworkMode", "\"n\"" },
                { "-p 127.0.0.1::80 nginx", "HostConfig/PortBindings",
                  "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"\"}]}" },
                { "--cgroupns private nginx", "HostConfig/CgroupnsMode", "\"private\"" },
                { "--cgroupns host nginx", "HostConfig/CgroupnsMode", "\"host\"" },
                { "--cgroupns none nginx", NULL, "--cgroupns" },
                { "--ipc private nginx", "HostConfig/IpcMode", "\"private\"" },
                { "--pid container:x nginx", "HostConfig/PidMode", "\"container:x\"" },
                { "--userns host nginx", "HostConfig/UsernsMode", "\"host\"" },
                { "--uts host nginx", "HostConfig/UTSMode", "\"host\"" },
                { "-p 8000-8001:80-81/UDP nginx", "HostConfig/PortBindings",
                  "{\"80/udp\":[{\"HostPort\":\"8000\"}],\"81/udp\":[{\"HostPort\":\"8001\"}]}" },
                { "--rm nginx", "HostConfig/AutoRemove", "true" },
                { "--security-opt systempaths=unconfined nginx", "HostConfig/MaskedPaths", "[]" },
                { "--security-opt systempaths=unconfined nginx", "HostConfig/SecurityOpt", "" },
                { "--sysctl net.a=b nginx", "HostConfig/Sysctls", "{\"net.a\":\"b\"}" },
                { "--tmpfs /a:size=1 nginx", "HostConfig/Tmpfs", "{\"/a\":\"size=1\"}" },
                { "--ulimit nofile=2:3 --ulimit core=1 nginx", "HostConfig/Ulimits",
                  "[{\"Name\":\"core\",\"Hard\":1,\"Soft\":1},{\"Name\":\"nofile\",\"Hard\":3,\"Soft\":2}"
                  "]" },
                { "--use-api-socket nginx", "HostConfig/Mounts",
                  "[{\"Type\":\"bind\",\"Source\":\"/var/run/docker.sock\",\"Target\":\"/var/run/"
                  "docker.sock\",\"BindOptions\":{}}]" },
                { "-v /a -v vol:/b:ro -v ./c/..:/d nginx", "HostConfig/Binds",
                  "[\"vol:/b:ro\",\"/work:/d\"]" },
                { "-v /a -v vol:/b nginx", "Volumes", "{\"/a\":{}}" },
                { "-h \xff nginx", "Hostname", "\"\xef\xbf\xbd\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *got = NULL;

                if (!table[i].path) {
                        assert_refused(table[i].line, 125, table[i].expected);
                        continue;
                }
                got = request_member(table[i].line, now, NULL, table[i].path);
                cr_assert_str_eq(got, table[i].expected, "%s: %s", table[i].line, got);
        }
}

Test(run_request, what_the_supervisor_adds)
{
        char *environment[] = { (char *) "A=ours", (char *) "B=ours", NULL };
        char *binds[] = { (char *) "/run/x:/run/notify", NULL }, *labels[] = { (char *) "hash=1", NULL };
        const RunRequestExtras extras = {
                .environment = environment,
                .binds = binds,
                .labels = labels,
                .cgroup_parent = "/x",
                .runtime = "shim",
        };
        static const char *const expected[][2] = {
                { "Env", "[\"A=theirs\",\"B=ours\"]" },
                { "Labels", "{\"hash\":\"1\"}" },
                { "HostConfig/Binds", "[\"/a:/b\",\"/run/x:/run/notify\"]" },
                { "HostConfig/CgroupParent", "\"/x\"" },
                { "HostConfig/Runtime", "\"shim\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                _cleanup_free_ char *got =
                        request_member("-e A=theirs -v /a:/b -l hash=0 nginx", now, &extras, expected[i][0]);

                cr_assert_str_eq(got, expected[i][1], "%s", got);
        }
}

/* -e NAME removes a variable that is not set. Passing the environment on does not bring it back. */
Test(run_request, removed_variable_stays_removed)
{
        char *environment[] = { (char *) "GONE=here", NULL };
        const RunRequestExtras extras = { .environment = environment };
        _cleanup_free_ char *got = request_member("-e GONE nginx", now, &extras, "Env");

        cr_assert_str_eq(got, "[\"GONE\"]");
}

Test(run_request, older_engines)
{
        static const struct {
                const char *line;
                unsigned minor;
                const char *path, *expected; /* path NULL: refused */
        } table[] = {
                { "--kernel-memory 1m nginx", 41, "HostConfig/KernelMemory", "1048576" },
                { "--kernel-memory 1m nginx", 42, "HostConfig/KernelMemory", "" },
                { "--mac-address 02:42:ac:11:00:02 nginx", 43, "MacAddress", "\"02:42:ac:11:00:02\"" },
                { "--mac-address 02:42:ac:11:00:02 nginx", 43, "NetworkingConfig/EndpointsConfig", "{}" },
                { "--mac-address 02:42:ac:11:00:02 nginx", 44, "MacAddress", "" },
                { "--cap-add net_admin nginx", 45, "HostConfig/CapAdd", "[\"net_admin\"]" },
                { "--cap-add net_admin nginx", 48, "HostConfig/CapAdd", "[\"CAP_NET_ADMIN\"]" },
                { "--annotation a=b nginx", 42, NULL, "--annotation" },
                { "--health-start-interval 1s nginx", 43, NULL, "--health-start-interval" },
                { "--mount type=bind,src=/a,dst=/b,ro,bind-recursive=readonly,bind-propagation=rprivate "
                  "nginx",
                  43, NULL, "1.44" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const ApiVersion version = { 1, table[i].minor };
                _cleanup_(run_options_freep) RunOptions *o = parse_or_die(table[i].line);
                CliError error = CLI_ERROR_NULL;
                struct json_object *body = NULL;

                if (table[i].path) {
                        _cleanup_free_ char *got =
                                request_member(table[i].line, version, NULL, table[i].path);

                        cr_assert_str_eq(got, table[i].expected, "%s: %s", table[i].line, got);
                        continue;
                }
                cr_assert_eq(run_request_build(o, &version, NULL, &body, &error), -EINVAL);
                cr_assert(strstr(error.message, table[i].expected), "%s", error.message);
                cli_error_done(&error);
        }
}

Test(run_request, passed_environment)
{
        char *environment[] = {
                (char *) "A=1",
                (char *) "HOME=/root",
                (char *) "PATH=/bin",
                (char *) "NOTIFY_SOCKET=/x",
                (char *) "LISTEN_FDS=1",
                (char *) "WATCHDOG_USEC=5",
                (char *) "INVOCATION_ID=",
                (char *) "USER=root",
                (char *) "LANG=C",
                (char *) "HOMEPAGE=x",
                (char *) "no-equal",
                (char *) "=x",
                (char *) "DOCKER_HOST=",
                (char *) "DOCKER_AUTH_CONFIG={}",
                (char *) "DOCKER_CONFIG=/x",
                (char *) "DOCKER_CERT_PATH=/x",
                (char *) "SYSTEMD_DOCKER_DEBUG=1",
                (char *) "DOCKER_HOST_NAME=x",
                (char *) "JOURNAL_STREAM=1",
                (char *) "E=",
                NULL,
        };
        _cleanup_strv_free_ char **passed = NULL;

        cr_assert(run_request_pass_environment(environment, &passed) >= 0);
        cr_assert_eq(strv_length(passed), 5);
        cr_assert(strv_contains(passed, "A=1") && strv_contains(passed, "LANG=C") &&
                  strv_contains(passed, "HOMEPAGE=x") && strv_contains(passed, "DOCKER_HOST_NAME=x") &&
                  strv_contains(passed, "E="));
}

/* What directs a client of the engine is not for a client in the container. */
Test(run_request, environment_of_the_client_is_private)
{
        static const char *const names[] = {
                "DOCKER_API_VERSION",
                "DOCKER_AUTH_CONFIG",
                "DOCKER_BUILDKIT",
                "DOCKER_CERT_PATH",
                "DOCKER_CONFIG",
                "DOCKER_CONTENT_TRUST",
                "DOCKER_CONTEXT",
                "DOCKER_CUSTOM_HEADERS",
                "DOCKER_DEFAULT_PLATFORM",
                "DOCKER_HOST",
                "DOCKER_TLS",
                "DOCKER_TLS_VERIFY",
                "DOCKER_CLI_HINTS",
                "BUILDKIT_PROGRESS",
                "DOCKER_CONTENT_TRUST_SERVER",
                "DOCKER_CLI_EXPERIMENTAL",
                "DOCKER_HIDE_LEGACY_COMMANDS",
        };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char text[64];

                (void) snprintf(text, sizeof(text), "%s=x", names[i]);
                cr_assert(run_request_environment_is_private(text), "%s", text);
                (void) snprintf(text, sizeof(text), "%s_X=x", names[i]);
                cr_assert_not(run_request_environment_is_private(text), "%s", text);
                (void) snprintf(text, sizeof(text), "%.*s=x", (int) strlen(names[i]) - 1, names[i]);
                cr_assert_not(run_request_environment_is_private(text), "%s", text);
        }
        cr_assert_not(run_request_environment_is_private("DOCKER_INFLUXDB_INIT_MODE=setup"));
}

static void hash_of(const char *line, char ret[static RUN_REQUEST_HASH_MAX])
{
        _cleanup_(run_options_freep) RunOptions *o = parse_or_die(line);
        _cleanup_json_ struct json_object *body = NULL;

        cr_assert(run_request_build(o, NULL, NULL, &body, NULL) >= 0);
        cr_assert(run_request_hash(body, ret) >= 0);
}

/* Each of these depends on the engine's API version, or is not sent to some engines. */
Test(run_request, hash_knows_no_engine)
{
        static const char *const lines[] = {
                "nginx",
                "--kernel-memory 50m nginx",
                "--mac-address 02:42:ac:11:00:02 nginx",
                "--mac-address 02:42:ac:11:00:03 nginx",
                "--cap-add net_admin nginx",
                "--mount type=bind,src=/a,dst=/b,ro,bind-propagation=rprivate,bind-recursive=readonly nginx",
                "--annotation a=b nginx",
                "--network name=a,ip=1.2.3.4 --network b nginx",
        };
        char hashes[ELEMENTSOF(lines)][RUN_REQUEST_HASH_MAX];

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                hash_of(lines[i], hashes[i]);
                for (size_t j = 0; j < i; j++)
                        cr_assert(strcmp(hashes[i], hashes[j]) != 0, "%s: %s", lines[i], lines[j]);
        }
}

Test(run_request, hash)
{
        char one[RUN_REQUEST_HASH_MAX], other[RUN_REQUEST_HASH_MAX];
        _cleanup_json_ struct json_object *fixed = json_tokener_parse("{\"b\":[1,true,null],\"a\":\"x\"}");

        hash_of("-e A=1 --rm nginx", one);
        hash_of("--rm -e A=1 nginx", other);
        cr_assert_str_eq(one, other);
        hash_of("--rm -e A=2 nginx", other);
        cr_assert(strcmp(one, other) != 0);
        hash_of("-e A=1 --rm nginx x", other);
        cr_assert(strcmp(one, other) != 0);

        /* The labels of containers outlive versions of this program. */
        cr_assert(run_request_hash(fixed, one) >= 0);
        cr_assert_str_eq(one, "d06fbf29416e058ff32289188a775675");
}
