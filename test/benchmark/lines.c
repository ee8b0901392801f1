/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* For test/benchmark/logs and ten-units: writes COUNT numbered lines of SIZE bytes as fast as it can.
 *
 *     lines print COUNT SIZE [FILE]
 *
 * writes to standard output, many lines in one write(2), as stdio does in a busy program. When FILE exists,
 * it stops and writes "end" and the number of lines.
 *
 *     lines send COUNT SIZE FIELD=VALUE…
 *
 * sends to journald's native socket, with these fields and an ordinal: the least that one entry for each
 * line needs. It prints its own processor time for each line, in nanoseconds, to standard error. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static size_t size;

/* Writes "0000001 xxxx…": number, padding and newline. */
static void make_line(char *line, unsigned long n)
{
        char number[16];

        (void) snprintf(number, sizeof(number), "%07lu", n);
        memcpy(line, number, 7);
}

static int print(unsigned long count, char *line, const char *stop)
{
        static char buffer[64 * 1024];
        unsigned long i;

        (void) setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
        for (i = 1; i <= count; i++) {
                make_line(line, i);
                if (fwrite(line, 1, size + 1, stdout) != size + 1)
                        return EXIT_FAILURE;
                if (stop && i % 100 == 0 && access(stop, F_OK) == 0)
                        break;
        }
        if (stop)
                printf("end %lu\n", MIN(i, count));
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int send_all(unsigned long count, char *line, char **fields)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        char constant[4096] = "", own[64];
        struct timespec t;

        for (; *fields; fields++) {
                strcat(constant, *fields);
                strcat(constant, "\n");
        }
        if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return EXIT_FAILURE;
        for (unsigned long i = 1; i <= count; i++) {
                int n = snprintf(own, sizeof(own), "CONTAINER_LOG_ORDINAL=%lu\nMESSAGE=", i);
                struct iovec iov[] = { { constant, strlen(constant) },
                                       { own, (size_t) n },
                                       { line, size + 1 } };

                make_line(line, i);
                if (sendmsg(fd, &(struct msghdr){ .msg_iov = iov, .msg_iovlen = 3 }, MSG_NOSIGNAL) < 0)
                        return EXIT_FAILURE;
        }
        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        fprintf(stderr, "%llu\n",
                ((unsigned long long) t.tv_sec * 1000000000ULL + (unsigned long long) t.tv_nsec) / count);
        return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
        unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
        char *line;

        size = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
        if (count == 0 || size < 8)
                return EXIT_FAILURE;
        line = malloc(size + 2);
        if (!line)
                return EXIT_FAILURE;
        memset(line, 'x', size);
        line[7] = ' ';
        line[size] = '\n';
        return strcmp(argv[1], "print") == 0 ? print(count, line, argc > 4 ? argv[4] : NULL)
                                             : send_all(count, line, argv + 4);
}
