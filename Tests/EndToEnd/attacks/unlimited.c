/* A library for LD_PRELOAD that makes a program see the limit of open files of containers with LimitNOFILE=infinity,
   which a test may not be permitted to set. A limit that the program sets is reported from then on, but not applied. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

static struct rlimit seen = {1073741816, 1073741816};

static int read_limit(int resource, struct rlimit *limit) {
    int (*real)(int, struct rlimit *) = dlsym(RTLD_NEXT, "getrlimit");
    if (resource != RLIMIT_NOFILE) return real(resource, limit);
    *limit = seen;
    return 0;
}

static int set_limit(int resource, const struct rlimit *limit) {
    int (*real)(int, const struct rlimit *) = dlsym(RTLD_NEXT, "setrlimit");
    if (resource != RLIMIT_NOFILE) return real(resource, limit);
    seen = *limit;
    return 0;
}

int getrlimit(__rlimit_resource_t resource, struct rlimit *limit) { return read_limit(resource, limit); }
int getrlimit64(__rlimit_resource_t resource, struct rlimit64 *limit) { return read_limit(resource, (void *)limit); }
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) { return set_limit(resource, limit); }
int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit) { return set_limit(resource, (void *)limit); }

long sysconf(int name) {
    long (*real)(int) = dlsym(RTLD_NEXT, "sysconf");
    return name == _SC_OPEN_MAX ? (long)seen.rlim_cur : real(name);
}
