import Postern
import PosternJSONRPC
import Testing

/// Tests of the `executed` value for every origin of an error.
@Suite(.timeLimit(.minutes(10)))
struct ExecutedTests {
    private static let neverStarted: [ExecutedCase] = [
        .init("no/such", code: -32601, .no),
        .init("short/one", code: -32602, .no),
        .init("short/one", "[7]", code: -32602, .no),
        .init("short/two", #"["busy","two"]"#, code: -32602, .no),
        .init("short/four", #"["busy",1,2]"#, code: -32602, .no),
        .init("short/four", #"["busy",1,2,"four"]"#, code: -32602, .no),
        .init("long/throw", "[7]", code: -32602, .no),
        .init("long/context", code: -32602, .no),
        .init("long/stream", "[7]", code: -32602, .no),
        .init("long/throw", #"["busy"]"#, in: .zero, code: -32002, .no),
    ]

    private static let thrown: [ExecutedCase] = [
        "short/one", "long/throw", "long/context", "long/onLoop", "long/stream",
    ]
    .flatMap { method -> [ExecutedCase] in
        [
            .init(method, #"["application"]"#, code: 1001, .yes),
            .init(method, #"["foreign"]"#, code: -32000, .yes),
            .init(method, #"["busy"]"#, code: -32009, .yes),
            .init(method, #"["unavailable"]"#, code: -32054, .yes),
            .init(method, #"["invalid"]"#, code: -32602, .yes),
            .init(method, #"["convertible"]"#, code: -32051, .yes),
            .init(method, #"["transferable"]"#, code: -32000, .yes),
            .init(method, #"["cancelled"]"#, code: -32800, .yes),
            // A value that the handler sets is kept.
            .init(method, #"["busyStated"]"#, code: -32009, .no),
            .init(method, #"["busySet"]"#, code: -32009, .no),
            .init(method, #"["convertibleStated"]"#, code: -32051, .no),
            .init(method, #"["unknownStated"]"#, code: -32054, .unknown),
        ]
    }

    private static let otherHandlers: [ExecutedCase] = [
        .init("short/none", code: -32009, .yes),
        .init("short/two", #"["busy",2]"#, code: -32009, .yes),
        .init("short/four", #"["busy",1,2,3]"#, code: -32009, .yes),
        .init("short/four", #"["busyStated",1,2,3]"#, code: -32009, .no),
        .init("long/raw", code: -32009, .yes),
        .init("long/rawStated", code: -32009, .no),
    ]

    /// The `executed` value of a nested call does not apply to the handler that made it.
    private static let innerCalls: [ExecutedCase] = [
        .init("calling/peer", #"["throw","busyStated"]"#, code: -32009, .yes),
        .init("calling/peer", #"["no/such","busy"]"#, code: -32601, .yes),
        .init("calling/peer", #"["throw","unknownStated"]"#, code: -32054, .yes),
        .init("calling/peer", #"["$/7","busy"]"#, code: -32601, .yes),
        .init("calling/pending", code: -32009, .yes),
        .init("calling/closed", code: -32054, .yes),
        .init("calling/notify", code: -32054, .yes),
        .init("calling/late", code: -32002, .yes),
        .init("calling/stream", code: -32009, .yes),
        .init("calling/sameRouter", code: -32601, .yes),
        .init("calling/raw", code: -32601, .yes),
    ]

    @Test(arguments: neverStarted + thrown + otherHandlers + innerCalls)
    func everyErrorReportsWhetherItsHandlerRan(row: ExecutedCase) async {
        for route in ExecutedCase.Route.allCases {
            let (code, executed) = await row.outcome(by: route)
            #expect(code == row.code, "\(route)")
            #expect(executed == row.executed, "\(route)")
        }
    }

    @Test(arguments: ExecutedCase.Route.allCases)
    func aCallWithAnExceededDeadlineMayHaveRun(route: ExecutedCase.Route) async {
        var time = Duration.milliseconds(50)
        var outcome: (code: Int?, executed: CallError.Executed?)
        // On a busy machine the deadline may pass before the handler begins.
        repeat {
            outcome = await ExecutedCase("other/wait", in: time, code: -32002, .unknown).outcome(by: route)
            time *= 2
        } while outcome.executed == .no && time < .seconds(60)
        #expect(outcome.code == -32002)
        #expect(outcome.executed == .unknown)
    }

    @Test(arguments: [
        ("{", -32700), ("[]", -32600), ("7", -32600), (#"{"jsonrpc":"2.0","id":1}"#, -32600),
        (#"{"jsonrpc":"2.0","id":1,"method":"rpc.no"}"#, -32601),
        (#"{"jsonrpc":"2.0","id":1,"method":"rpc.subscribe","params":["a"]}"#, -32601),
        (#"{"jsonrpc":"2.0","id":1,"method":"short.none","meta":7}"#, -32600),
        ("[" + Array(repeating: "7", count: 1_001).joined(separator: ",") + "]", -32010),
    ])
    func refusedMessagesRunNothing(message: String, code: Int) async {
        let answer = await JSONRPCResponder.respond(to: Array(message.utf8), from: ExecutedServices.makeRouter())
        let text = String(decoding: answer ?? [], as: UTF8.self)
        #expect(text.errorCode == code)
        #expect(text.executed == .no)
    }

    @Test(arguments: [("other.ticks", -32601), ("other.notANumber", -32603)])
    func aResultThatCannotBeSentWasComputed(method: String, code: Int) async {
        let router = ExecutedServices.makeRouter()
        let request = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)"}"#
        let answer = await JSONRPCResponder.respond(to: Array(request.utf8), from: router)
        let text = String(decoding: answer ?? [], as: UTF8.self)
        #expect(text.errorCode == code)
        #expect(text.executed == .yes)
        let byPath = Result<Reply, CallError>.success(.stream(ReplyStream { { () async throws(CallError) in nil } }))
        var body: [UInt8] = []
        _ = PathCall.append(byPath, into: &body)
        #expect(String(decoding: body, as: UTF8.self).executed == .yes)
    }

    @Test func aResultAboveTheLimitWasComputedAndAnErrorAboveItKeepsItsValue() {
        var limits = JSONRPCLimits()
        limits.responseBytes = 200
        let client = TestClient(limits: limits)
        let large = client.send(#"{"jsonrpc":"2.0","id":1,"method":"big","params":[400]}"#)
        #expect(large.errorCode == -32003)
        #expect(large.executed == .yes)
        client.send(#"{"jsonrpc":"2.0","id":2,"method":"slow"}"#)
        let details = try? Payload(encoding: String(repeating: "x", count: 400), as: JSON.self)
        let refused = CallError(.methodNotFound, "No such method", details: details)
        let answer = client.finish(client.started[0], .failure(refused))
        #expect(answer.errorCode == -32003)
        #expect(answer.executed == .no)
    }

    @Test func eachEntryOfAFullBatchReportsWhetherItRan() {
        var limits = JSONRPCLimits()
        limits.batchResponseBytes = 10
        let client = TestClient(limits: limits)
        let entries = (1...3).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"slow"}"# }
        client.send("[" + entries.joined(separator: ",") + "]")
        let tickets = client.started
        _ = client.finish(tickets[0], "1")
        _ = client.finish(tickets[1], .failure(CallError(.methodNotFound, "No such method")))
        let answer = client.finish(tickets[2], .failure(CallError(.unavailable, "Lost")))
        let words = answer.matches(of: /"code":(-\d+),.*?"executed":"(\w+)"/).map { "\($0.output.1) \($0.output.2)" }
        #expect(words == ["-32011 yes", "-32011 no", "-32011 unknown"])
    }

    @Test(arguments: [CallError.Code.draining, .busy, .unavailable, .internalError])
    func theErrorOfAnOpenStreamReportsThatItRan(code: CallError.Code) {
        let client = TestClient()
        client.send(#"{"jsonrpc":"2.0","id":1,"method":"watch.files"}"#)
        let stream = ReplyStream { { () async throws(CallError) in nil } }
        _ = client.finish(client.started[0], .success(.stream(stream)))
        let ended = client.end(client.opened[0], CallError(code, "The end", executed: .no))
        #expect(ended.executed == .yes)
    }
}
