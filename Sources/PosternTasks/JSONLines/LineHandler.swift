import NIOCore
import Postern

/// The channel handler that splits the output of a program into lines, and writes the output of its session.
final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    /// A function that runs a closure with the session on its event loop, then writes the output.
    ///
    /// It may be called on any thread.
    typealias Turn = @Sendable (@escaping @Sendable (LineSession) -> Void) -> Void

    private var lines = LineSplitter(limit: 0)
    private var limits = PeerLimits.standard
    private var session: LineSession?
    private var context: ChannelHandlerContext?
    /// The number of bytes that are not written to the system yet.
    private var underWay = 0
    private var isClosing = false

    /// The time that the program has to read the remaining output and to close its side.
    private static let lingerTime = TimeAmount.seconds(1)

    /// Returns the function by which tasks and other threads reach the session.
    ///
    /// It does nothing once the channel is closed.
    func turns(on loop: any EventLoop) -> Turn {
        let bound = NIOLoopBound(self, eventLoop: loop)
        return { step in loop.execute { bound.value.turn(step) } }
    }

    /// Sets the session; must be called once, before the handler is added to the pipeline.
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
            // The last line may be complete although its line feed is missing.
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

    /// Writes the output of the session in one piece if the channel is writable.
    ///
    /// Otherwise the output remains in the session until the program has read, where it counts towards the limits.
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

    /// Writes the remaining output, then closes the channel.
    private func close() {
        guard let session, let channel = context?.channel, !isClosing else { return }
        isClosing = true
        // Closes the channel by force when the program neither reads nor closes.
        let cut = channel.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in cut.cancel() }
        write(session.takeOutput(), on: channel)
        if underWay == 0 { finishClosing() }
    }

    /// Closes the output direction only, so that the program reads the end of its input and can exit.
    ///
    /// Its remaining output is read and ignored until it closes, or until the linger time is over.
    private func finishClosing() {
        guard let channel = context?.channel else { return }
        // Some channels cannot be half-closed.
        channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
    }
}
