import LibWebSockets
import Logging
import Postern
import PosternGateway

/// A gateway with one loop and no files, on a port that the system chose.
enum BenchGateway {
    static func start(_ router: Router) async throws -> Gateway {
        var configuration = GatewayConfiguration()
        configuration.server.port = 0
        configuration.drain.grace = .zero
        configuration.drain.spread = .zero
        var logger = Logger(label: "postern-bench")
        logger.logLevel = .warning
        return try await Gateway(configuration, dispatcher: router, logger: logger)
    }
}
