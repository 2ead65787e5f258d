import Postern
import Testing

@testable import PosternNIO

/// Connections over socket pairs with busy polling.
@Suite(.timeLimit(.minutes(10)))
struct BusyPollingTests {
    private static func pair() async throws -> (server: Peer, client: Peer) {
        let router = Router()
        let short = MethodOptions(execution: .onEventLoop)
        router.root.register("short", "a", "b", options: short) { (a: Int, b: Int) in a &+ b }
        router.root.register("long", "a", "b") { (a: Int, b: Int) async -> Int in a &+ b }
        let (one, other) = try SocketPair.make()
        let server = try await Peer.adopt(one, as: .acceptor, serving: router, busyPolling: .seconds(1))
        return (server, try await Peer.adopt(other, as: .initiator, busyPolling: .seconds(1)))
    }

    /// Makes calls one after another; returns their results.
    private static func call(_ method: String, _ client: Peer, isOnLoop: Bool, times: Int) async throws -> [Int] {
        let task = Task(executorPreference: isOnLoop ? client.executor : nil) { () async throws -> [Int] in
            var results: [Int] = []
            for number in 0..<times { results.append(try await client.call(method, number, 1)) }
            return results
        }
        return try await task.value
    }

    @Test(arguments: ["short", "long"], [true, false])
    func allCallsAreAnswered(method: String, isOnLoop: Bool) async throws {
        let (server, client) = try await Self.pair()
        let results = try await Self.call(method, client, isOnLoop: isOnLoop, times: 200)
        #expect(results == Array(1...200))
        client.close()
        _ = await server.disconnected
    }

    @Test func callsOnManyConnectionsAtOnceAreAnswered() async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    let (server, client) = try await Self.pair()
                    let results = try await Self.call("short", client, isOnLoop: true, times: 50)
                    #expect(results == Array(1...50))
                    server.close()
                    _ = await client.disconnected
                }
            }
            try await group.waitForAll()
        }
    }
}
