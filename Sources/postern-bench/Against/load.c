/* Calls a gateway, with a fixed number of requests in flight on each connection, and prints `CALLS SERVER_CPU_NS`.

   load ws|http PORT PID CONNECTIONS IN_FLIGHT BATCH SECONDS CALLS METHOD PARAMS RESULT
       PARAMS is sent in each of the BATCH calls of a request; RESULT stands behind "result": in every answer.
   load events PORT PID CONNECTIONS IN_FLIGHT 1 SECONDS CALLS METHOD '["text"]' TOPIC
       CONNECTIONS read the topic, one more publishes by METHOD; a call is one event that one of them has received.

   CALLS = 0 counts for SECONDS, behind a fifth of that to warm up; else exactly so many requests are made, or events
   received. The CPU time is that of all threads of the process PID while calls were counted. The same arguments send
   the same bytes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16, OPENED_AT_ONCE = 64, TURN_EVENTS = 256 };

typedef struct {
    char *bytes;
    size_t start, end, capacity;
} Buffer;

typedef struct {
    int socket;
    bool is_open;
    Buffer input, output;
} Connection;

/* The options. */
static enum { WS, HTTP, EVENTS } door;
static int port, connection_count, in_flight, batch;
static pid_t server;
static double seconds;
static uint64_t calls_wanted;
static const char *method, *params, *topic;
static char answer[1 << 17];

/* The state of the run. */
static Connection *connections;
static int epoll, open_count, subscribed_count;
static uint64_t request_id, requests_made, calls, published;
static Buffer body;

static void fail(const char *what, const char *text, size_t length) {
    fprintf(stderr, "load: %s: %.*s\n", what, (int)(length > 300 ? 300 : length), text);
    exit(1);
}

static double clock_seconds(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time)) fail("no clock of process", "", 0);
    return time.tv_sec + time.tv_nsec / 1e9;
}

/* The CPU time of a process, by its clock: clock_getcpuclockid. */
static double server_cpu(void) { return clock_seconds((clockid_t)(~(unsigned)server << 3 | 2)); }

/* ---- Buffers ---- */

static void reserve(Buffer *buffer, size_t count) {
    if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
    if (buffer->end + count <= buffer->capacity) return;
    memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->end - buffer->start);
    buffer->end -= buffer->start;
    buffer->start = 0;
    if (buffer->end + count <= buffer->capacity) return;
    buffer->capacity = 2 * (buffer->end + count);
    buffer->bytes = realloc(buffer->bytes, buffer->capacity);
    if (!buffer->bytes) abort();
}

static void append(Buffer *buffer, const void *bytes, size_t count) {
    reserve(buffer, count);
    memcpy(buffer->bytes + buffer->end, bytes, count);
    buffer->end += count;
}

static void append_text(Buffer *buffer, const char *text) { append(buffer, text, strlen(text)); }

/* ---- Requests ---- */

/* Waits until all output is written; the requests in flight fit into the buffer of a socket. */
static void flush(Connection *connection) {
    Buffer *output = &connection->output;
    while (output->start < output->end) {
        ssize_t count = write(connection->socket, output->bytes + output->start, output->end - output->start);
        if (count <= 0) fail("cannot write", strerror(errno), 300);
        output->start += count;
    }
}

/* Appends a masked text frame. */
static void append_frame(Buffer *output, const char *text, size_t length) {
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    unsigned char head[14] = {0x81};
    size_t count = 2;
    if (length < 126) {
        head[1] = 0x80 | length;
    } else {
        head[1] = 0x80 | (length <= 0xffff ? 126 : 127);
        for (int shift = length <= 0xffff ? 8 : 56; shift >= 0; shift -= 8) head[count++] = length >> shift;
    }
    memcpy(head + count, mask, 4);
    append(output, head, count + 4);
    reserve(output, length);
    for (size_t index = 0; index < length; index++) output->bytes[output->end + index] = text[index] ^ mask[index & 3];
    output->end += length;
}

static void append_call(const char *name, const char *arguments) {
    char head[256];
    snprintf(head, sizeof head, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":",
             (unsigned long long)++request_id, name);
    append_text(&body, head);
    append_text(&body, arguments);
    append_text(&body, "}");
}

