/* valgrind 3.19 writes to the mask that sigsuspend is called with, and ends where that is constant, as in libdispatch.
   Loaded first, this copies the mask. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    return syscall(SYS_rt_sigsuspend, &copy, 8);
}
