/* Request and reply over a NATS server, 16 bytes each way.
   nats serve URL                            answers requests
   nats load URL IN_FLIGHT SECONDS           keeps its requests in flight by hand, over one reply subject */
#include <nats/nats.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char numbers[16] = {1, 2};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void check(natsStatus status) {
    if (status == NATS_OK) return;
    fprintf(stderr, "nats: %s\n", natsStatus_GetText(status));
    exit(1);
}

static void answer(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *context) {
    check(natsConnection_Publish(connection, natsMsg_GetReply(message), numbers, sizeof numbers));
    natsMsg_Destroy(message);
}

static natsConnection *connect_to(const char *url) {
    natsConnection *connection;
    natsOptions *options;
    check(natsOptions_Create(&options));
    check(natsOptions_SetURL(options, url));
    check(natsConnection_Connect(&connection, options));
    return connection;
}

static int serve(const char *url) {
    natsSubscription *subscription;
    natsConnection *connection = connect_to(url);
    check(natsConnection_Subscribe(&subscription, connection, "add", answer, NULL));
    check(natsConnection_Flush(connection));
    puts(url);
    fflush(stdout);
    while (true) pause();
}

static int load(const char *url, int in_flight, double seconds) {
    natsSubscription *subscription;
    natsConnection *connection = connect_to(url);
    check(natsConnection_SubscribeSync(&subscription, connection, "replies"));
    for (int i = 0; i < in_flight; i++)
        check(natsConnection_PublishRequest(connection, "add", "replies", numbers, sizeof numbers));
    double start = now();
    bool began = false;
    for (long done = 1;; done++) {
        natsMsg *message;
        check(natsSubscription_NextMsg(&message, subscription, 5000));
        natsMsg_Destroy(message);
        double passed = now() - start;
        if (!began && passed > seconds / 5) {
            began = true;
            done = 0;
            start = now();
            puts("begin");
            fflush(stdout);
        } else if (began && passed > seconds) {
            printf("end %ld %f 0 0\n", done, passed);
            return 0;
        }
        check(natsConnection_PublishRequest(connection, "add", "replies", numbers, sizeof numbers));
    }
}

int main(int count, char **arguments) {
    if (count == 3 && !strcmp(arguments[1], "serve")) return serve(arguments[2]);
    if (count == 5 && !strcmp(arguments[1], "load"))
        return load(arguments[2], atoi(arguments[3]), atof(arguments[4]));
    fputs("usage: nats serve URL, nats load URL IN_FLIGHT SECONDS\n", stderr);
    return 2;
}
