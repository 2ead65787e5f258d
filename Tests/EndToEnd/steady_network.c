/* Loaded first into a browser, keeps it from noticing that the network of this machine changes: it would end all its
   requests, those over loopback too, whenever another program adds an interface or an address. */
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
