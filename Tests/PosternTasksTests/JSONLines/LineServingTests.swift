import Postern
import PosternTasks
import Synchronization
import Testing

/// Calls of the program to this side.
@Suite(.timeLimit(.minutes(10)))
struct LineServingTests {
    private static func router() -> Router {
        let router = Router()
        router.root.register("add", Parameter<Int>("a"), Parameter<Int>("b")) { (a: Int, b: Int) in a + b }
        router.root.register("fail") { () throws -> Int in throw CallError(.init(rawValue: 42), "no luck") }
        router.root.register("count", Parameter<Int>("limit")) { (context: CallContext, limit: Int) async in
            for number in 0..<limit { context.reportProgress(number) }
            return limit
        }
        router.root.register("wait") { () async throws -> Int in
            try await Task.sleep(for: .seconds(60))
            return 0
        }
        router.service("feed").registerStream("numbers", Parameter<Int>("limit")) { (limit: Int) in
            AsyncStream { stream in
                for number in 0..<limit { stream.yield(number) }
                stream.finish()
            }
        }
        router.root.register("twice", Parameter<Callback>("function"), Parameter<Int>("number")) {
            (function: Callback, number: Int) async throws -> Int in
            try await function.call(number) + 1
        }
        return router
    }

    private static func request(_ id: String, _ method: String, _ params: String, _ more: String = "") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)\#(more)}"#
    }

    @Test func theProgramCallsAndIsAnswered() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router())
        try program.print(Self.request("\"a\"", "add", "[1,2]"))
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":"a","result":3}"#)
        try program.print(Self.request("2", "none", "[]"))
        #expect(await program.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"#) == true)
        try program.print(Self.request("3", "fail", "[]"))
        let data = #""data":{"name":"unknown","retryable":false,"executed":"yes"}"#
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":3,"error":{"code":42,"message":"no luck",\#(data)}}"#)
        try program.print(Self.request("4", "wait", "[]", #","meta":{"timeoutMs":20}"#))
        #expect(await program.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":4,"error":{"code":-32002,"#) == true)
        peer.close()
    }

    @Test func aBatchOfTheProgramIsAnsweredWithOneLine() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router())
        let requests = (1...100).map { Self.request("\($0)", "add", "[1,\($0)]") }.joined(separator: ",")
        try program.print("[\(requests)]")
        let answers = (1...100).map { #"{"jsonrpc":"2.0","id":\#($0),"result":\#($0 + 1)}"# }.joined(separator: ",")
        #expect(await program.next() == "[\(answers)]")
        peer.close()
    }

    @Test func notificationsOfTheProgramArriveInOrder() async throws {
        let (numbers, output) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.root.register("log", Parameter<Int>("number")) { (number: Int) in _ = output.yield(number) }
        let (peer, program) = try await ProgramEnd.make(serving: router)
        for number in 0..<100 { try program.print(#"{"jsonrpc":"2.0","method":"log","params":[\#(number)]}"#) }
        var seen: [Int] = []
        for await number in numbers.prefix(100) { seen.append(number) }
        #expect(seen == Array(0..<100))
        peer.close()
    }

    @Test func aCallThatTheProgramCancelsIsCancelledHere() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router())
        try program.print(Self.request("1", "wait", "[]"))
        try program.print(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#)
        #expect(await program.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32800,"#) == true)
        peer.close()
    }

    @Test func progressReachesTheProgramBeforeTheResult() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router())
        try program.print(Self.request("1", "count", "[2]", #","meta":{"progressToken":"t"}"#))
        for number in 0..<2 {
            let params = #"{"token":"t","value":\#(number)}"#
            #expect(await program.next() == #"{"jsonrpc":"2.0","method":"$/progress","params":\#(params)}"#)
        }
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":1,"result":2}"#)
        peer.close()
    }

    @Test func theProgramReadsStreamsAsSubscriptions() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router()) { $0.limits.queuedBytes = 32 << 10 }
        let count = 5_000
        try program.print(Self.request("1", "feed.numbers", "[\(count)]"))
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":1,"result":{"subscription":"1"}}"#)
        var wrong = 0
        for number in 0..<count {
            let params = #"{"subscription":"1","result":\#(number)}"#
            let line = await program.next()
            if line != #"{"jsonrpc":"2.0","method":"feed.subscription","params":\#(params)}"# { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(await program.next()?.contains(#""done":true"#) == true)
        try program.print(Self.request("2", "rpc.subscribe", #"["news"]"#))
        #expect(await program.next()?.contains("Topics are not carried to a program") == true)
        peer.close()
    }

    @Test func functionsOfTheProgramAreCalledAndReleased() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router())
        let function = #"{"__jsonrpc_marshaled":1,"handle":7,"kind":"function"}"#
        try program.print(Self.request("1", "twice", "[\(function),5]"))
        #expect(
            await program.next() == #"{"jsonrpc":"2.0","id":1,"method":"$/invokeProxy/7/call","params":[5]}"#
        )
        try program.print(#"{"jsonrpc":"2.0","id":1,"result":6}"#)
        let rest = [await program.next(), await program.next()]
        #expect(rest.contains(#"{"jsonrpc":"2.0","id":1,"result":7}"#))
        #expect(rest.contains { $0?.contains("$/releaseMarshaledObject") == true })
        peer.close()
    }

    @Test func theProgramCallsAFunctionThatIsPassedToIt() async throws {
        let (peer, program) = try await ProgramEnd.make()
        let square = Callback("square") { (number: Int) in number * number }
        async let answer: Int = peer.call("use", square)
        let line = try #require(await program.next())
        let handle = try #require(line.split(separator: #""handle":"#).last?.prefix { $0.isNumber })
        try program.print(Self.request("9", "$/invokeProxy/\(handle)/call", "[4]"))
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":9,"result":16}"#)
        try program.print(#"{"jsonrpc":"2.0","id":1,"result":16}"#)
        #expect(try await answer == 16)
        peer.close()
    }
}
