import NIOCore
import NIOPosix
import Postern
import SystemPackage

extension NativeServer {
    /// A listening channel, and the socket file that belongs to it.
    struct Listener: Sendable {
        let channel: any Channel
        /// The event loops of the accepted connections.
        let group: MultiThreadedEventLoopGroup
        var file: SocketFile?

        /// Stops accepting connections, and removes the socket file if it is still the one of this listener.
        func close() async {
            // First, while the socket is open: its inode cannot belong to another file then.
            await file?.remove()
            try? await channel.setOption(.autoRead, value: false).result()
            await finishAccepting()
            try? await channel.close(mode: .all).result()
        }

        /// Waits until every accepted connection has its peer.
        ///
        /// The peer is created on the loop of the connection, and activated by the loop of the listener. Between the
        /// two SwiftNIO would drop the connection, without a goodbye, when the listener closes.
        private func finishAccepting() async {
            for loop in group.makeIterator() { try? await loop.submit {}.result() }
            try? await channel.eventLoop.submit {}.result()
        }
    }

    /// Binds an address and starts to accept connections.
    func bind(_ address: Address) async throws(CallError) -> Listener {
        let security = try options.security(.acceptor, at: address)
        let bootstrap = bootstrap(for: address, security)
        switch address {
        case .tcp(let host, let port), .tls(let host, let port):
            if options.socketFile.isSet { throw .noSocketFile(address) }
            do {
                let bootstrap = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                return Listener(channel: try await bootstrap.bind(host: host, port: port).result(), group: group)
            } catch {
                throw CallError(.unavailable, "Cannot listen at \(address): \(Self.reason(error))", ran: .no)
            }
        case .unix(let path):
            let (socket, file) = try await UnixListener(at: path, options.socketFile).listen()
            do {
                let channel = try await bootstrap.withBoundSocket(socket.rawValue).result()
                // SwiftNIO has called `listen` again, with its own, shorter queue.
                try UnixSocketCalls.listen(socket)
                return Listener(channel: channel, group: group, file: file)
            } catch {
                await file?.remove()
                throw CallError(.unavailable, "Cannot listen at \(address): \(Self.reason(error))", ran: .no)
            }
        }
    }

    /// Returns the reason why an address cannot be bound, without the system calls that errors of SwiftNIO name.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: "\(Errno(rawValue: error.errnoCode))"
        case is SocketAddressError, is SocketAddressError.UnknownHost: "there is no such host"
        default: "\(error)"
        }
    }

    private func bootstrap(for address: Address, _ security: ConnectionSecurity) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: UnixSocketCalls.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let accepted = AcceptedChannels()
                    let pause = AcceptBackoffHandler { [self] _ in
                        accepted.takeNews() ? .milliseconds(1) : waitForDescriptor()
                    }
                    try channel.pipeline.syncOperations.addHandlers(accepted, pause)
                }
            }
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel, over: address.medium, security) }
            }
    }
}
