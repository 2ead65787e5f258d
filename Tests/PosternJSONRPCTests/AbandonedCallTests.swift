import Postern
import PosternJSONRPC
import Testing

/// Tests of the responses to calls that are still running when the server stops.
@Suite struct AbandonedCallTests {
    private let stopped = CallError(.draining, "stopped", executed: .unknown)

    private func request(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"slow"}"# }

    @Test func anAbandonedCallIsAnsweredOnceAndItsLateResultIsIgnored() {
        let client = TestClient()
        client.send(request(1))
        let first = client.started[0]
        client.send(request(2))
        let answers = client.abandon(stopped)
        #expect(answers.map(\.errorCode) == [-32053, -32053])
        #expect(answers.allSatisfy { $0.contains(#""executed":"unknown""#) })
        #expect(client.finish(first, "1") == "" && client.callsInFlight == 0)
        #expect(client.abandon(stopped).isEmpty)
    }

    @Test func abandonedWaitingEntriesAreNotExecuted() {
        var limits = JSONRPCLimits()
        limits.batchCallsAtOnce = 1
        let client = TestClient(limits: limits)
        client.send("[\(request(1)),\(request(2)),\(request(3))]")
        #expect(client.started.count == 1)
        let messages = client.abandon(stopped)
        #expect(client.started.isEmpty)
        let answer = messages.joined()
        let words = answer.split(separator: #""executed":""#).dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(words == ["unknown", "no", "no"], "\(answer)")
    }

    @Test func anAbandonedSubscriptionWasNotExecuted() {
        let client = TestClient()
        client.send(#"{"jsonrpc":"2.0","id":1,"method":"rpc.subscribe","params":["news"]}"#)
        #expect(client.abandon(stopped).joined().contains(#""executed":"no""#))
        #expect(client.openSubscriptions == 0)
    }
}
