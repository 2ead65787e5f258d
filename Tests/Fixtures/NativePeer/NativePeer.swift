import Postern
import PosternNIO

/// A process that calls a native server and is called back by it: `native-peer tcp:host:port` or `unix:/path`.
///
/// When the server closes the connection, it prints the replies as one line of JSON and exits. With `pending` as a
/// second argument it leaves calls, callbacks and a stream pending until the connection ends or it is killed. With
/// `load` and a number of seconds it calls the servers at the address for that time, one after another: see ``Load``.
@main
enum NativePeer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard (2...4).contains(arguments.count), let address = Address(arguments[1]) else { throw Misuse() }
        if arguments.count == 4 { return await Load(on: address, for: .seconds(Int(arguments[3]) ?? 0)).run() }
        var options = ConnectionOptions()
        // Long timeouts, as tests must not depend on the speed of the machine.
        options.limits.callTimeout = .seconds(500)
        let server = try await NativeClient.connect(to: address, exposing: router(), options: options)
        guard arguments.count == 2 else { return try await leaveEverythingPending(at: server) }
        let sum: Int = try await server.call("calculator/add", 20, 22)
        let levels: Int = try await server.call("ascend", named: ["depth": 50])
        let wasClosed = await server.disconnected.kind == .closedThere
        print("{\"sum\":\(sum),\"levels\":\(levels),\"wasClosed\":\(wasClosed)}")
    }

    /// The methods for the server: `name`; `descend`, which calls `ascend` back before it returns; and two that never
    /// end.
    private static func router() -> Router {
        let router = Router()
        router.root.register("name") { () -> String in "native-peer" }
        router.root.register("descend", Parameter<Int>("depth")) { (context: CallContext, depth: Int) async throws in
            guard depth > 0, let caller = context.caller else { return 0 }
            let levels: Int = try await caller.call("ascend", named: ["depth": depth - 1])
            return levels + 1
        }
        router.root.register("hang", Parameter<[Callback]>("functions")) { (_: [Callback]) async throws in
            try await Task.sleep(for: .seconds(3_600))
        }
        router.root.registerStream("endless") { () async in AsyncStream<Int> { $0.yield(1) } }
        return router
    }

    /// Two calls with ten functions each, and a stream of which one item is read.
    private static func leaveEverythingPending(at server: Peer) async throws {
        let calls: [PendingCall<Void>] = (0..<2).map { _ in
            server.begin("hang", (0..<10).map { _ in Callback {} }, expiry: .seconds(3_600))
        }
        var items = try await server.stream("endless", of: Int.self).makeAsyncIterator()
        _ = try await items.next()
        _ = await server.disconnected
        withExtendedLifetime(calls) {}
    }
}

/// The error for invalid arguments.
struct Misuse: Error {}
