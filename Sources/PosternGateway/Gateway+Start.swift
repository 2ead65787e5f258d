import LibWebSockets
import Logging

/// What the log has about the start of a gateway.
extension Gateway {
    /// Logs the addresses.
    func logStart() {
        let configured = configuration.server
        if configured.listensOnTCP {
            logger.info("listening", metadata: ["host": "\(configured.host)", "port": "\(server.port)"])
        }
        for listener in configured.listeners { logger.info("listening", metadata: ["address": "\(listener.name)"]) }
    }
}
