import ArgumentParser
import LibWebSockets
import PosternGateway
import PosternJSONRPC

/// The options for the limits and times of connections at the JSON doors.
package struct LimitOptions: ParsableArguments {
    /// The number of requests after which a connection is closed; 0 for no limit.
    @Option(help: "Requests that one HTTP connection may carry; 0 for any number.")
    package var maxRequestsPerConnection = Setting.value("max-requests-per-connection", default: 1_000)

    /// The time for which a connection is kept between two requests, in seconds.
    @Option(help: "Seconds that an HTTP connection is kept between requests; more than a balancer in front keeps it.")
    package var idleTimeout = Setting.value("idle-timeout", default: 15)

    /// The time in which the head of a request must arrive, in seconds.
    @Option(help: "Seconds that the head of a request may take to arrive.")
    package var headTimeout = Setting.value("head-timeout", default: 10)

    /// The time without progress after which the transfer of a body or message is aborted, in seconds.
    @Option(help: "Seconds that the body of a request, or a WebSocket message, may make no progress.")
    package var bodyTimeout = Setting.value("body-timeout", default: 10)

    /// The time after which a client that reads nothing of its output is disconnected, in seconds.
    @Option(help: "Seconds after which a client that does not read its answer is disconnected.")
    package var stallTimeout = Setting.value("stall-timeout", default: 10)

    /// The minimum rate of bodies, messages and answers, in bytes per second; 0 for no minimum.
    @Option(help: "The lowest rate of bodies, messages and answers, in bytes per second; 0 for any.")
    package var minRate = Setting.value("min-rate", default: 16_384)

    /// The maximum size of the head of a request, in bytes.
    @Option(help: "Bytes of the head of a request; raise it if the host has large cookies of other programs.")
    package var maxHeadBytes = Setting.value("max-head-bytes", default: 8_192)

    /// The maximum size of a body or message, in bytes.
    @Option(help: "Bytes of the body of a request, and of a message on a WebSocket.")
    package var maxMessageBytes = Setting.value("max-message-bytes", default: 1 << 20)

    /// The maximum number of connections.
    @Option(help: "Connections of all clients together, at most what the limit of open files allows.")
    package var maxConnections = Setting.value("max-connections", default: 10_000)

    /// The maximum number of calls in flight on one WebSocket.
    @Option(help: "Calls in flight on one WebSocket.")
    package var maxCallsInFlight = Setting.value("max-calls-in-flight", default: 128)

    /// The maximum number of messages of one WebSocket in a second; 0 for no limit.
    @Option(help: "Messages that one WebSocket may send in a second, entries of batches included; 0 for any number.")
    package var maxMessagesPerSecond = Setting.value("max-messages-per-second", default: 0)

    /// The maximum number of bytes that the server holds for one connection; 0 for the default.
    @Option(
        help: """
            Bytes that one client may make the server hold, 65536 at least; 0 for 32 MiB, or four of the largest messages.
            """
    )
    package var maxHeldBytes = Setting.value("max-held-bytes", default: 0)

    /// The maximum number of bytes that the server holds for all connections; 0 for the default of the process.
    @Option(help: "The same for all clients together; 0 for 256 MiB, or half of a container's memory if that is less.")
    package var maxProcessBytes = Setting.value("max-process-bytes", default: 0)

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` for a number that is out of range.
    package func validate() throws {
        // The lower bounds also keep the conversions to `UInt64` below from trapping.
        let ranges = [
            ("idle-timeout", idleTimeout, 1...86_400), ("head-timeout", headTimeout, 1...3_600),
            ("body-timeout", bodyTimeout, 1...3_600), ("stall-timeout", stallTimeout, 1...3_600),
            ("min-rate", minRate, 0...1 << 30),
            ("max-head-bytes", maxHeadBytes, 1_024...1 << 20), ("max-message-bytes", maxMessageBytes, 1_024...64 << 20),
            ("max-connections", maxConnections, 1...1 << 20), ("max-calls-in-flight", maxCallsInFlight, 1...65_536),
            ("max-requests-per-connection", maxRequestsPerConnection, 0...Int.max),
            ("max-messages-per-second", maxMessagesPerSecond, 0...1 << 20),
        ]
        for (name, value, range) in ranges {
            guard range.contains(value) else {
                let named = Setting.named(name, value)
                throw ValidationError("\(named) is not within \(range.lowerBound) to \(range.upperBound)")
            }
        }
        for (name, value) in [("max-held-bytes", maxHeldBytes), ("max-process-bytes", maxProcessBytes)] {
            guard value == 0 || Self.heldBytes.contains(value) else {
                let (named, range) = (Setting.named(name, value), Self.heldBytes)
                throw ValidationError("\(named) is neither 0 nor within \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }

    /// The possible limits of held bytes.
    ///
    /// Below them short calls could not be served.
    private static let heldBytes = 65_536...1 << 40

    /// Sets the limits in a configuration.
    func apply(to configuration: inout GatewayConfiguration) {
        configuration.server.maximumConnections = maxConnections
        configuration.server.http.maximumRequests = maxRequestsPerConnection == 0 ? .max : maxRequestsPerConnection
        configuration.server.http.idleMilliseconds = UInt64(idleTimeout) * 1_000
        configuration.server.http.headMilliseconds = UInt64(headTimeout) * 1_000
        configuration.server.http.bodyMilliseconds = UInt64(bodyTimeout) * 1_000
        configuration.server.http.stallMilliseconds = UInt64(stallTimeout) * 1_000
        configuration.server.http.minimumRate = minRate
        configuration.server.http.head.maximumBytes = maxHeadBytes
        // The target is part of the head. The defaults of both have the same ratio.
        configuration.server.http.head.maximumTargetBytes = maxHeadBytes / 2
        // Arguments count three times, and a message of the largest size must have room.
        configuration.server.maximumHeldBytes = maxHeldBytes > 0 ? maxHeldBytes : max(32 << 20, 4 * maxMessageBytes)
        if maxProcessBytes > 0 { configuration.processHeldBytes = maxProcessBytes }
        configuration.messages.callsInFlight = maxCallsInFlight
        if maxMessagesPerSecond > 0 { configuration.messages.messagesPerSecond = maxMessagesPerSecond }
        configuration.webSocket.maximumMessageBytes = maxMessageBytes
        configuration.webSocket.messageMilliseconds = UInt64(bodyTimeout) * 1_000
        configuration.webSocket.stallMilliseconds = UInt64(stallTimeout) * 1_000
        configuration.webSocket.minimumRate = minRate
    }
}
