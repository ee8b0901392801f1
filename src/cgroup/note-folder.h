/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The files of the notes for systemd-docker-runtime (codec/cgroup/placement-note.h). state_folder:
 * RUNTIME_STATE_FOLDER; tests have another one. */

#include "codec/cgroup/placement-note.h"

/* Creates the folder where it is missing, and says whether notes can be written: 0 or -errno. They cannot
 * with ProtectSystem=strict, which makes /run read-only. */
int note_folder_prepare(const char *state_folder);

/* Replaces the note for the container with this id. 0 or -errno. */
int note_folder_write(const char *state_folder, const char *id, const PlacementNote *note);
/* Removes it, if it exists. */
void note_folder_remove(const char *state_folder, const char *id);

/* Removes the notes whose cgroup is gone, or is a later cgroup of the same path: supervisors that were
 * killed left them behind. The runtime would not believe them either. A note that cannot be read stays. */
void note_folder_remove_stale(const char *state_folder);
