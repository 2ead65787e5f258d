import PosternTestSupport
import NIOCore
import NIOPosix
import PosternNIO
import Synchronization

/// A server that forwards the input of each connection to another connection, or discards it.
final class Crosswire: Sendable {
    /// Returns the number of the connection to forward to, for the number of a connection, in the order of acceptance.
    typealias Plan = @Sendable (Int) -> Int?

    private struct State {
        var channels: [any Channel] = []
        /// Bytes for connections that are not accepted yet.
        var early: [Int: [ByteBuffer]] = [:]
    }

    let address: Address
    private let listener: any Channel
    private let state: SharedState

    /// Listens at an address; without a plan all input is discarded.
    init(at address: Address, _ plan: @escaping Plan = { _ in nil }) async throws {
        let state = SharedState()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).childChannelInitializer {
            channel in
            channel.eventLoop.makeCompletedFuture {
                let number = state.add(channel)
                try channel.pipeline.syncOperations.addHandler(Forwarder { state.forward($0, to: plan(number)) })
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
        self.state = state
    }

    func close() async throws {
        state.closeAll()
        try await listener.close(mode: .all).result()
    }

    private final class SharedState: Sendable {
        private let state = Mutex(State())

        func add(_ channel: any Channel) -> Int {
            let (number, early) = state.withLock { state in
                state.channels.append(channel)
                let number = state.channels.count - 1
                return (number, state.early.removeValue(forKey: number) ?? [])
            }
            // The channel becomes active right after this, and cannot be written to before.
            channel.eventLoop.execute { for bytes in early { channel.writeAndFlush(bytes, promise: nil) } }
            return number
        }

        func forward(_ bytes: ByteBuffer, to number: Int?) {
            guard let number else { return }
            let channel = state.withLock { state -> (any Channel)? in
                if state.channels.indices.contains(number) { return state.channels[number] }
                state.early[number, default: []].append(bytes)
                return nil
            }
            channel?.writeAndFlush(bytes, promise: nil)
        }

        func closeAll() {
            for channel in state.withLock({ $0.channels }) { channel.close(promise: nil) }
        }
    }

    private final class Forwarder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let forward: (ByteBuffer) -> Void

        init(_ forward: @escaping (ByteBuffer) -> Void) { self.forward = forward }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { forward(unwrapInboundIn(data)) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
