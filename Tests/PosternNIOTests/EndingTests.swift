import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct EndingTests {
    @Test(arguments: Wiring.allCases)
    func aCallOutOfTimeFailsOnceAndItsHandlerIsCancelled(wiring: Wiring) async throws {
        let service = Stuck()
        let link = try await Link.make(wiring, serving: service)
        // On a busy machine the timeout may pass before the handler has started.
        var timeout = Duration.milliseconds(50)
        repeat {
            let error = await #expect(throws: CallError.self) { try await link.client.call("stuck", timeout: timeout) }
            #expect(error?.code == .deadlineExceeded)
            timeout *= 2
        } while service.runs.value == 0
        await service.cancelled.wait()
        let sum: Int = try await link.client.call("one")
        #expect(sum == 1)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func cancellingTheTaskThrowsAtOnceAndCancelsTheHandler(wiring: Wiring) async throws {
        let service = Stuck()
        let link = try await Link.make(wiring, serving: service)
        let task = Task { try await link.client.call("stuck") }
        await service.started.wait()
        task.cancel()
        let error = await #expect(throws: CallError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        await service.cancelled.wait()
        #expect(link.client.isConnected)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aTaskCancelledBeforeItCallsSendsNothing(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Stuck())
        let gate = Gate()
        let task = Task {
            await gate.wait()
            try await link.client.call("stuck")
        }
        task.cancel()
        gate.open()
        let error = await #expect(throws: CallError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(error?.executed == .no)
        await link.close()
    }

    @Test("Only callbacks that were not unregistered run, once each", arguments: Wiring.allCases)
    func unregisteredCallbacksDoNotRun(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Stuck())
        let notified = Mutex<[String]>([])
        let first = link.client.onDisconnect { _ in notified.withLock { $0.append("first") } }
        first.cancel()
        link.client.onDisconnect { reason in notified.withLock { $0.append("second: \(reason.kind.word)") } }
        let third = link.client.onDisconnect { _ in notified.withLock { $0.append("third") } }
        third.cancel()
        third.cancel()
        link.server.close()
        _ = await link.client.disconnected
        #expect(notified.withLock { $0 } == ["second: closed there"])
        // The connection has ended: a later callback runs at once, with the reason of its side.
        link.server.onDisconnect { reason in notified.withLock { $0.append(reason.kind.word) } }
        #expect(notified.withLock { $0 } == ["second: closed there", "closed here"])
        await link.close()
    }

    @Test("A goodbye that arrives before anything else is read", arguments: [Wiring.tcp, .unix])
    func aGoodbyeAtOnceIsRead(wiring: Wiring) async throws {
        let server = NativeServer(Stuck()) { $0.close() }
        let address = try await server.start(at: wiring.address)
        for _ in 0..<50 {
            let client = try await NativeClient.connect(to: address)
            #expect(await client.disconnected.kind == .closedThere)
        }
        await server.stop()
    }

    @Test(
        "Every pending call fails before the end is reported, once on each side",
        arguments: Wiring.allCases
    )
    func aLostConnectionFailsEveryPendingCallBeforeItIsReported(wiring: Wiring) async throws {
        let service = Stuck()
        let link = try await Link.make(wiring, serving: service)
        let events = Mutex<[String]>([])
        link.client.onDisconnect { _ in events.withLock { $0.append("disconnected") } }
        let task = Task { try await link.client.call("stuck") }
        await service.started.wait()
        link.server.close()
        let error = await #expect(throws: CallError.self) { try await task.value }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .unknown)
        #expect(await link.client.disconnected.kind == .closedThere)
        #expect(await link.server.disconnected.kind == .closedHere)
        link.client.close()
        #expect(events.withLock { $0 } == ["disconnected"])
        await service.cancelled.wait()
        let late = await #expect(throws: CallError.self) { try await link.client.call("one") }
        #expect(late?.executed == .no)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func drainingFinishesCallsInFlightAndRefusesNewOnes(wiring: Wiring) async throws {
        let release = Gate()
        let started = Gate()
        let router = Router()
        router.root.register("finish") { () async in
            started.open()
            await release.wait()
            return "finished"
        }
        let link = try await Link.make(wiring, serving: router)
        let pending = Task { () throws -> String in try await link.client.call("finish") }
        await started.wait()
        let draining = Task { await link.server.drain() }
        var refusal: CallError?
        while refusal == nil {
            do { try await link.client.call("rpc/describe") } catch { refusal = error }
        }
        #expect(refusal?.code == .draining)
        #expect(refusal?.executed == .no)
        release.open()
        #expect(try await pending.value == "finished")
        await draining.value
        #expect(await link.client.disconnected.kind == .closedThere)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aCallAboveTheWaitingLimitIsBusy(wiring: Wiring) async throws {
        let service = Stuck()
        var options = ConnectionOptions.patient
        options.limits.callsInFlight = 1
        options.limits.waitingCalls = 1
        let link = try await Link.make(wiring, serving: service, options: options)
        let pending = Task { try await link.client.call("stuck") }
        await service.started.wait()
        let second = Task { try await link.client.call("one") }
        await settle { link.client.tables.waitingMessages == 1 }
        let error = await #expect(throws: CallError.self) { try await link.client.call("one") }
        #expect(error?.code == .busy)
        #expect(error?.executed == .no)
        pending.cancel()
        _ = await pending.result
        try await second.value
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aDeadlineTravelsThroughTheHandlersOwnCalls(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("left") { (context: CallContext) async in context.deadline != nil }
        router.root.register("forward") { (context: CallContext) async throws -> Bool in
            guard let caller = context.caller else { return false }
            return try await caller.call("left")
        }
        let link = try await Link.make(wiring, serving: router, client: router)
        let limited: Bool = try await link.client.call("forward", timeout: .seconds(30))
        let unlimited: Bool = try await link.client.call("forward")
        #expect((limited, unlimited) == (true, false))
        await link.close()
    }
}

/// `stuck` waits until it is cancelled, `one` answers 1.
struct Stuck: Dispatcher {
    let started = Gate()
    let cancelled = Gate()
    let runs = Counter()

    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        guard call.method == "stuck" else { return .value(Payload(bytes: [1], codec: MessagePack.self)) }
        runs.increment()
        started.open()
        do { try await Task.sleep(for: .seconds(3_600)) } catch {
            cancelled.open()
            throw CallError(thrownByHandler: error)
        }
        return .value(Payload(bytes: [0], codec: MessagePack.self))
    }
}
