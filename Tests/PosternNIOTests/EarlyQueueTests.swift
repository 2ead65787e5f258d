import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// Calls before the handshake is complete.
@Suite(.timeLimit(.minutes(10)))
struct EarlyQueueTests {
    @Test(
        "Calls and notifications up to the limit are sent in order; one more fails with busy at once",
        arguments: [false, true]
    )
    func theQueueIsBounded(proves: Bool) async throws {
        let secret = proves ? Secrets.right : nil
        let noted = Shelf<Int>()
        let router = Router()
        let note: @Sendable (Int) -> Int = { number in
            noted.put(number)
            return number
        }
        router.root.register("note", Parameter<Int>("number"), options: .init(execution: .onEventLoop), handler: note)
        var options = ConnectionOptions()
        options.limits.waitingCalls = 2
        options.limits.earlyNotifications = 2
        // The peers are connected only after the queue is full.
        let pair = HeldPair(serving: router, limits: options.limits, secret: secret)
        let first = Task.immediate { try await pair.client.call("note", 1) }
        try pair.client.notify("note", 2)
        let third = Task.immediate { try await pair.client.call("note", 3) }
        try pair.client.notify("note", 4)
        let error = await #expect(throws: CallError.self) { try await pair.client.call("note", 5) }
        #expect(error?.code == .busy && error?.executed == .no)
        let unsent = #expect(throws: CallError.self) { try pair.client.notify("note", 6) }
        #expect(unsent?.code == .busy)
        pair.join()
        try await first.value
        try await third.value
        try await pair.client.call("note", 7)
        #expect(noted.all == [1, 2, 3, 4, 7])
        pair.client.close()
    }
}

/// Two peers of one process whose frames wait until `join()`.
private struct HeldPair {
    let client: Peer
    private let server: Peer
    private let pump: Pump

    init(serving dispatcher: any Dispatcher, limits: PeerLimits, secret: (any Authentication)?) {
        let pump = Pump()
        self.pump = pump
        client = Peer(
            transport: pump,
            limits: limits,
            authentication: secret.map { PeerAuthentication($0, at: ConnectionEnd(.initiator, over: .memory)) }
        )
        server = Peer(
            transport: pump,
            exposing: dispatcher,
            authentication: secret.map { PeerAuthentication($0, at: ConnectionEnd(.acceptor, over: .memory)) }
        )
    }

    func join() { pump.join(client, server) }
}

/// A transport that carries frames between two peers in a task.
private final class Pump: FrameTransport {
    private let wake: AsyncStream<Void>.Continuation
    private let turns: AsyncStream<Void>

    init() { (turns, wake) = AsyncStream.makeStream() }

    func outputBecameReady() { wake.yield() }

    func close() { wake.finish() }

    func join(_ first: Peer, _ second: Peer) {
        wake.yield()
        Task.detached { [turns] in
            for await _ in turns {
                var isQuiet = false
                while !isQuiet {
                    let (there, back) = (first.takeOutput().bytes, second.takeOutput().bytes)
                    if !there.isEmpty { second.receive(there) }
                    if !back.isEmpty { first.receive(back) }
                    isQuiet = there.isEmpty && back.isEmpty
                }
            }
        }
    }
}
