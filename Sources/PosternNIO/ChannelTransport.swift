import NIOCore
import Postern

/// Carries the frames of one peer over a channel.
final class ChannelTransport: FrameTransport {
    private let loop: any EventLoop
    private let handler: NIOLoopBound<FrameHandler>

    /// Made on the event loop of the channel.
    init(_ handler: FrameHandler, on loop: any EventLoop) {
        self.loop = loop
        self.handler = NIOLoopBound(handler, eventLoop: loop)
    }

    func outputBecameReady() { loop.execute { [handler] in handler.value.flushOutput() } }

    func close() { loop.execute { [handler] in handler.value.close() } }
}
