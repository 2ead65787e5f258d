import Postern
import PosternJSONRPC
import Testing

/// Tests of whether all responses to a message say that the server accepts no calls, which decides the HTTP status.
@Suite struct TurnedAwayTests {
    private let call = #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#
    private let other = #"{"jsonrpc":"2.0","id":2,"method":"slow"}"#
    private let ping = #"{"jsonrpc":"2.0","id":3,"method":"rpc.ping"}"#
    private let notification = #"{"jsonrpc":"2.0","method":"add","params":[1,2]}"#

    private func isTurnedAway(_ message: String) -> Bool {
        let client = TestClient(allowsSubscriptions: false)
        client.refusal = CallError(.draining, "The server is stopping")
        client.send(message)
        return client.isTurnedAway
    }

    @Test func aMessageWithNoOtherResponseIsTurnedAway() {
        #expect(isTurnedAway(call))
        #expect(isTurnedAway("[\(call)]"))
        #expect(isTurnedAway("[\(call),\(notification),\(other)]"))
    }

    @Test func aMessageWithAnotherResponseIsNotTurnedAway() {
        #expect(!isTurnedAway(ping))
        #expect(!isTurnedAway("[\(call),\(ping)]"))
        #expect(!isTurnedAway("[\(call),7]"))
        #expect(!isTurnedAway(notification))
        #expect(!isTurnedAway("nonsense"))
        #expect(!isTurnedAway("[]"))
    }

    @Test(arguments: [
        (CallError(.unavailable, "not reachable", executed: .no), true),
        (CallError(.draining, "stopping", executed: .no), true),
        (CallError(.draining, "stopping", executed: .unknown), true),
        // The call may have run, so that a proxy must not repeat it.
        (CallError(.unavailable, "lost", executed: .unknown), false), (CallError(.busy, "busy"), false),
        (CallError(.internalError, "broken"), false),
    ])
    func theErrorOfACallDecides(error: CallError, isTurnedAway: Bool) throws {
        let client = TestClient(allowsSubscriptions: false)
        client.send(other)
        _ = client.finish(try #require(client.started.first), .failure(error))
        #expect(client.isTurnedAway == isTurnedAway)
    }

    @Test func aResultIsNotTurnedAway() throws {
        let client = TestClient(allowsSubscriptions: false)
        client.send("[\(other),\(call)]")
        _ = client.finish(try #require(client.started.first), "7")
        #expect(!client.isTurnedAway)
    }
}
