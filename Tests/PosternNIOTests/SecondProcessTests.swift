import PosternTestSupport
import Foundation
import Postern
import PosternNIO
import Testing

/// A server in this process and its client, the fixture `native-peer`, in another.
@Suite(.timeLimit(.minutes(10)))
struct SecondProcessTests {
    @Test(arguments: [Wiring.tcp, .unix])
    func twoProcessesCallEachOtherFiftyLevelsDeep(wiring: Wiring) async throws {
        let (ascents, top) = (Counter(), Gate())
        let (clients, signal) = AsyncStream.makeStream(of: Peer.self)
        let server = NativeServer(Self.router(counting: ascents, top: top), options: .patient) { signal.yield($0) }
        let address = try await server.start(at: wiring.address)
        async let ending = NativeProcess("native-peer", "\(address)").run()
        // Calls from outside every handler, while the client makes its own calls.
        let client = try #require(await clients.first { _ in true })
        let name: String = try await client.call("name")
        #expect(name == "native-peer")
        await top.wait()
        await client.drain(grace: .seconds(60))
        let (exitCode, output) = try await (ending.exitCode, ending.output)
        #expect(exitCode == 0)
        #expect(String(decoding: output, as: UTF8.self) == "{\"sum\":42,\"levels\":50,\"wasClosed\":true}\n")
        // 50, 48, … 0: every second level is served here, the others in the client.
        #expect(ascents.value == 26)
        await server.stop()
    }

    /// Registers `calculator/add`, and `ascend`, which calls `descend` of its caller before it returns.
    ///
    /// Opens `top` when the first call of `ascend` is about to return.
    private static func router(counting ascents: Counter, top: Gate) -> Router {
        let router = Router()
        router.service("calculator").register("add", Parameter<Int>("a"), Parameter<Int>("b")) { $0 + $1 }
        router.root.register("ascend", Parameter<Int>("depth")) { (context: CallContext, depth: Int) async throws in
            ascents.increment()
            guard depth > 0, let caller = context.caller else { return 0 }
            let levels: Int = try await caller.call("descend", named: ["depth": depth - 1])
            if depth == 50 { top.open() }
            return levels + 1
        }
        return router
    }
}
