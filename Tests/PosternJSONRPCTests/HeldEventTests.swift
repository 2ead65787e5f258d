import Postern
import PosternJSONRPC
import PosternLedger
import PosternTestSupport
import Testing

/// The memory of events that wait until the response to their subscription is sent.
@Suite struct HeldEventTests {
    private let account = MemoryAccount(
        MemoryTally(MemoryLedger(budget: 1 << 30, onDrop: {}), limit: 100_000, onCut: {})
    )
    private let text = String(repeating: "x", count: 30_000)

    /// Subscribes in a batch whose other call is not finished.
    private func subscribe(_ client: TestClient) -> (subscription: SubscriptionTicket, other: CallTicket) {
        let subscribe = #"{"jsonrpc":"2.0","id":1,"method":"rpc.subscribe","params":["news"]}"#
        client.send("[\(subscribe),{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"slow\"}]")
        let (joining, slow) = (client.joining[0], client.started[0])
        _ = client.joined(joining.call, nil)
        return (joining.subscription, slow)
    }

    @Test func heldEventsAreChargedUntilTheyAreSent() {
        let client = TestClient(account: account)
        let (subscription, other) = subscribe(client)
        #expect(account[.events] == 0)
        _ = client.event(subscription, "\"\(text)\"")
        let first = account[.events]
        #expect(first > 30_000 && first < 31_000)
        _ = client.event(subscription, "\"\(text)\"")
        #expect(account[.events] == 2 * first)
        _ = client.finish(other, "7")
        #expect(client.sent.count == 2)
        #expect(account[.events] == 0 && account.held == 0)
    }

    /// The handler of a stream runs until the end, and holds its arguments.
    @Test(arguments: ["end", "unsubscribe", "close"])
    func theArgumentsOfAStreamAreChargedUntilItsEnd(ending: String) {
        let client = TestClient(account: account)
        client.send(#"{"jsonrpc":"2.0","id":7,"method":"watch/files","params":["\#(text.prefix(9_000))"]}"#)
        let charged = account[.arguments]
        #expect(charged > 27_000)
        let stream = Reply.stream(ReplyStream { { () async throws(CallError) -> StreamItem? in nil } })
        #expect(client.finish(client.started[0], .success(stream)).contains("subscription"))
        #expect(account[.arguments] == charged)
        switch ending {
        case "end": _ = client.end(client.opened[0])
        case "unsubscribe": client.send(#"{"jsonrpc":"2.0","id":8,"method":"rpc.unsubscribe","params":["7"]}"#)
        default: _ = client.close()
        }
        #expect(account.held == 0)
    }

    @Test func aConnectionWithoutRoomForHeldEventsIsClosed() {
        let reports = IncidentRecorder()
        let client = TestClient(observer: reports, account: account)
        let (subscription, _) = subscribe(client)
        for _ in 0..<3 {
            _ = client.event(subscription, "\"\(text)\"")
            #expect(client.closeCode == nil)
        }
        _ = client.event(subscription, "\"\(text)\"")
        #expect(client.closeCode == 4408)
        #expect(reports.all.map { $0.kind } == [.budgetReached] && reports.all[0].cause == "connection")
        _ = client.close()
        #expect(account[.events] == 0 && account.held == 0)
    }
}
