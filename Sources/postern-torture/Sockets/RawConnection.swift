import Glibc
import NIOCore
import NIOPosix

/// A TCP connection of a client whose bytes are sent as they are.
final class RawConnection: Sendable {
    /// The event loop of all connections of this process.
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let channel: any Channel
    private let inbox: NIOLoopBound<Inbox>

    private init(_ channel: any Channel, _ inbox: Inbox) {
        self.channel = channel
        self.inbox = NIOLoopBound(inbox, eventLoop: channel.eventLoop)
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - server: The address of the server.
    ///   - receiveBuffer: The size of the kernel's buffer for input, in bytes; by default that of the system.
    ///   - source: The local address, such as 127.0.0.2; by default that of the system.
    /// - Returns: The connection.
    /// - Throws: The error of a connection that was refused.
    static func open(
        to server: SocketAddress,
        receiveBuffer: Int? = nil,
        from source: String? = nil
    ) async throws -> RawConnection {
        var bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(5))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
                .channelOption(.maxMessagesPerRead, value: 1)
        }
        if let source { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0)) }
        return try await bootstrap.connect(to: server) { channel in
            channel.eventLoop.makeCompletedFuture {
                let inbox = Inbox(channel.eventLoop)
                try channel.pipeline.syncOperations.addHandler(inbox)
                return RawConnection(channel, inbox)
            }
        }
    }

    /// Enqueues bytes without waiting until they are written.
    func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    /// Writes bytes, and waits until the kernel has accepted them or the connection has closed.
    func write(_ bytes: [UInt8]) async { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

    /// Stops or resumes reading from the socket.
    func setReads(_ reads: Bool) { _ = channel.setOption(.autoRead, value: reads) }

    /// Reads once from the socket, at most as much as its buffer holds, while reading is stopped.
    func readOnce() async { try? await channel.eventLoop.submit { [channel] in channel.read() }.get() }

    /// Discards input that has not been taken, and all further input.
    func discardInput() { channel.eventLoop.execute { [inbox] in inbox.value.discardInput() } }

    /// Waits until a value can be parsed from the front of the input.
    ///
    /// - Parameters:
    ///   - time: How long to wait.
    ///   - parse: Removes a value from the input and returns it, or returns `nil` while it is incomplete.
    /// - Returns: The value; `nil` when the time is over or the connection has closed.
    func take<Value: Sendable>(
        within time: Duration,
        _ parse: @escaping @Sendable (inout ByteBuffer) -> Value?
    ) async -> Value? {
        let value = channel.eventLoop.flatSubmit { [inbox] in inbox.value.take(within: TimeAmount(time), parse) }
        return (try? await value.get()) ?? nil
    }

    /// Waits for the end of the connection; returns whether it came in time.
    func isClosed(within time: Duration) async -> Bool {
        let isClosed = channel.eventLoop.flatSubmit { [inbox] in inbox.value.end(within: TimeAmount(time)) }
        return (try? await isClosed.get()) ?? true
    }

    /// Runs a closure at the end of the connection, or at once when it has ended.
    func whenClosed(_ run: @escaping @Sendable () -> Void) { channel.closeFuture.whenComplete { _ in run() } }

    /// Closes the connection, by a reset if wanted.
    func close(resets: Bool = false) async {
        if resets, let options = channel as? any SocketOptionProvider {
            try? await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await channel.close().get()
    }
}
