/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Volumes. The engine's local driver gives a new volume to root, so an owner is set here: only if the folder
 * is empty and we created the volume, because later it belongs to what runs in the container. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

/* The members of the request, options being the name of its member for options: "DriverOpts" when it is
 * created, "Options" when the engine describes it. */
static int build_as(const EnsureOptions *o, const char *options, struct json_object **ret)
{
        _cleanup_json_ struct json_object *body = json_object_new_object();
        int r = body ? json_set_string(body, "Name", o->name) : -ENOMEM;

        if (r >= 0)
                r = json_set_string(body, "Driver", o->driver ?: "local");
        if (r >= 0)
                r = session_add_pairs(body, options, o->opts);
        if (r >= 0)
                r = session_add_pairs(body, "Labels", o->labels);
        if (r >= 0)
                *ret = TAKE_PTR(body);
        return r;
}

static bool has_owner(const EnsureOptions *o)
{
        return o->uid != ENSURE_NO_ID || o->gid != (gid_t) ENSURE_NO_ID;
}

/* 1: empty, 0: not, or -errno. Takes the descriptor over. */
static int is_empty(int fd)
{
        DIR *folder = fdopendir(fd);
        struct dirent *entry;
        int n = 0;

        if (!folder) {
                (void) fd_close(fd);
                return -errno;
        }
        errno = 0;
        while (n == 0 && (entry = readdir(folder)))
                n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
        n = errno > 0 ? -errno : n == 0;
        (void) closedir(folder);
        return n;
}

static int chown_empty(const EnsureOptions *o, const char *path)
{
        _cleanup_close_ int fd = RET_NERRNO(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat st;
        int copy, r;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if ((o->uid == ENSURE_NO_ID || st.st_uid == o->uid) &&
            (o->gid == (gid_t) ENSURE_NO_ID || st.st_gid == o->gid))
                return 0;
        copy = RET_NERRNO(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        r = copy < 0 ? copy : is_empty(copy);
        if (r <= 0)
                return r;
        return RET_NERRNO(fchown(fd, o->uid, o->gid));
}

/* volume: as the engine describes it. */
static void set_owner(Session *s, struct json_object *volume)
{
        const char *path = json_string_or(volume, "Mountpoint", NULL);
        const char *driver = json_string_or(volume, "Driver", "");
        struct json_object *labels = NULL;
        int r;

        if (!has_owner(s->options))
                return;
        if (json_get(volume, "Labels", json_type_object, &labels) < 0 ||
            !json_string_or(labels, ENSURE_LABEL, NULL))
                return; /* somebody else's volume */
        if (strcmp(driver, "local") != 0 || s->options->opts || !engine_is_local(s->engine) || !path) {
                log_warning("The owner of volume %s is not set: that is only possible for a folder of this "
                            "machine.",
                            s->options->name);
                return;
        }
        r = chown_empty(s->options, path);
        if (r < 0)
                log_warning_errno(r, "Failed to set the owner of volume %s, %s, ignoring: %m",
                                  s->options->name, path);
}

static void on_created(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);
        _cleanup_json_ struct json_object *volume = NULL;

        if (r < 0) {
                session_fail_engine(s, reply, "Failed to create volume %s", s->options->name);
                return;
        }
        log_info("Created volume %s.", s->options->name);
        if (json_parse(reply->body, reply->size, &volume) >= 0)
                set_owner(s, volume);
        session_end(s, EXIT_SUCCESS);
}

static void compare(Session *s, const EngineReply *reply)
{
        _cleanup_json_ struct json_object *volume = NULL, *wanted = NULL;

        if (json_parse(reply->body, reply->size, &volume) < 0 ||
            !json_object_is_type(volume, json_type_object)) {
                session_fail(s, "The engine's description of volume %s is malformed.", s->options->name);
                return;
        }
        if (build_as(s->options, "Options", &wanted) < 0) {
                session_fail(s, "Failed to look at volume %s: out of memory", s->options->name);
                return;
        }
        session_compare(s, wanted, volume);
        set_owner(s, volume);
        session_end(s, EXIT_SUCCESS);
}

static void on_found(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps ops = { .on_done = on_created };
        Session *s = ASSERT_PTR(userdata);

        if (r == -ENOENT && reply->status == 404)
                session_send(s, "POST", strdup("/volumes/create"), s->body, &ops);
        else if (r < 0)
                session_fail_engine(s, reply, "Failed to look for volume %s", s->options->name);
        else
                compare(s, reply);
}

void volume_start(Session *s)
{
        static const EngineRequestOps ops = { .on_done = on_found };
        _cleanup_free_ char *name = engine_escape(s->options->name);
        char *path = NULL;
        int r = build_as(s->options, "DriverOpts", &s->body);

        if (r >= 0)
                r = session_add_hash(s);
        if (r < 0 || !name || asprintf(&path, "/volumes/%s", name) < 0)
                path = NULL;
        session_send(s, "GET", path, NULL, &ops);
}
