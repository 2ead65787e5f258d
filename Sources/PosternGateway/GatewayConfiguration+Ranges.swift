import LibWebSockets
import PosternAdmission
import PosternJSONRPC

extension GatewayConfiguration {
    /// A number of the configuration, and the least that it may be.
    private typealias Limit = (name: String, value: Int, least: Int)

    /// Throws for the first number with which no client could be served.
    func checkRanges() throws(HTTPServer.StartError) {
        for limit in serverLimits + messageLimits where limit.value < limit.least {
            throw .setting(
                "GatewayConfiguration.\(limit.name) is \(limit.value), and must be at least \(limit.least)"
            )
        }
        for (name, time) in [("lead", drain.lead), ("grace", drain.grace), ("spread", drain.spread)] {
            guard time < .zero else { continue }
            throw .setting("GatewayConfiguration.drain.\(name) is \(time), and must not be negative")
        }
    }

    private var serverLimits: [Limit] {
        let server = server
        return [
            ("server.loops", server.loops, 1),
            ("server.maximumConnections", server.maximumConnections, 1),
            ("server.maximumHeldBytes", server.maximumHeldBytes, 1),
            ("server.addresses.connectionsPerAddress", server.addresses.connectionsPerAddress ?? 1, 1),
            ("server.http.head.maximumBytes", server.http.head.maximumBytes, 1),
            ("server.http.head.maximumFields", server.http.head.maximumFields, 1),
            ("server.http.head.maximumTargetBytes", server.http.head.maximumTargetBytes, 1),
            ("server.http.minimumRate", server.http.minimumRate, 0),
            ("server.http.maximumRequests", server.http.maximumRequests, 1),
            ("server.http.maximumQueuedBytes", server.http.maximumQueuedBytes, 1),
            ("webSocket.maximumMessageBytes", webSocket.maximumMessageBytes, 1),
            ("webSocket.maximumQueuedBytes", webSocket.maximumQueuedBytes, 1),
            ("webSocket.maximumAnswerBytes", webSocket.maximumAnswerBytes, 1),
            ("webSocket.minimumRate", webSocket.minimumRate, 0),
            ("processHeldBytes", processHeldBytes ?? 1, 1),
        ]
    }

    /// The limits of messages; those of what a service may do without, such as subscriptions, may be 0.
    private var messageLimits: [Limit] {
        [
            ("waitingCalls", waitingCalls, 1),
            ("messages.messagesPerSecond", messages.messagesPerSecond ?? 1, 1),
            ("messages.callsInFlight", messages.callsInFlight, 1),
            ("messages.subscriptions", messages.subscriptions, 0),
            ("messages.batchEntries", messages.batchEntries, 0),
            ("messages.batchCallsAtOnce", messages.batchCallsAtOnce, 1),
            ("messages.openBatches", messages.openBatches, 0),
            ("messages.batchResponseBytes", messages.batchResponseBytes, 1),
            ("messages.responseBytes", messages.responseBytes, 1),
            ("messages.values", messages.values, 1),
            ("messages.strayResponses", messages.strayResponses, 1),
            ("messages.heldEvents", messages.heldEvents, 0),
            ("messages.references", messages.references, 0),
            ("messages.callsToClient", messages.callsToClient, 0),
            ("messages.queuedBytesToClient", messages.queuedBytesToClient, 0),
        ]
    }
}
