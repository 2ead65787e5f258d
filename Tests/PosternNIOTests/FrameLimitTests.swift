@testable import Postern
import PosternTestSupport
import PosternNIO
import Testing

/// Clients whose hello accepts small frames only: no larger frame is sent, and the connection stays open.
@Suite(.timeLimit(.minutes(10)))
struct FrameLimitTests {
    /// The arguments of a call: one number, and no named arguments.
    private static func text(_ length: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x91]
        MessagePack.write(String(repeating: "x", count: length), into: &bytes)
        return bytes + [0xc0]
    }

    @Test("A result above the limit of the caller is an error, however the method runs", arguments: [64, 100, 4_096])
    func resultsAreRefused(limit: Int) async throws {
        try await onStage(limit) { raw, _ in
            for method in ["short", "off the loop", "slow"] {
                let answer = try await raw.call(method, Self.text(5_000))
                #expect(answer?.code == -32003, "\(method)")
                #expect(try await raw.call(method, Self.text(10))?.bytes?.count == 11, "\(method)")
            }
        }
    }

    @Test("An error above the limit of the caller is shortened", arguments: [64, 100, 4_096])
    func errorsShrink(limit: Int) async throws {
        try await onStage(limit) { raw, _ in
            for method in ["fail", "fail slowly", String(repeating: "n", count: 100)] {
                let answer = try await raw.call(method, Self.text(5_000))
                #expect(answer?.code == (method.hasPrefix("fail") ? 77 : -32601), "\(method)")
            }
        }
    }

    @Test("A stream ends at an item above the limit; progress above it is left out", arguments: [64, 100, 4_096])
    func itemsAndReportsAreRefused(limit: Int) async throws {
        try await onStage(limit) { raw, _ in
            let (items, reports) = (raw.makeID(), raw.makeID())
            raw.send { RawPeer.writeCall(items, "items", Self.text(5_000), into: &$0) }
            raw.send { RawPeer.writeCall(reports, "reports", Self.text(5_000), flags: 2, into: &$0) }
            var seen: [String] = []
            while seen.count < 6, let told = try await raw.next() {
                switch told {
                case .other(.stream(items, _)): seen.append("stream")
                case .other(.item(items, _, _)): seen.append("item")
                case .other(.end(items, let failure)): seen.append("end \(failure?.code ?? 0)")
                case .other(.progress(reports, _)): seen.append("progress")
                case .value(reports, _): seen.append("reply")
                default: seen.append("\(told)")
                }
            }
            #expect(seen.sorted() == ["end -32003", "item", "progress", "progress", "reply", "stream"])
        }
    }

    @Test("Calls and references of the server stay below the limit of the client", arguments: [64, 100, 4_096])
    func callsAreRefused(limit: Int) async throws {
        try await onStage(limit) { raw, server in
            let text = String(repeating: "x", count: 5_000)
            let call = await #expect(throws: CallError.self) { try await server.call("m", text) }
            #expect(call?.code == .requestTooLarge && call?.executed == .no)
            let notification = #expect(throws: CallError.self) { try server.notify("m", text) }
            #expect(notification?.code == .requestTooLarge)
            // More references than fit into one references frame.
            let answer = try await raw.call("lend", [0x91, 0xcd, 0x03, 0xe8, 0xc0])
            #expect(answer?.code == -32003)
            // The functions are released shortly after the reply.
            await settle { server.exportedReferences.isEmpty }
            await server.drain(grace: .zero)
        }
    }

    @Test("A limit below every frame ends the connection with a reason", arguments: [0, 16, 63])
    func limitsBelowEveryFrameAreRefused(limit: Int) async throws {
        try await HostileStage.attack(.tcp) { stage in
            let (raw, server) = try await stage.connect()
            raw.send(RawPeer.bytes { FrameWriter.writeHello(Hello(maximumFrameBytes: limit), into: &$0) })
            let reason = await server.disconnected
            #expect(reason.kind == .protocolViolation)
            #expect(reason.message == "frameBytes: \(limit) in the hello; a peer takes frames of 64 bytes")
            raw.close()
        }
    }

    @Test("Calls made before the hello arrives are checked when it has arrived")
    func earlyCallsAreRefused() async throws {
        var options = ConnectionOptions.patient
        options.limits.frameBytes = 1_000
        let factory = ReferenceFactory()
        let router = Router()
        router.root.register("count", Parameter<String>("text")) { (text: String) in text.count }
        router.root.register("take", Parameter<Callback>("function"), Parameter<String>("text")) {
            (_: Callback, text: String) async in text.count
        }
        let pair = InProcessTransport.pair(NothingExposed(), router, limits: options.limits)
        let calls: [PendingCall<Int>] = [10, 5_000, 20].map { length in
            pair.first.begin("count", String(repeating: "x", count: length))
        }
        let lending: PendingCall<Int> = pair.first.begin(
            "take",
            factory.callback(),
            String(repeating: "x", count: 5_000)
        )
        let (first, last) = (try await calls[0].value, try await calls[2].value)
        #expect([first, last] == [10, 20])
        for call in [calls[1], lending] {
            let error = await #expect(throws: CallError.self) { _ = try await call.value }
            #expect(error?.code == .requestTooLarge && error?.executed == .no)
        }
        await settle { factory.isEven && pair.first.tables.areEmpty && pair.second.tables.areEmpty }
        #expect(pair.second.isConnected)
        pair.first.close()
    }

    @Test("A client keeps its connection when a result is above its limit", arguments: [Wiring.tcp, .unix])
    func aSwiftClientKeepsItsConnection(wiring: Wiring) async throws {
        let server = NativeServer(Self.router)
        let address = try await server.start(at: wiring.address)
        var options = ConnectionOptions.patient
        options.limits.frameBytes = 10_000
        let client = try await NativeClient.connect(to: address, options: options)
        let text = String(repeating: "x", count: 9_000)
        for method in ["short twice", "off the loop twice"] {
            let error = await #expect(throws: CallError.self) { try await client.call(method, text) }
            #expect(error?.code == .responseTooLarge)
        }
        let echo: String = try await client.call("short", text)
        #expect(echo == text)
        client.close()
        await server.stop()
    }

    /// Methods that return their argument, each in another way.
    private static var router: Router {
        let router = Router()
        let text = Parameter<String>("text")
        let short = MethodOptions(execution: .onEventLoop)
        router.root.register("short", text, options: short) { (text: String) in text }
        router.root.register("off the loop", text) { (text: String) in text }
        router.root.register("short twice", text, options: short) { (text: String) in text + text }
        router.root.register("off the loop twice", text) { (text: String) in text + text }
        router.root.register("slow", text) { (text: String) async in text }
        router.root.register("fail", text, options: short) { (text: String) throws -> Int in throw failure(text) }
        router.root.register("fail slowly", text) { (text: String) async throws -> Int in throw failure(text) }
        router.root.registerStream("items", text) { (text: String) async in
            AsyncStream<String> { items in
                for item in ["a", text, "b"] { items.yield(item) }
                items.finish()
            }
        }
        router.root.register("reports", text) { (context: CallContext, text: String) async in
            for report in ["a", text, "b"] { context.reportProgress(report) }
        }
        router.root.register("lend", Parameter<Int>("count")) { (count: Int) in (0..<count).map { _ in Callback {} } }
        return router
    }

    private static func failure(_ text: String) -> CallError {
        CallError(
            CallError.Code(rawValue: 77),
            text,
            name: .notFound,
            details: try? Payload(encoding: [text], as: MessagePack.self)
        )
    }

    /// Connects with a limit, and checks that no frame exceeds it and that the connection still works.
    private func onStage(_ limit: Int, _ body: (RawPeer, Peer) async throws -> Void) async throws {
        var options = ConnectionOptions.patient
        options.sendsTraces = true
        options.name = "a server with a name"
        let (accepted, signal) = AsyncStream.makeStream(of: Peer.self)
        let server = NativeServer(Self.router, options: options) { signal.yield($0) }
        let raw = try await RawConnection(to: try await server.start(at: Wiring.tcp.address))
        let peer = try #require(await accepted.first { _ in true })
        let hello = Hello(maximumFrameBytes: limit, maximumHops: 10, takesNames: true, takesTraceIDs: true)
        let client = try await RawPeer(raw, hello)
        try await body(client, peer)
        if peer.isConnected { #expect(try await client.call("short", Self.text(1))?.bytes == [0xa1, 0x78]) }
        #expect(client.largestFrame <= limit)
        client.close()
        await server.stop()
    }
}
