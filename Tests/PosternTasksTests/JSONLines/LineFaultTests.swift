import PosternTestSupport
import Postern
import PosternNIO
import PosternTasks
import SystemPackage
import Testing

/// Faults of programs, and the response to them.
@Suite(.timeLimit(.minutes(10)))
struct LineFaultTests {
    private static func router() -> Router {
        let router = Router()
        router.root.register("add", Parameter<Int>("a"), Parameter<Int>("b")) { (a: Int, b: Int) in a + b }
        router.root.register("wait") { () async throws in try await Task.sleep(for: .seconds(60)) }
        router.root.register("echo", Parameter<String>("text")) { (text: String) async in text }
        return router
    }

    private static let add = #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#
    private static let sum = #"{"jsonrpc":"2.0","id":1,"result":3}"#

    @Test(arguments: [
        Array("Loading model ... done".utf8), [UInt8](#"{"jsonrpc":"2.0","id":1,"method":"a"#.utf8),
        Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8), [0x00, 0x80],
    ])
    func aLineThatIsNotJSONIsAnsweredAndReportedOnce(line: [UInt8]) async throws {
        let reports = IncidentRecorder()
        let (peer, program) = try await ProgramEnd.make(serving: Self.router()) { $0.observer = reports }
        for _ in 0..<3 {
            try program.print(bytes: line + [10])
            #expect(await program.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"#) == true)
        }
        try program.print(Self.add)
        #expect(await program.next() == Self.sum)
        #expect(reports.all.map(\.kind) == [.strayOutput])
        peer.close()
    }

