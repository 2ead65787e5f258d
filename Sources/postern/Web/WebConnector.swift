import NIOCore
import NIOHTTP1
import NIOPosix
import Postern
import PosternNIO

/// Connects to an HTTP server, with or without TLS.
struct WebConnector: Sendable {
    let url: WebURL
    /// The TLS of the connection; `nil` for none.
    let security: TLSClient?
    /// Why the connection failed.
    let notes = ConnectionNotes()

    /// Opens a connection.
    ///
    /// - Parameters:
    ///   - timeout: The time for the TCP connection.
    ///   - configure: Adds the handlers behind those of TLS, on the event loop of the channel.
    /// - Returns: The result of `configure`.
    /// - Throws: `ConnectionFailure`.
    func connect<Output: Sendable>(
        timeout: Duration,
        _ configure: @escaping @Sendable (any Channel) throws -> Output
    ) async throws -> Output {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout.clamped))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        do {
            return try await bootstrap.connect(host: url.host, port: url.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try security?.install(on: channel, for: url.host)
                    try channel.pipeline.syncOperations.addHandler(AnswerWatch(notes))
                    return try configure(channel)
                }
            }
        } catch {
            throw failure(ConnectFault.reason(error))
        }
    }

    /// Returns the failure of a connection on which an answer was awaited.
    func failure(awaiting error: any Error, isSent: Bool = false) -> ConnectionFailure {
        switch error {
        case HTTPParserError.invalidEOFState: failure("the server closed the connection in its answer", isSent: isSent)
        case is HTTPParserError: failure("the answer of the server is not valid HTTP", isSent: isSent)
        case is NIOHTTPObjectAggregatorError: failure("the answer of the server is larger than 64 MiB", isSent: isSent)
        default: failure(nil, isSent: isSent)
        }
    }

    /// Returns the failure of the connection: for the reason that was noted, or else the given one.
    ///
    /// - Parameters:
    ///   - reason: The reason as a clause; `nil` when the server closed the connection.
    ///   - isSent: Whether the request was sent.
    /// - Returns: The failure.
    func failure(_ reason: String?, isSent: Bool = false) -> ConnectionFailure {
        notes.failed(reason, isSecure: security != nil, isSent: isSent).failure(of: url)
    }
}
