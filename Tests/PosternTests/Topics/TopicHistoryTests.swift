import Postern
import Testing

@Suite struct TopicHistoryTests {
    let start = ContinuousClock.now

    private func payload(_ count: Int = 10) -> Payload {
        Payload(bytes: [UInt8](repeating: 0, count: count), codec: MessagePack.self)
    }

    private func offsets(
        _ history: inout TopicHistory,
        after offset: UInt64,
        at now: ContinuousClock.Instant
    ) -> [UInt64?]? {
        history.events(after: offset, at: now)?.map(\.offset)
    }

    @Test func offsetsAreConsecutiveFromOne() {
        var history = TopicHistory(limits: .init())
        #expect(history.lastOffset == 0)
        #expect((1...5).map { _ in history.append(payload(), at: start) } == [1, 2, 3, 4, 5])
        #expect(offsets(&history, after: 0, at: start) == [1, 2, 3, 4, 5])
        #expect(offsets(&history, after: 3, at: start) == [4, 5])
        #expect(offsets(&history, after: 5, at: start) == [])
    }

    @Test func offsetsOutsideTheHistoryAreRejected() {
        var history = TopicHistory(limits: .init())
        _ = history.append(payload(), at: start)
        #expect(offsets(&history, after: 2, at: start) == nil)
        #expect(offsets(&history, after: .max, at: start) == nil)
    }

    @Test func eachLimitDropsTheOldest() {
        var byCount = TopicHistory(limits: .init(events: 3))
        for _ in 0..<10 { _ = byCount.append(payload(), at: start) }
        #expect(byCount.count == 3)
        #expect(byCount.firstOffset == 8)
        #expect(offsets(&byCount, after: 6, at: start) == nil)
        #expect(offsets(&byCount, after: 7, at: start) == [8, 9, 10])

        var byBytes = TopicHistory(limits: .init(bytes: 25))
        for _ in 0..<10 { _ = byBytes.append(payload(), at: start) }
        #expect(byBytes.count == 2)
        _ = byBytes.append(payload(100), at: start)
        #expect(byBytes.count == 0)
        #expect(offsets(&byBytes, after: 11, at: start) == [])
        #expect(offsets(&byBytes, after: 10, at: start) == nil)

        var byAge = TopicHistory(limits: .init(age: .seconds(10)))
        for second in 0..<5 { _ = byAge.append(payload(), at: start + .seconds(second)) }
        #expect(offsets(&byAge, after: 0, at: start + .seconds(10)) == [1, 2, 3, 4, 5])
        #expect(offsets(&byAge, after: 0, at: start + .seconds(11)) == nil)
        #expect(offsets(&byAge, after: 1, at: start + .seconds(11)) == [2, 3, 4, 5])
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.max) * 18])
    func theLargestAgeIsAccepted(age: Duration) {
        var history = TopicHistory(limits: .init(age: age))
        _ = history.append(payload(), at: start)
        #expect(offsets(&history, after: 0, at: start + .seconds(1_000_000)) == [1])
    }

    @Test func aHistoryOfNoneKeepsNoEvents() {
        var history = TopicHistory(limits: .none)
        #expect((1...3).map { _ in history.append(payload(), at: start) } == [1, 2, 3])
        #expect(history.count == 0)
        #expect(offsets(&history, after: 3, at: start) == [])
        #expect(offsets(&history, after: 2, at: start) == nil)
    }
}
