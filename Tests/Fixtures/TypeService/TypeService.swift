import LibWebSockets
import Postern
import PosternGateway
import PosternJSONRPC
import PosternNIO
import PosternPrograms
import SampleTypes

/// Serves a method for each type of `SampleTypes`, by the JSON doors and natively: `type-service unix:/path`.
///
/// `types.NAME` returns its argument, `samples.NAME` a few values. Serves until standard input ends.
@main
enum TypeService {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let address = Address(CommandLine.arguments[1]) else { throw Misuse() }
        let router = Router()
        SampleTypes.visit(Registration(types: router.service("types"), samples: router.service("samples")))
        registerRest(in: router)
        let server = NativeServer(router)
        try await server.start(at: address)
        var configuration = GatewayConfiguration()
        configuration.server.port = 0
        configuration.information = ServerInformation(
            title: "Types",
            version: "2.1.0",
            description: "Types of all kinds"
        )
        let gateway = try await Gateway(configuration, dispatcher: router)
        Output.line("listening on http://127.0.0.1:\(gateway.port)/")
        while readLine() != nil {}
        await gateway.drain()
        await server.drain()
    }

    /// Default values, a topic, a stream and errors.
    private static func registerRest(in router: Router) {
        let rest = router.service("rest")
        rest.register(
            "defaults",
            Parameter("count", "How many", default: 20),
            Parameter("point", default: Point(x: 1, y: 2.5)),
            Parameter<Color?>("color", default: .deepBlue),
            options: MethodOptions(
                errors: [.init(.init(rawValue: 7), "No such point", details: Point.self), .init(NoRoom.self, "Full")]
            )
        ) { (count: Int, point: Point, color: Color?) throws -> Int in
            throw NoRoom(left: count)
        }
        rest.registerStream("walk") { () in
            AsyncStream<Point> { stream in
                stream.yield(Point(x: 1, y: 2))
                stream.finish()
            }
        }
        _ = router.topic("rest/people", of: Person.self, documentation: "All of them")
        _ = router.topic("rest/anything")
    }
}

/// The registration of one method for each type, and of one for its values.
private struct Registration: SampleVisitor {
    let types: Service
    let samples: Service

    func visit<Content: Codable & Sendable>(_ name: String, _ values: [Content]) {
        types.register(name, Parameter<Content>("value")) { (value: Content) in value }
        // Optional, because an array of bytes alone is text.
        samples.register(name) { () in values.map(Optional.some) }
    }
}

/// An error with values.
struct NoRoom: TransferableError {
    var left: Int
}

/// The argument is not an address.
struct Misuse: Error {}
