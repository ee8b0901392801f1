/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An OCI bundle: a folder with config.json in it. */

/* Has the runtime make the container in this cgroup. 1: config.json says so now. 0: it is not what we could
 * change: missing, not JSON, for no Linux; the runtime has to say what is wrong with it. Else what kept us
 * from changing a good one. */
int bundle_set_cgroup(const char *bundle, const char *cgroup);
