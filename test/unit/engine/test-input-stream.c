/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Standard input to an upgraded connection. */

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "engine/curl-glue.h"
#include "engine/input-stream.h"
#include "fake-engine.h"
#include "loop.h"
#include "util/fd.h"

#define LARGE ((size_t) 4 * 1024 * 1024)

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;
static FakeReply *reply;
static InputStream *input;
static unsigned opened, ended;
static int result;
static char *message;
static bool free_in_end;

static void on_open(void *userdata)
{
        cr_assert_eq(ended, 0);
        opened++;
}

static void on_end(int r, const char *text, void *userdata)
{
        ended++;
        result = r;
        message = text ? strdup(text) : NULL;
        if (free_in_end)
                input = input_stream_free(input);
}

static const InputStreamOps ops = { on_open, on_end };

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        (void) signal(SIGPIPE, SIG_IGN);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
}

static void teardown(void)
{
        input = input_stream_free(input);
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        event = sd_event_unref(event);
        free(message);
}

TestSuite(input_stream, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void start(int fd, bool tty, const char *detach_keys)
{
        InputStreamConfig config = { .id = "abc", .fd = fd, .tty = tty, .detach_keys = detach_keys };

        opened = ended = 0;
        reply = fake_engine_expect(fake, "POST", "/containers/abc/attach?stream=1&stdin=1");
        cr_assert_eq(input_stream_new(&input, event, engine, &config, &ops, NULL), 0);
        cr_assert_eq(opened, 0);
}

static void start_upgraded(int fd)
{
        start(fd, false, NULL);
        fake_reply_upgrade(reply);
}

static size_t received(void)
{
        size_t n;

        (void) fake_reply_received(reply, &n);
        return n;
}

static void assert_received(const char *data, size_t size)
{
        size_t n;
        const char *r = fake_reply_received(reply, &n);

        cr_assert_eq(n, size, "%zu", n);
        cr_assert(size == 0 || memcmp(r, data, size) == 0);
}

static void assert_text(const char *text)
{
        assert_received(text, strlen(text));
}

static char *make_data(size_t size)
{
        char *data = malloc(size);
        unsigned seed = 1;

        cr_assert_not_null(data);
        for (size_t k = 0; k < size; k++)
                data[k] = (char) rand_r(&seed);
        return data;
}

static int make_file(const void *data, size_t size)
{
        char path[] = "/tmp/test-input-XXXXXX";
        int fd = mkostemp(path, O_CLOEXEC);

        cr_assert_geq(fd, 0);
        cr_assert_eq(unlink(path), 0);
        cr_assert_eq(write(fd, data, size), (ssize_t) size);
        cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
        return fd;
}

Test(input_stream, the_request)
{
        start(open("/dev/null", O_RDONLY | O_CLOEXEC), true, "ctrl-a,b");
        fake_reply_upgrade(reply);
        loop_until(event, opened);
        cr_assert(strstr(fake_reply_request(reply),
                         "POST /containers/abc/attach?stream=1&stdin=1&detachKeys=ctrl-a%2Cb HTTP/1.1\r\n"));
        cr_assert(strstr(fake_reply_request(reply), "\r\nHost: docker\r\n"));
        cr_assert(strstr(fake_reply_request(reply), "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"));
}

Test(input_stream, nothing_is_read_before_the_engine_agrees)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        cr_assert_eq(write(p[1], "x", 1), 1);
        start(p[0], false, NULL);
        loop_until(event, fake_reply_request(reply));
        loop_settle(event);
        cr_assert_eq(opened + ended, 0);
        fake_reply_upgrade(reply);
        loop_until(event, received() == 1);
        cr_assert_eq(opened, 1);
}

Test(input_stream, pipe_in_pieces_and_its_end)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        start_upgraded(p[0]);
        loop_until(event, opened);
        cr_assert_eq(write(p[1], "one", 3), 3);
        loop_until(event, received() == 3);
        cr_assert_eq(write(p[1], "two", 3), 3);
        loop_until(event, received() == 6);
        cr_assert_eq(ended, 0);
        cr_assert_not(fake_reply_is_half_closed(reply));
        close(p[1]);
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        assert_text("onetwo");
        cr_assert_eq(result, 0);
        cr_assert_null(message);
        cr_assert_not(fake_reply_is_hung_up(reply));
        /* The end of the connection is not reported as a second end. */
        fake_reply_close(reply);
        loop_settle(event);
        cr_assert_eq(ended, 1);
}

