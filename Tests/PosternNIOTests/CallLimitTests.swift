import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

/// More concurrent calls than the other end serves.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CallLimitTests {
    enum Way: CaseIterable {
        case call, begin, dispatch, stream, reference
    }

    @Test("Three hundred concurrent calls wait for the limit and succeed", arguments: Wiring.allCases, Way.allCases)
    func threeHundredCallsSucceed(wiring: Wiring, way: Way) async throws {
        let hall = Hall()
        let link = try await Link.make(wiring, serving: hall.router, options: .narrow(128))
        let door: Callback? = way == .reference ? try await link.client.call("door") : nil
        try await withThrowingTaskGroup { calls in
            for _ in 0..<300 { calls.addTask { try await Self.enter(link.client, door, way) } }
            await settle { hall.present >= 100 && link.client.tables.waitingMessages > 100 }
            hall.open()
            try await calls.waitForAll()
        }
        #expect(hall.visits == 300 && hall.most <= 128)
        await settle { link.client.tables.pendingCalls == 0 && link.server.tables.servedCalls == 0 }
        #expect(link.client.tables.waitingMessages == 0)
        await link.close()
    }

    private static func enter(_ peer: Peer, _ door: Callback?, _ way: Way) async throws {
        switch way {
        case .call: try await peer.call("enter")
        case .begin:
            let call: PendingCall<Void> = peer.begin("enter")
            try await call.value
        case .dispatch:
            _ = try await peer.dispatch(Call("enter", arguments: Payload(bytes: [], codec: MessagePack.self)))
        case .stream:
            let visits: ValueStream<Int> = try await peer.stream("visits")
            for try await _ in visits {}
        case .reference: try await door?.call()
        }
    }

    @Test("Calls of a peer that serves manually and of one that reconnects wait as well")
    func otherPeersLetCallsWait() async throws {
        let hall = Hall()
        hall.open()
        let link = try await Link.make(.unix, serving: hall.router, options: .narrow(3), clientServing: .manual)
        try await withThrowingTaskGroup { calls in
            for _ in 0..<100 { calls.addTask { try await link.client.call("enter") } }
            try await calls.waitForAll()
        }
        await link.close()
        let server = NativeServer(hall.router, options: .narrow(3))
        let peer = ReconnectingPeer(to: try await server.start(at: Wiring.unix.address), patience: .seconds(60))
        peer.start()
        try await withThrowingTaskGroup { calls in
            for _ in 0..<100 {
                calls.addTask {
                    _ = try await peer.dispatch(Call("enter", arguments: Payload(bytes: [], codec: MessagePack.self)))
                }
            }
            try await calls.waitForAll()
        }
        #expect(hall.visits == 200 && hall.most <= 3)
        await peer.stop()
        await server.stop()
    }

    @Test("Calls that wait keep their order", arguments: Wiring.allCases)
    func callsThatWaitKeepTheirOrder(wiring: Wiring) async throws {
        let hall = Hall()
        let link = try await Link.make(wiring, serving: hall.router, options: .narrow(4))
        let calls = (0..<100).map { number -> PendingCall<Void> in link.client.begin("sign", number) }
        hall.open()
        for call in calls { try await call.value }
        #expect(hall.names == Array(0..<100))
        await link.close()
    }

    @Test("A call that ends while it waits was not executed", arguments: Wiring.allCases)
    func aCallThatEndsWhileItWaitsWasNotExecuted(wiring: Wiring) async throws {
        let hall = Hall()
        let link = try await Link.make(wiring, serving: hall.router, options: .narrow(1))
        let first: PendingCall<Void> = link.client.begin("enter")
        await settle { hall.present == 1 }
        let cancelled = Task { try await link.client.call("enter") }
        let expiring: PendingCall<Void> = link.client.begin("enter", expiry: .seconds(100))
        let last: PendingCall<Void> = link.client.begin("enter")
        await settle { link.client.tables.waitingMessages == 3 }
        cancelled.cancel()
        await expect(.cancelled, .no) { try await cancelled.value }
        expiring.setExpiry(.milliseconds(1))
        await expect(.deadlineExceeded, .no) { try await expiring.value }
        #expect(expiring.isExpired)
        await expect(.deadlineExceeded, .no) { try await link.client.call("enter", timeout: .milliseconds(1)) }
        link.client.close()
        await expect(.unavailable, .no) { try await last.value }
        await expect(.unavailable, .unknown) { try await first.value }
        #expect(hall.visits == 1)
        await link.close()
    }

    @Test("A cancelled call frees its place at once, although its handler still runs", arguments: Wiring.allCases)
    func aCancelledCallFreesItsPlace(wiring: Wiring) async throws {
        let hall = Hall()
        let link = try await Link.make(wiring, serving: hall.router, options: .narrow(1))
        let first: PendingCall<Void> = link.client.begin("stay")
        await settle { hall.present == 1 }
        let second: PendingCall<Void> = link.client.begin("stay")
        first.cancel()
        await settle { hall.present == 2 }
        hall.open()
        try await second.value
        await settle { link.server.tables.servedCalls == 0 }
        await link.close()
    }

    @Test("Calls in both directions that each need a call back all succeed", arguments: Wiring.allCases)
    func callsBackAreNotBlocked(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("back") { () async in 1 }
        router.root.register("there") { (context: CallContext) async throws -> Int in
            guard let caller = context.caller else { return 0 }
            return try await caller.call("back")
        }
        let link = try await Link.make(wiring, serving: router, client: router, options: .narrow(128))
        try await withThrowingTaskGroup { calls in
            for peer in [link.client, link.server] {
                for _ in 0..<300 { calls.addTask { let _: Int = try await peer.call("there") } }
            }
            try await calls.waitForAll()
        }
        await link.close()
    }

    @Test("Open streams do not count as calls, and have their own limit", arguments: Wiring.allCases)
    func streamsAndCallsHaveSeparateLimits(wiring: Wiring) async throws {
        let hall = Hall()
        var options = ConnectionOptions.narrow(2)
        options.limits.streams = 3
        let link = try await Link.make(wiring, serving: hall.router, options: options)
        var open: [ValueStream<Int>] = []
        for _ in 0..<3 { open.append(try await link.client.stream("silence")) }
        await expect(.busy, .yes) { let _: ValueStream<Int> = try await link.client.stream("silence") }
        hall.open()
        try await link.client.call("enter")
        open.removeLast()
        await settle { link.server.tables.servedCalls == 2 }
        open.append(try await link.client.stream("silence"))
        #expect(open.count == 3)
        await link.close()
    }

    private func expect(
        _ code: CallError.Code,
        _ executed: CallError.Executed,
        _ body: () async throws -> Void
    ) async {
        let error = await #expect(throws: CallError.self) { try await body() }
        #expect(error?.code == code && error?.executed == executed, "\(String(describing: error))")
    }
}

