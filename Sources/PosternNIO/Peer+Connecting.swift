import Glibc
import NIOCore
import NIOPosix
public import Postern
import Synchronization
package import SystemPackage

/// Connecting to a native server.
///
/// The secret is a `SharedSecret` of the module `PosternAuth` or another ``Authentication``; this module contains no
/// cryptography.
extension Peer {
    /// Connects to a native server and returns before the handshake is complete.
    ///
    /// Calls may be made at once. They wait in order until the handshake is complete, at most
    /// ``PeerLimits/waitingCalls`` of them, or fail with the reason why it was not. ``waitUntilConnected()`` waits for
    /// the handshake without a call.
    ///
    /// - Parameters:
    ///   - address: The address of the server.
    ///   - dispatcher: Serves the calls of the server.
    ///   - secret: The secret that both ends prove to know; overrides ``ConnectionOptions/authentication``.
    ///   - options: The options of the connection.
    /// - Returns: The peer on this side of the connection.
    /// - Throws: `CallError`: `.unavailable` when no server listens at the address, connecting takes longer than
    ///   ``ConnectionOptions/connectTimeout``, or a file of the TLS options cannot be used; `.invalidRequest` when this
    ///   build has no TLS, or the address and the TLS options contradict each other.
    public static func connect(
        to address: Address,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(CallError) -> Peer {
        try await NativeClient.connect(to: address, exposing: dispatcher, options: options.with(secret))
    }

    /// Connects to a native server at an address such as `tcp://127.0.0.1:9000` or `unix:/run/app.sock`.
    ///
    /// - Throws: `CallError`: `.invalidRequest` for text that is not an address; otherwise as for an ``Address``.
    public static func connect(
        to address: String,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(CallError) -> Peer {
        try await connect(to: try Address(reading: address), serving: dispatcher, secret: secret, options: options)
    }
}

/// Peers on sockets that are connected already.
extension Peer {
    /// Separate event loops, so that busy polling does not delay network connections.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)

    /// Creates a peer on a connected stream socket, such as one end of a socket pair.
    ///
    /// - Parameters:
    ///   - socket: The socket, which the peer owns from now on; it is closed as well when this function throws.
    ///   - role: Whether this side acts as the one that connected.
    ///   - dispatcher: Serves the calls of the other side.
    ///   - options: The options of the connection.
    ///   - busyPolling: The longest time that the event loop polls the socket after output before it blocks, at most
    ///     1 ms; the loop adapts it.
    /// - Returns: The peer on this side, usable at once.
    /// - Throws: `CallError` with `.unavailable` when the descriptor is not open, or not a stream socket.
    package static func adopt(
        _ socket: SystemPackage.FileDescriptor,
        as role: ConnectionEnd.Role,
        serving dispatcher: any Dispatcher = NothingExposed(),
        options: ConnectionOptions = ConnectionOptions(),
        busyPolling: Duration = .zero
    ) async throws(CallError) -> Peer {
        let isTaken = Atomic(false)
        do {
            // SwiftNIO traps on a descriptor that is not open.
            guard fcntl(socket.rawValue, F_GETFD) >= 0 else { throw Errno(rawValue: errno) }
            // Any Unix address will do: it selects a connection without TLS, whose bytes do not leave the machine.
            let security = try options.security(role, at: .unix(path: "adopted"))
            return try await ClientBootstrap(group: Self.loops)
                .withConnectedSocket(socket.rawValue) { channel in
                    // From here on SwiftNIO owns the descriptor and closes it on every error.
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
