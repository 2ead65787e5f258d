import PosternTestSupport
import Foundation
import Postern
import PosternNIO
import Testing

/// Heavy load and its sudden end: nothing hangs, and no table keeps an entry.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct StressTests {
    @Test("M13: calls nest a hundred deep in both directions", arguments: Wiring.allCases)
    func callsNestAHundredDeepBothWays(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: descending(), client: descending())
        // From either end, and from both concurrently: a hundred calls in each direction.
        async let down: Int = link.client.call("descend", 199)
        async let up: Int = link.server.call("descend", 49)
        #expect(try await down == 199)
        #expect(try await up == 49)
        try await expectEmptyTables(link)
        await link.close()
    }

    @Test("M13: nesting ends with an error at the limit of calls", arguments: Wiring.allCases)
    func nestingEndsWithAnError(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.limits.callsInFlight = 100
        let link = try await Link.make(wiring, serving: descending(), client: descending(), options: options)
        let most = options.limits.callsInFlight
        // Every call but the last waits for the next one: each end serves as many as its limit.
        let levels: Int = try await link.client.call("descend", 2 * most - 1)
        #expect(levels == 2 * most - 1)
        let error = await #expect(throws: CallError.self) {
            let _: Int = try await link.client.call("descend", 2 * most)
        }
        #expect(error?.code == .busy)
        try await expectEmptyTables(link)
        let again: Int = try await link.client.call("descend", 3)
        #expect(again == 3)
        await link.close()
    }

    @Test("A thousand callbacks in a burst run in order and leave no entry", arguments: Wiring.allCases)
    func aThousandCallbacksRunInOrder(wiring: Wiring) async throws {
        let router = Router()
        router.root.register("burst", Parameter<Callback>("event"), Parameter<Int>("count")) {
            (event: Callback, count: Int) async throws in
            for number in 0..<count { try event.notify(number) }
            let last: Int = try await event.call(count)
            return last
        }
        let link = try await Link.make(wiring, serving: router)
        let seen = Shelf<Int>()
        let event = Callback { (number: Int) in
            seen.put(number)
            return number
        }
        let last: Int = try await link.client.call("burst", event, 1_000)
        #expect(last == 1_000)
        #expect(seen.all == Array(0...1_000))
        try await expectEmptyTables(link)
        await link.close()
    }

    @Test("Ten thousand references are exported and released, and leave no entry", arguments: Wiring.allCases)
    func tenThousandReferencesLeaveNothing(wiring: Wiring) async throws {
        let kept = Shelf<[Callback]>()
        let router = Router()
        router.root.register("swap", Parameter<[Callback]>("functions")) { (functions: [Callback]) async in
            kept.put(functions)
            return functions.map { _ in Callback {} }
        }
        let link = try await Link.make(wiring, serving: router)
        let released = Counter()
        for _ in 0..<10 {
            let functions = (0..<1_000).map { _ in Callback(onRelease: { released.increment() }, handler: {}) }
            let others: [Callback] = try await link.client.call("swap", functions)
            #expect(Set(others).count == 1_000)
        }
        kept.dropAll()
        try await expectEmptyTables(link)
        await settle { released.value >= 10_000 }
        #expect(released.value == 10_000)
        await link.close()
    }

    @Test("A client that is killed with everything pending leaves no entry", arguments: [Wiring.tcp, .unix])
    func aKilledClientLeavesNothing(wiring: Wiring) async throws {
        let pending = EverythingPending()
        let (clients, signal) = AsyncStream.makeStream(of: Peer.self)
        let server = NativeServer(pending.router, options: .patient) { signal.yield($0) }
        let address = try await server.start(at: wiring.address)
        let process = NativeProcess("native-peer", "\(address)", "pending")
        async let ending = process.run()
        let client = try #require(await clients.first { _ in true })
        let calls = pending.call(client)
        await settle {
            let tables = client.tables
            return tables.pendingCalls == 2 && tables.servedCalls == 3 && tables.streams == 1 && tables.imports == 20
                && tables.exports == 4 && pending.kept.all.count == 2
        }
        process.cutOff()
        #expect(try await ending.exitCode == SIGKILL)
        #expect(await client.disconnected.kind == .lost)
        for call in calls {
            let error = await #expect(throws: CallError.self) { try await call.value }
            #expect(error?.code == .unavailable)
        }
        pending.kept.dropAll()
        await settle { client.tables.areEmpty && server.peers.isEmpty && pending.cancelled.value == 2 }
        #expect(client.tables.areEmpty && server.peers.isEmpty)
        #expect(pending.cancelled.value == 2)
        await server.stop()
    }

    /// Waits until nothing is in flight at either end.
    private func expectEmptyTables(_ link: Link) async throws {
        await settle { link.client.tables.areEmpty && link.server.tables.areEmpty }
        try #require(link.client.tables.areEmpty && link.server.tables.areEmpty)
    }

    /// `descend` calls itself at the other end before it returns, a number of times.
    private func descending() -> Router {
        let router = Router()
        router.root.register("descend", Parameter<Int>("levels")) {
            (context: CallContext, levels: Int) async throws -> Int in
            guard levels > 0, let caller = context.caller else { return 0 }
            let below: Int = try await caller.call("descend", levels - 1)
            return below + 1
        }
        return router
    }
}