    @Test func theNumberOfErrorsForStrayLinesIsLimited() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router())
        for _ in 0..<1_000 { try program.print("cannot read that") }
        try program.print(Self.add)
        var errors = 0
        while let line = await program.next(), line != Self.sum { errors += 1 }
        #expect(errors == 100)
        peer.close()
    }

    @Test func aLineAboveTheLimitClosesTheConnectionAndFailsItsCalls() async throws {
        let reports = IncidentRecorder()
        let (peer, program) = try await ProgramEnd.make { options in
            options.limits.frameBytes = 1_000
            options.observer = reports
        }
        let answer = Task { () async throws -> Int in try await peer.call("add") }
        _ = await program.next()
        try program.print(String(repeating: "x", count: 1_001), end: "")
        let error = await #expect(throws: CallError.self) { try await answer.value }
        #expect(error?.code == .unavailable && error?.executed == .unknown)
        #expect(error?.message == "A line of the program is longer than 1000 bytes")
        #expect(await peer.disconnected.kind == .protocolViolation)
        #expect(reports.all.map(\.kind) == [.clientCut])
        #expect(await program.next() == nil)
    }

    @Test func theLastLineNeedsNoLineFeed() async throws {
        let (numbers, output) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.root.register("log", Parameter<Int>("number")) { (number: Int) in _ = output.yield(number) }
        let (peer, program) = try await ProgramEnd.make(serving: router)
        try program.print(#"{"jsonrpc":"2.0","method":"log","params":[7]}"#, end: "")
        program.close()
        #expect(await numbers.first { _ in true } == 7)
        #expect(await peer.disconnected.kind == .lost)
    }

    @Test func anIncompleteLineAtTheEndIsHarmless() async throws {
        let (peer, program) = try await ProgramEnd.make()
        let answer = Task { () async throws -> Int in try await peer.call("add") }
        _ = await program.next()
        try program.print(#"{"jsonrpc":"2.0","id":1,"resu"#, end: "")
        program.close()
        let error = await #expect(throws: CallError.self) { try await answer.value }
        #expect(error?.code == .unavailable && error?.executed == .unknown)
    }

    @Test func aCallAboveTheLimitIsRefused() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router()) { $0.limits.callsInFlight = 2 }
        for id in 1...3 { try program.print(#"{"jsonrpc":"2.0","id":\#(id),"method":"wait"}"#) }
        #expect(await program.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":3,"error":{"code":-32009,"#) == true)
        peer.close()
    }

    @Test func aProgramThatCallsButDoesNotReadIsDisconnected() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router()) { $0.limits.queuedBytes = 64 << 10 }
        let text = String(repeating: "x", count: 1_000)
        let flood = Task.detached {
            // Fails when the connection is closed.
            while true { try program.print(#"{"jsonrpc":"2.0","id":1,"method":"none","params":["\#(text)"]}"#) }
        }
        #expect(await peer.disconnected == DisconnectReason(.slowReader, "The program reads too slowly"))
        await #expect(throws: Errno.self) { try await flood.value }
    }

    @Test func callsToAProgramThatDoesNotReadAreRefused() async throws {
        let (peer, program) = try await ProgramEnd.make { options in
            options.limits.queuedBytes = 64 << 10
            options.limits.callTimeout = nil
        }
        let text = String(repeating: "x", count: 10_000)
        let refusal = await withTaskGroup(of: CallError?.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do throws(CallError) { try await peer.call("take", text) } catch { return error }
                    return nil
                }
            }
            let first = await group.next()
            peer.close()
            return first ?? nil
        }
        #expect(refusal?.code == .busy && refusal?.executed == .no)
        _ = program
    }

    @Test func callsOfAProgramStartWhenItReads() async throws {
        let (peer, program) = try await ProgramEnd.make(serving: Self.router()) { $0.limits.queuedBytes = 1 << 20 }
        let text = String(repeating: "x", count: 20_000)
        let count = 200
        let writing = Task.detached {
            for id in 1...count {
                try program.print(#"{"jsonrpc":"2.0","id":\#(id),"method":"echo","params":["\#(text)"]}"#)
            }
        }
        try await writing.value
        var ids: Set<String> = []
        for _ in 0..<count { ids.insert(String(await program.next()?.prefix(26) ?? "")) }
        #expect(ids.count == count)
        #expect(peer.isConnected)
        peer.close()
    }

    @Test func resultsAboveTheLimitBecomeErrorsAndTheConnectionContinues() async throws {
        let router = Self.router()
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let (doors, door) = AsyncStream.makeStream(of: Void.self)
        router.root.register("large") { () async in
            arrival.yield()
            for await _ in doors { break }
            return String(repeating: "x", count: 400 << 10)
        }
        let (peer, program) = try await ProgramEnd.make(serving: router) { $0.limits.queuedBytes = 1 << 20 }
        let count = 10
        for id in 1...count { try program.print(#"{"jsonrpc":"2.0","id":\#(id),"method":"large"}"#) }
        for await _ in arrivals.prefix(count) {}
        for number in 1...count {
            door.yield()
            // Otherwise the limit of the near peer, where results are queued too, may be reached first.
            let hasLeft = await eventually {
                peer.tables.servedCalls == count - number && peer.tables.queuedBytes == 0
            }
            #expect(hasLeft)
        }
        var refused = 0
        for _ in 0..<count where await program.next()?.contains(#""error":{"code":-32009,"#) == true { refused += 1 }
        #expect(refused > 0 && refused < count)
        #expect(peer.isConnected)
        peer.close()
    }

    @Test func aPeerThatHasEndedIsReleased() async throws {
        weak var kept: Peer?
        do {
            let (peer, program) = try await ProgramEnd.make(serving: Self.router())
            kept = peer
            try program.print(Self.add)
            #expect(await program.next() == Self.sum)
            async let answer: Void? = try? peer.call("wait")
            _ = await program.next()
            program.close()
            _ = await answer
        }
        while kept != nil, !Task.isCancelled { await Task.yield() }
        #expect(kept == nil)
    }

    @Test func theDescriptorIsClosedWithThePeer() async throws {
        let (peer, program) = try await ProgramEnd.make()
        peer.close()
        #expect(await program.next() == nil)
    }

    @Test func descriptorsAreClosedWhenOneOfThemCannotBeUsed() async throws {
        let file = try FileDescriptor.open(FilePath("/proc/self/maps"), .readOnly)
        for unusable in [FileDescriptor(rawValue: .max), file] {
            let (parent, child) = try SocketPair.make()
            let error = await #expect(throws: CallError.self) {
                try await JSONLines.peer(on: .pipes(output: parent, input: unusable))
            }
            #expect(error?.code == .unavailable)
            #expect(await ProgramEnd(child).next() == nil)
        }
    }
}