extension ConnectionOptions {
    /// Options that limit the calls in flight.
    fileprivate static func narrow(_ calls: Int) -> ConnectionOptions {
        var options = ConnectionOptions.patient
        options.limits.callsInFlight = calls
        return options
    }
}

/// A service whose calls wait until it is opened, and that counts them.
private final class Hall: Sendable {
    private struct State {
        var isOpen = false
        var present = 0
        var most = 0
        var visits = 0
        var names: [Int] = []
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()
    let router = Router()

    var present: Int { state.withLock { $0.present } }
    var most: Int { state.withLock { $0.most } }
    var visits: Int { state.withLock { $0.visits } }
    var names: [Int] { state.withLock { $0.names } }

    init() {
        router.root.register("enter") { [unowned self] () async in await visit() }
        // On the event loop, as handlers on other threads may overtake each other.
        let short = MethodOptions(execution: .onEventLoop)
        router.root.register("sign", Parameter<Int>("name"), options: short) { [unowned self] (name: Int) async in
            state.withLock { $0.names.append(name) }
            await visit()
        }
        // Ignores its cancellation.
        router.root.register("stay") { [unowned self] () async in await Task { await visit() }.value }
        router.root.registerStream("visits") { [unowned self] () async in
            await visit()
            return AsyncStream<Int> { $0.finish() }
        }
        router.root.registerStream("silence") { () async in AsyncStream<Int> { _ in } }
        router.root.register("door") { [unowned self] () async in Callback { [unowned self] in await visit() } }
    }

    func open() {
        state.withLock { $0.isOpen = true }
        waiting.wakeAll()
    }

    private func visit() async {
        state.withLock { state in
            state.present += 1
            state.visits += 1
            state.most = max(state.most, state.present)
        }
        await waiting.wait(waiting.makeTicket()) { state.withLock { $0.isOpen } }
        state.withLock { $0.present -= 1 }
    }
}
