import PosternTestSupport
import Foundation
import Postern
import PosternNIO
import Testing

/// A client in another process that is stopped by SIGSTOP: its sockets stay open, and it sends nothing.
@Suite(.timeLimit(.minutes(10)))
struct FrozenPeerTests {
    @Test("Calls to a frozen process fail within the configured time", arguments: [Wiring.tcp, .unix])
    func aFrozenPeerIsFound(wiring: Wiring) async throws {
        let (rests, underWay) = (Gate(), Gate())
        let served = router(rests, underWay)
        let server = try await NativeServer.listen(on: wiring.address, serving: served, options: options)
        var signals = server.signals.makeAsyncIterator()
        let process = NativeProcess("native-peer", "\(try #require(server.address))")
        async let ending = process.run()
        guard case .connected(let client)? = await signals.next() else { throw CancellationError() }
        // Its own calls have ended.
        await rests.wait()
        try await client.call("name")
        do {
            // The client calls back, and waits for a reply.
            let call = Task { () throws(CallError) -> Int in
                try await client.call("descend", named: ["depth": 8], timeout: .seconds(500))
            }
            await underWay.wait()
            let isFrozen = await process.freeze()
            // A stopped process could not be ended.
            defer { _ = process.thaw() }
            #expect(isFrozen)
            let error = await #expect(throws: CallError.self) { try await call.value }
            #expect(error?.code == .unavailable && error?.executed == .unknown)
            #expect(error?.message == "The other side is silent")
            guard case .disconnected(_, let reason)? = await signals.next() else { throw CancellationError() }
            #expect(reason.kind == .timedOut)
        }
        _ = try await ending.exitCode
        await server.stop()
    }

    private let options = {
        var options = ConnectionOptions()
        options.pingInterval = .milliseconds(500)
        // Before it is frozen, the process answers within this time on the busiest machine.
        options.pingGrace = .seconds(10)
        return options
    }()

    /// The methods for the client; `ascend` replies at first, but not to a call back.
    private func router(_ rests: Gate, _ underWay: Gate) -> Router {
        let router = Router()
        router.service("calculator").register("add", Parameter<Int>("a"), Parameter<Int>("b")) { $0 + $1 }
        router.root.register("ascend", Parameter<Int>("depth")) { (depth: Int) async throws in
            guard depth == 7 else {
                rests.open()
                return 0
            }
            underWay.open()
            try await Task.sleep(for: .seconds(3_600))
            return 0
        }
        return router
    }
}
