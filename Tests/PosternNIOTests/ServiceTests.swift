import Postern
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ServiceTests {
    @Test(arguments: Wiring.allCases)
    func aCallReturnsItsResult(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: calculator())
        let sum: Int = try await link.client.call("calculator/add", 1, 2)
        #expect(sum == 3)
        let named: Int = try await link.client.call("calculator/add", named: ["b": 5, "a": 4])
        #expect(named == 9)
        let text: String = try await link.client.call("calculator/slowly", "tea")
        #expect(text == "tea")
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func bothEndsCallEachOther(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: calculator(), client: calculator())
        let there: Int = try await link.client.call("calculator/add", 1, 2)
        let here: Int = try await link.server.call("calculator/add", 3, 4)
        #expect((there, here) == (3, 7))
        await link.close()
    }

    @Test("A handler sees the peer that calls it", arguments: Wiring.allCases)
    func aHandlerSeesItsCaller(wiring: Wiring) async throws {
        let server = Router()
        server.root.register("whoAmI") { (context: CallContext) async throws -> String in
            guard let caller = context.caller else { return "nobody" }
            return try await caller.call("name")
        }
        let names = ["Monty", "Eric"]
        var links: [Link] = []
        for name in names {
            let client = Router()
            client.root.register("name") { name }
            links.append(try await Link.make(wiring, serving: server, client: client))
        }
        for (link, name) in zip(links, names) {
            #expect(try await link.client.call("whoAmI") == name)
        }
        for link in links { await link.close() }
    }

    @Test("A peer that exposes nothing answers at once", arguments: Wiring.allCases)
    func aPeerThatExposesNothingAnswersAtOnce(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: calculator())
        let error = await #expect(throws: CallError.self) { try await link.server.call("anything") }
        #expect(error?.code == .methodNotFound)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func manyCallsAtOnceEachGetTheirOwnAnswer(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: calculator())
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<64 {
                group.addTask {
                    var wrong = 0
                    for step in 0..<50 {
                        let sum: Int = try await link.client.call("calculator/add", lane, step)
                        if sum != lane + step { wrong += 1 }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func handlersCallBackFiftyDeepBeforeTheyAnswer(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: pingPong(), client: pingPong())
        let levels: Int = try await link.client.call("descend", 50)
        #expect(levels == 50)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func callsNestedTooDeepAreRefused(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.limits.callDepth = 64
        let link = try await Link.make(wiring, serving: pingPong(), client: pingPong(), options: options)
        let error = await #expect(throws: CallError.self) { try await link.client.call("descend", 100) }
        #expect(error?.code == .invalidRequest)
        let sum: Int = try await link.client.call("descend", 1)
        #expect(sum == 1)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func anErrorArrivesWithItsCodeMessageAndDetails(wiring: Wiring) async throws {
        let router = Router()
        router.root.registerRaw("fail") { (_: Call) async throws(CallError) in
            let details = try? Payload(encoding: ["retry": 7], as: MessagePack.self)
            throw CallError(CallError.Code(rawValue: 42), "No tea", executed: .no, details: details)
        }
        let link = try await Link.make(wiring, serving: router)
        let error = await #expect(throws: CallError.self) { try await link.client.call("fail") }
        #expect(error?.code.rawValue == 42)
        #expect(error?.message == "No tea")
        #expect(error?.executed == .no)
        #expect(try error?.details?.decode([String: Int].self) == ["retry": 7])
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func notificationsArriveInTheOrderSent(wiring: Wiring) async throws {
        let seen = Mutex<[Int]>([])
        let router = Router()
        router.root.register("note", Parameter<Int>("number")) { (number: Int) async in
            seen.withLock { $0.append(number) }
        }
        router.root.register("count") { () async in seen.withLock(\.count) }
        let link = try await Link.make(wiring, serving: router)
        for number in 0..<500 { try link.client.notify("note", number) }
        let count: Int = try await link.client.call("count")
        #expect(count == 500)
        #expect(seen.withLock { $0 } == Array(0..<500))
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aSwiftClientReceivesProgress(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("count", "from", "to") { (context: CallContext, from: Int, to: Int) async in
            for step in from...to { context.reportProgress(step) }
            context.reportProgress("no number")
            return to
        }
        let link = try await Link.make(wiring, serving: router)
        let steps = Mutex<[Int]>([])
        let last: Int = try await link.client.call("count", 1, named: ["to": 3], timeout: .seconds(500)) { step in
            steps.withLock { $0.append(step) }
        }
        #expect(last == 3)
        #expect(steps.withLock { $0 } == [1, 2, 3])
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func progressArrivesBeforeTheReply(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("work") { (context: CallContext) async in
            for step in 1...3 { context.reportProgress(step) }
            return "done"
        }
        let link = try await Link.make(wiring, serving: router)
        let steps = Mutex<[Int]>([])
        let call = Call("work", arguments: Payload(bytes: [], codec: MessagePack.self)) { payload in
            if let step = try? payload.decode(Int.self) { steps.withLock { $0.append(step) } }
        }
        guard case .value(let payload) = try await link.client.dispatch(call) else {
            Issue.record("a stream instead of a value")
            return
        }
        #expect(try payload.decode(String.self) == "done")
        #expect(steps.withLock { $0 } == [1, 2, 3])
        await link.close()
    }
}

/// `calculator/add` returns at once, `calculator/slowly` runs in a task.
private func calculator() -> Router {
    let router = Router()
    let calculator = router.service("calculator")
    calculator.register("add", Parameter<Int>("a"), Parameter<Int>("b")) { $0 + $1 }
    calculator.register("slowly", Parameter<String>("text")) { (text: String) async in
        await Task.yield()
        return text
    }
    return router
}

/// `descend` calls its caller back a number of times before it returns.
private func pingPong() -> Router {
    let router = Router()
    router.root.register("descend", Parameter<Int>("levels")) { (context: CallContext, levels: Int) async throws in
        guard levels > 0, let caller = context.caller else { return 0 }
        let below: Int = try await caller.call("descend", levels - 1)
        return below + 1
    }
    return router
}
