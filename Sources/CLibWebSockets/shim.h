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

/* Bytes of a TCP connection that the other end has acknowledged; 0 where the system does not count them. The counter is
   at 120 in struct tcp_info of <linux/tcp.h>, which cannot be included beside <netinet/tcp.h>. */
static inline unsigned long long postern_bytes_acknowledged(int descriptor) {
    unsigned long long info[32] = {0};
    socklen_t length = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, 11 /* TCP_INFO */, info, &length) != 0 || length < 128) return 0;
    return info[15];
}

/* Bytes of a TCP connection that were received and read so far; negative where the system does not count them. The
   counter is at 128 in struct tcp_info. What waits is counted first: bytes that come in between make the result larger,
   never smaller. */
static inline long long postern_bytes_read(int descriptor) {
    unsigned long long info[32] = {0};
    socklen_t length = sizeof info;
    int waiting = 0;
    if (ioctl(descriptor, FIONREAD, &waiting) != 0) return -1;
    if (getsockopt(descriptor, IPPROTO_TCP, 11 /* TCP_INFO */, info, &length) != 0 || length < 136) return -1;
    return (long long)info[16] - waiting;
}
