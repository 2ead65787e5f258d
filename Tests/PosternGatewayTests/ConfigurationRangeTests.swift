import LibWebSockets
import Postern
import PosternAdmission
import PosternJSONRPC
import Testing

@testable import PosternGateway

/// A gateway does not start with limits under which no client could be served.
@Suite struct ConfigurationRangeTests {
    typealias Change = @Sendable (inout GatewayConfiguration) -> Void

    private static let refused: [(Change, String)] = [
        ({ $0.webSocket.maximumMessageBytes = -5 }, "webSocket.maximumMessageBytes is -5, and must be at least 1"),
        ({ $0.messages.callsInFlight = 0 }, "messages.callsInFlight is 0, and must be at least 1"),
        ({ $0.server.maximumConnections = -3 }, "server.maximumConnections is -3, and must be at least 1"),
        (
            { $0.server.addresses.connectionsPerAddress = 0 },
            "server.addresses.connectionsPerAddress is 0, and must be at least 1"
        ),
        ({ $0.server.http.head.maximumBytes = 0 }, "server.http.head.maximumBytes is 0, and must be at least 1"),
        ({ $0.messages.messagesPerSecond = 0 }, "messages.messagesPerSecond is 0, and must be at least 1"),
        ({ $0.webSocket.minimumRate = -1 }, "webSocket.minimumRate is -1, and must be at least 0"),
        ({ $0.messages.subscriptions = -1 }, "messages.subscriptions is -1, and must be at least 0"),
        ({ $0.processHeldBytes = 0 }, "processHeldBytes is 0, and must be at least 1"),
        ({ $0.drain.grace = .seconds(-1) }, "drain.grace is -1.0 seconds, and must not be negative"),
    ]

    @Test(arguments: refused)
    func aLimitOutOfRangeIsNamed(change: Change, sentence: String) async throws {
        var configuration = GatewayConfiguration()
        configuration.server.port = 0
        change(&configuration)
        let error = await #expect(throws: HTTPServer.StartError.self) {
            try await Gateway(configuration, dispatcher: NothingExposed())
        }
        #expect(error?.description == "GatewayConfiguration.\(sentence)")
    }

    private static let accepted: [Change] = [
        { _ in }, { $0.webSocket.minimumRate = 0 }, { $0.server.http.maximumRequests = .max },
        { $0.messages.subscriptions = 0 }, { $0.drain.grace = .zero },
    ]

    @Test(arguments: accepted)
    func otherLimitsAreAccepted(change: Change) throws {
        var configuration = GatewayConfiguration()
        change(&configuration)
        try configuration.checkRanges()
    }
}