/* Appends the body to the output, in the format of the door. */
static void send_body(Connection *connection) {
    if (door == HTTP) {
        char head[256];
        snprintf(head, sizeof head,
                 "POST /rpc HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                 "Accept: application/json\r\nContent-Length: %zu\r\n\r\n", port, body.end);
        append_text(&connection->output, head);
        append(&connection->output, body.bytes, body.end);
    } else {
        append_frame(&connection->output, body.bytes, body.end);
    }
    body.end = 0;
}

static void request(Connection *connection) {
    if (calls_wanted && requests_made == calls_wanted) return;
    requests_made++;
    for (int index = 0; index < batch; index++) {
        if (batch > 1) append_text(&body, index ? "," : "[");
        append_call(method, params);
    }
    if (batch > 1) append_text(&body, "]");
    send_body(connection);
}

/* Keeps the given number of events in flight. */
static void publish(void) {
    Connection *publisher = &connections[connection_count];
    while (published - calls / connection_count < (uint64_t)in_flight) {
        published++;
        append_call(method, params);
        send_body(publisher);
    }
    flush(publisher);
}

/* ---- Answers ---- */

static void receive_event(Connection *connection, const char *text, size_t length) {
    if (memmem(text, length, "\"method\":", 9)) {
        calls++;
    } else if (memmem(text, length, "\"result\":", 9)) {
        if (connection != &connections[connection_count]) subscribed_count++;
    } else {
        fail("neither event nor result", text, length);
    }
}

static void receive(Connection *connection, const char *text, size_t length) {
    if (door == EVENTS) return receive_event(connection, text, length);
    size_t answer_length = strlen(answer);
    int count = 0;
    for (const char *end = text + length; (text = memmem(text, end - text, answer, answer_length)); count++)
        text += answer_length;
    if (count != batch) fail("not the answer", connection->input.bytes + connection->input.start, length);
    calls += batch;
    request(connection);
}

/* The length of the frame at the start of the input; 0 when it has not all arrived. */
static size_t receive_frame(Connection *connection, const unsigned char *bytes, size_t count) {
    size_t length = count > 1 ? bytes[1] : 0, head = 2, width = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (count < head + width) return 0;
    if (width) length = 0;
    for (; width; width--) length = length << 8 | bytes[head++];
    if (count < head + length) return 0;
    if (bytes[0] == 0x81) receive(connection, (const char *)bytes + head, length);
    else if (bytes[0] != 0x89) fail("a frame that is no text", (const char *)bytes, count);
    return head + length;
}

static size_t receive_response(Connection *connection, const char *bytes, size_t count) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    const char *length_field = memmem(bytes, end - bytes, "\r\nContent-Length: ", 18);
    if (strncmp(bytes, "HTTP/1.1 200", 12) || !length_field) fail("not 200 with a length", bytes, count);
    size_t head = end + 4 - bytes, length = strtoul(length_field + 18, NULL, 10);
    if (count < head + length) return 0;
    receive(connection, bytes + head, length);
    return head + length;
}

/* Removes the handshake response from the input. */
static size_t receive_handshake(Connection *connection, const char *bytes, size_t count) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    if (strncmp(bytes, "HTTP/1.1 101", 12)) fail("no WebSocket", bytes, count);
    connection->is_open = true;
    open_count++;
    return end + 4 - bytes;
}

static void read_input(Connection *connection) {
    Buffer *input = &connection->input;
    reserve(input, READ_BYTES);
    ssize_t count = read(connection->socket, input->bytes + input->end, READ_BYTES);
    if (count <= 0) fail("the server closed a connection", "", 0);
    input->end += count;
    for (size_t used = 1; used && input->start < input->end; input->start += used) {
        char *bytes = input->bytes + input->start;
        size_t length = input->end - input->start;
        if (!connection->is_open) used = receive_handshake(connection, bytes, length);
        else if (door == HTTP) used = receive_response(connection, bytes, length);
        else used = receive_frame(connection, (unsigned char *)bytes, length);
    }
    if (connection->output.end > connection->output.start) flush(connection);
}

/* ---- The run ---- */

static void turn(void) {
    struct epoll_event events[TURN_EVENTS];
    int count = epoll_wait(epoll, events, TURN_EVENTS, 100);
    for (int index = 0; index < count; index++) read_input(events[index].data.ptr);
    if (door == EVENTS && subscribed_count == connection_count) publish();
}

static void open_connection(Connection *connection) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(connection->socket, (void *)&address, sizeof address)) fail("cannot connect", strerror(errno), 300);
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connection->socket, &event);
    connection->is_open = door == HTTP;
    open_count += connection->is_open;
    if (connection->is_open) return;
    append_text(&connection->output,
                "GET /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    flush(connection);
}

static void open_all(int count) {
    for (int opened = 0; opened < count || open_count < count; ) {
        if (opened < count && opened - open_count < OPENED_AT_ONCE) open_connection(&connections[opened++]);
        else turn();
    }
}

static void begin(void) {
    for (int index = 0; index < connection_count; index++) {
        if (door == EVENTS) {
            char arguments[256];
            snprintf(arguments, sizeof arguments, "[\"%s\"]", topic);
            append_call("rpc.subscribe", arguments);
            send_body(&connections[index]);
        } else {
            for (int number = 0; number < in_flight; number++) request(&connections[index]);
        }
        flush(&connections[index]);
    }
    while (door == EVENTS && subscribed_count < connection_count) turn();
}

static void run_for(double duration) {
    for (double end = clock_seconds(CLOCK_MONOTONIC) + duration; clock_seconds(CLOCK_MONOTONIC) < end;) turn();
}

static void measure(void) {
    double cpu = server_cpu();
    uint64_t before = 0;
    begin();
    if (calls_wanted) {
        while (calls < calls_wanted * batch) turn();
    } else {
        run_for(seconds / 5);
        cpu = server_cpu();
        before = calls;
        run_for(seconds);
    }
    printf("%llu %.0f\n", (unsigned long long)(calls - before), (server_cpu() - cpu) * 1e9);
}

int main(int count, char **arguments) {
    if (count != 12) {
        fprintf(stderr, "usage: the comment at the top of load.c\n");
        return 2;
    }
    door = !strcmp(arguments[1], "ws") ? WS : !strcmp(arguments[1], "http") ? HTTP : EVENTS;
    port = atoi(arguments[2]);
    server = atoi(arguments[3]);
    connection_count = atoi(arguments[4]);
    in_flight = atoi(arguments[5]);
    batch = atoi(arguments[6]);
    seconds = atof(arguments[7]);
    calls_wanted = strtoull(arguments[8], NULL, 10);
    method = arguments[9];
    params = arguments[10];
    topic = arguments[11];
    snprintf(answer, sizeof answer, "\"result\":%s", topic);
    alarm((unsigned)seconds + 300); /* Ends the run when the server stops responding. */
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int all = connection_count + (door == EVENTS);
    connections = calloc(all, sizeof *connections);
    open_all(all);
    measure();
    return 0;
}
