/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How long a command line of sixty options takes, from words to the request's text. Fails above a
 * millisecond. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "run/run-request.h"
#include "json/json.h"

#define ROUNDS 2000
#define LIMIT_USEC 1000

static const char *const words[] = {
        "--name",
        "web",
        "--rm",
        "-it",
        "-m",
        "512m",
        "--memory-swap=1g",
        "--memory-reservation",
        "256m",
        "--cpus",
        "1.5",
        "--cpu-shares=512",
        "--cpuset-cpus",
        "0-3",
        "--pids-limit",
        "100",
        "--blkio-weight",
        "500",
        "--device-read-bps",
        "/dev/sda:1mb",
        "-p",
        "80:80",
        "-p",
        "127.0.0.1:8000-8010:9000-9010/udp",
        "--expose",
        "53/udp",
        "-v",
        "/etc/web:/etc/web:ro",
        "-v",
        "data:/data",
        "-v",
        "./x:/y",
        "--mount",
        "type=bind,src=/a,dst=/b,ro,bind-propagation=rslave",
        "--mount",
        "type=volume,src=v,dst=/v,\"volume-opt=o=a,b\"",
        "--tmpfs",
        "/tmp:size=64m",
        "-e",
        "A=1",
        "-e",
        "B=2",
        "-e",
        "C",
        "-e",
        "D=4",
        "-l",
        "a=b",
        "-l",
        "c=d",
        "--label",
        "e",
        "--network",
        "name=front,alias=web,ip=10.0.0.5",
        "--network",
        "back",
        "--dns",
        "1.1.1.1",
        "--dns-search",
        "example.com",
        "--add-host",
        "db:10.0.0.9",
        "--cap-add",
        "NET_ADMIN",
        "--cap-drop",
        "ALL",
        "--device",
        "/dev/null:/dev/zero:rw",
        "--device-cgroup-rule",
        "c 1:3 rwm",
        "--gpus",
        "all",
        "--ulimit",
        "nofile=1024:2048",
        "--ulimit",
        "core=0",
        "--sysctl",
        "net.core.somaxconn=1024",
        "--security-opt",
        "no-new-privileges",
        "--security-opt",
        "systempaths=unconfined",
        "--health-cmd",
        "curl -f localhost",
        "--health-interval",
        "30s",
        "--health-retries",
        "3",
        "--health-timeout=5s",
        "--log-driver",
        "journald",
        "--log-opt",
        "tag=web",
        "--stop-signal",
        "SIGINT",
        "--stop-timeout",
        "20",
        "--user",
        "1000:1000",
        "--workdir",
        "/w",
        "--hostname",
        "web",
        "--entrypoint",
        "/bin/web",
        "--init",
        "--read-only",
        "--shm-size",
        "64m",
        "--platform",
        "linux/amd64",
        "--group-add",
        "audio",
        "registry.example.com:5000/team/web:1.2.3",
        "serve",
        "--port",
        "80",
        NULL,
};

int main(void)
{
        char *environment[] = { (char *) "DOCKER_CONFIG=/nonexistent", (char *) "C=3", NULL };
        const CliContext context = { .environment = environment, .dir_fd = AT_FDCWD, .directory = "/work" };
        const ApiVersion version = { 1, 50 };
        struct timespec begin, end;
        double usec;

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
        for (size_t i = 0; i < ROUNDS; i++) {
                CliError error = CLI_ERROR_NULL;
                struct json_object *body;
                RunOptions *o;

                if (run_options_parse((char *const *) words, &context, &o, &error) < 0 ||
                    run_request_build(o, &version, NULL, &body, &error) < 0) {
                        fprintf(stderr, "%s\n", error.message);
                        return EXIT_FAILURE;
                }
                if (!json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN))
                        return EXIT_FAILURE;
                json_object_put(body);
                run_options_free(o);
        }
        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        usec = ((double) (end.tv_sec - begin.tv_sec) * 1e6 + (double) (end.tv_nsec - begin.tv_nsec) / 1e3) /
               ROUNDS;
        printf("%.1f microseconds a line\n", usec);
        return usec < LIMIT_USEC ? EXIT_SUCCESS : EXIT_FAILURE;
}
