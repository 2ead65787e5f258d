import NIOCore
import NIOPosix
import PosternNIO

/// A client that sends arbitrary bytes.
struct RawConnection: Sendable {
    private let channel: any Channel
    /// The received bytes, read by read; ends with the connection.
    let received: AsyncStream<[UInt8]>

    init(to address: Address) async throws {
        let (received, signal) = AsyncStream.makeStream(of: [UInt8].self)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Collector(signal))
            }
        }
        switch address {
        case .tcp(let host, let port), .tls(let host, let port):
            channel = try await bootstrap.connect(host: host, port: port).result()
        case .unix(let path): channel = try await bootstrap.connect(unixDomainSocketPath: path).result()
        }
        self.received = received
    }

    func send(_ bytes: [UInt8]) { channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: nil) }

    /// Sends bytes and waits until the system has accepted them.
    func deliver(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).result()
    }

    /// Stops or resumes reading from the socket.
    func setReading(_ reads: Bool) async throws { try await channel.setOption(.autoRead, value: reads).result() }

    func close() { channel.close(promise: nil) }

    /// Receives bytes until they are enough, or the other side closes.
    func receive(until isEnough: ([UInt8]) -> Bool) async -> [UInt8] {
        var bytes: [UInt8] = []
        for await more in received {
            bytes += more
            if isEnough(bytes) { break }
        }
        return bytes
    }

    /// Receives all bytes until the other side closes.
    func receiveAll() async -> [UInt8] { await received.reduce(into: []) { $0 += $1 } }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let signal: AsyncStream<[UInt8]>.Continuation

        init(_ signal: AsyncStream<[UInt8]>.Continuation) { self.signal = signal }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            signal.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) { signal.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
