import NIOCore
import Postern

/// Cuts what a channel reads into frames, and writes what a peer has to say.
///
/// All frames of one read go to the peer at once, and everything that it says in answer leaves in one write.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let options: ConnectionOptions
    private var peer: Peer?
    private var executor: EventLoopExecutor?
    private var polling: PolledChannel?
    private var context: ChannelHandlerContext?
    /// Half a frame.
    private var rest: ByteBuffer?
    private var watch: ConnectionWatch
    private var watching: RepeatedTask?
    private var output = OutputMeter()
    private var isHandshakeDone = false
    private var isClosing = false

    /// How long the other side may take to close after everything was sent.
    private static let lingerTime = TimeAmount.seconds(1)

    /// Makes the handler of one channel.
    init(options: ConnectionOptions) {
        self.options = options
        watch = ConnectionWatch(options, now: .now())
    }

    /// Sets the peer, the executor of the loop and the busy polling; once, before the handler is put into the pipeline.
    func serve(_ peer: Peer, on executor: EventLoopExecutor, polling: PolledChannel?) {
        self.peer = peer
        self.executor = executor
        self.polling = polling
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(DisconnectReason(.lost, "The connection was not made"))
        self.context = nil
        peer = nil
        polling = nil
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
        if peer?.isConnected == false { close() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        watch.noteBytes(bytes.readableBytes)
        polling?.noteInput()
        if var started = rest.take() {
            started.discardReadBytes()
            started.writeBuffer(&bytes)
            bytes = started
        }
        guard let peer, peer.isConnected else { return }
        do {
            try read(&bytes, peer)
        } catch {
            let isTLS = !isHandshakeDone && ConnectionSecurity.isRecord(bytes)
            peer.transportClosed(isTLS ? DisconnectReason(.notSecured, "The other side speaks TLS") : error)
        }
    }

    private func read(_ bytes: inout ByteBuffer, _ peer: Peer) throws(DisconnectReason) {
        try readHandshake(&bytes, peer)
        if isHandshakeDone {
            let limit = options.limits.frameBytes
            pass(try FrameSplitter.wholeFrames(in: bytes.readableBytesUInt8Span, limit: limit), of: &bytes, peer)
        }
        if bytes.readableBytes > 0 { rest = bytes }
    }

    /// Takes one frame after the other, since what may follow is known only after it.
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
        executor?.turn { peer.receive(frames) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        watch.noteRead(hasHalfFrame: rest != nil)
        flushOutput()
        polling?.noteReadEnd()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
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

    /// Writes everything that waits, in one piece; what does not fit now waits until the other side has read.
    func flushOutput() {
        guard let context, let peer else { return }
        let channel = context.channel
        guard channel.isActive, channel.isWritable else { return }
        let output = peer.takeOutput()
        guard !output.isEmpty else { return }
        write(output, to: context, promise: nil)
        polling?.noteOutput()
    }

    private func write(_ bytes: [UInt8], to context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        output.noteWrite(bytes.count)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: promise)
    }

    /// Writes what is left, then closes the channel; one that is still being made is closed by ``begin()``.
    ///
    /// What is left is given up when it moves as slowly as cuts a connection.
    func close() {
        guard let context, context.channel.isActive, !isClosing else {
            if !isClosing { stopWatching() }
            return
        }
        isClosing = true
        let sent = context.eventLoop.makePromise(of: Void.self)
        write(peer?.takeOutput() ?? [], to: context, promise: sent)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        sent.futureResult.whenComplete { _ in bound.value.finishClosing() }
    }

    /// Closes the channel once everything was sent.
    ///
    /// Closing with input that was not read resets the connection, and the other side may lose the goodbye. So a peer
    /// that has proven itself has a moment to close first; what it still sends is read and dropped.
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
    }

    private func stopWatching() {
        watching?.cancel()
        watching = nil
    }

    private func checkTimes() {
        guard let peer, let channel = context?.channel else { return }
        // Copies: a property that is changed by what calls other modules is checked for exclusive access at every use.
        var (output, watch) = (output, watch)
        let reading = output.read(channel)
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
