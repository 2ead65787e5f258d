import NIOCore
import Postern

/// Carries the frames of one peer over a channel.
final class ChannelTransport: FrameTransport {
    private let loop: any EventLoop
    private let loopExecutor: EventLoopExecutor
    private let handler: NIOLoopBound<FrameHandler>
    private let closed: EventLoopFuture<Void>

    /// Made on the event loop of the channel.
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
        loop.scheduleTask(in: TimeAmount(delay.clamped), body)
    }

    func outputBecameReady() { loop.execute { [handler] in handler.value.flushOutput() } }

    func waitUntilClosed() async { try? await closed.get() }

    func close() { loop.execute { [handler] in handler.value.close() } }
}
