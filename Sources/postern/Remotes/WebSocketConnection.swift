import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Postern

/// Opens WebSocket connections.
enum WebSocketConnection {
    typealias Frames = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// The maximum size of a message, which is the largest that a gateway can be configured for.
    private static let maximumMessageBytes = 64 << 20

    /// Opens a WebSocket, whose fragmented messages are joined.
    ///
    /// - Parameters:
    ///   - url: The address.
    ///   - timeout: The time for the TCP connection, and again for the handshake.
    /// - Returns: The frames of the connection.
    /// - Throws: `ConnectionFailure`.
    static func open(_ url: WebSocketURL, timeout: Duration) async throws -> Frames {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout.clamped))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        let upgrade: EventLoopFuture<Frames?>
        do {
            upgrade = try await bootstrap.connect(host: url.host, port: url.port) { channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, url, timeout: timeout) }
            }
        } catch {
            let cause = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
            throw ConnectionFailure("Cannot connect to \(url.authority): \(cause)")
        }
        guard let frames = try? await upgrade.get() else {
            throw ConnectionFailure("No WebSocket was opened at ws://\(url.authority)\(url.path)")
        }
        return frames
    }

    /// Sends the handshake, and closes the channel if it takes longer than the timeout.
    private static func prepare(
        _ channel: any Channel,
        _ url: WebSocketURL,
        timeout: Duration
    ) throws -> EventLoopFuture<Frames?> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Frames?>(maxFrameSize: maximumMessageBytes) { channel, _ in
            channel.eventLoop.makeCompletedFuture { try wrap(channel) }
        }
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: head(url),
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in channel.close().map { nil } }
            )
        )
        // The first frame may arrive together with the response of the handshake.
        pipeline.leftOverBytesStrategy = .forwardBytes
        let upgrade = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: pipeline
        )
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(timeout.clamped)) { channel.close(promise: nil) }
        upgrade.whenComplete { _ in timer.cancel() }
        return upgrade
    }

    private static func wrap(_ channel: any Channel) throws -> Frames {
        let aggregator = NIOWebSocketFrameAggregator(
            minNonFinalFragmentSize: 0,
            maxAccumulatedFrameCount: 1 << 16,
            maxAccumulatedFrameSize: maximumMessageBytes
        )
        try channel.pipeline.syncOperations.addHandler(aggregator)
        return try Frames(wrappingChannelSynchronously: channel)
    }

    private static func head(_ url: WebSocketURL) -> HTTPRequestHead {
        let headers: HTTPHeaders = ["Host": url.authority, "Sec-WebSocket-Protocol": "jsonrpc"]
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: url.path, headers: headers)
    }
}
