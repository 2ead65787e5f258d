import ArgumentParser
import LibWebSockets
import PosternGateway
import PosternJSONRPC

/// The options for the limits and times of connections at the JSON doors.
package struct LimitOptions: ParsableArguments {
    /// When a connection is closed after an answer.
    @Option(help: "Requests that one HTTP connection may carry; 0 for any number.")
    package var maxRequestsPerConnection = Setting.value("max-requests-per-connection", default: 1_000)

    /// How long a connection is kept between two requests.
    @Option(help: "Seconds that an HTTP connection is kept between requests; more than a balancer in front keeps it.")
    package var idleTimeout = Setting.value("idle-timeout", default: 15)

    /// How long a head may take.
    @Option(help: "Seconds that the head of a request may take to arrive.")
    package var headTimeout = Setting.value("head-timeout", default: 10)

    /// How long a body may make no progress.
    @Option(help: "Seconds that the body of a request, or a WebSocket message, may make no progress.")
    package var bodyTimeout = Setting.value("body-timeout", default: 10)

    /// How long a client may take nothing of what waits for it.
    @Option(help: "Seconds that a client may take nothing of an answer that waits for it.")
    package var stallTimeout = Setting.value("stall-timeout", default: 10)

    /// How slowly bodies, messages and answers may move.
    @Option(help: "Bytes a second that bodies, messages and answers move at least; 0 for any progress.")
    package var minRate = Setting.value("min-rate", default: 16_384)

    /// The largest head.
    @Option(help: "Bytes of the head of a request; more where cookies of other programs come along.")
    package var maxHeadBytes = Setting.value("max-head-bytes", default: 8_192)

    /// The largest message.
    @Option(help: "Bytes of the body of a request, and of a message on a WebSocket.")
    package var maxMessageBytes = Setting.value("max-message-bytes", default: 1 << 20)

    /// The most connections.
    @Option(help: "Connections of all clients together, at most what the limit of open files allows.")
    package var maxConnections = Setting.value("max-connections", default: 10_000)

    /// The most calls of one WebSocket.
    @Option(help: "Calls in flight on one WebSocket.")
    package var maxCallsInFlight = Setting.value("max-calls-in-flight", default: 128)

    /// The defaults.
    package init() {}

    /// Checks the numbers.
    package func validate() throws {
        let ranges = [
            ("idle-timeout", idleTimeout, 1...86_400), ("head-timeout", headTimeout, 1...3_600),
            ("body-timeout", bodyTimeout, 1...3_600), ("stall-timeout", stallTimeout, 1...3_600),
            ("min-rate", minRate, 0...1 << 30),
            ("max-head-bytes", maxHeadBytes, 1_024...1 << 20), ("max-message-bytes", maxMessageBytes, 1_024...64 << 20),
            ("max-connections", maxConnections, 1...1 << 20), ("max-calls-in-flight", maxCallsInFlight, 1...65_536),
            ("max-requests-per-connection", maxRequestsPerConnection, 0...Int.max),
        ]
        for (name, value, range) in ranges {
            guard range.contains(value) else {
                let named = Setting.named(name, value)
                throw ValidationError("\(named) is not within \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }

    /// Sets what the options say.
    func apply(to configuration: inout GatewayConfiguration) {
        configuration.server.maximumConnections = maxConnections
        configuration.server.http.maximumRequests = maxRequestsPerConnection == 0 ? .max : maxRequestsPerConnection
        configuration.server.http.idleMilliseconds = UInt64(idleTimeout) * 1_000
        configuration.server.http.headMilliseconds = UInt64(headTimeout) * 1_000
        configuration.server.http.bodyMilliseconds = UInt64(bodyTimeout) * 1_000
        configuration.server.http.stallMilliseconds = UInt64(stallTimeout) * 1_000
        configuration.server.http.minimumRate = minRate
        configuration.server.http.head.maximumBytes = maxHeadBytes
        // A target is part of a head, and half of it is what it may take by default.
        configuration.server.http.head.maximumTargetBytes = maxHeadBytes / 2
        configuration.messages.callsInFlight = maxCallsInFlight
        configuration.webSocket.maximumMessageBytes = maxMessageBytes
        configuration.webSocket.messageMilliseconds = UInt64(bodyTimeout) * 1_000
        configuration.webSocket.stallMilliseconds = UInt64(stallTimeout) * 1_000
        configuration.webSocket.minimumRate = minRate
    }
}