Test(input_stream, the_flags_of_a_shared_descriptor_stay)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        start_upgraded(p[0]);
        cr_assert_eq(write(p[1], "x", 1), 1);
        loop_until(event, received() == 1);
        cr_assert_eq(fcntl(p[0], F_GETFL) & O_NONBLOCK, 0);
}

static void pass_large_file(void)
{
        char *data = make_data(LARGE);
        int fd = make_file(data, LARGE);

        start_upgraded(fd);
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        assert_received(data, LARGE);
        cr_assert_eq(result, 0);
        free(data);
        close(fd);
}

Test(input_stream, large_file)
{
        pass_large_file();
}

Test(input_stream, large_file_over_tcp)
{
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        fake = fake_engine_new_tcp(event, "127.0.0.1");
        engine = fake_engine_client(fake);
        pass_large_file();
        cr_assert(strstr(fake_reply_request(reply), "\r\nHost: 127.0.0.1\r\n"));
}

Test(input_stream, file_from_where_it_stands_and_again)
{
        int fd = make_file("skipped,data", 12);

        cr_assert_eq(lseek(fd, 8, SEEK_SET), 8);
        start_upgraded(fd);
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        assert_text("data");
        /* The next life of the container reads the same input. */
        input = input_stream_free(input);
        start_upgraded(fd);
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        assert_text("data");
        close(fd);
}

Test(input_stream, nothing_at_all)
{
        int fds[] = { open("/dev/null", O_RDONLY | O_CLOEXEC), 987, -EBADF, make_file("", 0) };

        for (size_t k = 0; k < ELEMENTSOF(fds); k++) {
                start_upgraded(fds[k]);
                loop_until(event, ended && fake_reply_is_half_closed(reply));
                assert_text("");
                cr_assert_eq(result, 0);
                input = input_stream_free(input);
        }
}

Test(input_stream, socket)
{
        int p[2];

        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
        start_upgraded(p[0]);
        cr_assert_eq(write(p[1], "hello", 5), 5);
        loop_until(event, received() == 5);
        cr_assert_eq(shutdown(p[1], SHUT_WR), 0);
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        assert_text("hello");
}

Test(input_stream, terminal)
{
        int master, slave;
        struct termios raw;

        cr_assert_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
        cr_assert_eq(tcgetattr(slave, &raw), 0);
        cfmakeraw(&raw);
        cr_assert_eq(tcsetattr(slave, TCSANOW, &raw), 0);
        start_upgraded(slave);
        cr_assert_eq(write(master, "ls\n", 3), 3);
        loop_until(event, received() == 3);
        close(master); /* hung up */
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        assert_text("ls\n");
        cr_assert_eq(result, 0);
}

Test(input_stream, endless_input_leaves_the_loop_alone)
{
        start_upgraded(open("/dev/zero", O_RDONLY | O_CLOEXEC));
        fake_reply_allow(reply, 1000 * 1000);
        loop_until(event, received() == 1000 * 1000);
        /* The sockets are full now: there is nothing to do. */
        loop_settle(event);
        cr_assert_eq(sd_event_run(event, 0), 0);
        cr_assert_eq(ended, 0);
        fake_reply_allow(reply, 3000 * 1000);
        loop_until(event, received() == 4000 * 1000);
}

Test(input_stream, slow_container_holds_the_writer_back)
{
        char chunk[4096] = {};
        size_t written = 0;
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        cr_assert_eq(fcntl(p[1], F_SETFL, O_NONBLOCK), 0);
        start_upgraded(p[0]);
        fake_reply_allow(reply, 100);
        for (;;) {
                ssize_t n = write(p[1], chunk, sizeof(chunk));

                if (n < 0) {
                        loop_settle(event);
                        n = write(p[1], chunk, sizeof(chunk));
                }
                if (n < 0)
                        break;
                written += (size_t) n;
                cr_assert_lt(written, LARGE);
        }
        cr_assert_eq(received(), 100);
        close(p[1]);
        fake_reply_allow(reply, SIZE_MAX);
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        cr_assert_eq(received(), written);
}

