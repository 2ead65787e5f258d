import PosternTestSupport
import NIOCore
import NIOPosix
@testable import Postern
import PosternNIO

/// A server that sends a proper hello, and answers frames as a test decides.
struct RawServer: Sendable {
    /// Returns the answer to a frame of a connection, which are numbered from 1; empty for none.
    typealias Answer = @Sendable (_ connection: Int, _ frame: Frame) -> [UInt8]

    private let listener: any Channel
    let address: Address
    let opened = Counter()
    let ended = Counter()

    init(at address: Address, _ answer: @escaping Answer) async throws {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [opened, ended] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(answer, opened, ended))
                }
            }
        switch address {
        case .tcp(let host, let port), .tls(let host, let port):
            listener = try await bootstrap.bind(host: host, port: port).result()
            self.address = .tcp(host: host, port: listener.localAddress?.port ?? port)
        case .unix(let path):
            listener = try await bootstrap.bind(unixDomainSocketPath: path).result()
            self.address = address
        }
    }

    func close() async throws { try await listener.close(mode: .all).result() }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: Answer
        private let opened: Counter
        private let ended: Counter
        private var number = 0
        private var bytes: [UInt8] = []

        init(_ answer: @escaping Answer, _ opened: Counter, _ ended: Counter) {
            self.answer = answer
            (self.opened, self.ended) = (opened, ended)
        }

        func channelActive(context: ChannelHandlerContext) {
            opened.increment()
            number = opened.value
            send(RawPeer.bytes { FrameWriter.writeHello(Hello(), into: &$0) }, context)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
            while let end = FrameSplitter.endOfFrame(at: 0, in: bytes.span) {
                var reader = FrameReader()
                guard let frame = try? reader.next(in: bytes.span) else { return context.close(promise: nil) }
                bytes.removeFirst(end)
                send(answer(number, frame), context)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { ended.increment() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            guard !bytes.isEmpty else { return }
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
        }
    }
}
