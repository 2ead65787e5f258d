import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// Handlers of all kinds begin in the order of their calls.
@Suite(.timeLimit(.minutes(10)))
struct OrderTests {
    private static let methods = ["short", "loop", "sync", "async"]

    private static func router(_ seen: Shelf<Int>) -> Router {
        let router = Router()
        let short = MethodOptions(execution: .onEventLoop)
        router.root.register("short", "number", options: short) { (number: Int) in seen.put(number) }
        router.root.register("sync", "number") { (number: Int) in seen.put(number) }
        router.root.register("loop", "number", options: short) { (number: Int) async in
            seen.put(number)
            await Task.yield()
        }
        router.root.register("async", "number") { (number: Int) async in
            seen.put(number)
            await Task.yield()
        }
        return router
    }

    @Test("Calls of all kinds begin in order", arguments: Wiring.allCases, [nil, Duration.seconds(500)])
    func callsBeginInOrder(wiring: Wiring, timeout: Duration?) async throws {
        // One round is enough: later calls overtake on a machine that suspends a thread for longer than a lane waits.
        var isInOrder = false
        for _ in 0..<500 where !isInOrder {
            let seen = Shelf<Int>()
            let link = try await Link.make(wiring, serving: Self.router(seen))
            // Written together, as they are sent before the turn of the loop.
            try await withTaskExecutorPreference(link.client.executor) {
                try await withThrowingTaskGroup { group in
                    for number in 0..<100 {
                        group.addImmediateTask {
                            try await link.client.call(Self.methods[number % 4], number, timeout: timeout)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            await link.close()
            isInOrder = seen.all == Array(0..<100)
        }
        #expect(isInOrder)
    }

    @Test("Notifications of all kinds begin in order", arguments: Wiring.allCases)
    func notificationsBeginInOrder(wiring: Wiring) async throws {
        let seen = Shelf<Int>()
        let link = try await Link.make(wiring, serving: Self.router(seen))
        for number in 0..<200 { try link.client.notify(Self.methods[number % 4], number) }
        await settle { seen.all.count == 200 }
        #expect(seen.all == Array(0..<200))
        await link.close()
    }
}