Test(input_stream, terminal_of_the_container_has_no_end)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        start(p[0], true, NULL);
        fake_reply_upgrade(reply);
        cr_assert_eq(write(p[1], "x", 1), 1);
        close(p[1]);
        loop_until(event, ended && received() == 1);
        loop_settle(event);
        cr_assert_eq(result, 0);
        cr_assert_not(fake_reply_is_half_closed(reply));
        cr_assert_not(fake_reply_is_hung_up(reply));
}

Test(input_stream, engine_closes_while_input_is_open)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        free_in_end = true;
        start_upgraded(p[0]);
        fake_reply_wait(reply);
        fake_reply_close(reply);
        loop_until(event, opened);
        loop_settle(event);
        cr_assert_eq(ended, 0);
        fake_reply_go(reply);
        loop_until(event, ended);
        cr_assert_eq(result, 0);
        cr_assert_eq(write(p[1], "x", 1), 1);
        loop_settle(event);
        cr_assert_eq(sd_event_run(event, 0), 0);
}

Test(input_stream, engine_closes_with_bytes_unread)
{
        start_upgraded(open("/dev/zero", O_RDONLY | O_CLOEXEC));
        fake_reply_allow(reply, 1000);
        fake_reply_wait(reply);
        fake_reply_close(reply);
        loop_until(event, received() == 1000);
        fake_reply_go(reply);
        loop_until(event, ended);
        cr_assert_eq(result, 0);
        loop_settle(event);
        cr_assert_eq(sd_event_run(event, 0), 0);
        cr_assert_eq(ended, 1);
}

Test(input_stream, what_the_engine_says_is_dropped)
{
        char *data = make_data(LARGE / 10);
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        start_upgraded(p[0]);
        fake_reply_send(reply, data, LARGE / 10);
        cr_assert_eq(write(p[1], "x", 1), 1);
        loop_until(event, fake_reply_is_done(reply) && received() == 1);
        cr_assert_eq(ended, 0);
        free(data);
}

Test(input_stream, head_in_pieces)
{
        static const char head[] = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        start(p[0], false, NULL);
        fake_reply_send_pieces(reply, head, sizeof(head) - 1, 1);
        loop_until(event, opened);
        cr_assert(fake_reply_is_done(reply));
}

Test(input_stream, the_engine_refuses)
{
        free_in_end = true;
        start(STDIN_FILENO, false, NULL);
        fake_reply_json(reply, 404, "{\"message\":\"No such container: abc\"}");
        loop_until(event, ended);
        cr_assert_eq(opened, 0);
        cr_assert_eq(result, -ENOENT);
        cr_assert_str_eq(message, "No such container: abc");
}

Test(input_stream, the_engine_speaks_another_language)
{
        start(STDIN_FILENO, false, NULL);
        fake_reply_send_text(reply, "SSH-2.0-OpenSSH_9.2\r\n");
        loop_until(event, ended);
        cr_assert_eq(result, -EBADMSG);
        cr_assert_not_null(message);
}

Test(input_stream, the_engine_hangs_up_before_it_answers)
{
        start(STDIN_FILENO, false, NULL);
        fake_reply_send_text(reply, "HTTP/1.1 101 UPGR");
        fake_reply_close(reply);
        loop_until(event, ended);
        cr_assert_eq(result, -ECONNRESET);
        cr_assert_eq(opened, 0);
}

Test(input_stream, there_is_no_engine)
{
        free_in_end = true;
        fake_engine_down(fake);
        start(STDIN_FILENO, false, NULL);
        loop_until(event, ended);
        cr_assert_eq(result, -ENOENT);
        cr_assert_str_eq(message, "No such file or directory");
        fake_engine_up(fake);
}

Test(input_stream, what_can_not_be_read_is_an_end_and_an_error)
{
        start_upgraded(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        loop_until(event, ended && fake_reply_is_half_closed(reply));
        cr_assert_eq(result, -EISDIR);
        cr_assert_str_eq(message, "Is a directory");
}

Test(input_stream, freed_at_any_time)
{
        for (unsigned steps = 0; steps < 20; steps++) {
                start_upgraded(open("/dev/zero", O_RDONLY | O_CLOEXEC));
                for (unsigned k = 0; k < steps; k++)
                        cr_assert_geq(sd_event_run(event, 0), 0);
                input = input_stream_free(input);
                loop_settle(event);
                fake_engine_free(fake);
                engine = engine_free(engine);
                fake = fake_engine_new(event);
                engine = fake_engine_client(fake);
        }
}
