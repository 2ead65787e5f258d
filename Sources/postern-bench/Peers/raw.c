/* The lower bound: 60 bytes in each direction over epoll, not parsed.
   raw serve tcp|/path.sock          prints the port, or the path
   raw load PORT|/path.sock CONNECTIONS IN_FLIGHT SECONDS */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 60, BUFFER = 1 << 16, CONNECTIONS = 1 << 12, TENTHS = 1 << 20 };

static char buffer[BUFFER];
static unsigned tenths_of_us[TENTHS];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void no_delay(int socket) {
    int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static int make_socket(const char *place, struct sockaddr_storage *address, socklen_t *length) {
    memset(address, 0, sizeof *address);
    if (place[0] == '/') {
        struct sockaddr_un *unix_address = (void *)address;
        unix_address->sun_family = AF_UNIX;
        strncpy(unix_address->sun_path, place, sizeof unix_address->sun_path - 1);
        *length = sizeof *unix_address;
        return socket(AF_UNIX, SOCK_STREAM, 0);
    }
    struct sockaddr_in *tcp_address = (void *)address;
    tcp_address->sin_family = AF_INET;
    tcp_address->sin_port = htons(atoi(place));
    tcp_address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *length = sizeof *tcp_address;
    int result = socket(AF_INET, SOCK_STREAM, 0);
    no_delay(result);
    return result;
}

static void watch(int epoll, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static int serve(const char *place) {
    struct sockaddr_storage address;
    socklen_t length;
    if (place[0] == '/') unlink(place);
    int listener = make_socket(place[0] == '/' ? place : "0", &address, &length);
    if (bind(listener, (void *)&address, length) || listen(listener, 1024)) return perror("listen"), 1;
    getsockname(listener, (void *)&address, &length);
    if (place[0] == '/') puts(place);
    else printf("%d\n", ntohs(((struct sockaddr_in *)&address)->sin_port));
    fflush(stdout);
    int epoll = epoll_create1(0);
    struct epoll_event events[256];
    watch(epoll, listener);
    for (;;) {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < count; i++) {
            int descriptor = events[i].data.fd;
            if (descriptor == listener) {
                descriptor = accept(listener, 0, 0);
                no_delay(descriptor);
                watch(epoll, descriptor);
                continue;
            }
            ssize_t received = recv(descriptor, buffer, sizeof buffer, 0);
            if (received <= 0 || send(descriptor, buffer, received, MSG_NOSIGNAL) != received) close(descriptor);
        }
    }
}

static double quantile(long count, double share) {
    long left = count * share;
    for (int i = 0; i < TENTHS; i++)
        if ((left -= tenths_of_us[i]) < 0) return i / 10.0;
    return 0;
}

static int load(const char *place, int connections, int in_flight, double seconds) {
    static long had[CONNECTIONS];
    static double sent[CONNECTIONS];
    int epoll = epoll_create1(0);
    double start = now(), began = 0;
    long calls = 0, timed = 0;
    for (int i = 0; i < connections; i++) {
        struct sockaddr_storage address;
        socklen_t length;
        int descriptor = make_socket(place, &address, &length);
        if (connect(descriptor, (void *)&address, length)) return perror("connect"), 1;
        watch(epoll, descriptor);
        sent[descriptor] = now();
        send(descriptor, buffer, (size_t)MESSAGE * in_flight, MSG_NOSIGNAL);
    }
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(epoll, events, 256, -1);
        double time = now();
        if (!began && time - start > seconds / 5) {
            began = time;
            calls = timed = 0;
            memset(tenths_of_us, 0, sizeof tenths_of_us);
            puts("begin");
            fflush(stdout);
        }
        if (began && time - began > seconds) {
            printf("end %ld %f %f %f\n", calls, time - began, quantile(timed, 0.5), quantile(timed, 0.99));
            return 0;
        }
        for (int i = 0; i < count; i++) {
            int descriptor = events[i].data.fd;
            ssize_t received = recv(descriptor, buffer, sizeof buffer, 0);
            if (received <= 0) return 1;
            had[descriptor] += received;
            long whole = had[descriptor] / MESSAGE;
            had[descriptor] %= MESSAGE;
            calls += whole;
            if (in_flight == 1 && whole) {
                double end = now();
                long tenths = (end - sent[descriptor]) * 1e7;
                tenths_of_us[tenths < TENTHS ? tenths : TENTHS - 1]++;
                timed++;
                sent[descriptor] = end;
            }
            if (whole) send(descriptor, buffer, whole * MESSAGE, MSG_NOSIGNAL);
        }
    }
}

int main(int count, char **arguments) {
    if (count == 3 && !strcmp(arguments[1], "serve")) return serve(arguments[2]);
    if (count == 6 && !strcmp(arguments[1], "load"))
        return load(arguments[2], atoi(arguments[3]), atoi(arguments[4]), atof(arguments[5]));
    fputs("usage: raw serve tcp|/path.sock, raw load PORT|/path.sock CONNECTIONS IN_FLIGHT SECONDS\n", stderr);
    return 2;
}
