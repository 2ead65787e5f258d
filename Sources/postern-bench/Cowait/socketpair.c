// The lower bound for a call with 1 in flight: 60 bytes to another process over a socket pair and back, with epoll.
// For each line of standard input it prints the round trips a second, as the middle one of three figures.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

/// Waits for a message with epoll and reads it; ends the process when the other one has ended.
static void receive(int poll, int socket) {
    struct epoll_event event;
    char message[64];
    if (epoll_wait(poll, &event, 1, -1) < 1 || read(socket, message, sizeof message) < 1) exit(0);
}

static int watch(int socket) {
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
    return poll;
}

int main(int count, char **arguments) {
    double seconds = count > 1 ? atof(arguments[1]) : 0.5;
    char message[60] = {0};
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets)) return 1;
    int side = fork() == 0;
    close(sockets[!side]);
    int socket = sockets[side], poll = watch(socket);
    while (side) {
        receive(poll, socket);
        if (write(socket, message, sizeof message) < 1) return 0;
    }
    for (char line[64]; fgets(line, sizeof line, stdin);) {
        long trips = 0;
        double start = now(), end = start + seconds;
        while (now() < end) {
            if (write(socket, message, sizeof message) < 1) return 1;
            receive(poll, socket);
            trips++;
        }
        printf("0 %f 0\n", trips / (now() - start));
        fflush(stdout);
    }
}
