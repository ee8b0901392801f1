/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* With _FORTIFY_SOURCE, the compiler replaces some functions by others that check: both are counted. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "short-memory.h"

static unsigned left; /* 0: none fails */
static bool failed;

void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__real_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t size);
char *__real_strndup(const char *s, size_t size);
int __wrap_asprintf(char **ret, const char *format, ...);
int __wrap_vasprintf(char **ret, const char *format, va_list ap);
int __real_vasprintf(char **ret, const char *format, va_list ap);
int __wrap___asprintf_chk(char **ret, int flag, const char *format, ...);
int __wrap___vasprintf_chk(char **ret, int flag, const char *format, va_list ap);

void short_memory_begin(unsigned n)
{
        left = n;
        failed = false;
}

bool short_memory_end(void)
{
        left = 0;
        return failed;
}

static bool fails(void)
{
        if (left == 0 || --left > 0)
                return false;
        failed = true;
        errno = ENOMEM;
        return true;
}

void *__wrap_malloc(size_t size)
{
        return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
        return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
        return fails() ? NULL : __real_realloc(p, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
        return fails() ? NULL : __real_reallocarray(p, n, size);
}

char *__wrap_strdup(const char *s)
{
        return fails() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t size)
{
        return fails() ? NULL : __real_strndup(s, size);
}

/* Of *ret, glibc makes NULL or leaves it as it is: the program relies on that. */
static int format_text(char **ret, const char *format, va_list ap)
{
        return fails() ? -1 : __real_vasprintf(ret, format, ap);
}

int __wrap_vasprintf(char **ret, const char *format, va_list ap)
{
        return format_text(ret, format, ap);
}

int __wrap___vasprintf_chk(char **ret, int flag, const char *format, va_list ap)
{
        return format_text(ret, format, ap);
}

int __wrap_asprintf(char **ret, const char *format, ...)
{
        va_list ap;
        int r;

        va_start(ap, format);
        r = format_text(ret, format, ap);
        va_end(ap);
        return r;
}

int __wrap___asprintf_chk(char **ret, int flag, const char *format, ...)
{
        va_list ap;
        int r;

        va_start(ap, format);
        r = format_text(ret, format, ap);
        va_end(ap);
        return r;
}
