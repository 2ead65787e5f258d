import Testing

@testable import PosternJSONRPC

@Suite struct BatchIDsTests {
    private static let ids = ["1", "2", "3", "10", "99", "100", "-1", "0", "12345678", "123456789", #""1""#, #""a""#]

    /// Tests every list of up to four ids, short and long, in and out of order.
    @Test(arguments: 1...4)
    func anIDIsNewUnlessItWasInsertedBefore(count: Int) {
        let lists = (0..<count).reduce([[]]) { lists, _ in lists.flatMap { list in Self.ids.map { list + [$0] } } }
        for list in lists {
            var seen: Set<String> = []
            #expect(Self.news(list) == list.map { seen.insert($0).inserted }, "\(list)")
        }
    }

    @Test func nullAndMissingIDsAreAlwaysNew() {
        #expect(Self.news(["1", "null", "2", "", "null", "2", ""]) == [true, true, true, true, true, false, true])
        #expect(Self.news(["1", "", "2", ""]) == [true, true, true, true])
    }

    @Test func ascendingIDsAreNew() {
        #expect(!Self.news((0..<1_000).map(String.init)).contains(false))
        #expect(Self.news((0..<1_000).map(String.init) + ["999"]).last == false)
    }

    /// Returns for each id whether it is new, from a message that consists of the ids.
    private static func news(_ list: [String]) -> [Bool] {
        var message: [UInt8] = []
        var entries: [Envelope] = []
        for id in list {
            var envelope = Envelope()
            envelope.id = message.count..<(message.count + id.utf8.count)
            message += Array(id.utf8)
            entries.append(envelope)
        }
        var ids = BatchIDs(of: entries, in: message.span)
        return entries.map { ids.insert($0.id, in: message.span) }
    }
}
