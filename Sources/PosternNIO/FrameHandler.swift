import NIOCore
import Postern
import PosternLedger

/// Splits the input of a channel into frames for a peer, and writes the output of the peer.
///
/// The peer receives the frames of a read at once, but a large one by itself, and its answers are written together.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let options: ConnectionOptions
    private var peer: Peer?
    private var executor: EventLoopExecutor?
    private var polling: PolledChannel?
    private var context: ChannelHandlerContext?
    /// The received part of an incomplete frame.
    private var rest: PartialFrame?
    private var watch: ConnectionWatch
    private var watching: RepeatedTask?
    private var output = OutputMeter()
    /// The size of the incomplete frame, and that of the unsent output, which the peer has been notified of.
    private var noted = (input: 0, output: 0)
    private var isHandshakeDone = false
    private var isClosing = false

    /// The time in which the other side has to close after all output was sent.
    private static let lingerTime = TimeAmount.seconds(1)

    /// Creates the handler of one channel.
    init(options: ConnectionOptions) {
        self.options = options
        watch = ConnectionWatch(options, now: .now())
    }

    /// Sets the peer, the executor of the loop and the busy polling; once, before the handler is added to the pipeline.
    func serve(_ peer: Peer, on executor: EventLoopExecutor, polling: PolledChannel?) {
        (self.peer, self.executor, self.polling) = (peer, executor, polling)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // A channel on an adopted socket may be active already, and then there is no `channelActive`.
        if context.channel.isActive { begin() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    /// Ends the peer of a handler that leaves its pipeline, or was never added, and breaks their cycle.
    func leave() {
        end(DisconnectReason(.lost, "The connection was not made"))
        (context, peer, polling) = (nil, nil, nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        begin()
        context.fireChannelActive()
    }

    private func begin() {
        guard watching == nil, let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let period = watch.period
        polling?.begin()
        watching = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
            bound.value.checkTimes()
        }
        flushOutput()
        // The peer may have been closed while the channel was not active yet: `close()` did nothing then.
        if peer?.isConnected == false { close() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        watch.noteBytes(bytes.readableBytes)
        polling?.noteInput()
        if let started = rest.take() { complete(started, with: &bytes) }
        // Input after the end of the connection is read and discarded, see `finishClosing()`.
        guard let peer, peer.isConnected else { return }
        do {
            try read(&bytes, peer)
        } catch {
            peer.transportClosed((isHandshakeDone ? nil : ForeignProtocol.reason(for: bytes)) ?? error)
        }
    }

    private func read(_ bytes: inout ByteBuffer, _ peer: Peer) throws(DisconnectReason) {
        try readHandshake(&bytes, peer)
        if isHandshakeDone {
            let limit = options.limits.frameBytes
            pass(try FrameSplitter.wholeFrames(in: bytes.readableBytesUInt8Span, limit: limit), of: &bytes, peer)
        }
        if bytes.readableBytes > 0 { rest = PartialFrame(bytes) }
    }

    /// Puts a short part in front of the bytes, or moves the bytes of a large frame to it.
    private func complete(_ started: consuming PartialFrame, with bytes: inout ByteBuffer) {
        // Consumed, so that the buffer has one owner and is not copied when it changes.
        switch consume started {
        case .short(var buffer):
            // Otherwise the frames that were read already would stay in memory as long as a frame is incomplete.
            buffer.discardReadBytes()
            buffer.writeBuffer(&bytes)
            bytes = buffer
        case .large(let frame):
            frame.take(from: &bytes)
            guard let peer, peer.isConnected else { return }
            if frame.missing > 0 { rest = .large(frame) } else { pass(frame.bytes, to: peer) }
        }
    }

    /// Passes the frames of the handshake one by one: each decides which limit and which frames follow.
    private func readHandshake(_ bytes: inout ByteBuffer, _ peer: Peer) throws(DisconnectReason) {
        while !isHandshakeDone {
            let limit = peer.frameLimit
            let count = try FrameSplitter.firstFrame(in: bytes.readableBytesUInt8Span, limit: limit)
            guard count > 0 else { return }
            pass(count, of: &bytes, peer)
            isHandshakeDone = peer.isHandshakeDone
        }
    }

    private func pass(_ count: Int, of bytes: inout ByteBuffer, _ peer: Peer) {
        guard count > 0, let frames = bytes.readBytes(length: count) else { return }
        pass(frames, to: peer)
    }

    private func pass(_ frames: [UInt8], to peer: Peer) {
        // What is whole now is charged as arguments, if a handler keeps it.
        noteInput(0)
        executor?.turn { peer.receive(frames) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        watch.noteRead(hasHalfFrame: rest != nil)
        noteInput(rest?.byteCount ?? 0)
        flushOutput()
        polling?.noteReadEnd()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        noteOutput(context.channel)
        flushOutput()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(DisconnectReason(.lost, "The other side closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(ConnectionSecurity.reason(of: error))
        context.close(promise: nil)
    }

    /// Writes all pending output at once; does nothing while the channel is not writable.
    ///
    /// The peer keeps its output meanwhile, where its limits apply, instead of SwiftNIO, which has none.
    func flushOutput() {
        guard let context, let peer else { return }
        let channel = context.channel
        guard channel.isActive, channel.isWritable else { return }
        let output = peer.takeOutput()
        guard !output.isEmpty else { return }
        write(output, to: context, promise: nil)
        polling?.noteOutput()
    }

    private func write(_ frames: PeerOutput, to context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        output.noteWrite(frames.byteCount)
        frames.writeAndFlush(to: context, promise: promise)
        if frames.byteCount > MemoryLedger.step || noted.output > 0 { noteOutput(context.channel) }
    }

    /// Writes the remaining output, then closes the channel; a channel that is not active yet is closed by ``begin()``.
    ///
    /// The remaining output is discarded when the other side reads too slowly, by the rule of ``ConnectionWatch``.
    func close() {
        guard let context, context.channel.isActive, !isClosing else {
            if !isClosing { stopWatching() }
            return
        }
        isClosing = true
        let sent = context.eventLoop.makePromise(of: Void.self)
        write(peer?.takeOutput() ?? PeerOutput(), to: context, promise: sent)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        if peer?.disconnectReason?.kind == .tooMuchMemory {
            let channel = context.channel
            // What the channel holds is freed with it only. While the goodbye waited behind it, others would fill as much.
            let delay = OutputMeter.held(by: channel) > MemoryLedger.step ? 0 : 500
            context.eventLoop.scheduleTask(in: .milliseconds(Int64(delay))) { channel.close(promise: nil) }
        }
        sent.futureResult.whenComplete { _ in bound.value.finishClosing() }
    }

    /// Closes the channel after all output was sent.
    ///
    /// Closing a socket with unread input resets the connection, and the other side may lose the goodbye. So an
    /// authenticated peer has ``lingerTime`` to close first; its input is read and discarded meanwhile.
    private func finishClosing() {
        stopWatching()
        guard let context, context.channel.isActive else { return }
        let channel = context.channel
        guard isHandshakeDone else { return context.close(promise: nil) }
        let cut = context.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in cut.cancel() }
        context.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
    }

    private func end(_ reason: DisconnectReason) {
        stopWatching()
        polling?.end()
        peer?.transportClosed(reason)
        rest = nil
        peer?.endAccount()
    }

    private func stopWatching() {
        watching?.cancel()
        watching = nil
    }

    private func checkTimes() {
        guard let peer, let channel = context?.channel else { return }
        // Local copies: the compiler checks every access to a class property for exclusivity when calls into other
        // modules change it.
        var (output, watch) = (output, watch)
        let reading = output.read(channel)
        noteOutput(reading.held)
        let isStuck = isClosing && watch.isStuck(.now(), reading)
        let verdict =
            isClosing ? .nothing : watch.check(now: .now(), isHandshakeDone: peer.isHandshakeDone, output: reading)
        (self.output, self.watch) = (output, watch)
        if isStuck { channel.close(promise: nil) }
        switch verdict {
        case .nothing: break
        case .ping: peer.ping()
        case .close(let reason): peer.transportClosed(reason)
        }
    }
}

/// The memory that the connection makes this process hold.
extension FrameHandler {
    /// Notifies the peer of the size of the incomplete frame, if it is large or was.
    private func noteInput(_ byteCount: Int) {
        guard byteCount >= MemoryLedger.step || noted.input > 0 else { return }
        noted.input = byteCount
        peer?.noteIncomplete(byteCount)
    }

    private func noteOutput(_ channel: any Channel) { noteOutput(OutputMeter.held(by: channel)) }

    /// Notifies the peer of the size of the output that the channel holds, if it is large or was.
    private func noteOutput(_ byteCount: Int) {
        guard byteCount >= MemoryLedger.step || noted.output > 0 else { return }
        noted.output = byteCount
        peer?.noteBuffered(byteCount)
    }
}
