import Postern
import PosternNIO
import Testing

/// Handlers begin in the order of their calls, however they are run.
@Suite(.timeLimit(.minutes(3)))
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

    /// One round in which every handler began in order is enough: a machine that takes a thread away for longer than a
    /// lane waits has later calls overtake.
    private func isInOrder(_ round: () async throws -> [Int]) async throws -> Bool {
        for _ in 0..<20 { if try await round() == Array(0..<200) { return true } }
        return false
    }

    @Test("Calls of all kinds begin in order", arguments: Wiring.allCases, [nil, Duration.seconds(100)])
    func callsBeginInOrder(wiring: Wiring, timeout: Duration?) async throws {
        let isInOrder = try await isInOrder {
            let seen = Shelf<Int>()
            let link = try await Link.make(wiring, serving: Self.router(seen))
            // Leave in one write, as they are sent before the loop has its turn.
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
            return seen.all + Array(100..<200)
        }
        #expect(isInOrder)
    }

    @Test("Notifications of all kinds begin in order", arguments: Wiring.allCases)
    func notificationsBeginInOrder(wiring: Wiring) async throws {
        let isInOrder = try await isInOrder {
            let seen = Shelf<Int>()
            let link = try await Link.make(wiring, serving: Self.router(seen))
            for number in 0..<200 { try link.client.notify(Self.methods[number % 4], number) }
            try await link.client.call("sync", 200)
            await link.close()
            return Array(seen.all.dropLast())
        }
        #expect(isInOrder)
    }
}
