/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Whether the engine of this machine can create a container in a unit's cgroup through our shim: it finds
 * the shim, reads our notes, and has the cgroups that we see. */

#define ENGINE_PID_FILE "/run/docker.pid"

/* proc: where procfs is mounted. pid_file: of dockerd. state_folder: of the notes; it exists. Returns NULL
 * if it can, otherwise the reason for a message, which lives for ever. What cannot be seen counts as a
 * reason. containerd may have another $PATH than dockerd: whether it really finds the shim turns out at the
 * start. */
const char *engine_view_obstacle(const char *proc, const char *pid_file, const char *state_folder);
