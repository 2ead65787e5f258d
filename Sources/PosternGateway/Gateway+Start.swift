import LibWebSockets
import Logging

/// What the log has about the start of a gateway.
extension Gateway {
    /// Logs the addresses and the limits of the process.
    func logStart() {
        let configured = configuration.server
        if configured.listensOnTCP {
            logger.info("listening", metadata: ["host": "\(configured.host)", "port": "\(server.port)"])
        }
        for listener in configured.listeners { logger.info("listening", metadata: ["address": "\(listener.name)"]) }
        var limits: Logger.Metadata = [
            "connections": "\(server.maximumConnections)", "descriptors": "\(server.maximumDescriptors)",
        ]
        logger.info("limits", metadata: limits)
        // A part of a connection for each loop is not worth a line.
        guard server.maximumConnections + server.loops.count <= configured.maximumConnections else { return }
        limits["configured"] = "\(configured.maximumConnections)"
        logger.notice("fewer connections than configured, by the limit of open files", metadata: limits)
    }
}
