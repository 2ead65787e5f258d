import PosternTestSupport
import Postern
import PosternAuth
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AuthenticationTests {
    @Test("Calls made before the handshake are delivered in order after it", arguments: Wiring.allCases)
    func earlyCallsAreSentInOrder(wiring: Wiring) async throws {
        let numbers = Mutex<[Int]>([])
        let router = Router()
        // On the event loop, as handlers on other threads may overtake each other.
        let short = MethodOptions(execution: .onEventLoop)
        router.root.register("note", Parameter<Int>("number"), options: short) { (number: Int) in
            numbers.withLock { $0.append(number) }
        }
        let ends = try await Ends.make(wiring, serving: router, client: Secrets.right, server: Secrets.right)
        let client = ends.client
        let calls = (0..<10).map { number in Task.immediate { try await client.call("note", number) } }
        for call in calls { try await call.value }
        #expect(numbers.withLock { $0 } == Array(0..<10))
        await ends.close()
    }

    @Test(
        "A wrong secret, or one on one side only, is reported on both sides, and nothing runs",
        arguments: Wiring.allCases,
        [(Secrets.wrong, Secrets.right), (nil, Secrets.right), (Secrets.right, nil)] as [(SharedSecret?, SharedSecret?)]
    )
    func aWrongSecretIsReportedOnBothSides(wiring: Wiring, secrets: (SharedSecret?, SharedSecret?)) async throws {
        let service = Stuck()
        let ends = try await Ends.make(wiring, serving: service, client: secrets.0, server: secrets.1)
        for _ in 0..<2 {
            let error = await #expect(throws: CallError.self) { try await ends.client.call("stuck") }
            #expect(error?.code == .unauthenticated)
            #expect(error?.executed == .no)
        }
        let (here, there) = (await ends.client.disconnected, await ends.refused.first { _ in true })
        #expect(here.kind == .authenticationFailed)
        #expect(there?.kind == .authenticationFailed)
        let isOneSided = secrets.0 == nil || secrets.1 == nil
        for reason in [here, there] { #expect(reason?.message.contains("demands a shared secret") == isOneSided) }
        #expect(service.runs.value == 0)
        await ends.close()
    }

    @Test("A wrong secret is reported on both sides within a second", arguments: Wiring.allCases)
    func aWrongSecretIsReportedSoon(wiring: Wiring) async throws {
        var times: [Duration] = []
        // A busy machine may take longer now and then.
        repeat {
            let began = ContinuousClock.now
            let ends = try await Ends.make(wiring, serving: Stuck(), client: Secrets.wrong, server: Secrets.right)
            await #expect(throws: CallError.self) { try await ends.client.call("one") }
            _ = await ends.refused.first { _ in true }
            times.append(.now - began)
            await ends.close()
        } while !Task.isCancelled && !times.contains { $0 < .seconds(1) }
        #expect(times.contains { $0 < .seconds(1) }, "\(times)")
    }

    @Test(
        "The server is notified of a client once, when it has authenticated, and calls it",
        arguments: [Wiring.tcp, .unix]
    )
    func aProvenClientIsReportedOnce(wiring: Wiring) async throws {
        let (connected, refused) = (Counter(), Counter())
        let (answers, signal) = AsyncStream.makeStream(of: Int?.self)
        var options = ConnectionOptions.patient
        options.authentication = Secrets.right
        let server = NativeServer(Stuck(), options: options) { peer in
            connected.increment()
            Task { signal.yield(try? await peer.call("seven")) }
        } onRefusal: { _ in
            refused.increment()
        }
        let address = try await server.start(at: wiring.address)
        var wrong = options
        wrong.authentication = Secrets.wrong
        let failed = try await NativeClient.connect(to: address, options: wrong)
        #expect(await failed.disconnected.kind == .authenticationFailed)
        // The client may be notified before the server.
        await settle { refused.value == 1 }
        let exposed = Router()
        exposed.root.register("seven") { () -> Int in 7 }
        let client = try await NativeClient.connect(to: address, exposing: exposed, options: options)
        #expect(await answers.first { _ in true } == 7)
        let one: Int = try await client.call("one")
        #expect(one == 1)
        #expect((connected.value, refused.value, server.peers.count) == (1, 1, 1))
        client.close()
        await server.stop()
        #expect((connected.value, refused.value) == (1, 1))
    }

    @Test("An early call above the limit fails with busy at once", arguments: [Wiring.tcp, .unix])
    func earlyCallsAreLimited(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.authentication = Secrets.right
        options.limits.waitingCalls = 2
        // Accepts connections and sends nothing.
        let silent = try await Crosswire(at: wiring.address)
        let client = try await NativeClient.connect(to: silent.address, options: options)
        let waiting = (0..<2).map { _ in Task.immediate { try await client.call("one") } }
        let error = await #expect(throws: CallError.self) { try await client.call("one") }
        #expect(error?.code == .busy)
        client.close()
        for call in waiting { await #expect(throws: CallError.self) { try await call.value } }
        try await silent.close()
    }

    @Test("A reconnecting peer stops when its secret is refused", arguments: [Wiring.tcp, .unix])
    func aRefusedPeerStopsConnecting(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.authentication = Secrets.right
        let refused = Counter()
        let server = NativeServer(Stuck(), options: options, onRefusal: { _ in refused.increment() })
        let address = try await server.start(at: wiring.address)
        options.authentication = Secrets.wrong
        let peer = ReconnectingPeer(to: address, options: options, patience: .seconds(3_600))
        peer.start()
        let call = Call("one", arguments: Payload(bytes: [], codec: MessagePack.self))
        // The first call may wait for the connection; after the refusal, calls fail at once.
        repeat {
            let error = await #expect(throws: CallError.self) { _ = try await peer.dispatch(call) }
            #expect(error?.code == .unauthenticated)
            #expect(error?.executed == .no)
        } while peer.refusal == nil && refused.value < 5
        try #require(peer.refusal?.kind == .authenticationFailed)
        await #expect(throws: CallError.self) { _ = try await peer.dispatch(call) }
        await settle { refused.value > 0 }
        #expect(refused.value == 1)
        await peer.stop()
        await server.stop()
    }
}
