import Testing

@testable import Postern

/// Traces for callers whose protocol has no field for hops.
struct TracingDispatcherTests {
    @Test(arguments: ["int", "shortInt", "loopInt"])
    func detailsContainTheTrace(method: String) async throws {
        let error = try await failure(method, of: TracingDispatcher(router(), name: "gateway"))
        #expect(error.typeName == "NotANumber" && error.message == "The handler failed")
        let hops = try hops(of: error)
        #expect(
            hops == [
                .map([
                    Value.Member("method", .string(method)),
                    Value.Member("peer", "gateway"),
                    Value.Member("trace", #"NotANumber(text: "x")"#),
                ])
            ]
        )
    }

    @Test(arguments: ["int", "shortInt", "loopInt"])
    func withoutTheDispatcherOnlyTheTypeIsDisclosed(method: String) async throws {
        let error = try await failure(method, of: router())
        #expect(try Value(decoding: try #require(error.details)) == ["type": "NotANumber"])
        #expect(error.hops == [] && error.description == "The handler failed")
    }

    @Test func hopsOfOtherProcessesComeFirst() async throws {
        let pair = InProcessTransport.pair(NothingExposed(), router(), name: "server", sendsTraces: true)
        let error = try await failure("int", of: TracingDispatcher(pair.first, name: "gateway"))
        let hops = try hops(of: error)
        #expect(hops.map { $0["peer"] } == ["server", "gateway"])
        #expect(hops.map { $0["trace"] } == [#"NotANumber(text: "x")"#, "passed on"])
        pair.first.close()
    }

    @Test func detailsOtherThanAMapAreKeptAsTheirValue() async throws {
        let error = try await failure("refuse", of: TracingDispatcher(router()))
        let details = try Value(decoding: try #require(error.details))
        #expect(details["value"] == [1, 2])
        #expect(try hops(of: error).count == 1)
    }

    @Test func aFailingStreamReportsItsTrace() async throws {
        let call = Call("count", arguments: Payload(bytes: [0xc0, 0xc0], codec: MessagePack.self))
        guard case .stream(let stream) = try await TracingDispatcher(router()).dispatch(call) else {
            throw CancellationError()
        }
        let error = await #expect(throws: CallError.self) { for try await _ in stream {} }
        #expect(try hops(of: try #require(error)).map { $0["method"] } == ["count"])
    }

    private func hops(of error: CallError) throws -> [Value] {
        guard case .array(let hops)? = try error.details.map({ try Value(decoding: $0) })?["hops"] else { return [] }
        return hops
    }

    /// Returns the error of a call, run as the execution of its method requires.
    private func failure(_ method: String, of dispatcher: some Dispatcher) async throws -> CallError {
        let arguments = try ArgumentEncoding.payload("x")
        do throws(CallError) {
            switch dispatcher.execution(of: method.utf8.span) {
            case .immediate(let function), .offloaded(let function): _ = try function.result(for: arguments).get()
            default: _ = try await dispatcher.dispatch(Call(method, arguments: arguments))
            }
        } catch {
            return error
        }
        throw CancellationError()
    }

    private func router() -> Router {
        let router = Router()
        let text = Parameter<String>("text")
        router.root.register("int", text) { (text: String) async throws -> Int in throw NotANumber(text: text) }
        router.root.register("shortInt", text) { (text: String) throws -> Int in throw NotANumber(text: text) }
        router.root.register("loopInt", text, options: MethodOptions(execution: .onEventLoop)) {
            (text: String) throws -> Int in throw NotANumber(text: text)
        }
        router.root.register("refuse", text) { (_: String) throws in
            throw CallError(.busy, "Not now", details: try Payload(encoding: [1, 2], as: MessagePack.self))
        }
        router.root.registerStream("count") {
            AsyncThrowingStream<Int, any Error> { $0.finish(throwing: NotANumber(text: "one")) }
        }
        return router
    }
}

private struct NotANumber: Error {
    let text: String
}
