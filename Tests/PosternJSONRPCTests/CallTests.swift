import Postern
import PosternJSONRPC
import Testing

/// Tests of calls in flight: cancellation, progress, deadlines and limits.
@Suite struct CallTests {
    private func slow(_ id: String, _ extra: String = "") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"slow"\#(extra)}"#
    }

    @Test func aCallIsStartedAndAnsweredWhenItEnds() throws {
        let client = TestClient()
        let params = #","params":{"a":[1, 2]},"traceparent":"00-ab-cd-01","meta":{"timeoutMs":50}"#
        #expect(client.send(slow("7", params)) == "")
        let started = try #require(client.startedCalls.first)
        #expect(started.call.method == "slow")
        #expect(String(decoding: started.call.arguments.bytes, as: UTF8.self) == #"{"a":[1, 2]}"#)
        #expect(started.call.deadline != nil)
        #expect(!started.call.isNotification)
        #expect(started.options.placement == .concurrent)
        #expect(started.options.traceparent == "00-ab-cd-01")
        #expect(client.finish(client.started[0], #"{"x":1}"#) == #"{"jsonrpc":"2.0","id":7,"result":{"x":1}}"#)
        #expect(client.callsInFlight == 0)
    }

    @Test func callsArePlacedByTheirMethods() {
        let client = TestClient(gatewayMethods: ["rpc.auth"])
        client.send(#"{"jsonrpc":"2.0","id":1,"method":"short"}"#)
        #expect(client.startedCalls.map(\.options.placement) == [.onEventLoop])
        client.send(#"{"jsonrpc":"2.0","id":2,"method":"rpc.auth","params":["t"]}"#)
        #expect(client.startedCalls.map(\.options.placement) == [.gateway])
        #expect(client.startedCalls.map(\.call.method) == ["rpc/auth"])
    }

    @Test func longArgumentsAreNotReadOnTheLoop() {
        let client = TestClient()
        let short = #"{"jsonrpc":"2.0","id":1,"method":"echo","params":["\#(String(repeating: "x", count: 60_000))"]}"#
        #expect(client.send(short).hasPrefix(#"{"jsonrpc":"2.0","id":1,"result":"#) && client.callsInFlight == 0)
        let long = short.replacing("x\"", with: String(repeating: "x", count: 10_000) + "\"")
        #expect(client.send(long) == "" && client.callsInFlight == 1)
    }

    @Test func anIDInFlightIsRefusedAndMayBeReusedLater() {
        let client = TestClient()
        client.send(slow("1"))
        let first = client.started[0]
        let second = client.send(slow("1"))
        #expect(second.errorCode == -32600)
        #expect(second.contains("duplicate id"))
        #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#).errorCode == -32600)
        #expect(client.send(slow(#""1""#)) == "")
        #expect(client.started.count == 1)
        #expect(client.finish(first, "1") == #"{"jsonrpc":"2.0","id":1,"result":1}"#)
        #expect(client.send(slow("1")) == "")
        #expect(client.started.count == 1)
    }

    @Test func theIDNullMayBeRepeated() {
        let client = TestClient()
        client.send(slow("null"))
        let first = client.started[0]
        client.send(slow("null"))
        #expect(client.started.count == 1)
        #expect(client.finish(first, "1") == #"{"jsonrpc":"2.0","id":null,"result":1}"#)
    }

    @Test func callsBeyondTheLimitAreNotExecuted() {
        let client = TestClient()
        for id in 1...128 { #expect(client.send(slow("\(id)")) == "") }
        let answer = client.send(slow("129"))
        #expect(answer.errorCode == -32009)
        #expect(answer.contains(#""name":"resource_exhausted","retryable":true,"executed":"no""#))
        #expect(client.send(#"{"jsonrpc":"2.0","id":"a","method":"add","params":[1,2]}"#).contains("result"))
    }

    @Test func aCancelledCallIsAnsweredWithCancelled() {
        let client = TestClient()
        client.send(slow("1"))
        let ticket = client.started[0]
        #expect(client.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#) == "")
        #expect(client.cancelled == [ticket])
        #expect(client.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#) == "")
        #expect(client.cancelled.isEmpty)
        let answer = client.finish(ticket, .failure(CallError(.cancelled, "The call was cancelled")))
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32800"#))
        #expect(client.finish(ticket, "1") == "")
    }

    @Test func aCancellationAfterTheResponseIsIgnored() {
        let client = TestClient()
        client.send(slow("1"))
        _ = client.finish(client.started[0], "1")
        client.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#)
        #expect(client.actions.isEmpty)
    }

    @Test(arguments: [#"{"id":"1"}"#, #"{"id":2}"#, #"{"id":null}"#, "{}", "[]", #"{"id":[1]}"#])
    func aCancellationOfAnUnknownIDIsIgnored(params: String) {
        let client = TestClient()
        client.send(slow("1"))
        #expect(client.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":\#(params)}"#) == "")
        #expect(client.actions.isEmpty)
    }

    @Test func progressIsSentOnlyOnRequestAndNotAfterTheResponse() {
        let client = TestClient()
        client.send(slow("1", #","meta":{"progressToken":"t"}"#))
        let ticket = client.started[0]
        #expect(client.startedCalls[0].options.wantsProgress)
        #expect(
            client.progress(ticket, "50")
                == #"{"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":50}}"#
        )
        _ = client.finish(ticket, "1")
        #expect(client.progress(ticket, "60") == "")
        client.send(slow("2"))
        #expect(client.progress(client.started[0], "50") == "")
    }

    @Test func aTimeoutOfZeroRunsNothing() {
        let client = TestClient()
        let answer = client.send(slow("1", #","meta":{"timeoutMs":0}"#))
        #expect(answer.errorCode == -32002)
        #expect(answer.contains(#""executed":"no""#))
        let add = #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":0}}"#
        #expect(client.send(add).errorCode == -32002)
        #expect(client.actions.isEmpty)
    }

    @Test func theLongestTimeoutClampsTheDeadline() throws {
        var limits = JSONRPCLimits()
        limits.longestTimeout = .seconds(1)
        let client = TestClient(limits: limits)
        client.send(slow("1", #","meta":{"timeoutMs":9223372036854775807}"#))
        let clamped = try #require(client.startedCalls[0].call.deadline)
        client.send(slow("2"))
        #expect(client.startedCalls[0].call.deadline == clamped)
    }

    @Test func responsesToUnknownCallsAreDroppedAndCounted() {
        let client = TestClient()
        for text in [#"{"jsonrpc":"2.0","id":9,"result":1}"#, #"{"jsonrpc":"2.0","id":9,"error":{}}"#] {
            #expect(client.send(text) == "")
        }
        for _ in 3...99 { client.send(#"{"jsonrpc":"2.0","id":9,"result":1}"#) }
        #expect(client.closeCode == nil)
        #expect(client.send(#"[{"jsonrpc":"2.0","id":9,"result":1}]"#) == "")
        #expect(client.closeCode == 4503)
    }

    @Test func unknownProtocolMessagesAreIgnored() {
        let client = TestClient()
        #expect(client.send(#"{"jsonrpc":"2.0","method":"$/setTrace","params":{}}"#) == "")
        #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"$/setTrace","params":{}}"#).errorCode == -32601)
    }

    @Test func resultsAboveTheLimitAreReplaced() {
        let client = TestClient()
        let answer = client.send(#"{"jsonrpc":"2.0","id":1,"method":"big","params":[8388608]}"#)
        #expect(answer.errorCode == -32003)
        #expect(answer.contains(#""executed":"yes""#))
        client.send(slow("1"))
        let text = "\"" + String(repeating: "x", count: 8 << 20) + "\""
        #expect(client.finish(client.started[0], text).errorCode == -32003)
        #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"fail","params":[9000000]}"#).errorCode == -32003)
    }

    @Test func aFailedImmediateMethodAppendsNoResult() {
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"fail","params":[3]}"#)
        let data = #"{"name":"unknown","retryable":false,"executed":"yes","details":"xxx"}"#
        #expect(
            answer
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":17,"message":"Failed on purpose","data":\#(data)}}"#
        )
    }

    @Test func gatewayMethodsAreServedWhileCallsAreRefused() {
        let client = TestClient(gatewayMethods: ["rpc.auth"])
        client.refusal = CallError(.unauthenticated, "Who is calling?")
        for method in ["add", "slow", "rpc.discover", "rpc.subscribe", "rpc.unknown"] {
            #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)"}"#).errorCode == -32050)
            #expect(client.actions.isEmpty)
        }
        #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#).contains("pong"))
        client.send(#"{"jsonrpc":"2.0","id":1,"method":"rpc.auth"}"#)
        client.refusal = nil
        #expect(client.finish(client.started[0], "true") == #"{"jsonrpc":"2.0","id":1,"result":true}"#)
        #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#).contains("3"))
    }

    @Test func closingTheConnectionCancelsRunningCalls() {
        let client = TestClient()
        client.send(slow("1"))
        let ticket = client.started[0]
        client.send(#"[{"jsonrpc":"2.0","id":2,"method":"slow"}]"#)
        #expect(client.close().count == 2)
        #expect(client.callsInFlight == 0)
        #expect(client.finish(ticket, "1") == "")
    }

    @Test(arguments: [
        (CallError.Code.invalidParameters, 400), (.methodNotFound, 501), (.unauthenticated, 401), (.busy, 429),
        (.permissionDenied, 403), (.notFound, 404), (.deadlineExceeded, 504), (.unavailable, 503), (.cancelled, 499),
        (.internalError, 500), (.handlerFailed, 500), (.init(rawValue: 7), 500),
    ])
    func errorsHaveTheStatusOfConnectsTable(code: CallError.Code, status: Int) {
        #expect(ConnectHTTPStatus.http(for: CallError(code, "")) == status)
    }
}
