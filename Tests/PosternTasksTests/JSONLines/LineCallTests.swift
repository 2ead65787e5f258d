import Postern
import PosternTasks
import Synchronization
import Testing

/// Calls of this side to the program.
@Suite(.timeLimit(.minutes(10)))
struct LineCallTests {
    @Test func aCallAndItsAnswerAreOneLineEach() async throws {
        let (peer, program) = try await ProgramEnd.make()
        async let sum: Int = peer.call("math/add", 2, 3)
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":1,"method":"math.add","params":[2,3]}"#)
        try program.print("", end: "\r\n")
        try program.print(#"{"jsonrpc":"2.0","id":1,"result":5}"#, end: "\r\n")
        #expect(try await sum == 5)
        async let named: String = peer.call("greet", named: ["name": "Ada"])
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":2,"method":"greet","params":{"name":"Ada"}}"#)
        try program.print(#"{"result":"Ada!","id":2,"jsonrpc":"2.0"}"#)
        #expect(try await named == "Ada!")
        peer.close()
    }

    @Test func notificationsAreSentInOrderAndHaveNoIdentifier() async throws {
        let (peer, program) = try await ProgramEnd.make()
        try peer.notify("log", 1)
        try peer.notify("log", 2)
        #expect(await program.next() == #"{"jsonrpc":"2.0","method":"log","params":[1]}"#)
        #expect(await program.next() == #"{"jsonrpc":"2.0","method":"log","params":[2]}"#)
        peer.close()
        #expect(await program.next() == nil)
    }

    @Test func anErrorKeepsItsCodeMessageAndDetails() async throws {
        let (peer, program) = try await ProgramEnd.make { $0.programName = "counter" }
        let answer = Task { () async throws -> Int in try await peer.call("fail") }
        _ = await program.next()
        let data = #"{"name":"aborted","executed":"no","details":{"line":[3]}}"#
        try program.print(#"{"jsonrpc":"2.0","id":1,"error":{"code":42,"message":"no luck","data":\#(data)}}"#)
        let error = await #expect(throws: CallError.self) { try await answer.value }
        #expect(error?.code.rawValue == 42 && error?.message == "no luck" && error?.name == .aborted)
        #expect(error?.executed == .no)
        #expect(try error?.details?.decode([String: [Int]].self) == ["line": [3]])
        #expect(error?.hops == [CallError.Hop(method: "fail", peer: "counter")])
        peer.close()
    }

    @Test func aCallThatTimesOutIsCancelledInTheProgram() async throws {
        let (peer, program) = try await ProgramEnd.make()
        let mark = #"{"jsonrpc":"2.0","method":"mark"}"#
        var time = Duration.milliseconds(50)
        var lines: [String] = []
        // On a busy machine the deadline may pass before the call is sent, so it is repeated with a longer one.
        repeat {
            let error = await #expect(throws: CallError.self) { try await peer.call("sleep", timeout: time) as Int }
            #expect(error?.code == .deadlineExceeded)
            try peer.notify("mark")
            while let line = await program.next(), line != mark { lines.append(line) }
            time *= 2
        } while lines.isEmpty && time < .seconds(60)
        try #require(lines.count == 2)
        #expect(lines[0].hasPrefix(#"{"jsonrpc":"2.0","id":1,"method":"sleep","meta":{"timeoutMs":"#))
        #expect(lines[1] == #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#)
        peer.close()
    }

    @Test func aCancelledCallIsCancelledInTheProgramAndItsAnswerIgnored() async throws {
        let (peer, program) = try await ProgramEnd.make { $0.dialect = .plain }
        let call = Task { () async throws -> Int in try await peer.call("tools/call", timeout: .seconds(60)) }
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#)
        call.cancel()
        let error = await #expect(throws: CallError.self) { try await call.value }
        #expect(error?.code == .cancelled)
        #expect(await program.next() == #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#)
        for id in ["1", "1", "7", "\"x\"", "null", "[]"] {
            try program.print(#"{"jsonrpc":"2.0","id":\#(id),"result":5}"#)
        }
        async let sum: Int = peer.call("add")
        #expect(await program.next() == #"{"jsonrpc":"2.0","id":2,"method":"add"}"#)
        try program.print(#"{"jsonrpc":"2.0","id":2,"result":6}"#)
        #expect(try await sum == 6)
        peer.close()
    }

    @Test func progressOfACallArrivesBeforeItsResult() async throws {
        let (peer, program) = try await ProgramEnd.make()
        let reports = Mutex<[Int]>([])
        var call = Call("count", arguments: Payload(bytes: [], codec: MessagePack.self))
        call.progress = { report in reports.withLock { $0.append((try? report.decode()) ?? -1) } }
        async let reply = peer.dispatch(call)
        let line = await program.next()
        #expect(line == #"{"jsonrpc":"2.0","id":1,"method":"count","meta":{"progressToken":1}}"#)
        for (token, value) in [("1", 10), ("2", 11), ("\"1\"", 12), ("1", 20)] {
            let params = #"{"token":\#(token),"value":\#(value)}"#
            try program.print(#"{"jsonrpc":"2.0","method":"$/progress","params":\#(params)}"#)
        }
        try program.print(#"{"jsonrpc":"2.0","id":1,"result":null}"#)
        _ = try await reply
        #expect(reports.withLock { $0 } == [10, 20])
        peer.close()
    }

    @Test func answersBeforeTheEndOfTheInputAreDelivered() async throws {
        for _ in 0..<100 {
            let (peer, program) = try await ProgramEnd.make()
            async let sum: Int = peer.call("add")
            let other = Task { () async throws -> Int in try await peer.call("wait") }
            _ = await program.next()
            let line = try #require(await program.next())
            let id = line.contains(#""id":2,"method":"add""#) ? 2 : 1
            try program.print(#"{"jsonrpc":"2.0","id":\#(id),"result":5}"#, end: "")
            program.close()
            #expect(try await sum == 5)
            let error = await #expect(throws: CallError.self) { try await other.value }
            #expect(error?.code == .unavailable && error?.executed == .unknown)
            #expect(!peer.isConnected)
        }
    }

    @Test func callsAfterTheEndFailAsNotExecuted() async throws {
        let (peer, program) = try await ProgramEnd.make()
        program.close()
        #expect(await peer.disconnected == DisconnectReason(.lost, "The program closed its output"))
        let error = await #expect(throws: CallError.self) { () async throws -> Int in try await peer.call("add") }
        #expect(error?.code == .unavailable && error?.executed == .no)
    }

    @Test func streamsOfTheProgramAreRejectedWithAnError() async throws {
        let (peer, program) = try await ProgramEnd.make()
        let stream = Task { try await peer.stream("ticks", of: Int.self) }
        _ = await program.next()
        try program.print(#"{"jsonrpc":"2.0","id":1,"result":{"subscription":"1"}}"#)
        let error = await #expect(throws: CallError.self) { _ = try await stream.value }
        #expect(error?.message == "ticks answers with one value, not with a stream")
        peer.close()
    }
}
