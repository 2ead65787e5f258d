import Glibc
import NIOCore
import NIOPosix
package import Postern
import Synchronization
package import SystemPackage

/// Peers on descriptors that are connected already.
extension Peer {
    /// Loops of their own, so that busy polling holds up no connection of the network.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)

    /// Makes a peer of a connected stream socket, such as one end of a socket pair.
    ///
    /// - Parameters:
    ///   - socket: Belongs to the peer from now on, and is closed with it, or by this when it throws.
    ///   - role: Whether this side counts as the one that connected.
    ///   - dispatcher: Answers the calls of the other end.
    ///   - options: How the connection behaves.
    ///   - busyPolling: How long the event loop polls the socket at most after output, before it waits for input; adapts,
    ///     and is no longer than 1 ms.
    /// - Returns: This end's peer, usable at once.
    /// - Throws: `CallError` with `.unavailable` when the descriptor is no stream socket, or is not open.
    package static func adopt(
        _ socket: SystemPackage.FileDescriptor,
        as role: ConnectionEnd.Role,
        serving dispatcher: any Dispatcher = NothingExposed(),
        options: ConnectionOptions = ConnectionOptions(),
        busyPolling: Duration = .zero
    ) async throws(CallError) -> Peer {
        let isTaken = Atomic(false)
        do {
            // SwiftNIO stops the process when a descriptor is not open.
            guard fcntl(socket.rawValue, F_GETFD) >= 0 else { throw Errno(rawValue: errno) }
            // An address without TLS: the bytes do not leave the machine.
            let security = try options.security(role, at: .unix(path: "adopted"))
            return try await ClientBootstrap(group: Self.loops)
                .withConnectedSocket(socket.rawValue) { channel in
                    // From here on SwiftNIO closes it, also when something fails.
                    isTaken.store(true, ordering: .relaxed)
                    return channel.eventLoop.makeCompletedFuture {
                        try NativeConnection.install(
                            on: channel,
                            as: ConnectionEnd(role, over: .unix),
                            exposing: dispatcher,
                            options: options,
                            security: security,
                            busyPolling: busyPolling
                        )
                    }
                }
        } catch {
            if !isTaken.load(ordering: .relaxed) { try? socket.close() }
            throw CallError(.unavailable, "Descriptor \(socket.rawValue) is no connected socket: \(error)", ran: .no)
        }
    }
}
