import Testing

@testable import Postern

/// The events that the subscribers of a topic share until all have read them.
@Suite struct UnreadEventsTests {
    private static func payload(_ count: Int = 1) -> Payload {
        Payload(bytes: [UInt8](repeating: 0, count: count), codec: MessagePack.self)
    }

    /// Returns the events of three readers.
    private static func events(_ count: Int) -> UnreadEvents {
        var events = UnreadEvents()
        for _ in 0..<count { events.append(payload(), readers: 3, atMost: 100) }
        return events
    }

    @Test func anEventIsRemovedWhenAllHaveReadIt() {
        var events = Self.events(2)
        for _ in 1...3 { #expect(events.read(2).offset == 2) }
        #expect(events.count == 2)
        for _ in 1...2 { #expect(events.read(1).offset == 1) }
        #expect(events.count == 2 && events.firstOffset == 1)
        #expect(events.read(1).offset == 1)
        #expect(events.count == 0 && events.firstOffset == 3)
    }

    @Test func eventsWithoutReadersAreNotKept() {
        var events = UnreadEvents()
        for _ in 0..<5 { events.append(Self.payload(), readers: 0, atMost: 100) }
        #expect(events.count == 0 && events.nextOffset == 6)
        events.append(Self.payload(), readers: 1, atMost: 100)
        events.append(Self.payload(), readers: 0, atMost: 100)
        #expect(events.count == 2)
        #expect(events.read(6).offset == 6)
        #expect(events.count == 0 && events.firstOffset == 8)
    }

    @Test func theOldestAreRemovedAboveTheLimits() {
        var events = UnreadEvents()
        for _ in 0..<5 { events.append(Self.payload(), readers: 1, atMost: 3) }
        #expect(events.count == 3 && events.firstOffset == 3)
        for _ in 0..<5 { events.append(Self.payload(20 << 20), readers: 1, atMost: 3) }
        #expect(events.count == 1 && events.firstOffset == 10)
        events.append(Self.payload(40 << 20), readers: 1, atMost: 3)
        #expect(events.count == 1 && events.read(11).payload.bytes.count == 40 << 20)
    }

    @Test func aReaderThatLeavesIsRemovedFromTheRest() {
        var events = Self.events(4)
        for offset in 1...4 as ClosedRange<UInt64> { for _ in 1...2 { _ = events.read(offset) } }
        events.removeReader(from: 0, upTo: 3)
        #expect(events.firstOffset == 3)
        events.removeReader(from: 3, upTo: events.nextOffset)
        #expect(events.count == 0)
        events.removeReader(from: 9, upTo: 2)
    }

    @Test func aReaderOfThePastBringsItBack() {
        var events = Self.events(4)
        for _ in 1...3 { for offset in 1...2 as ClosedRange<UInt64> { _ = events.read(offset) } }
        #expect(events.firstOffset == 3)
        events.addReader(of: (2...4).map { StreamItem(Self.payload(), offset: $0) })
        #expect(events.firstOffset == 2)
        #expect(events.read(2).offset == 2)
        #expect(events.firstOffset == 3)
        for offset in 3...4 as ClosedRange<UInt64> { for _ in 1...4 { _ = events.read(offset) } }
        #expect(events.count == 0)
    }
}
