import NIOCore
import NIOPosix
import Postern
import SystemPackage

extension NativeServer {
    /// What accepts connections, and the socket file that it has made.
    struct Listener: Sendable {
        let channel: any Channel
        /// The loops of the connections that are accepted.
        let group: MultiThreadedEventLoopGroup
        var file: SocketFile?

        /// Accepts no more connections; removes the file if it is still the one that was made here.
        func close() async {
            // While the socket is open no other file has its inode.
            await file?.remove()
            try? await channel.setOption(.autoRead, value: false).result()
            await finishAccepting()
            try? await channel.close(mode: .all).result()
        }

        /// Waits until each connection that was accepted has its peer.
        ///
        /// Its own loop makes the peer, and the loop of the listener then begins to serve it: SwiftNIO drops a connection
        /// between the two when the listener closes, without a goodbye.
        private func finishAccepting() async {
            for loop in group.makeIterator() { try? await loop.submit {}.result() }
            try? await channel.eventLoop.submit {}.result()
        }
    }

    /// Binds an address and begins to accept connections.
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
                throw CallError(.unavailable, "Cannot listen at \(address): \(error)", ran: .no)
            }
        case .unix(let path):
            let (socket, file) = try await UnixListener(at: path, options.socketFile).listen()
            do {
                let channel = try await bootstrap.withBoundSocket(socket.rawValue).result()
                // The channel has made it listen anew, with a shorter queue.
                try UnixSocketCalls.listen(socket)
                return Listener(channel: channel, group: group, file: file)
            } catch {
                await file?.remove()
                throw CallError(.unavailable, "Cannot listen at \(address): \(error)", ran: .no)
            }
        }
    }

    private func bootstrap(for address: Address, _ security: ConnectionSecurity) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: UnixSocketCalls.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel, over: address.medium, security) }
            }
    }
}
