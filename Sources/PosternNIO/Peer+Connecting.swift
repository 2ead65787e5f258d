import Glibc
import NIOCore
import NIOPosix
public import Postern
import Synchronization
package import SystemPackage

/// The usual way to make connections.
///
/// A secret is a `SharedSecret` of the module `PosternAuth`, or any other ``Authentication``: this module does without
/// cryptography.
extension Peer {
    /// Connects to a native server and gives this end's peer; it may be called at once, before the handshake is done.
    ///
    /// Calls made before wait in order, at most ``PeerLimits/waitingCalls``; they leave when the connection is open, or
    /// fail with the reason why it never was. ``waitUntilConnected()`` waits for that without a call.
    ///
    /// - Parameters:
    ///   - address: Where the server listens.
    ///   - dispatcher: Answers the calls of the server.
    ///   - secret: What both ends prove to each other; goes before ``ConnectionOptions/authentication``.
    ///   - options: How the connection behaves.
    /// - Returns: This end's peer.
    /// - Throws: `CallError`: `.unavailable` when nobody listens there, or it takes too long, or a file of the TLS options
    ///   cannot be used; `.invalidRequest` when the address or the TLS options are not for this build or each other.
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
    /// - Throws: `CallError`: `.invalidRequest` for text that is no address, or as with an ``Address``.
    public static func connect(
        to address: String,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(CallError) -> Peer {
        try await connect(to: try Address(reading: address), serving: dispatcher, secret: secret, options: options)
    }
}

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
