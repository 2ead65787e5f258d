import Postern
import PosternJSONRPC
import Testing

/// Tests of gaps: their size, their reason and their notification.
@Suite struct SubscriptionGapTests {
    private func place(_ epoch: String, _ offset: UInt64) -> StreamPosition {
        StreamPosition(epoch: epoch, offset: offset)
    }

    private func gap(_ last: StreamPosition, _ next: StreamPosition) -> SubscriptionGap? {
        SubscriptionGap(after: last, before: next, reason: "historyLost")
    }

    @Test func equalPositionsHaveNoGap() {
        #expect(gap(place("a", 7), place("a", 7)) == nil)
    }

    @Test func missingEventsOfOneEpochAreCounted() throws {
        let gap = try #require(self.gap(place("a", 7), place("a", 9)))
        #expect((gap.from, gap.to, gap.dropped) == (8, 9, 2))
        #expect(gap.reason == "historyLost" && gap.next == place("a", 9))
    }

    @Test(arguments: [("b", 2, "epochChanged"), ("b", 9, "epochChanged"), ("a", 2, "positionUnknown")])
    func theSizeOfAGapToAnotherEpochOrFromTheFutureIsUnknown(epoch: String, offset: UInt64, reason: String) throws {
        let gap = try #require(self.gap(place("a", 7), place(epoch, offset)))
        #expect(gap.from == 8 && gap.to == nil && gap.dropped == nil && gap.reason == reason)
    }

    @Test func theLargestOffsetDoesNotTrap() throws {
        #expect(try #require(self.gap(place("a", .max), place("a", 1))).from == .max)
    }

    @Test func aGapOfUnknownSizeHasNoEnd() {
        let client = TestClient()
        client.send(#"{"jsonrpc":"2.0","id":1,"method":"rpc.subscribe","params":["news"]}"#)
        let joining = client.joining[0]
        _ = client.joined(joining.call, place("b", 2), recovered: false)
        let gap = SubscriptionGap(from: 8, to: nil, reason: "epochChanged", next: place("b", 2))
        let params = #"{"subscription":"1","gap":{"from":8,"reason":"epochChanged"},"epoch":"b","seq":2}"#
        #expect(client.gap(joining.subscription, gap) == #"{"jsonrpc":"2.0","method":"rpc.event","params":\#(params)}"#)
    }
}
