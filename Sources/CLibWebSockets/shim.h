/* The parts of libwebsockets, libuv and Linux that Swift cannot import by itself. */
#pragma once
#include <libwebsockets.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <uv.h>

/* LWS_PRE, a macro with a computed value: the number of writable bytes that lws_write needs before its data. */
static inline int postern_write_prefix(void) { return LWS_PRE; }

/* A GNU extension. It is declared here because _GNU_SOURCE would change types that Swift's Glibc module defines. */
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
static inline int postern_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* The number of bytes that were sent and not acknowledged; Swift cannot call ioctl, which is variadic. */
static inline int postern_unacknowledged(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) == 0 ? count : 0;
}

/* The number of bytes that the peer of a TCP connection has acknowledged; 0 if the system does not count them. The
   counter has the offset 120 in struct tcp_info of <linux/tcp.h>, which cannot be included beside <netinet/tcp.h>. */
static inline unsigned long long postern_bytes_acknowledged(int descriptor) {
    unsigned long long info[32] = {0};
    socklen_t length = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, 11 /* TCP_INFO */, info, &length) != 0 || length < 128) return 0;
    return info[15];
}

/* The number of bytes of a TCP connection that were received and read; negative if the system does not count them. The
   counter of received bytes has the offset 128 in struct tcp_info. The unread bytes are counted first, so that bytes
   that arrive in between make the result larger and never smaller. */
static inline long long postern_bytes_read(int descriptor) {
    unsigned long long info[32] = {0};
    socklen_t length = sizeof info;
    int waiting = 0;
    if (ioctl(descriptor, FIONREAD, &waiting) != 0) return -1;
    if (getsockopt(descriptor, IPPROTO_TCP, 11 /* TCP_INFO */, info, &length) != 0 || length < 136) return -1;
    return (long long)info[16] - waiting;
}
