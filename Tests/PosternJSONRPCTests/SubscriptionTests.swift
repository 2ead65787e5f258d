import Postern
import PosternJSONRPC
import Testing

/// Tests of subscriptions to topics and streams, from the request to the end.
@Suite struct SubscriptionTests {
    private func subscribe(_ id: String, _ rest: String = #","params":{"topic":"news"}"#) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"rpc.subscribe"\#(rest)}"#
    }

    private let stream = Reply.stream(ReplyStream { { () async throws(CallError) -> StreamItem? in nil } })

    @Test func aJoinedTopicDeliversItsEvents() throws {
        let client = TestClient()
        let meta = #","params":["news"],"meta":{"since":{"epoch":"e1","seq":4}}"#
        #expect(client.send(subscribe("7", meta)) == "")
        let joining = try #require(client.joining.first)
        #expect(joining.request.topic == "news")
        #expect(joining.request.since == StreamPosition(epoch: "e1", offset: 4))
        #expect(
            client.joined(joining.call, StreamPosition(epoch: "e1", offset: 9), recovered: true)
                == #"{"jsonrpc":"2.0","id":7,"result":{"subscription":"7","epoch":"e1","seq":9,"recovered":true}}"#
        )
        let item = StreamItem(Payload(bytes: Array("{}".utf8), codec: JSON.self), offset: 10)
        let event = try TopicEvent(item, epoch: "e1", atMost: 1_000)
        let text = client.deliver(event, joining.subscription)
        let params = #"{"subscription":"7","result":{},"epoch":"e1","seq":10}"#
        #expect(text == #"{"jsonrpc":"2.0","method":"rpc.event","params":\#(params)}"#)
        #expect(text.utf8.count == event.byteCount(subscriptionIDBytes: 1))
        let gap = client.gap(joining.subscription, SubscriptionGap(from: 11, to: 13, reason: "slow"))
        #expect(gap.contains(#""gap":{"from":11,"to":13,"dropped":3,"reason":"slow"}}}"#))
        #expect(client.openSubscriptions == 1)
    }

    @Test(arguments: [JSON.self, MessagePack.self] as [any PayloadCodec.Type])
    func anEventAboveTheLimitIsNotWritten(codec: any PayloadCodec.Type) throws {
        // Six bytes in JSON for each character; writing stops soon after the limit.
        let item = StreamItem(try Payload(encoding: String(repeating: "\u{1}", count: 100), as: codec))
        _ = try TopicEvent(item, epoch: "e", atMost: 602)
        #expect(throws: PayloadError.self) { try TopicEvent(item, epoch: "e", atMost: 500) }
    }

    @Test func aRefusedTopicAnswersWithItsError() {
        let client = TestClient()
        client.send(subscribe("1"))
        let answer = client.refused(client.joining[0].call, CallError(.notFound, "No such topic"))
        #expect(answer.errorCode == -32001)
        #expect(client.openSubscriptions == 0)
    }

    @Test(arguments: [
        ("", -32602), (#","params":[]"#, -32602), (#","params":[true]"#, -32602), (#","params":{"t":"x"}"#, -32602),
        (#","params":["a","b"]"#, -32602),
    ])
    func aSubscriptionNeedsATopic(rest: String, code: Int) {
        let client = TestClient()
        #expect(client.send(subscribe("1", rest)).errorCode == code)
        #expect(client.openSubscriptions == 0)
    }

    @Test func theIDOfTheRequestIsThatOfTheSubscriptionUnlessItIsInUse() throws {
        let client = TestClient()
        client.send(subscribe("1"))
        #expect(client.joined(client.joining[0].call, nil).contains(#""subscription":"1""#))
        client.send(subscribe(#""1""#))
        #expect(client.joined(client.joining[0].call, nil).contains(#""subscription":"s1""#))
        client.send(subscribe(#""s1""#))
        #expect(client.joined(client.joining[0].call, nil).contains(#""subscription":"s2""#))
        client.send(subscribe("null"))
        #expect(client.joined(client.joining[0].call, nil).contains(#""subscription":"s3""#))
        client.send(subscribe(#""a\"b""#))
        let joining = try #require(client.joining.first)
        #expect(client.joined(joining.call, nil).contains(#""subscription":"a\"b""#))
        #expect(client.event(joining.subscription, "1").contains(#"{"subscription":"a\"b","result":1}"#))
        // The same text with another escape.
        client.send(subscribe(#""a\u0022b""#))
        #expect(client.joined(client.joining[0].call, nil).contains(#""subscription":"s4""#))
    }

    @Test func aStreamBecomesASubscriptionOfItsService() {
        let client = TestClient()
        client.send(#"{"jsonrpc":"2.0","id":5,"method":"watch/files"}"#)
        let ticket = client.started[0]
        #expect(client.finish(ticket, .success(stream)) == #"{"jsonrpc":"2.0","id":5,"result":{"subscription":"5"}}"#)
        let subscription = client.opened[0]
        #expect(
            client.event(subscription, "[1]")
                == #"{"jsonrpc":"2.0","method":"watch.subscription","params":{"subscription":"5","result":[1]}}"#
        )
        #expect(
            client.end(subscription)
                == #"{"jsonrpc":"2.0","method":"watch.subscription","params":{"subscription":"5","done":true}}"#
        )
        #expect(client.event(subscription, "2") == "")
        #expect(client.end(subscription) == "")
    }

    @Test func aFailedStreamEndsWithItsError() {
        let client = TestClient()
        client.send(#"{"jsonrpc":"2.0","id":5,"method":"watch.files"}"#)
        _ = client.finish(client.started[0], .success(stream))
        let text = client.end(client.opened[0], CallError(.handlerFailed, "The handler failed"))
        #expect(text.contains(#""params":{"subscription":"5","error":{"code":-32000,"message":"The handler failed""#))
    }

    @Test(arguments: [#"["1"]"#, #"{"subscription":"1"}"#, #"{"id":"1"}"#, #"["\u0031"]"#, "[1]"])
    func unsubscribingEndsASubscriptionOnce(params: String) {
        let client = TestClient()
        client.send(subscribe("1"))
        let subscription = client.joining[0].subscription
        _ = client.joined(client.joining[0].call, nil)
        let request = #"{"jsonrpc":"2.0","id":2,"method":"rpc.unsubscribe","params":\#(params)}"#
        #expect(client.send(request) == #"{"jsonrpc":"2.0","id":2,"result":true}"#)
        #expect(client.left.map(\.0) == [subscription])
        #expect(client.event(subscription, "1") == "")
        #expect(client.send(request) == #"{"jsonrpc":"2.0","id":2,"result":false}"#)
        #expect(client.actions.isEmpty)
    }

    @Test func unsubscribingFromAStreamStopsIt() {
        let client = TestClient()
        client.send(#"{"jsonrpc":"2.0","id":5,"method":"watch/files"}"#)
        _ = client.finish(client.started[0], .success(stream))
        let subscription = client.opened[0]
        client.send(#"{"jsonrpc":"2.0","id":6,"method":"rpc.unsubscribe","params":["5"]}"#)
        #expect(client.unsubscribed == [subscription])
    }

    @Test func subscriptionsAreLimited() {
        let client = TestClient()
        for id in 1...256 {
            client.send(subscribe("\(id)"))
            _ = client.joined(client.joining[0].call, nil)
        }
        #expect(client.send(subscribe("257")).errorCode == -32006)
        client.send(#"{"jsonrpc":"2.0","id":5,"method":"watch/files"}"#)
        #expect(client.finish(client.started[0], .success(stream)).errorCode == -32006)
        #expect(client.opened.isEmpty)
        #expect(client.openSubscriptions == 256)
    }

    @Test func endedSubscriptionsAreRemoved() {
        let client = TestClient()
        for _ in 1...10_000 {
            client.send(subscribe("1"))
            _ = client.joined(client.joining[0].call, nil)
            client.send(#"{"jsonrpc":"2.0","id":2,"method":"rpc.unsubscribe","params":["1"]}"#)
        }
        #expect(client.openSubscriptions == 0)
        #expect(client.callsInFlight == 0)
    }

    @Test func eventsFollowTheResponseOfTheWholeBatch() {
        let client = TestClient()
        client.send("[\(subscribe("1")),{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"slow\"}]")
        let (joining, slow) = (client.joining[0], client.started[0])
        #expect(client.joined(joining.call, nil) == "")
        #expect(client.event(joining.subscription, "1") == "")
        #expect(client.event(joining.subscription, "2") == "")
        let answer = client.finish(slow, "7")
        #expect(
            answer
                == #"[{"jsonrpc":"2.0","id":1,"result":{"subscription":"1"}},{"jsonrpc":"2.0","id":2,"result":7}]"#
        )
        #expect(client.sent.count == 2)
        #expect(client.sent[0].contains(#""result":1"#))
        #expect(client.event(joining.subscription, "3").contains(#""result":3"#))
    }

    @Test func aStreamInABatchIsReadAfterTheResponse() {
        let client = TestClient()
        client.send(#"[{"jsonrpc":"2.0","id":1,"method":"watch/files"},{"jsonrpc":"2.0","id":2,"method":"slow"}]"#)
        let tickets = client.started
        #expect(client.finish(tickets[0], .success(stream)) == "")
        #expect(client.opened.isEmpty)
        #expect(client.finish(tickets[1], "1").hasPrefix("["))
        #expect(client.opened.count == 1)
    }

    @Test func subscriptionsAreRefusedWithoutAWayToSendEvents() {
        let client = TestClient(allowsSubscriptions: false)
        #expect(client.send("[\(subscribe("1"))]").errorCode == -32601)
        client.send(#"{"jsonrpc":"2.0","id":5,"method":"watch/files"}"#)
        #expect(client.finish(client.started[0], .success(stream)).errorCode == -32601)
        #expect(client.openSubscriptions == 0)
    }

    @Test func aCancelledSubscriptionLeavesItsTopic() {
        let client = TestClient()
        client.send(subscribe("1"))
        let joining = client.joining[0]
        client.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#)
        #expect(client.joined(joining.call, nil).errorCode == -32800)
        #expect(client.left.map(\.1) == ["news"])
        #expect(client.openSubscriptions == 0)
    }

    @Test func closingTheConnectionEndsEverySubscription() {
        let client = TestClient()
        client.send(subscribe("1"))
        _ = client.joined(client.joining[0].call, nil)
        client.send(#"{"jsonrpc":"2.0","id":5,"method":"watch/files"}"#)
        _ = client.finish(client.started[0], .success(stream))
        #expect(client.close().count == 2)
        #expect(client.openSubscriptions == 0)
    }
}
