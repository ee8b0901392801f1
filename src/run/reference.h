/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Names of images. */

/* NULL if s is a valid name or id of an image, otherwise a constant text that says what is wrong. */
const char *image_reference_check(const char *s);
