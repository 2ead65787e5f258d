import CLibWebSockets
import PosternPacing

/// One open WebSocket connection.
///
/// All members belong to the thread of its loop.
///
/// Output is gathered: everything sent during one turn of the loop leaves in one system call at its end.
@safe
package final class WebSocket: Flushable {
    /// The loop that owns the connection.
    package let loop: EventLoop
    /// The limits and times in force.
    package let limits: WebSocketLimits
    /// The address of the other end, without its port.
    package let remoteAddress: String
    /// The close code that the other end sent; 1005 when it sent none, 1006 when it just went.
    package private(set) var remoteCloseCode: UInt16 = 1006

    private enum State { case opening, open, closing, closed }
    private var state = State.opening
    private var connection: OpaquePointer?
    private var handler: (any WebSocketHandler)?
    private var message = MessageAssembly()
    private var output: [UInt8] = []
    /// Bytes of the output that answers no message: events, progress, calls to the other end.
    private var unsolicitedBytes = 0
    private var isDirty = false
    /// Bytes that libwebsockets took and could not send at once.
    private var heldBytes = 0
    /// Whether the connection takes no more of the output.
    private var isAwaitingWritable = false
    private var outgoing = TransferPace()
    private var progress = SocketProgress()
    /// What had been acknowledged when a pong was last waited for.
    private var acknowledged: UInt64 = 0
    private var lastInput: UInt64
    private var awaited: Awaited = .firstMessage
    /// Bytes that were read from the connection before its first frame.
    private let bytesBeforeFrames: Int
    /// Bytes of our close frame, the last of the output, while it waits there.
    private var closeFrameBytes = 0
    private var closeDeadline = UInt64.max

    /// What the next input is looked at for.
    private struct Awaited: OptionSet {
        let rawValue: UInt8
        /// A ping was sent, and nothing has come since.
        static let pong = Awaited(rawValue: 1)
        /// Nothing has come at all.
        static let firstMessage = Awaited(rawValue: 2)
    }

    /// Whether messages can be sent.
    package var isOpen: Bool { state == .open }
    /// Whether the handshake was ever done.
    var wasOpened: Bool { state != .opening }
    /// Bytes that wait to be sent.
    package var queuedBytes: Int { waitingBytes + heldBytes }
    private var waitingBytes: Int { max(0, output.count - Self.prefix) }

    /// How long a close frame may take to leave where no answer to it is waited for.
    private static let farewellMilliseconds: UInt64 = 100
    /// Bytes in front of the output that libwebsockets may write to.
    static let prefix = Int(postern_write_prefix())

    /// Makes the WebSocket of a connection from which some bytes were read before its first frame.
    init(
        loop: EventLoop,
        limits: WebSocketLimits,
        remoteAddress: String,
        bytesBeforeFrames: Int,
        handler: any WebSocketHandler
    ) {
        self.loop = loop
        self.bytesBeforeFrames = bytesBeforeFrames
        self.limits = limits.withClampedTimes
        self.remoteAddress = remoteAddress
        self.handler = handler
        lastInput = loop.milliseconds
    }

    // MARK: Sending

    /// Whether more output waits than ``WebSocketLimits/maximumQueuedBytes``.
    ///
    /// Once it has left, ``WebSocketHandler/outputDrained(_:)`` is called.
    package var isCrowded: Bool { waitingBytes > limits.maximumQueuedBytes }

    /// Whether an answer of some bytes may wait behind the output that waits now.
    ///
    /// Always while the connection takes output: an answer does not wait for long then.
    package func hasRoom(forAnswer byteCount: Int) -> Bool {
        !isBlocked || waitingBytes <= limits.maximumAnswerBytes / 4 * 3 - byteCount
    }

    /// Sends one text message: whatever `body` appends, nothing when it appends nothing.
    ///
    /// - Parameters:
    ///   - isAnswer: Whether the other end has asked for it: such a message may wait behind others.
    ///   - body: Appends the message.
    package func sendText(isAnswer: Bool = false, _ body: (inout [UInt8]) -> Void) {
        append(.text, isAnswer: isAnswer, body)
    }

    /// Sends one message as it stands, also an empty one.
    package func send(_ message: Span<UInt8>, isBinary: Bool) {
        append(isBinary ? .binary : .text, keepsEmpty: true) { $0.append(contentsOf: message) }
    }

    /// Sends a close frame after what was sent before, and waits a while for its answer.
    ///
    /// - Parameters:
    ///   - code: A code that may be sent (RFC 6455 section 7.4).
    ///   - reason: For people; cut at 123 bytes.
    ///   - droppingQueued: Leaves out what still waits, for a reader that will not take it.
    package func close(code: UInt16, reason: String, droppingQueued: Bool = false) {
        guard state == .open else { return }
        handler?.willClose(self, code: code, reason: reason)
        beginClosing()
        if droppingQueued { output.removeLast(waitingBytes) }
        appendClose(code: code, reason: reason)
        markDirty()
    }

    private func appendClose(code: UInt16, reason: String) {
        reserve()
        let start = output.count
        WebSocketFrame.appendClose(code: code, reason: reason, to: &output)
        closeFrameBytes = output.count - start
    }

    private func append(
        _ kind: WebSocketFrame.Kind,
        keepsEmpty: Bool = false,
        isAnswer: Bool = false,
        _ body: (inout [UInt8]) -> Void
    ) {
        guard state == .open else { return }
        reserve()
        // Only where it is needed: each use of the output is checked for exclusive access.
        let start = isAnswer ? 0 : output.count
        WebSocketFrame.append(kind, to: &output, keepsEmpty: keepsEmpty, body: body)
        markDirty()
        if !isAnswer { unsolicitedBytes += output.count - start }
        guard isCrowded else { return }
        // What libwebsockets holds does not count: it may be one large answer that is on its way.
        let isTooMuch = unsolicitedBytes > limits.maximumQueuedBytes || waitingBytes > limits.maximumAnswerBytes
        if isTooMuch, isBlocked { handler?.fellBehind(self) }
    }

    /// Whether the connection takes no more; also when only a pong of libwebsockets is stuck.
    private var isBlocked: Bool {
        guard let connection = unsafe connection else { return false }
        return unsafe isAwaitingWritable || lws_partial_buffered(connection) != 0
    }

    private func reserve() {
        if output.isEmpty { output = loop.outputBuffers.take() }
    }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.markDirty(self)
    }

    private func beginClosing() {
        guard state == .open else { return }
        state = .closing
        closeDeadline = loop.milliseconds + limits.closeMilliseconds
    }

    /// Writes what was gathered, unless the connection takes nothing at the moment.
    func flush() {
        isDirty = false
        guard let connection = unsafe connection, output.count > Self.prefix else { return }
        guard unsafe lws_partial_buffered(connection) == 0 else { return waitForWritable() }
        let (count, wasCrowded) = (waitingBytes, isCrowded)
        guard unsafe write(to: connection) else { return kill() }
        isAwaitingWritable = false
        unsolicitedBytes = 0
        heldBytes = 0
        if unsafe lws_partial_buffered(connection) != 0 {
            heldBytes = count
            waitForWritable()
        }
        if wasCrowded { handler?.outputDrained(self) }
    }

    /// Passes the output to libwebsockets; `false` when the connection is broken.
    @inline(__always)
    private func write(to connection: OpaquePointer) -> Bool {
        let count = waitingBytes
        let written = unsafe output.withUnsafeMutableBufferPointer { buffer -> Int32 in
            guard let start = buffer.baseAddress else { return 0 }
            return unsafe lws_write(connection, start + Self.prefix, count, LWS_WRITE_HTTP)
        }
        loop.outputBuffers.recycle(exchange(&output, with: []))
        return written >= 0
    }

    /// Lets libwebsockets write what it has to before anything of ours.
    private func requestPongWrite() {
        guard let connection = unsafe connection else { return }
        isDirty = true
        unsafe lws_callback_on_writable(connection)
    }

    private func waitForWritable() {
        guard let connection = unsafe connection else { return }
        isAwaitingWritable = true
        unsafe lws_callback_on_writable(connection)
    }

    // MARK: Called by the context

    func opened(_ connection: OpaquePointer) {
        unsafe self.connection = connection
        state = .open
        handler?.opened(self)
    }

    /// Takes a piece of a message; `false` closes the connection at once.
    func receive(_ bytes: Span<UInt8>, _ piece: MessagePiece) -> Bool {
        let isFirst = noteInput().contains(.firstMessage)
        if !isDirty { loop.flushIfMany() }
        // Of a frame that comes in pieces libwebsockets may have taken more than it has passed on.
        if isFirst, piece.remaining == 0 { checkMask(payload: bytes.count) }
        guard state == .open else { return true }
        if piece.isFirst, piece.isFinal, bytes.count <= limits.maximumMessageBytes {
            handler?.received(bytes, isBinary: piece.isBinary, on: self)
            return true
        }
        if piece.isFirst {
            message.begin(with: loop.messageBuffers.take(), isBinary: piece.isBinary, now: loop.milliseconds)
        }
        switch message.add(bytes, piece, limits: limits) {
        case .incomplete: break
        case .complete:
            var whole = message.take()
            // A ping between two frames is answered before the message that they make.
            if whole.frames > 1 { requestPongWrite() }
            handler?.received(whole.bytes.span, isBinary: whole.isBinary, on: self)
            loop.messageBuffers.recycle(exchange(&whole.bytes, with: []))
        case .refused(let code, let reason): close(code: code, reason: reason)
        }
        return true
    }

    /// What was held back has left.
    func becameWritable() {
        guard let connection = unsafe connection else { return }
        if unsafe lws_partial_buffered(connection) == 0 {
            heldBytes = 0
            isAwaitingWritable = false
        }
        flush()
    }

    /// A pong or a piece of a message has arrived.
    ///
    /// - Returns: What was awaited; one access, since each message passes here.
    @discardableResult
    private func noteInput() -> Awaited {
        lastInput = loop.milliseconds
        return exchange(&awaited, with: [])
    }

    func receivePong() { noteInput() }

    /// Closes when the first frame of the first message had no mask, as far as the bytes that have arrived show it.
    private func checkMask(payload: Int) {
        guard let connection = unsafe connection else { return }
        let bytes = unsafe Int(clamping: postern_bytes_read(lws_get_socket_fd(connection))) - bytesBeforeFrames
        if ClientMask.isMissing(payload: payload, of: bytes) { close(code: 1002, reason: "frame without a mask") }
    }

    /// The other end closes; `true` asks for the answer that the protocol demands.
    ///
    /// A close that breaks the protocol is answered by one of ours that says so.
    func receiveClose(_ payload: Span<UInt8>) -> Bool {
        remoteCloseCode = payload.count < 2 ? 1005 : UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard state == .open else { return false }
        beginClosing()
        if payload.count == 1 { appendClose(code: 1002, reason: "close code of one byte") }
        if !payload.holdsValidReason { appendClose(code: 1007, reason: "close reason is not UTF-8") }
        return closeFrameBytes == 0
    }

    /// libwebsockets ends the connection by itself: what was answered before leaves, then a close frame.
    func isBeingClosed() {
        guard let connection = unsafe connection else { return }
        let wasOpen = state == .open
        beginClosing()
        let hasReason = unsafe lws_get_close_length(connection) > 0
        if wasOpen, !hasReason, unsafe !Socket.hasEnded(lws_get_socket_fd(connection)) {
            // Some frames that break the protocol are given up without a reason, as control frames that are too long.
            // Where the next frame begins is not known then, so no answer is waited for.
            unsafe lws_close_reason(connection, LWS_CLOSE_STATUS_PROTOCOL_ERR, nil, 0)
            closeDeadline = loop.milliseconds + Self.farewellMilliseconds
        }
        if unsafe lws_get_close_length(connection) > 0 { output.removeLast(min(closeFrameBytes, waitingBytes)) }
        if waitingBytes > 0, unsafe lws_partial_buffered(connection) == 0 { _ = unsafe write(to: connection) }
        output = []
    }

    func closed() {
        unsafe connection = nil
        state = .closed
        output = []
        handler?.closed(self)
        handler = nil
    }

    // MARK: Time

    /// Sends pings and ends what takes too long; called a few times a second.
    func checkTime(_ now: UInt64) {
        let isStalled = isStalled(now)
        if state == .closing, now >= closeDeadline, isStalled || !isAwaitingWritable { return kill() }
        guard state == .open else { return }
        if isStalled {
            handler?.fellBehind(self)
        } else if message.isTooSlow(now, limits: limits) {
            close(code: 1008, reason: "message takes too long")
        } else if awaited.contains(.pong), !isPingUnderWay(now), now - lastInput > limits.silenceMilliseconds {
            handler?.wentSilent(self)
            // Who is silent will not answer the close either.
            if state == .closing { closeDeadline = now }
        } else if !awaited.contains(.pong), now - lastInput > limits.pingMilliseconds {
            awaited.insert(.pong)
            // With something in it: libwebsockets does not tell of an empty pong.
            append(.ping) { $0.append(UInt8(ascii: "?")) }
        }
    }

    /// Whether output waits that the other end does not take, or not fast enough.
    private func isStalled(_ now: UInt64) -> Bool {
        guard isAwaitingWritable, let connection = unsafe connection else {
            outgoing.end()
            return false
        }
        let moved = unsafe progress.read(lws_get_socket_fd(connection))
        let demand = TransferPace.Demand(patience: limits.stallMilliseconds, bytesPerSecond: limits.minimumRate)
        return outgoing.check(moved: moved, at: now, demand) != .moves
    }

    /// Whether a ping has not arrived yet, as it is behind output that moves; the time for its pong then begins anew.
    private func isPingUnderWay(_ now: UInt64) -> Bool {
        guard let connection = unsafe connection else { return false }
        let descriptor = unsafe lws_get_socket_fd(connection)
        let moved = exchange(&acknowledged, with: progress.read(descriptor))
        guard acknowledged > moved, isAwaitingWritable || SocketProgress.unacknowledgedBytes(descriptor) > 0 else {
            return false
        }
        lastInput = now - limits.pingMilliseconds
        return true
    }

    /// Ends the connection without waiting for the other end.
    ///
    /// The timeout alone would wait until something else happens in libwebsockets; the end of the socket does not.
    func kill() {
        guard let connection = unsafe connection else { return }
        unsafe lws_set_timeout(connection, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC)
        Socket.end(unsafe lws_get_socket_fd(connection))
    }
}

extension Span<UInt8> {
    /// Whether what stands behind a close code is valid UTF-8 (RFC 6455 section 7.1.6).
    fileprivate var holdsValidReason: Bool {
        guard count > 2 else { return true }
        return (try? UTF8Span(validating: extracting(2..<count))) != nil
    }
}
