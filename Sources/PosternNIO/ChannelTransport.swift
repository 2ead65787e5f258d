import NIOCore
import Postern

/// The transport of one peer: writes its frames to a SwiftNIO channel.
final class ChannelTransport: FrameTransport {
    private let loop: any EventLoop
    private let loopExecutor: EventLoopExecutor
    private let handler: NIOLoopBound<FrameHandler>
    private let closed: EventLoopFuture<Void>

    /// Creates the transport of a channel, on the event loop of the channel.
    init(_ handler: FrameHandler, on channel: any Channel) {
        loop = channel.eventLoop
        loopExecutor = EventLoopExecutor.of(channel.eventLoop)
        closed = channel.closeFuture
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    var executor: (any TaskExecutor)? { loopExecutor }

    func start(_ handler: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never> {
        loopExecutor.start(handler)
    }

    func run(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        // A loop that has ended would drop the timer, and a call in flight would never run out of time.
        guard loopExecutor.hasRetired else { return _ = loop.scheduleTask(in: TimeAmount(delay.clamped), body) }
        Task.detached {
            try? await Task.sleep(for: delay.clamped)
            body()
        }
    }

    func outputBecameReady() { execute { $0.flushOutput() } }

    func waitUntilClosed() async { try? await closed.result() }

    func close() { execute { $0.close() } }

    /// Runs a step on the event loop; does nothing when the loop has ended, as the channel is closed by then.
    private func execute(_ step: @escaping @Sendable (FrameHandler) -> Void) {
        guard !loopExecutor.hasRetired else { return }
        loopExecutor.execute { [handler] _ in step(handler.value) }
    }
}
