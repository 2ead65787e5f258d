import LibWebSockets
import Postern
import PosternGateway
import PosternNIO
import PosternPrograms

/// Serves the methods of the case list, by the JSON doors and natively: `case-service unix:/path`.
///
/// Prints `native on …` and `listening on http://…/`, and serves until it is ended.
@main
enum CaseService {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let address = Address(CommandLine.arguments[1]) else { throw Misuse() }
        let router = Router()
        Types.register(in: router)
        Failures.register(in: router)
        Shapes.register(in: router)
        let server = NativeServer(router)
        try await server.start(at: address)
        Output.line("native on \(address)")
        var configuration = GatewayConfiguration()
        configuration.server.port = 0
        let gateway = try await Gateway(configuration, dispatcher: router)
        Output.line("listening on http://127.0.0.1:\(gateway.port)/")
        await serve(gateway, server)
    }

    /// Serves until standard input ends, as it also does when the test process dies.
    private static func serve(_ gateway: Gateway, _ server: NativeServer) async {
        while readLine() != nil {}
        await gateway.drain()
        await server.drain()
    }
}

/// The argument is not an address.
struct Misuse: Error {}
