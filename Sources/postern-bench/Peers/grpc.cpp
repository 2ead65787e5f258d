// gRPC C++, callback API for the server, completion queue for the client: its fastest pair.
//   grpc serve                                    prints the address
//   grpc load ADDRESS unary|stream IN_FLIGHT SECONDS
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "add.grpc.pb.h"

using Clock = std::chrono::steady_clock;

static double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

class CountReactor : public grpc::ServerWriteReactor<Sum> {
public:
    explicit CountReactor(int64_t count) : left(count) { next(); }
    void OnWriteDone(bool ok) override { ok ? next() : Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }

private:
    void next() {
        if (left == 0) return Finish(grpc::Status::OK);
        sum.set_value(--left);
        StartWrite(&sum);
    }

    int64_t left;
    Sum sum;
};

class Service : public Calculator::CallbackService {
    grpc::ServerUnaryReactor *Add(grpc::CallbackServerContext *context, const Numbers *numbers, Sum *sum) override {
        sum->set_value(numbers->a() + numbers->b());
        auto *reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }

    grpc::ServerWriteReactor<Sum> *Count(grpc::CallbackServerContext *, const Numbers *numbers) override {
        return new CountReactor(numbers->a());
    }
};

static int serve() {
    Service service;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    auto server = builder.BuildAndStart();
    printf("127.0.0.1:%d\n", port);
    fflush(stdout);
    server->Wait();
    return 0;
}

// The counters of both kinds of load.
struct Count {
    double seconds;
    Clock::time_point start = Clock::now();
    bool began = false;
    long done = 0;

    // Whether to continue.
    bool note() {
        done++;
        if (!began && seconds_since(start) > seconds / 5) {
            began = true;
            done = 0;
            start = Clock::now();
            puts("begin");
            fflush(stdout);
        } else if (began && done % 64 == 0 && seconds_since(start) > seconds) {
            printf("end %ld %f 0 0\n", done, seconds_since(start));
            fflush(stdout);
            return false;
        }
        return true;
    }
};

struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Sum>> reader;
    std::unique_ptr<grpc::ClientAsyncReader<Sum>> stream;
    Sum sum;
    grpc::Status status;
};

static void load_unary(Calculator::Stub &stub, int in_flight, Count &count) {
    grpc::CompletionQueue queue;
    Numbers numbers;
    numbers.set_a(1);
    numbers.set_b(2);
    auto begin = [&](Call *call) {
        call->context = std::make_unique<grpc::ClientContext>();
        call->reader = stub.AsyncAdd(call->context.get(), numbers, &queue);
        call->reader->Finish(&call->sum, &call->status, call);
    };
    for (int i = 0; i < in_flight; i++) begin(new Call);
    void *tag;
    bool ok;
    while (queue.Next(&tag, &ok)) {
        auto *call = static_cast<Call *>(tag);
        if (!call->status.ok() || call->sum.value() != 3) exit(1);
        if (!count.note()) _exit(0);
        begin(call);
    }
}

static void load_streams(Calculator::Stub &stub, int in_flight, Count &count) {
    grpc::CompletionQueue queue;
    Numbers numbers;
    numbers.set_a(int64_t(1) << 40);
    for (int i = 0; i < in_flight; i++) {
        auto *call = new Call;
        call->context = std::make_unique<grpc::ClientContext>();
        call->stream = stub.AsyncCount(call->context.get(), numbers, &queue, call);
    }
    void *tag;
    bool ok;
    while (queue.Next(&tag, &ok)) {
        if (!ok) exit(1);
        auto *call = static_cast<Call *>(tag);
        call->stream->Read(&call->sum, call);
        if (!count.note()) _exit(0);
    }
}

int main(int count, char **arguments) {
    if (count == 2 && !strcmp(arguments[1], "serve")) return serve();
    if (count != 6 || strcmp(arguments[1], "load")) {
        fputs("usage: grpc serve, grpc load ADDRESS unary|stream IN_FLIGHT SECONDS\n", stderr);
        return 2;
    }
    auto stub = Calculator::NewStub(grpc::CreateChannel(arguments[2], grpc::InsecureChannelCredentials()));
    Count done{atof(arguments[5])};
    if (!strcmp(arguments[3], "stream")) load_streams(*stub, atoi(arguments[4]), done);
    else load_unary(*stub, atoi(arguments[4]), done);
    return 0;
}
