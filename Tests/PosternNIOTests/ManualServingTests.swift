import Postern
import PosternNIO
import Synchronization
import Testing

/// A client that serves only on request, as RPyC's clients do without a background thread.
@Suite(.timeLimit(.minutes(10)))
struct ManualServingTests {
    @Test("Events wait for pollAll, for any call, or for serve", arguments: Wiring.allCases)
    func eventsWaitUntilTheyArePolled(wiring: Wiring) async throws {
        let client = Client()
        let link = try await Link.make(wiring, serving: server(), client: client.router, clientServing: .manual)
        link.client.onArrival(client.signalArrival)

        try link.server.notify("changed", 0, 5)
        await client.nextArrival()
        #expect(client.changes == [] && link.client.arrivalCount == 1)
        #expect(await link.client.pollAll())
        #expect(client.changes == [5])
        #expect(await link.client.pollAll() == false)

        try link.server.notify("changed", 5, 7)
        await client.nextArrival()
        let sum: Int = try await link.client.call("add", 1, 2)
        #expect(sum == 3 && client.changes == [5, 7])

        try link.server.notify("changed", 7, 9)
        await client.nextArrival()
        #expect(await link.client.serve(timeout: .zero))
        #expect(client.changes == [5, 7, 9])
        #expect(await link.client.serve(timeout: .milliseconds(20)) == false)
        await link.close()
    }

    @Test("A call that arrives while serve waits is served", arguments: Wiring.allCases)
    func aCallThatArrivesMeanwhileIsServed(wiring: Wiring) async throws {
        let client = Client()
        let link = try await Link.make(wiring, serving: server(), client: client.router, clientServing: .manual)
        async let answer: Int = link.server.call("double", 21)
        #expect(await link.client.serve(timeout: .seconds(60)))
        #expect(try await answer == 42)
        await link.close()
    }

    @Test("A call back from the handler of a call is served while that is awaited", arguments: Wiring.allCases)
    func aCallBackIsServedMeanwhile(wiring: Wiring) async throws {
        let client = Client()
        let link = try await Link.make(wiring, serving: server(), client: client.router, clientServing: .manual)
        let doubled: Int = try await link.client.call("askBack", 21)
        #expect(doubled == 42)
        let pending: PendingCall<Int> = link.client.begin("askBack", 4)
        #expect(try await pending.value == 8)
        await link.close()
    }

    @Test("A reply that arrived in time is ready, however late it is read", arguments: Wiring.allCases)
    func aReplyThatArrivedInTimeIsReady(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: server(), clientServing: .manual)
        let call: PendingCall<Int> = link.client.begin("add", 1, 2, expiry: .seconds(60))
        // Its reply follows the other one.
        let second: Int = try await link.client.call("add", 3, 4)
        #expect(second == 7)
        call.setExpiry(.zero)
        #expect(call.isReady && !call.isExpired)
        #expect(try await call.value == 3)
        await link.close()
    }

    @Test("Calls that were not served are discarded when the connection ends", arguments: Wiring.allCases)
    func unservedCallsAreDiscardedAtTheEnd(wiring: Wiring) async throws {
        let client = Client()
        let link = try await Link.make(wiring, serving: server(), client: client.router, clientServing: .manual)
        link.client.onArrival(client.signalArrival)
        let call: PendingCall<Int> = link.server.begin("double", 1)
        await client.nextArrival()
        link.client.close()
        await #expect(throws: CallError.self) { try await call.value }
        #expect(link.client.arrivalCount == 0)
        #expect(await link.client.serve(timeout: .seconds(60)) == false)
        await link.close()
    }

    @Test("When the end is reported, the peer is no longer connected", arguments: Wiring.allCases)
    func theConnectionHasEndedBeforeItIsReported(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: server(), clientServing: .manual)
        let wasConnected = Mutex<[Bool]>([])
        let stopObserving = link.client.observeArrivals {
            wasConnected.withLock { $0.append(link.client.isConnected) }
        }
        link.client.close()
        #expect(wasConnected.withLock { $0 } == [false])
        stopObserving()
        await link.close()
    }

    private func server() -> Router {
        let router = Router()
        // On the event loop, so that replies have the order of their calls.
        let short = MethodOptions(execution: .onEventLoop)
        router.root.register("add", Parameter<Int>("a"), Parameter<Int>("b"), options: short) { $0 + $1 }
        router.root.register("askBack", Parameter<Int>("number")) {
            (context: CallContext, number: Int) async throws -> Int in
            guard let caller = context.caller else { return 0 }
            return try await caller.call("double", number)
        }
        return router
    }
}

/// The methods that the server calls.
private struct Client: Sendable {
    let router = Router()
    private let log = Log()
    private let arrivals: AsyncStream<Void>
    let signalArrival: @Sendable () -> Void

    init() {
        let (arrivals, signal) = AsyncStream.makeStream(of: Void.self)
        self.arrivals = arrivals
        signalArrival = { signal.yield() }
        let log = log
        router.root.register("changed", Parameter<Int>("old"), Parameter<Int>("new")) { (old: Int, new: Int) in
            log.changes.withLock { $0.append(new) }
        }
        router.root.register("double", Parameter<Int>("number")) { $0 * 2 }
    }

    /// The new values of `changed`, in order.
    var changes: [Int] { log.changes.withLock { $0 } }

    /// Waits for the next arrival.
    func nextArrival() async { _ = await arrivals.first { _ in true } }
}

private final class Log: Sendable {
    let changes = Mutex<[Int]>([])
}
