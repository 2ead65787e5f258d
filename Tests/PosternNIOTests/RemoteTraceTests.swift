import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// The path of an error through several peers, and the traces of its hops.
@Suite(.timeLimit(.minutes(10)))
struct RemoteTraceTests {
    @Test("The path of an error on the event loop contains no number of a reference", arguments: Wiring.allCases)
    func theNumberOfAShortCallbackIsNotSent(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("ask", Parameter<Callback>("function")) { (function: Callback) async throws in
            try await function.call()
        }
        let link = try await Link.make(wiring, serving: router)
        let failing = Callback(execution: .onEventLoop) { () throws in throw CallError(.handlerFailed, "no") }
        let error = await #expect(throws: CallError.self) { try await link.client.call("ask", failing) }
        #expect(error?.hops.map(\.method) == ["$", "ask"])
        await link.close()
    }

    @Test("A remote trace marked 1, where the server sends it", arguments: Wiring.allCases)
    func aTraceIsSentWhereTheServerAllowsIt(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router(), options: options("server", sendsTraces: true))
        let call: PendingCall<Int> = link.client.remote.int.begin("this is not a valid number")
        try await call.wait()
        for _ in 0..<2 {
            let error = await #expect(throws: CallError.self) { try await call.value }
            #expect(error?.message == "The handler failed" && error?.typeName == "NotANumber")
            let trace = #"NotANumber(text: "this is not a valid number")"#
            #expect(error?.hops == [CallError.Hop(method: "int", peer: "server", trace: trace)])
            #expect(error?.description == "The handler failed\nRemote trace (1): int at server\n    \(trace)")
        }
        await link.close()
    }

    @Test("By default the call path is sent, and no trace", arguments: Wiring.allCases)
    func byDefaultNoTraceIsSent(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router(), options: options("server"))
        for method in ["int", "shortInt", "loopInt"] {
            let error = await #expect(throws: CallError.self) { try await link.client.call(method, "secret") as Int }
            #expect(error?.typeName == "NotANumber")
            #expect(error?.hops == [CallError.Hop(method: method, peer: "server")])
            #expect(error?.description == "The handler failed\nRemote call (1): \(method) at server")
        }
        await link.close()
    }

    @Test("Two hops are listed one by one", arguments: Wiring.allCases)
    func everyHopAddsItsTrace(wiring: Wiring) async throws {
        let chain = try await Chain.make(wiring, serving: router(), sendsTraces: (middle: true, server: true))
        let error = await #expect(throws: CallError.self) { try await chain.client.call("relay", "x") as Int }
        #expect(
            error?.description == """
                The handler failed
                Remote trace (1): int at server
                    NotANumber(text: "x")
                Remote trace (2): relay at middle
                    passed on
                """
        )
        let missing = await #expect(throws: FileMissing.self) {
            try await raising(FileMissing.self) { try await chain.client.call("relayOpen", "a.txt") as Int }
        }
        #expect(missing?.path == "a.txt")
        await chain.close()
    }

    @Test("An end that sends no trace passes on none", arguments: Wiring.allCases)
    func aTraceStopsWhereItIsNotAllowed(wiring: Wiring) async throws {
        let chain = try await Chain.make(wiring, serving: router(), sendsTraces: (middle: false, server: true))
        let error = await #expect(throws: CallError.self) { try await chain.client.call("relay", "x") as Int }
        #expect(error?.hops.map(\.trace) == [nil, nil])
        #expect(error?.hops.map(\.method) == ["int", "relay"])
        await chain.close()
    }

    @Test("A server that sends no trace is a hop without one", arguments: Wiring.allCases)
    func aHopMayHaveNoTrace(wiring: Wiring) async throws {
        let chain = try await Chain.make(wiring, serving: router(), sendsTraces: (middle: true, server: false))
        let error = await #expect(throws: CallError.self) { try await chain.client.call("relay", "x") as Int }
        #expect(error?.hops.map(\.trace) == [nil, "passed on"])
        await chain.close()
    }

    @Test("Errors of a stream and of an exported object have their hop", arguments: Wiring.allCases)
    func streamsAndReferencesAddTheirHop(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router(), options: options("server", sendsTraces: true))
        let stream = try await link.client.stream("count", of: Int.self)
        let ended = await #expect(throws: CallError.self) { for try await _ in stream {} }
        #expect(ended?.hops.map(\.method) == ["count"])
        #expect(ended?.hops.first?.trace == #"NotANumber(text: "two")"#)
        let object: Reference = try await link.client.call("object")
        let failed = await #expect(throws: CallError.self) { try await object.call("int", "x") as Int }
        #expect(failed?.hops.map(\.method) == ["$/int"])
        let callback = Callback { (text: String) throws -> Int in try int(text) }
        let called = await #expect(throws: CallError.self) { try await link.client.call("ask", callback) as Int }
        #expect(called?.hops.map(\.method) == ["$", "ask"])
        await link.close()
    }

    @Test("The number of a reference is not sent beyond the next peer", arguments: Wiring.allCases)
    func aReferenceThatIsPassedOnKeepsItsNumber(wiring: Wiring) async throws {
        let chain = try await Chain.make(wiring, serving: router(), sendsTraces: (middle: false, server: false))
        let object: Reference = try await chain.client.call("relayObject")
        let error = await #expect(throws: CallError.self) { try await object.call("int", "x") as Int }
        #expect(
            error?.description
                == "The handler failed\nRemote call (1): $/int at server\nRemote call (2): $/int at middle"
        )
        await chain.close()
    }

    @Test("An error chooses the text of its trace; that of a CallError is its message", arguments: Wiring.allCases)
    func anErrorChoosesItsTrace(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router(), options: options("server", sendsTraces: true))
        let reticent = await #expect(throws: CallError.self) { try await link.client.call("reticent") }
        #expect(reticent?.hops.first?.trace == "Reticent: at Vault.swift:7")
        let refused = await #expect(throws: CallError.self) { try await link.client.call("refuse") }
        #expect(refused?.hops.first?.trace == "CallError 7 (unknown): Not today")
        await link.close()
    }

    @Test("Traces are cut at their limit, and hops are left out", arguments: Wiring.allCases)
    func tracesAndHopsHaveLimits(wiring: Wiring) async throws {
        var options = options("server", sendsTraces: true)
        options.limits.errorTraceBytes = 21
        let link = try await Link.make(wiring, serving: router(), options: options)
        let cut = await #expect(throws: CallError.self) { try await link.client.call("int", "äöü") as Int }
        #expect(cut?.hops.first?.trace == #"NotANumber(text: "ä"#)
        await link.close()
        options.limits.errorHops = 0
        let other = try await Link.make(wiring, serving: router(), options: options)
        let bare = await #expect(throws: CallError.self) { try await other.client.call("int", "x") as Int }
        #expect(bare?.hops == [] && bare?.description == "The handler failed")
        await other.close()
    }

    @Test("A side whose hello accepts no hops receives errors of six fields", arguments: [Wiring.tcp, .unix])
    func aSideWithoutHopsReceivesNone(wiring: Wiring) async throws {
        let server = NativeServer(router(), options: options("server", sendsTraces: true))
        let raw = try await RawConnection(to: try await server.start(at: wiring.address))
        raw.send([0, 0, 0, 4, 0x93, 0, 1, 0x80])
        raw.send([0, 0, 0, 15, 0x98, 1, 1, 0xa6] + Array("refuse".utf8) + [0xc0, 0, 0, 0xc0, 0xc0])
        let received = await raw.receive { $0.suffix(13) == [7, 0xa9] + Array("Not today".utf8) + [1, 0xc0] }
        #expect(received.contains(0x96) && !received.contains(0x97))
        raw.close()
        await server.stop()
    }

    private func options(_ name: String, sendsTraces: Bool = false) -> ConnectionOptions {
        var options = ConnectionOptions.patient
        options.name = name
        options.sendsTraces = sendsTraces
        return options
    }

    private func router() -> Router {
        let router = Router()
        let text = Parameter<String>("text")
        router.root.register("int", text) { (text: String) async throws -> Int in try int(text) }
        router.root.register("shortInt", text) { (text: String) throws -> Int in try int(text) }
        router.root.register("loopInt", text, options: MethodOptions(execution: .onEventLoop)) {
            (text: String) throws -> Int in try int(text)
        }
        router.root.register("open", text) { (text: String) throws -> Int in throw FileMissing(path: text) }
        router.root.register("reticent") { () throws in throw Reticent() }
        router.root.register("refuse") { () throws in throw CallError(.init(rawValue: 7), "Not today") }
        router.root.registerStream("count") {
            AsyncThrowingStream<Int, any Error> { stream in
                stream.yield(1)
                stream.finish(throwing: NotANumber(text: "two"))
            }
        }
        router.root.register("ask", Parameter<Callback>("callback")) { (callback: Callback) async throws -> Int in
            try await callback.call("x")
        }
        router.root.register("object") { () -> Reference in
            let object = Router()
            object.root.register("int", text) { (text: String) throws -> Int in try int(text) }
            return Reference(to: object, "Numbers")
        }
        return router
    }
}

