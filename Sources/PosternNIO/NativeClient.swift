package import NIOCore
import NIOPosix
package import Postern
import SystemPackage

/// Connects to native servers.
package enum NativeClient {
    /// Connects to a server and returns before the handshake is complete.
    ///
    /// - Parameters:
    ///   - address: The address of the server.
    ///   - dispatcher: Serves the calls of the server.
    ///   - options: The options of the connection.
    ///   - group: The event loops to use; by default those of the process.
    /// - Returns: The peer on this side, which may be called at once.
    /// - Throws: `CallError`: `.unavailable` when no server listens at the address, connecting takes longer than
    ///   ``ConnectionOptions/connectTimeout``, or a file of the TLS options cannot be used; `.invalidRequest` when this
    ///   build has no TLS, or the address and the TLS options contradict each other.
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
                // Not by SwiftNIO, which has neither abstract names nor a second attempt while the server's queue is
                // full.
                let socket = try await UnixConnection.connect(
                    to: try UnixSocketName(path),
                    until: ContinuousClock.now.later(by: options.connectTimeout)
                )
                return try await bootstrap.withConnectedSocket(socket.rawValue, channelInitializer: install)
            }
        } catch let error as CallError {
            throw error
        } catch {
            throw CallError(.unavailable, "Cannot connect to \(address): \(ConnectFault.reason(error))", ran: .no)
        }
    }
}
