// Cap'n Proto RPC over TCP.
//   capnp serve                               prints the address
//   capnp load ADDRESS IN_FLIGHT SECONDS
#include <capnp/ez-rpc.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "add.capnp.h"

using Clock = std::chrono::steady_clock;

class CalculatorServer final : public Calculator::Server {
    kj::Promise<void> add(AddContext context) override {
        auto numbers = context.getParams();
        context.getResults().setValue(numbers.getA() + numbers.getB());
        return kj::READY_NOW;
    }
};

static int serve() {
    capnp::EzRpcServer server(kj::heap<CalculatorServer>(), "127.0.0.1:0");
    auto &scope = server.getWaitScope();
    printf("127.0.0.1:%u\n", server.getPort().wait(scope));
    fflush(stdout);
    kj::NEVER_DONE.wait(scope);
}

struct Load {
    Calculator::Client calculator;
    double seconds;
    Clock::time_point start = Clock::now();
    bool began = false;
    long done = 0;

    double passed() const { return std::chrono::duration<double>(Clock::now() - start).count(); }

    kj::Promise<void> repeat() {
        auto request = calculator.addRequest();
        request.setA(1);
        request.setB(2);
        return request.send().then([this](capnp::Response<Calculator::AddResults> response) -> kj::Promise<void> {
            if (response.getValue() != 3) _exit(1);
            done++;
            if (!began && passed() > seconds / 5) {
                began = true;
                done = 0;
                start = Clock::now();
                puts("begin");
                fflush(stdout);
            } else if (began && passed() > seconds) {
                printf("end %ld %f 0 0\n", done, passed());
                fflush(stdout);
                _exit(0);
            }
            return repeat();
        });
    }
};

int main(int count, char **arguments) {
    if (count == 2 && !strcmp(arguments[1], "serve")) return serve();
    if (count != 5 || strcmp(arguments[1], "load")) {
        fputs("usage: capnp serve, capnp load ADDRESS IN_FLIGHT SECONDS\n", stderr);
        return 2;
    }
    capnp::EzRpcClient client(arguments[2]);
    Load load{client.getMain<Calculator>(), atof(arguments[4])};
    auto tasks = kj::heapArrayBuilder<kj::Promise<void>>(atoi(arguments[3]));
    for (int i = 0; i < atoi(arguments[3]); i++) tasks.add(load.repeat());
    kj::joinPromises(tasks.finish()).wait(client.getWaitScope());
    return 0;
}
