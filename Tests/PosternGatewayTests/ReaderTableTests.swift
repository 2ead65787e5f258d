import Postern
import PosternJSONRPC
import Testing

@testable import PosternGateway

/// The readers of a feed.
@Suite struct ReaderTableTests {
    private final class Reader: TopicReader {
        func topicJoined(at position: StreamPosition, recovered: Bool?) {}
        func topicRefused(_ error: CallError) {}
        func topicUnreachable(_ error: CallError) -> Bool { false }
        func topicEvent(_ event: TopicEvent, at position: StreamPosition) {}
        func topicGap(_ gap: SubscriptionGap, before position: StreamPosition) {}
        func topicEnded(_ error: CallError?) {}
        var client: ObjectIdentifier { ObjectIdentifier(self) }
        var queuedBytes: Int { 0 }
    }

    @Test func readersKeepTheirOrder() {
        let readers = (0..<1_000).map { _ in Reader() }
        var table = ReaderTable<Int>()
        for (index, reader) in readers.enumerated() { table.append(reader, index) }
        for index in stride(from: 0, to: 1_000, by: 3) { #expect(table.remove(readers[index]) == index) }
        #expect(table.remove(readers[0]) == nil && table[readers[3]] == nil && table[readers[4]] == 4)
        #expect(table.entries.compactMap { $0?.value } == (0..<1_000).filter { $0 % 3 != 0 })
        for reader in readers.dropLast() { table.remove(reader) }
        #expect(table.isEmpty && table.entries.count <= 17)
    }

    /// With a table that searched its readers, this took minutes.
    @Test(.timeLimit(.minutes(1)))
    func manyReadersLeave() {
        let readers = (0..<200_000).map { _ in Reader() }
        var table = ReaderTable<Void>()
        for reader in readers { table.append(reader, ()) }
        for reader in readers { table.remove(reader) }
        #expect(table.isEmpty)
    }
}