/// A client, a server, and a peer in the middle that calls the server for the client.
private struct Chain {
    let client: Peer
    private let near: Link
    private let far: Link

    static func make(
        _ wiring: Wiring,
        serving router: Router,
        sendsTraces: (middle: Bool, server: Bool)
    ) async throws -> Chain {
        var options = ConnectionOptions.patient
        options.name = "server"
        options.sendsTraces = sendsTraces.server
        let far = try await Link.make(wiring, serving: router, options: options)
        let middle = Router()
        let server = far.client
        middle.root.register("relay", Parameter<String>("text")) { (text: String) async throws -> Int in
            try await server.call("int", text)
        }
        middle.root.register("relayOpen", Parameter<String>("text")) { (text: String) async throws -> Int in
            try await server.call("open", text)
        }
        middle.root.register("relayObject") { () async throws -> Reference in try await server.call("object") }
        options.name = "middle"
        options.sendsTraces = sendsTraces.middle
        let near = try await Link.make(wiring, serving: middle, options: options)
        return Chain(client: near.client, near: near, far: far)
    }

    func close() async {
        await near.close()
        await far.close()
    }
}

private func int(_ text: String) throws -> Int {
    guard let number = Int(text) else { throw NotANumber(text: text) }
    return number
}

private struct NotANumber: Error {
    let text: String
}

private struct FileMissing: TransferableError {
    let path: String
}

private struct Reticent: Error, CustomDebugStringConvertible {
    let password = "a password that stays here"
    var debugDescription: String { "at Vault.swift:7" }
}
