import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

/// Pending calls, with the examples of the tutorials of kaa.rpc, RPyC and aiomas.
@Suite(.timeLimit(.minutes(10)))
struct PendingCallTests {
    @Test(
        "A positional argument arrives, and the callback receives the result once",
        arguments: Wiring.allCases
    )
    func aPositionalArgumentArrives(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let call: PendingCall<Int> = link.client.begin("do_something", 6)
        let (results, signal) = AsyncStream.makeStream(of: Int.self)
        call.onReady { signal.yield(try await $0.value) }
        call.onReady { _ in signal.finish() }
        #expect(await results.reduce(into: []) { $0.append($1) } == [12])
        #expect(service.seen == [6])
        await link.close()
    }

    @Test("A named argument arrives, even beside a positional one", arguments: Wiring.allCases)
    func aNamedArgumentArrives(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Service().router)
        let call: PendingCall<Int> = link.client.begin("do_something", named: ["foo": 4])
        #expect(try await call.value == 8)
        let mixed: Int = try await link.client.call("subtract", 9, named: ["b": 4])
        #expect(mixed == 5)
        await link.close()
    }

    @Test("Only the public name is callable", arguments: Wiring.allCases)
    func onlyThePublicNameIsCallable(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Service().router)
        let hidden: PendingCall<Int> = link.client.begin("double", 1)
        let error = await #expect(throws: CallError.self) { try await hidden.value }
        #expect(error?.code == .methodNotFound)
        let name: String = try await link.client.remote.name()
        #expect(name == "service")
        await link.close()
    }

    @Test(
        "Results reach their own callers, whatever the order in which handlers end",
        arguments: Wiring.allCases
    )
    func resultsReachTheirOwnCallers(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let calls: [PendingCall<Int>] = (0..<3).map { link.client.begin("held", $0) }
        for index in [2, 1, 0] {
            service.gates[index].open()
            #expect(try await calls[index].value == index)
        }
        await link.close()
    }

    @Test("A call is pending, then ready, and the program continues meanwhile", arguments: Wiring.allCases)
    func aCallIsPendingThenReady(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let sleep: PendingCall<Void> = link.client.remote.sleep.begin()
        #expect("\(sleep)" == "pending")
        #expect(!sleep.isReady)
        #expect(!sleep.isReady)
        service.gates[0].open()
        try await sleep.wait()
        #expect(sleep.isReady && !sleep.isError && !sleep.isExpired)
        try await sleep.value
        #expect("\(sleep)" == "ready")
        await link.close()
    }

    @Test("A successful call has a value", arguments: Wiring.allCases)
    func theValueOfASuccessfulCall(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Service().router)
        let call: PendingCall<Int> = link.client.remote.int.begin("8")
        try await call.wait()
        #expect(call.isReady && !call.isError)
        #expect(try await call.value == 8)
        await link.close()
    }

    @Test("A failed call throws its error at every read", arguments: Wiring.allCases)
    func aCallThatFailedThrowsAtEveryReading(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Service().router)
        let call: PendingCall<Int> = link.client.remote.int.begin("this is not a valid number")
        try await call.wait()
        #expect(call.isReady && call.isError && "\(call)" == "error")
        for _ in 0..<2 {
            let error = await #expect(throws: CallError.self) { try await call.value }
            #expect(error?.message == "Not a number: this is not a valid number")
        }
        await link.close()
    }

    @Test("An expired call stays expired, and its late reply is dropped", arguments: Wiring.allCases)
    func anExpiredCallStaysExpired(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let callbacks = Counter()
        let began = ContinuousClock.now
        let call: PendingCall<Void> = link.client.begin("stubborn", expiry: .milliseconds(50))
        call.onReady { _ in callbacks.increment() }
        let error = await #expect(throws: CallError.self) { try await call.wait() }
        #expect(error?.code == .deadlineExceeded)
        #expect(ContinuousClock.now - began >= .milliseconds(50))
        #expect(call.isExpired && !call.isReady && !call.isError && "\(call)" == "expired")
        service.gates[0].open()
        call.setExpiry(nil)
        let sum: Int = try await link.client.call("subtract", 3, 1)
        #expect(sum == 2)
        await link.server.drain()
        #expect(call.isExpired && "\(call)" == "expired")
        // The callback reports the expiry; the late reply does not run it again.
        #expect(callbacks.value <= 1)
        await link.close()
    }

    @Test("An expiry can be moved before it has passed", arguments: Wiring.allCases)
    func anExpiryCanBeMoved(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let call = try await callWithMovedExpiry(link.client)
        let short: PendingCall<Int> = link.client.begin("held", 1, expiry: .seconds(60))
        short.setExpiry(.milliseconds(600))
        // Ends later than the replaced expiry of 500 ms.
        await #expect(throws: CallError.self) { try await short.wait() }
        #expect(!call.isExpired)
        service.gates[0].open()
        #expect(try await call.value == 0)
        call.setExpiry(.zero)
        #expect(call.isReady && !call.isExpired)
        let none: PendingCall<Int> = link.client.begin("held", 2)
        none.setExpiry(.zero)
        #expect(none.isExpired)
        await link.close()
    }

    /// Returns a call whose expiry of 500 ms was replaced in time, which may take several attempts on a busy machine.
    private func callWithMovedExpiry(_ peer: Peer) async throws -> PendingCall<Int> {
        while true {
            let began = ContinuousClock.now
            let call: PendingCall<Int> = peer.begin("held", 0, expiry: .seconds(60))
            call.setExpiry(.milliseconds(500))
            call.setExpiry(.seconds(60))
            if ContinuousClock.now - began < .milliseconds(500) { return call }
            try Task.checkCancellation()
        }
    }

    @Test(
        "Callbacks run once each, in order, and a failing one does not affect the others",
        arguments: Wiring.allCases
    )
    func callbacksRunOnceEachInOrder(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let call: PendingCall<Int> = link.client.begin("held", 0)
        let (ran, signal) = AsyncStream.makeStream(of: Int.self)
        call.onReady { _ in signal.yield(0) }
        call.onReady { _ in
            signal.yield(1)
            throw CancellationError()
        }
        call.onReady { call in signal.yield(try await call.value + 2) }
        service.gates[0].open()
        _ = try await call.value
        call.onReady { _ in
            signal.yield(3)
            signal.finish()
        }
        var order: [Int] = []
        for await number in ran { order.append(number) }
        #expect(order == [0, 1, 2, 3])
        let sum: Int = try await link.client.call("subtract", 3, 1)
        #expect(sum == 2)
        await link.close()
    }

    @Test("A lost connection runs the callbacks with an error", arguments: Wiring.allCases)
    func aLostConnectionRunsTheCallbacks(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Service().router)
        let call: PendingCall<Int> = link.client.begin("held", 0)
        let (ran, signal) = AsyncStream.makeStream(of: Bool.self)
        call.onReady {
            signal.yield($0.isError)
            signal.finish()
        }
        await settle { link.server.tables.servedCalls == 1 }
        link.server.close()
        for await isError in ran { #expect(isError) }
        let error = await #expect(throws: CallError.self) { try await call.value }
        #expect(error?.code == .unavailable)
        await link.close()
    }

    @Test("A timed method returns its value in time, or throws", arguments: Wiring.allCases)
    func aTimedMethodReturnsItsValueInTime(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let held = link.client.remote.held
        service.gates[0].open()
        let short: PendingCall<Int> = held.timed(.seconds(500)).begin(0)
        let long: PendingCall<Int> = held.timed(.milliseconds(50)).begin(1)
        #expect(try await short.value == 0)
        let error = await #expect(throws: CallError.self) { try await long.value }
        #expect(error?.code == .deadlineExceeded)
        #expect(long.isExpired)
        await link.close()
    }

    @Test("The next call is answered while a slow one expires", arguments: Wiring.allCases)
    func theNextCallIsAnsweredAtOnce(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let slow: PendingCall<Int> = link.client.begin("held", 0, expiry: .seconds(60))
        await service.started[0].wait()
        slow.setExpiry(.milliseconds(50))
        await #expect(throws: CallError.self) { try await slow.wait() }
        let sum: Int = try await link.client.call("subtract", 3, 1)
        #expect(sum == 2)
        await service.cancelled.wait()
        await link.close()
    }

    @Test("A cancelled call does not affect other calls", arguments: Wiring.allCases)
    func aCancelledCallDoesNotAffectOthers(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let calls: [PendingCall<Int>] = (0..<3).map { link.client.begin("held", $0) }
        await service.started[1].wait()
        calls[1].cancel()
        let error = await #expect(throws: CallError.self) { try await calls[1].value }
        #expect(error?.code == .cancelled)
        await service.cancelled.wait()
        for gate in service.gates { gate.open() }
        #expect(try await calls[0].value == 0)
        #expect(try await calls[2].value == 2)
        await link.close()
    }

    @Test("A call is cancelled at the other end when its handle is released", arguments: Wiring.allCases)
    func aReleasedCallIsCancelled(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        do {
            let call: PendingCall<Int> = link.client.begin("held", 0)
            await service.started[0].wait()
            #expect(!call.isReady)
        }
        await service.cancelled.wait()
        await link.client.drain()
        await link.close()
    }

    @Test("Cancelling a task that waits for a call does not cancel the call", arguments: Wiring.allCases)
    func aCancelledWaiterLeavesTheCallToOthers(wiring: Wiring) async throws {
        let service = Service()
        let link = try await Link.make(wiring, serving: service.router)
        let call: PendingCall<Int> = link.client.begin("held", 0)
        let waiter = Task { try await call.value }
        waiter.cancel()
        let error = await #expect(throws: CallError.self) { try await waiter.value }
        #expect(error?.code == .cancelled)
        service.gates[0].open()
        #expect(try await call.value == 0)
        await link.close()
    }

    @Test("The timeout of a connection is named in the error, and can be turned off", arguments: Wiring.allCases)
    func theTimeOutOfAConnectionIsNamed(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.limits.callTimeout = .milliseconds(30)
        let link = try await Link.make(wiring, serving: Service().router, options: options)
        let error = await #expect(throws: CallError.self) { try await link.client.call("held", 0) as Int }
        #expect(error?.message == "No reply came within 0.03 seconds, the time-out of this connection")
        await link.close()
        #expect(PeerLimits.standard.callTimeout == .seconds(30))
    }

    @Test("A call that cannot be sent is settled with the reason")
    func aCallThatCannotBeSentIsSettled() async throws {
        let link = try await Link.make(.memory, serving: Service().router)
        await link.close()
        let call: PendingCall<Int> = link.client.begin("held", 0)
        #expect(call.isReady && call.isError)
        let error = await #expect(throws: CallError.self) { try await call.value }
        #expect(error?.code == .unavailable)
    }
}

