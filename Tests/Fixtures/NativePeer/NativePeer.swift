import Postern
import PosternNIO

/// A process that calls a native server and is called back by it: `native-peer tcp:host:port` or `unix:/path`.
///
/// Once the server closes the connection it prints one line of JSON, with what it was answered, and exits.
@main
enum NativePeer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 2, let address = Address(arguments[1]) else { throw Misuse() }
        let server = try await NativeClient.connect(to: address, exposing: router())
        let sum: Int = try await server.call("calculator/add", 20, 22)
        let levels: Int = try await server.call("ascend", named: ["depth": 50])
        let wasClosed = await server.disconnected.kind == .closedThere
        print("{\"sum\":\(sum),\"levels\":\(levels),\"wasClosed\":\(wasClosed)}")
    }

    /// What the server may call: `name`, and `descend`, which calls `ascend` back before it answers.
    private static func router() -> Router {
        let router = Router()
        router.root.register("name") { () -> String in "native-peer" }
        router.root.register("descend", Parameter<Int>("depth")) { (context: CallContext, depth: Int) async throws in
            guard depth > 0, let caller = context.caller else { return 0 }
            let levels: Int = try await caller.call("ascend", named: ["depth": depth - 1])
            return levels + 1
        }
        return router
    }
}

/// The only argument is not an address.
struct Misuse: Error {}
