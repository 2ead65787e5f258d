package import NIOCore
import NIOPosix
package import Postern
import SystemPackage

/// Connects to native servers.
package enum NativeClient {
    /// Connects and gives this end's peer; it may be called at once, before the handshake is done.
    ///
    /// - Parameters:
    ///   - address: Where the server listens.
    ///   - dispatcher: Answers the calls of the server.
    ///   - options: How the connection behaves.
    ///   - group: The event loops to use; those of the process when left out.
    /// - Returns: This end's peer.
    /// - Throws: `CallError`: `.unavailable` when nobody listens there, or it takes too long, or a file of the TLS options
    ///   cannot be used; `.invalidRequest` when the address or the TLS options are not for this build or each other.
    package static func connect(
        to address: Address,
        exposing dispatcher: any Dispatcher = NothingExposed(),
        options: ConnectionOptions = ConnectionOptions(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(CallError) -> Peer {
        var bootstrap = ClientBootstrap(group: group).connectTimeout(TimeAmount(options.connectTimeout.clamped))
        bootstrap = NativeConnection.configure(bootstrap, for: address)
        let security = try options.security(.initiator, at: address)
        let install: @Sendable (any Channel) -> EventLoopFuture<Peer> = { channel in
            channel.eventLoop.makeCompletedFuture {
                let end = ConnectionEnd(.initiator, over: address.medium)
                return try NativeConnection.install(
                    on: channel,
                    as: end,
                    exposing: dispatcher,
                    options: options,
                    security: security
                )
            }
        }
        do {
            switch address {
            case .tcp(let host, let port), .tls(let host, let port):
                return try await bootstrap.connect(host: host, port: port, channelInitializer: install)
            case .unix(let path):
                let socket = try await UnixConnection.connect(
                    to: try UnixSocketName(path),
                    until: ContinuousClock.now.later(by: options.connectTimeout)
                )
                return try await bootstrap.withConnectedSocket(socket.rawValue, channelInitializer: install)
            }
        } catch let error as CallError {
            throw error
        } catch {
            throw CallError(.unavailable, "Cannot connect to \(address): \(error)", ran: .no)
        }
    }
}