/// The methods that the tests call.
private struct Service: Sendable {
    let router = Router()
    let gates = [Gate(), Gate(), Gate()]
    let started = [Gate(), Gate(), Gate()]
    let cancelled = Gate()
    private let arguments = Recorded()

    /// The arguments of `do_something`, in order.
    var seen: [Int] { arguments.numbers.withLock { $0 } }

    init() {
        let (root, gates, started, cancelled) = (router.root, gates, started, cancelled)
        let arguments = arguments
        root.register("do_something", Parameter<Int>("foo")) { (foo: Int) in
            arguments.numbers.withLock { $0.append(foo) }
            return double(foo)
        }
        root.register("name") { "service" }
        root.register("subtract", Parameter<Int>("a"), Parameter<Int>("b")) { $0 - $1 }
        root.register("int", Parameter<String>("text")) { (text: String) throws -> Int in
            guard let number = Int(text) else { throw CallError(.invalidParameters, "Not a number: \(text)") }
            return number
        }
        root.register("held", Parameter<Int>("number")) { (number: Int) async throws -> Int in
            started[number].open()
            await withTaskCancellationHandler {
                await gates[number].wait()
            } onCancel: {
                cancelled.open()
                gates[number].open()
            }
            return number
        }
        root.register("sleep") { () async in await gates[0].wait() }
        root.register("stubborn") { () async in await Task { await gates[0].wait() }.value }
    }
}

private func double(_ number: Int) -> Int { number * 2 }

private final class Recorded: Sendable {
    let numbers = Mutex<[Int]>([])
}
