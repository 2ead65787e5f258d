/* A library for LD_PRELOAD that hides changes of the network configuration from Chromium. Chromium watches netlink
   sockets and aborts all requests, even those over loopback, whenever another program adds an interface or an address;
   it works without netlink. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol) {
    int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");
    if (domain != AF_NETLINK) return real(domain, type, protocol);
    errno = EAFNOSUPPORT;
    return -1;
}
