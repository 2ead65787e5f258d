import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct StreamTests {
    @Test(arguments: Wiring.allCases)
    func aStreamArrivesWholeAndInOrder(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: counting(produced: Counter()))
        var received: [Int] = []
        for try await item in try await link.client.stream("count", 1_000, of: Int.self) { received.append(item) }
        #expect(received == Array(0..<1_000))
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aProducerStaysWithinTheCreditOfItsReader(wiring: Wiring) async throws {
        let produced = Counter()
        let link = try await Link.make(wiring, serving: counting(produced: produced))
        var iterator = try await link.client.stream("count", 10_000, of: Int.self).makeAsyncIterator()
        #expect(try await iterator.next() == 0)
        // The reply to a later call arrives after the items that the credit allows were produced or are about to be.
        try await link.client.call("rpc/describe")
        #expect(produced.value <= 66)
        for expected in 1..<200 { #expect(try await iterator.next() == expected) }
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func droppingTheReaderStopsTheProducer(wiring: Wiring) async throws {
        let stopped = Gate()
        let router = Router()
        router.root.registerStream("endless") { () async in
            AsyncStream<Int> { continuation in
                continuation.onTermination = { _ in stopped.open() }
                for number in 0..<10 { continuation.yield(number) }
            }
        }
        let link = try await Link.make(wiring, serving: router)
        do {
            var iterator = try await link.client.stream("endless", of: Int.self).makeAsyncIterator()
            #expect(try await iterator.next() == 0)
        }
        await stopped.wait()
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aSubscriberReceivesPublishedEvents(wiring: Wiring) async throws {
        let router = Router()
        let topic = router.topic("news")
        let link = try await Link.make(wiring, serving: router)
        let news = try await link.client.subscribe("news", of: Int.self)
        #expect(news.position?.offset == 0)
        for number in 1...100 { try topic.publish(number) }
        topic.close()
        var received: [Int] = []
        for try await number in news { received.append(number) }
        #expect(received == Array(1...100))
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func everyEventThatASlowSubscriberMissesIsCounted(wiring: Wiring) async throws {
        let router = Router()
        let topic = router.topic("news")
        let link = try await Link.make(wiring, serving: router)
        let news = try await link.client.subscribe("news", of: UInt64.self)
        for number in UInt64(1)...20_001 { try topic.publish(number) }
        topic.close()
        var (received, last) = (UInt64(0), UInt64(0))
        for try await number in news {
            received += 1
            #expect(number == received + news.lost)
            last = number
        }
        #expect(last == 20_001)
        #expect(news.lost > 15_000)
        await link.close()
    }

    @Test func aReconnectingSubscriptionReportsEveryGap() async throws {
        let router = Router()
        let topic = router.topic("news")
        let server = try await NativeServer.listen(on: Wiring.tcp.address, serving: router)
        let peer = ReconnectingPeer.connect(to: try #require(server.address))
        var news = peer.subscribe("news", of: UInt64.self).makeAsyncIterator()
        let first = Task {
            while topic.subscriberCount == 0 { await Task.yield() }
            try topic.publish(UInt64(1))
        }
        guard case .event(1) = try await news.next() else { throw CancellationError() }
        try await first.value
        for number in UInt64(2)...20_001 { try topic.publish(number) }
        topic.close()
        var (expected, lost) = (UInt64(2), UInt64(0))
        while let element = try await news.next() {
            switch element {
            case .event(let number):
                #expect(number == expected)
                expected += 1
            case .gap(let count):
                lost += count ?? 0
                expected += count ?? 0
            }
        }
        #expect(expected == 20_002)
        #expect(lost > 15_000)
        await peer.stop()
        await server.stop()
    }

    @Test(arguments: Wiring.allCases)
    func aLostConnectionEndsStreamsWithAnError(wiring: Wiring) async throws {
        let router = Router()
        router.root.registerStream("endless") { () async in
            AsyncStream<Int> { $0.yield(7) }
        }
        let link = try await Link.make(wiring, serving: router)
        var iterator = try await link.client.stream("endless", of: Int.self).makeAsyncIterator()
        #expect(try await iterator.next() == 7)
        link.server.close()
        let error = await #expect(throws: CallError.self) { try await iterator.next() }
        #expect(error?.code == .unavailable)
        await link.close()
    }
}

private func counting(produced: Counter) -> Router {
    let router = Router()
    router.root.registerStream("count", Parameter<Int>("end")) { (end: Int) async in
        CountedNumbers(end: end, produced: produced)
    }
    return router
}

private struct CountedNumbers: AsyncSequence, Sendable {
    let end: Int
    let produced: Counter

    func makeAsyncIterator() -> Iterator { Iterator(end: end, produced: produced) }

    struct Iterator: AsyncIteratorProtocol {
        let end: Int
        let produced: Counter
        var next = 0

        mutating func next() async -> Int? {
            guard next < end else { return nil }
            produced.increment()
            defer { next += 1 }
            return next
        }
    }
}
