import NIOCore
import Postern

/// Reads the lines of a program, and writes the output of its session.
final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    /// Runs a function with the session on its event loop, then writes the output; called on any thread.
    typealias Turn = @Sendable (@escaping @Sendable (LineSession) -> Void) -> Void

    private var lines = LineSplitter(limit: 0)
    private var limits = PeerLimits.standard
    private var session: LineSession?
    private var context: ChannelHandlerContext?
    /// Bytes that the system has not taken yet.
    private var underWay = 0
    private var isClosing = false

    /// How long the program may take to read what is left, and to close its side.
    private static let lingerTime = TimeAmount.seconds(1)

    /// Makes the function by which tasks and other threads reach the session; dropped once the channel is closed.
    func turns(on loop: any EventLoop) -> Turn {
        let bound = NIOLoopBound(self, eventLoop: loop)
        return { step in loop.execute { bound.value.turn(step) } }
    }

    /// Sets the session; called once, before the handler is added to the pipeline.
    func serve(_ session: LineSession, _ limits: PeerLimits) {
        self.session = session
        self.limits = limits
        lines = LineSplitter(limit: limits.frameBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        session?.end(DisconnectReason(.lost, "The connection was not made"))
        session = nil
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        flush()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let session, !session.hasEnded else { return }
        do throws(LineSplitter.LineTooLong) {
            try lines.take(bytes.readableBytesUInt8Span) { session.receive($0) }
        } catch {
            session.end(.protocolViolation("A line of the program is longer than \(limits.frameBytes) bytes"))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        flush()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let session {
            lines.end { session.receive($0) }
            session.end(DisconnectReason(.lost, "The program closed its output"))
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func turn(_ step: (LineSession) -> Void) {
        guard let session else { return }
        step(session)
        flush()
    }

    /// Writes everything that waits, in one piece; what does not fit now waits until the program has read.
    private func flush() {
        guard let session, let context, context.channel.isActive else { return }
        if session.isOver { return close() }
        if context.channel.isWritable { write(session.takeOutput(), on: context.channel) }
        session.noteWaiting(underWay)
    }

    private func write(_ bytes: [UInt8], on channel: any Channel) {
        guard !bytes.isEmpty else { return }
        underWay += bytes.count
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).whenSuccess {
            bound.value.noteWritten(bytes.count)
        }
    }

    private func noteWritten(_ count: Int) {
        underWay -= count
        if isClosing, underWay == 0 { finishClosing() } else { flush() }
    }

    /// Writes what is left, then closes the channel.
    private func close() {
        guard let session, let channel = context?.channel, !isClosing else { return }
        isClosing = true
        let cut = channel.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in cut.cancel() }
        write(session.takeOutput(), on: channel)
        if underWay == 0 { finishClosing() }
    }

    /// Ends the input of the program, so that it can end by itself; what it still prints is read and ignored.
    private func finishClosing() {
        guard let channel = context?.channel else { return }
        channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
    }
}
