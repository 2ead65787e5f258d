import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

/// More replies and items than the output buffer holds, to a peer that reads at full speed.
@Suite(.timeLimit(.minutes(10)))
struct CrowdedOutputTests {
    private static let large = [UInt8](repeating: 7, count: 1 << 20)

    private static func router() -> Router {
        let router = Router()
        let service = router.service("large")
        for (name, execution) in [("onLoop", .onEventLoop), ("off", .concurrent)] as [(String, MethodOptions.Execution)]
        {
            service.register(name, options: MethodOptions(execution: execution)) { large }
            let options = MethodOptions(execution: execution)
            service.register(name + "Echo", Parameter<[UInt8]>("value"), options: options) { (value: [UInt8]) in value }
        }
        service.registerStream("items") {
            AsyncStream { continuation in
                for _ in 0..<100 { continuation.yield(large) }
                continuation.finish()
            }
        }
        return router
    }

    @Test(
        "A hundred replies of 1 MiB arrive, and the connection stays open",
        arguments: Wiring.allCases,
        ["onLoop", "off"]
    )
    func answersArrive(wiring: Wiring, method: String) async throws {
        let link = try await Link.make(wiring, serving: Self.router())
        let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let bytes: [UInt8] = try await link.client.call("large/\(method)")
                    return bytes.count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sizes == Array(repeating: 1 << 20, count: 100))
        #expect(link.server.isConnected)
        await link.close()
    }

    @Test(
        "Values of all sizes arrive unchanged, many at once",
        arguments: Wiring.allCases,
        ["onLoopEcho", "offEcho"]
    )
    func valuesAreNotChanged(wiring: Wiring, method: String) async throws {
        let link = try await Link.make(wiring, serving: Self.router())
        let sizes = [0, 1, 1_000, 100_000, 256 << 10, 1 << 20, 3_000_000] + (65_500...65_540)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for size in sizes {
                group.addTask {
                    let value = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* size >> 8) }
                    let echo: [UInt8] = try await link.client.call("large/\(method)", value)
                    return echo == value
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
        await link.close()
    }

    @Test("A hundred items of 1 MiB arrive, and the connection stays open", arguments: Wiring.allCases)
    func itemsArrive(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Self.router())
        var count = 0
        for try await item in try await link.client.stream("large/items", of: [UInt8].self) { count += item.count }
        #expect(count == 100 << 20)
        #expect(link.server.isConnected)
        await link.close()
    }
}
