import PosternTestSupport
import NIOCore
import Postern
@testable import PosternNIO
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ReconnectingPeerTests {
    @Test(arguments: [Wiring.tcp, .unix])
    func aNewServerAtTheSameAddressIsFound(wiring: Wiring) async throws {
        let first = NativeServer(Stuck())
        let address = try await first.start(at: wiring.address)
        let peer = ReconnectingPeer(to: address, patience: .seconds(30))
        peer.start()
        #expect(try await ask(peer) == 1)
        await first.stop()
        let second = NativeServer(Stuck())
        try await second.start(at: address)
        // A call may still use the old connection, just before it ends.
        var answer = try? await ask(peer)
        while answer == nil {
            await Task.yield()
            answer = try? await ask(peer)
        }
        #expect(answer == 1)
        await peer.stop()
        await second.stop()
    }

    @Test(
        "A subscription goes on at the next server, and tells what is missing",
        arguments: [Wiring.tcp, .unix]
    )
    func aSubscriptionContinues(wiring: Wiring) async throws {
        let (router, connections) = (Router(), Counter())
        let topic = router.topic("news")
        let first = NativeServer(router)
        let address = try await first.start(at: wiring.address)
        let peer = ReconnectingPeer(to: address) { _ in connections.increment() }
        peer.start()
        var news = peer.subscribe("news", of: Int.self).makeAsyncIterator()
        let publishing = Task {
            while topic.subscriberCount == 0 { await Task.yield() }
            _ = try topic.publish(1)
        }
        #expect(event(try await news.next()) == 1)
        _ = try await publishing.value
        await first.stop()
        _ = try topic.publish(2)
        let second = NativeServer(router)
        try await second.start(at: address)
        // Published while no client was connected.
        #expect(event(try await news.next()) == 2)
        await second.stop()
        let other = Router()
        let started = other.topic("news")
        let third = NativeServer(other)
        try await third.start(at: address)
        guard case .gap(lost: nil) = try await news.next() else { throw CancellationError() }
        _ = try started.publish(3)
        #expect(event(try await news.next()) == 3)
        #expect(connections.value == 3)
        await peer.stop()
        #expect(try await news.next() == nil)
        await third.stop()
    }

    private func event(_ element: ReconnectingSubscription<Int>.Element?) -> Int? {
        guard case .event(let number) = element else { return nil }
        return number
    }

    @Test(arguments: [Wiring.tcp, .unix])
    func callsInFlightOnALostConnectionFailAndAreNotRepeated(wiring: Wiring) async throws {
        let service = Stuck()
        let server = NativeServer(service)
        let peer = ReconnectingPeer(to: try await server.start(at: wiring.address), patience: .seconds(60))
        peer.start()
        let pending = Task { try await peer.dispatch(Call("stuck", arguments: none)) }
        await service.started.wait()
        server.peers.forEach { $0.close() }
        let error = await #expect(throws: CallError.self) { _ = try await pending.value }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .unknown)
        await peer.stop()
        await server.stop()
    }

    @Test
    func withoutAServerCallsFailSoonAndWereNotExecuted() async throws {
        let peer = ReconnectingPeer(to: Wiring.unix.address, patience: .milliseconds(20))
        peer.start()
        let error = await #expect(throws: CallError.self) { _ = try await ask(peer) }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .no)
        await peer.stop()
    }

    @Test
    func delaysGrowAndVaryWithinBounds() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        var backoff = Backoff()
        var delays = (0..<300).map { _ in backoff.delay(using: &random) }
        #expect(delays[0] == .zero)
        let eager = delays.prefix { $0 <= Backoff.longestAtFirst * 1.2 }
        #expect(eager.count > 200 && eager.dropFirst().allSatisfy { $0 >= Backoff.first * 0.8 })
        delays.removeFirst(eager.count)
        var plan = Backoff.longestAtFirst
        for delay in delays {
            plan = min(plan * Backoff.growth, Backoff.longest)
            #expect(delay >= plan * 0.8 && delay <= plan * 1.2)
        }
        #expect(plan == Backoff.longest)
        backoff.reset()
        #expect(backoff.delay(using: &random) == .zero)
    }

    private let none = Payload(bytes: [], codec: MessagePack.self)

    private func ask(_ peer: ReconnectingPeer) async throws -> Int {
        guard case .value(let payload) = try await peer.dispatch(Call("one", arguments: none)) else { return 0 }
        return try payload.decode()
    }
}
