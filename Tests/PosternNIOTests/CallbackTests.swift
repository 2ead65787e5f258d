import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct CallbackTests {
    @Test(arguments: Wiring.allCases)
    func aCallbackIsCalledBeforeTheCallAnswers(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: twice())
        let callback = Callback { (number: Int) in number + 1 }
        let result: Int = try await link.client.call("twice", callback, 5)
        #expect(result == 7)
        await settle { link.client.exportedReferences.isEmpty && link.server.importedReferences.isEmpty }
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func callbacksOfEveryShapeAnswer(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("sum", Parameter<[String: Callback]>("callbacks")) {
            (callbacks: [String: Callback]) async throws in
            var sum = 0
            for name in ["sync", "async"] { sum += try await callbacks[name]?.call(20, 1) ?? 0 }
            for name in ["quiet", "silent"] { try await callbacks[name]?.call() }
            return sum
        }
        let link = try await Link.make(wiring, serving: router)
        let runs = Counter()
        let callbacks = [
            "sync": Callback { (a: Int, b: Int) in a + b },
            "async": Callback { (a: Int, b: Int) async in
                await Task.yield()
                return a - b
            },
            "quiet": Callback { runs.increment() },
            "silent": Callback { () async in
                await Task.yield()
                runs.increment()
            },
        ]
        let sum: Int = try await link.client.call("sum", callbacks)
        #expect(sum == 40)
        #expect(runs.value == 2)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func whatACallbackThrowsReachesItsCaller(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: twice())
        let callback = Callback { (_: Int) throws -> Int in
            throw CallError(CallError.Code(rawValue: 17), "Not today")
        }
        let error = await #expect(throws: CallError.self) { try await link.client.call("twice", callback, 5) }
        #expect(error?.code.rawValue == 17)
        let wrong = Callback { (text: [String]) in text }
        let misfit = await #expect(throws: CallError.self) { try await link.client.call("twice", wrong, 5) }
        #expect(misfit?.code == .invalidParameters)
        await link.close()
    }

    @Test("A thousand events arrive, all and in order", arguments: Wiring.allCases)
    func aBurstOfEventsArrivesInOrder(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("burst", Parameter<Callback>("event"), Parameter<Int>("count")) {
            (event: Callback, count: Int) async throws in
            for number in 0..<count { try event.notify(Event(number: number, tags: ["a": [number]])) }
        }
        let link = try await Link.make(wiring, serving: router)
        let seen = Mutex<[Event]>([])
        let done = Gate()
        let event = Callback { (event: Event) in
            let count = seen.withLock { seen in
                seen.append(event)
                return seen.count
            }
            if count == 1_000 { done.open() }
        }
        try await link.client.call("burst", event, 1_000)
        await done.wait()
        #expect(seen.withLock { $0 } == (0..<1_000).map { Event(number: $0, tags: ["a": [$0]]) })
        await link.close()
    }

    @Test("M13: callbacks into each other end with an error at the limit", arguments: Wiring.allCases)
    func peersThatCallEachOtherBackEndAtTheLimit(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.limits.callsInFlight = 128
        let link = try await Link.make(wiring, serving: bouncing(), client: bouncing(), options: options)
        let levels: Int = try await link.client.call("bounce", 200, Callback { (_: Int) in 0 })
        #expect(levels == 200)
        let error = await #expect(throws: CallError.self) {
            let _: Int = try await link.client.call("bounce", 300, Callback { (_: Int) in 0 })
        }
        #expect(error?.code == .busy)
        await settle { link.client.exportedReferences.isEmpty && link.server.exportedReferences.isEmpty }
        await link.close()
    }

    /// `bounce` passes its caller a callback that does the same, a number of times.
    private func bouncing() -> Router {
        let router = Router()
        router.root.register("bounce", Parameter<Int>("levels"), Parameter<Callback>("up")) {
            (context: CallContext, levels: Int, up: Callback) async throws -> Int in
            let _: Int = try await up.call(levels)
            guard levels > 0, let caller = context.caller else { return 0 }
            let below: Int = try await caller.call("bounce", levels - 1, Callback { (level: Int) in level })
            return below + 1
        }
        return router
    }

    /// `twice` applies a callback to the result of the callback.
    private func twice() -> Router {
        let router = Router()
        router.root.register("twice", Parameter<Callback>("function"), Parameter<Int>("number")) {
            (function: Callback, number: Int) async throws -> Int in
            let once: Int = try await function.call(number)
            return try await function.call(once)
        }
        return router
    }
}

private struct Event: Codable, Hashable, Sendable {
    let number: Int
    let tags: [String: [Int]]
}
