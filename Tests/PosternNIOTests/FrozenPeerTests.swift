import Foundation
import Postern
import PosternNIO
import Testing

/// A client in another process that is stopped by SIGSTOP: its sockets stay open, and it says nothing.
@Suite(.timeLimit(.minutes(3)))
struct FrozenPeerTests {
    @Test("P7: calls to a frozen process fail within the configured time", arguments: [Wiring.tcp, .unix])
    func aFrozenPeerIsFound(wiring: Wiring) async throws {
        let clients = Router()
        let top = Gate()
        clients.service("calculator").register("add", Parameter<Int>("a"), Parameter<Int>("b")) { $0 + $1 }
        clients.root.register("ascend", Parameter<Int>("depth")) { (_: Int) async in
            top.open()
            return 0
        }
        var options = ConnectionOptions()
        options.pingInterval = .milliseconds(300)
        options.pingGrace = .milliseconds(300)
        let server = try await NativeServer.listen(on: wiring.address, serving: clients, options: options)
        var signals = server.signals.makeAsyncIterator()
        let process = NativeProcess("native-peer", "\(try #require(server.address))")
        async let ending = process.run()
        guard case .connected(let client)? = await signals.next() else { throw CancellationError() }
        await top.wait()
        let name: String = try await client.call("name")
        #expect(name == "native-peer")

        do {
            #expect(await process.freeze())
            // A process that stays frozen could not be ended.
            defer { _ = process.thaw() }
            let began = ContinuousClock.now
            let error = await #expect(throws: CallError.self) { try await client.call("name", timeout: .seconds(60)) }
            let took = ContinuousClock.now - began
            #expect(error?.code == .unavailable && error?.executed == .unknown)
            #expect(error?.message == "The other side gave no sign of life")
            // 600 ms, an eighth later at most; what is above that is left to a busy machine.
            #expect(took < .seconds(6), "\(took)")
            guard case .disconnected(_, let reason)? = await signals.next() else { throw CancellationError() }
            #expect(reason.kind == .timedOut)
        }
        #expect(try await ending.exitCode == 0)
        await server.stop()
    }
}
