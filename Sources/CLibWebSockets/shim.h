/* What Swift cannot import by itself from libwebsockets and libuv. */
#pragma once
#include <libwebsockets.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <uv.h>

/* LWS_PRE, a macro with a computed value: bytes that must be writable in front of what lws_write sends. */
static inline int postern_write_prefix(void) { return LWS_PRE; }

/* A GNU extension; asking the headers for all of those would change types that Swift's Glibc module defines. */
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
static inline int postern_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Bytes that the system holds for the other end, not yet acknowledged; ioctl has no fixed arguments. */
static inline int postern_unacknowledged(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) == 0 ? count : 0;
}
