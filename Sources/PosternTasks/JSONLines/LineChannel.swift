import Glibc
import NIOCore
import NIOPosix
import Postern
import SystemPackage
import Synchronization

/// Opens a SwiftNIO channel on the descriptors of a program.
///
/// SwiftNIO owns and closes the descriptors from the initialization of the channel on, also when its registration
/// fails. After an earlier failure they are closed here.
struct LineChannel {
    private let channel: JSONLines.Channel

    init(_ channel: JSONLines.Channel) { self.channel = channel }

    /// Opens the channel.
    ///
    /// - Parameter begin: Called on the event loop with the handler of the channel, before the first read.
    /// - Returns: The peer that `begin` returns.
    /// - Throws: `CallError` with `.unavailable` when a descriptor cannot be used.
    func open(_ begin: @escaping @Sendable (any EventLoop, LineHandler) -> Peer) async throws(CallError) -> Peer {
        let isTaken = Atomic(false)
        do {
            // SwiftNIO traps on EBADF, so a closed descriptor is rejected here.
            for descriptor in channel.descriptors where fcntl(descriptor.rawValue, F_GETFD) < 0 {
                throw Errno(rawValue: errno)
            }
            // The initializer runs exactly when SwiftNIO takes ownership of the descriptors.
            return try await connect { channel in
                isTaken.store(true, ordering: .relaxed)
                return channel.eventLoop.makeCompletedFuture {
                    let handler = LineHandler()
                    let peer = begin(channel.eventLoop, handler)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return peer
                }
            }
        } catch {
            if !isTaken.load(ordering: .relaxed) {
                for descriptor in channel.descriptors { try? descriptor.close() }
            }
            throw CallError(.unavailable, "The descriptors of the program cannot be used: \(error)", ran: .no)
        }
    }

    private func connect(
        _ install: @escaping @Sendable (any NIOCore.Channel) -> EventLoopFuture<Peer>
    ) async throws -> Peer {
        let group = MultiThreadedEventLoopGroup.singleton
        switch channel {
        case .socket(let socket):
            return try await ClientBootstrap(group: group)
                .withConnectedSocket(socket.rawValue, channelInitializer: install)
        case .pipes(let output, let input):
            return try await NIOPipeBootstrap(group: group)
                .takingOwnershipOfDescriptors(
                    input: output.rawValue,
                    output: input.rawValue,
                    channelInitializer: install
                )
        }
    }
}
