import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Postern
import PosternNIO

/// Opens WebSocket connections.
struct WebSocketConnection: Sendable {
    typealias Frames = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
    private typealias Refusal = NIOAsyncChannel<NIOHTTPClientResponseFull, HTTPClientRequestPart>

    /// The answer to the handshake.
    private enum Upgrade: Sendable {
        case open(Frames)
        case refused(Refusal)
    }

    let connector: WebConnector
    let fields: [HeaderField]
    /// The request that the connection is for, whose timeout includes the handshake.
    let request: RemoteRequest

    /// Opens a WebSocket, whose fragmented messages are joined.
    ///
    /// - Returns: The frames of the connection.
    /// - Throws: `ConnectionFailure`, or the `CallError` of a handshake without an answer in time.
    func open() async throws -> Frames {
        let future = try await connector.connect(timeout: request.remainingTime) { try prepare($0) }
        do {
            switch try await future.get() {
            case .open(let frames): return frames
            case .refused(let refusal): throw await failure(refusal)
            }
        } catch let failure as ConnectionFailure {
            throw failure
        } catch {
            if connector.notes.isLate { throw request.timeoutError(ran: .no) }
            throw connector.failure(awaiting: error)
        }
    }

    /// Sends the handshake, and closes the channel if it takes longer than the timeout.
    private func prepare(_ channel: any Channel) throws -> EventLoopFuture<Upgrade> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: WebAnswer.maximumBytes) { channel, _ in
            channel.eventLoop.makeCompletedFuture { .open(try Self.frames(of: channel)) }
        }
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: head,
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture { .refused(try Self.refusal(of: channel)) }
                }
            )
        )
        // The first frame may arrive together with the response of the handshake.
        pipeline.leftOverBytesStrategy = .forwardBytes
        let upgrade = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: pipeline
        )
        let notes = connector.notes
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(request.remainingTime.clamped)) {
            notes.noteLate()
            channel.close(promise: nil)
        }
        upgrade.whenComplete { _ in timer.cancel() }
        return upgrade
    }

    private static func frames(of channel: any Channel) throws -> Frames {
        let aggregator = NIOWebSocketFrameAggregator(
            minNonFinalFragmentSize: 0,
            maxAccumulatedFrameCount: 1 << 16,
            maxAccumulatedFrameSize: WebAnswer.maximumBytes
        )
        try channel.pipeline.syncOperations.addHandler(aggregator)
        return try Frames(wrappingChannelSynchronously: channel)
    }

    private static func refusal(of channel: any Channel) throws -> Refusal {
        let aggregator = NIOHTTPClientResponseAggregator(maxContentLength: WebAnswer.maximumBytes)
        try channel.pipeline.syncOperations.addHandler(aggregator)
        return try Refusal(wrappingChannelSynchronously: channel)
    }

    private func failure(_ refusal: Refusal) async -> ConnectionFailure {
        // A body that never ends is no reason to wait longer than for the handshake.
        let timer = refusal.channel.eventLoop.scheduleTask(in: TimeAmount(request.remainingTime.clamped)) {
            refusal.channel.close(promise: nil)
        }
        defer { timer.cancel() }
        do {
            let answer = try await refusal.executeThenClose { inbound, _ in
                for try await response in inbound { return WebAnswer(response) }
                throw ChannelError.eof
            }
            return ConnectionFailure(answer.fault(of: connector.url, insteadOf: "opening a WebSocket"))
        } catch {
            return connector.failure(awaiting: error)
        }
    }

    private var head: HTTPRequestHead {
        var headers: HTTPHeaders = ["Host": connector.url.authority, "Sec-WebSocket-Protocol": "jsonrpc"]
        headers.add(fields)
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: connector.url.path, headers: headers)
    }
}
