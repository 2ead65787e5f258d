import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ReferenceTests {
    @Test("A client passes its service, then a part of it", arguments: Wiring.allCases)
    func aClientPassesItself(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("greet", Parameter<Reference>("client")) { (client: Reference) async throws in
            let name: String = try await client.call("get_client_name")
            return "Client name is \"\(name)\""
        }
        router.root.register("visit", Parameter<Reference>("part")) { (part: Reference) async throws in
            let depth: Int = try await part.call("inner/depth")
            let above = await #expect(throws: CallError.self) { try await part.call("get_client_name") }
            #expect(above?.code == .methodNotFound)
            return depth
        }
        let link = try await Link.make(wiring, serving: router)
        let client = Router()
        client.root.register("get_client_name") { "Monty" }
        client.service("part").service("inner").register("depth") { 2 }
        let greeting: String = try await link.client.call("greet", Reference(to: client))
        #expect(greeting == "Client name is \"Monty\"")
        let depth: Int = try await link.client.call("visit", Reference(to: client.service("part")))
        #expect(depth == 2)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func anObjectSentTwiceIsOneReferenceAndReturnsAsItself(wiring: Wiring) async throws {
        let kept = Shelf<Reference>()
        let router = Router()
        router.root.register("keep", Parameter<Reference>("object")) { (object: Reference) async in kept.put(object) }
        router.root.register("give", options: .init(execution: .onEventLoop)) { kept.all }
        let link = try await Link.make(wiring, serving: router)
        let object = Router()
        for _ in 0..<2 { try await link.client.call("keep", Reference(to: object)) }
        #expect(kept.all.count == 2)
        #expect(Set(kept.all).count == 1)
        #expect(link.client.exportedReferences.map(\.count) == [2])
        #expect(link.server.importedReferences.map(\.kind) == [.object])
        let home: [Reference] = try await link.client.call("give")
        #expect(home == [Reference(to: object), Reference(to: object)])
        #expect(home.first?.service?.router === object)
        kept.dropAll()
        await settle { link.client.exportedReferences.isEmpty }
        await link.close()
    }

    @Test("Dropped references are released, and no others", arguments: Wiring.allCases)
    func droppedReferencesAreReleased(wiring: Wiring) async throws {
        let (released, signal) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        let four = (1...4).map { number in
            Reference(to: Router(), "object \(number)") { signal.yield(number) }
        }
        router.root.register("give", Parameter<Int>("number")) { (number: Int) in four[number - 1] }
        let link = try await Link.make(wiring, serving: router)
        var held: [Int: Reference] = [:]
        for number in 1...4 { held[number] = try await link.client.call("give", number) }
        let alias = Shelf<Reference>()
        if let second = held[2] { alias.put(second) }
        let count = link.client.importedReferences.count
        #expect(count == 4)
        var order = released.makeAsyncIterator()
        held[1] = nil
        #expect(await order.next() == 1)
        held[3] = nil
        #expect(await order.next() == 3)
        held[2] = nil
        #expect(link.server.exportedReferences.count == 2)
        alias.dropAll()
        #expect(await order.next() == 2)
        #expect(link.server.exportedReferences.map(\.description) == ["object 4"])
        await link.close()
        #expect(await order.next() == 4)
        #expect(link.server.exportedReferences.isEmpty)
        let fourth = try #require(held[4])
        let error = await #expect(throws: CallError.self) { try await fourth.call("anything") }
        #expect(error?.code == .unavailable)
    }

    @Test("M15: an object returns to its owner through a third party", arguments: Wiring.allCases)
    func anObjectReturnsToItsOwnerThroughAThirdParty(wiring: Wiring) async throws {
        let kept = Shelf<Reference>()
        let last = Router()
        last.root.register("keep", Parameter<Reference>("object")) { (object: Reference) async in kept.put(object) }
        last.root.register("back", options: .init(execution: .onEventLoop)) { kept.all }
        let far = try await Link.make(wiring, serving: last)
        let middle = Router()
        middle.root.register("pass", Parameter<Reference>("object")) {
            (object: Reference) async throws -> [Reference] in
            try await far.client.call("keep", object)
            return try await far.client.call("back")
        }
        let near = try await Link.make(wiring, serving: middle)
        let object = Router()
        object.root.register("apply", Parameter<Callback>("function")) { (function: Callback) async throws -> Int in
            try await function.call(20)
        }
        let home: [Reference] = try await near.client.call("pass", Reference(to: object))
        #expect(home == [Reference(to: object)])
        // Calls pass through the peer in the middle, and so do the references in them.
        let received = try #require(kept.all.first)
        let result: Int = try await received.call("apply", Callback { (number: Int) in number + 1 })
        #expect(result == 21)
        await near.close()
        let stale = await #expect(throws: CallError.self) { try await received.call("apply") }
        #expect(stale?.code == .unavailable)
        await far.close()
        let gone = await #expect(throws: CallError.self) { try await received.call("apply") }
        #expect(gone?.code == .unavailable)
    }

    @Test("A call that fails to be encoded sends and leaks nothing", arguments: Wiring.allCases)
    func aCallThatCannotBeEncodedLeaksNothing(wiring: Wiring) async throws {
        let calls = Counter()
        let router = Router()
        router.root.register("take", Parameter<Payload>("anything")) { (_: Payload) in calls.increment() }
        let link = try await Link.make(wiring, serving: router)
        let error = await #expect(throws: CallError.self) {
            try await link.client.call("take", Callback {}, Unencodable())
        }
        #expect(error?.code == .invalidParameters)
        #expect(link.client.exportedReferences.isEmpty)
        let large = [UInt8](repeating: 0, count: 17 << 20)
        let tooLarge = await #expect(throws: CallError.self) { try await link.client.call("take", Callback {}, large) }
        #expect(tooLarge?.code == .requestTooLarge)
        #expect(throws: CallError.self) { try link.client.notify("take", Callback {}, large) }
        #expect(link.client.exportedReferences.isEmpty)
        #expect(throws: PayloadError.self) { try Payload(encoding: Callback {}, as: MessagePack.self) }
        #expect(calls.value == 0)
        await link.close()
        let late = await #expect(throws: CallError.self) { try await link.client.call("take", Callback {}) }
        #expect(late?.code == .unavailable)
        #expect(link.client.exportedReferences.isEmpty)
    }

    @Test("Unread references are released as well", arguments: Wiring.allCases)
    func unreadReferencesAreReleased(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("number", Parameter<Int>("number")) { (number: Int) in number }
        router.root.register("pair", Parameter<Callback>("function"), Parameter<Int>("number")) {
            (_: Callback, number: Int) async in number
        }
        let link = try await Link.make(wiring, serving: router)
        for method in ["number", "pair", "gone", "$/1"] {
            _ = await #expect(throws: CallError.self) { try await link.client.call(method, Callback {}) }
        }
        _ = await #expect(throws: CallError.self) { try await link.client.call("pair", Callback {}, "no number") }
        try link.client.notify("gone", Callback {})
        await settle { link.client.exportedReferences.isEmpty && link.server.importedReferences.isEmpty }
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func streamsAndProgressCarryReferences(wiring: Wiring) async throws {
        let router = Router()
        router.root.registerStream("steps", Parameter<Int>("count")) { (count: Int) async in
            AsyncStream<Callback> { items in
                for number in 0..<count { items.yield(Callback { number }) }
                items.finish()
            }
        }
        router.root.register("work") { (context: CallContext) async in
            context.reportProgress([Callback { 7 }])
            return Callback { 8 }
        }
        let link = try await Link.make(wiring, serving: router)
        var sum = 0
        for try await item in try await link.client.stream("steps", 10, of: Callback.self) {
            let number: Int = try await item.call()
            sum += number
        }
        #expect(sum == 45)
        let kept = Shelf<Callback>()
        let call = Call("work", arguments: Payload(bytes: [], codec: MessagePack.self)) { payload in
            if let callbacks = try? payload.decode([Callback].self) { callbacks.forEach(kept.put) }
        }
        guard case .value(let payload) = try await link.client.dispatch(call) else { throw CancellationError() }
        kept.put(try payload.decode(Callback.self))
        for (callback, expected) in zip(kept.all, [7, 8]) {
            let number: Int = try await callback.call()
            #expect(number == expected)
        }
        #expect(kept.all.count == 2)
        kept.dropAll()
        // The references in the rest of an abandoned stream are released, too.
        for try await _ in try await link.client.stream("steps", 200, of: Callback.self) { break }
        _ = consume payload
        await settle { link.server.exportedReferences.isEmpty && link.client.importedReferences.isEmpty }
        await link.close()
    }

    @Test(
        "The owner is notified once, after the last of two connections has released the object",
        arguments: Wiring.allCases
    )
    func theOwnerIsNotifiedOnce(wiring: Wiring) async throws {
        let released = Counter()
        let object = Reference(to: Router()) { released.increment() }
        let router = Router()
        router.root.register("give") { object }
        let first = try await Link.make(wiring, serving: router)
        let second = try await Link.make(wiring, serving: router)
        let kept = Shelf<Reference>()
        for _ in 0..<3 { kept.put(try await first.client.call("give")) }
        #expect(Set(kept.all).count == 1)
        kept.put(try await second.client.call("give"))
        await second.close()
        await settle { second.server.exportedReferences.isEmpty }
        #expect(released.value == 0)
        kept.dropAll()
        // The notification runs right after the lock of the table is released.
        await settle { first.server.exportedReferences.isEmpty && released.value > 0 }
        #expect(released.value == 1)
        kept.put(try await first.client.call("give"))
        await first.close()
        await settle { first.server.exportedReferences.isEmpty }
        #expect(released.value == 1)
    }

    @Test("A client that is disconnected with everything pending leaves no references", arguments: Wiring.allCases)
    func aDisconnectedClientLeavesNoReferences(wiring: Wiring) async throws {
        let kept = Shelf<Callback>()
        let started = Gate()
        let router = Router()
        router.root.register("hang", Parameter<Callback>("function")) { (function: Callback) async throws in
            kept.put(function)
            started.open()
            try await function.call(Callback {})
        }
        let link = try await Link.make(wiring, serving: router)
        let forever = Callback { (_: Callback) async throws in
            do { try await Task.sleep(for: .seconds(3_600)) } catch { throw error }
        }
        let pending = Task { try await link.client.call("hang", forever) }
        await started.wait()
        await settle { link.client.importedReferences.count == 1 && link.server.exportedReferences.count == 1 }
        link.client.transportClosed(DisconnectReason(.lost, "The cable was cut"))
        _ = await #expect(throws: CallError.self) { try await pending.value }
        _ = await link.server.disconnected
        for peer in [link.client, link.server] {
            await settle { peer.exportedReferences.isEmpty && peer.importedReferences.isEmpty }
        }
        let error = await #expect(throws: CallError.self) { try await kept.all.first?.call(forever) }
        #expect(error?.code == .unavailable)
        kept.dropAll()
        #expect(link.server.importedReferences.isEmpty)
        await link.close()
    }

    @Test("M12: ten thousand references are exported and released; one more is refused", arguments: Wiring.allCases)
    func tenThousandReferencesComeAndGo(wiring: Wiring) async throws {
        let kept = Shelf<[Callback]>()
        let router = Router()
        router.root.register("keep", Parameter<[Callback]>("functions")) { (functions: [Callback]) async in
            kept.put(functions)
        }
        var options = ConnectionOptions.patient
        options.limits.references = 10_000
        let link = try await Link.make(wiring, serving: router, options: options)
        let released = Counter()
        func functions(_ count: Int) -> [Callback] {
            (0..<count).map { _ in Callback(onRelease: { released.increment() }, handler: {}) }
        }
        for _ in 0..<10 { try await link.client.call("keep", functions(1_000)) }
        #expect(link.client.exportedReferences.count == 10_000)
        #expect(link.server.importedReferences.count == 10_000)
        let error = await #expect(throws: CallError.self) { try await link.client.call("keep", functions(1)) }
        #expect(error?.code == .tooManyReferences)
        kept.dropAll()
        // The one that was not sent is released too.
        await settle { link.client.exportedReferences.isEmpty && released.value >= 10_001 }
        #expect(link.server.importedReferences.isEmpty)
        #expect(released.value == 10_001)
        try await link.client.call("keep", functions(1_000))
        link.server.close()
        _ = await link.client.disconnected
        #expect(link.client.exportedReferences.isEmpty && link.server.importedReferences.isEmpty)
        // Many references are released on another thread.
        await settle { released.value >= 11_001 }
        #expect(released.value == 11_001)
        await link.close()
    }
}

private struct Unencodable: Encodable {
    func encode(to encoder: any Encoder) throws { throw CancellationError() }
}
