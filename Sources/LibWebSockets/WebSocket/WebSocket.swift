import CLibWebSockets
package import PosternLedger
import PosternPacing

/// A WebSocket connection.
///
/// Everything that is sent during one turn of the loop is written with one system call at its end, or a few turns later
/// if it is much. All members must be used on the loop's thread.
@safe
package final class WebSocket: Flushable {
    /// The loop that owns the connection.
    package let loop: EventLoop
    /// The limits and timeouts, with clamped timeouts.
    package let limits: WebSocketLimits
    /// The address of the peer, without the port.
    package var remoteAddress: String { client.address }
    /// The peer, with its place among the connections of its address.
    private var client: HTTPClient
    /// The close code that the peer sent; 1005 if its close frame had none, 1006 without a close frame.
    package private(set) var remoteCloseCode: UInt16 = 1006

    enum State { case opening, open, closing, closed }
    var state = State.opening
    /// The `lws` of the connection, from the handshake until the connection has closed.
    var connection: OpaquePointer?
    var handler: (any WebSocketHandler)?
    var message = MessageAssembly()
    /// The frames that have not been passed to libwebsockets.
    var output = WebSocketOutput()
    /// The number of bytes of the output that the peer has not requested: events, progress, calls to the peer.
    private var unsolicitedBytes = 0
    private(set) var isDirty = false
    var isPostponed = false
    /// The number of bytes that were passed to libwebsockets, which could not send all of them at once.
    var heldBytes = 0
    /// Whether output waits for the writable callback, since the socket's buffer is full.
    var isAwaitingWritable = false
    var outgoing = TransferPace()
    var progress = SocketProgress()
    /// The number of acknowledged bytes when the pong was checked last.
    var acknowledged: UInt64 = 0
    /// The time of the last input, in milliseconds of the loop's clock.
    var lastInput: UInt64
    var awaited: Awaited = .firstMessage
    /// The number of bytes that were read from the connection before its first frame.
    private let bytesBeforeFrames: Int
    /// The size of this side's close frame, the last part of the output, until it has been written.
    private var closeFrameBytes = 0
    var closeDeadline = UInt64.max
    /// The budgets that the memory held for the connection counts against.
    private let memory: MemoryBudgets
    /// The account of the connection, created on first use: many connections only make short calls.
    private(set) var openedAccount: MemoryAccount?
    /// The size of the unsent output that was charged last, in bytes.
    var chargedOutput = 0
    /// Whether the connection was cut because it holds too much memory.
    var isCut = false

    /// The input that is being waited for.
    ///
    /// One byte holds both flags, because it is read and written for each message.
    struct Awaited: OptionSet {
        let rawValue: UInt8
        /// A ping was sent, and no input has arrived since.
        static let pong = Awaited(rawValue: 1)
        /// No input has arrived at all.
        static let firstMessage = Awaited(rawValue: 2)
    }

    /// Whether messages can be sent.
    package var isOpen: Bool { state == .open }
    /// Whether the handshake has been completed at some time.
    var wasOpened: Bool { state != .opening }
    /// The number of unsent bytes.
    package var queuedBytes: Int { waitingBytes + heldBytes }
    // Of members of the output: a property of the whole output would retain its arrays.
    @inline(__always)
    var waitingBytes: Int { output.earlierCount + max(0, output.bytes.count - WebSocketOutput.prefix) }

    /// The time for sending a close frame whose response is not waited for.
    private static let farewellMilliseconds: UInt64 = 100

    /// Creates a WebSocket in the opening state.
    ///
    /// - Parameters:
    ///   - loop: The loop of the connection.
    ///   - limits: The limits and timeouts.
    ///   - memory: The budgets of the connection and the process.
    ///   - client: The peer, with its place among the connections of its address.
    ///   - bytesBeforeFrames: The number of bytes that were read from the connection before its first frame.
    ///   - handler: The handler, which is retained until the connection has closed.
    init(
        loop: EventLoop,
        limits: WebSocketLimits,
        memory: MemoryBudgets,
        client: HTTPClient,
        bytesBeforeFrames: Int,
        handler: any WebSocketHandler
    ) {
        self.loop = loop
        self.memory = memory
        self.bytesBeforeFrames = bytesBeforeFrames
        self.limits = limits.withClampedTimes
        self.client = client
        self.handler = handler
        lastInput = loop.milliseconds
    }

    // MARK: Sending

    /// Whether unsent output exceeds ``WebSocketLimits/maximumQueuedBytes``.
    ///
    /// Once it has been written, ``WebSocketHandler/outputDrained(_:)`` is called.
    package private(set) var isCrowded = false

    /// The account of the memory that the connection makes this process hold.
    package var account: MemoryAccount {
        if let openedAccount { return openedAccount }
        let account = memory.account(cutting: self, on: loop, of: client.memoryAddress)
        openedAccount = account
        return account
    }

    /// Returns a further tally of the connection, for memory that other threads change.
    ///
    /// It retains the connection until its end.
    package func makeTally() -> MemoryTally { memory.tally(cutting: self, on: loop, of: client.memoryAddress) }

    /// Sends the text that `body` appends as one message; sends nothing if there is none.
    ///
    /// - Parameters:
    ///   - isAnswer: Whether the peer has requested the message. Such messages have a larger limit of unsent output.
    ///   - body: A function that appends the message.
    package func sendText(isAnswer: Bool = false, _ body: (inout [UInt8]) -> Void) {
        append(.text, isAnswer: isAnswer, body)
    }

    /// Sends a text that the peer has requested, in pieces that have more than 65,535 bytes together.
    ///
    /// Large pieces are not copied.
    package func sendText(_ pieces: [[UInt8]]) {
        guard state == .open else { return }
        reserve()
        WebSocketFrame.appendLongHeader(payload: pieces.reduce(0) { $0 + $1.count }, to: &output.bytes)
        for piece in pieces { output.append(piece) }
        markDirty()
        limitOutput()
    }

    /// Sends one message, which may be empty.
    package func send(_ message: Span<UInt8>, isBinary: Bool) {
        append(isBinary ? .binary : .text, keepsEmpty: true) { $0.append(contentsOf: message) }
    }

    /// Sends a close frame after the unsent output, and waits for the peer's close frame for a limited time.
    ///
    /// - Parameters:
    ///   - code: A close code that may be sent (RFC 6455 section 7.4).
    ///   - reason: A text for people, truncated to 123 bytes.
    ///   - droppingQueued: Whether unsent output is discarded, for a peer that does not receive it.
    package func close(code: UInt16, reason: String, droppingQueued: Bool = false) {
        guard state == .open else { return }
        handler?.willClose(self, code: code, reason: reason)
        beginClosing()
        // Not dirty any more, so that the close frame does not wait where much output was postponed to.
        if droppingQueued { (output, isCrowded, isDirty) = (WebSocketOutput(), false, false) }
        appendClose(code: code, reason: reason)
        markDirty()
    }

    private func appendClose(code: UInt16, reason: String) {
        reserve()
        let start = output.bytes.count
        WebSocketFrame.appendClose(code: code, reason: reason, to: &output.bytes)
        closeFrameBytes = output.bytes.count - start
    }

    func append(
        _ kind: WebSocketFrame.Kind,
        keepsEmpty: Bool = false,
        isAnswer: Bool = false,
        _ body: (inout [UInt8]) -> Void
    ) {
        guard state == .open else { return }
        reserve()
        // The count of responses is not needed, and each use of `output` costs a check for exclusive access.
        let start = isAnswer ? 0 : output.bytes.count
        WebSocketFrame.append(kind, to: &output.bytes, keepsEmpty: keepsEmpty, body: body)
        markDirty()
        if !isAnswer {
            unsolicitedBytes += output.bytes.count - start
            if waitingBytes > EventLoop.longBytes { passOn() }
        }
        limitOutput()
    }

    @inline(__always)
    private func limitOutput() { if waitingBytes > limits.maximumQueuedBytes { limitMuchOutput() } }

    /// Charges the output, and notifies the handler if it is too much.
    @inline(never)
    private func limitMuchOutput() {
        isCrowded = true
        output.endPiece()
        chargeOutput()
        // Bytes that libwebsockets holds do not count: they may be a single large response that is being sent.
        let isTooMuch = unsolicitedBytes > limits.maximumQueuedBytes || waitingBytes > limits.maximumAnswerBytes
        guard isTooMuch else { return }
        // Whether the peer reads is known only once the output has been passed to the system, which may be postponed.
        if !isBlocked { flush() }
        if isBlocked { handler?.fellBehind(self) }
    }

    /// Whether the socket's buffer is full, even if the only unsent frame is a pong of libwebsockets.
    var isBlocked: Bool {
        guard let connection = unsafe connection else { return false }
        return unsafe isAwaitingWritable || lws_partial_buffered(connection) != 0
    }

    private func reserve() {
        if output.bytes.isEmpty { output.bytes = loop.outputBuffers.take() }
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

    func endTurn() {
        // The flag is asked first, since it costs no check for exclusive access.
        if isCrowded, waitingBytes > EventLoop.muchBytes { loop.postpone(self) } else { flush() }
    }

    /// Writes the collected output, unless the socket's buffer is full.
    func flush() {
        isDirty = false
        let count = waitingBytes
        guard let connection = unsafe connection, count > 0 else { return }
        // While libwebsockets holds bytes it does not accept more.
        guard unsafe lws_partial_buffered(connection) == 0 else {
            chargeOutput()
            return waitForWritable()
        }
        guard unsafe write(to: connection) else { return kill() }
        isAwaitingWritable = false
        unsolicitedBytes = 0
        heldBytes = 0
        // libwebsockets always takes all of the output, and keeps what the socket's buffer has no room for.
        if unsafe lws_partial_buffered(connection) != 0 {
            heldBytes = count
            waitForWritable()
        }
        if heldBytes + chargedOutput > 0 { chargeOutput() }
        guard isCrowded else { return }
        isCrowded = false
        handler?.outputDrained(self)
    }

    /// Defers the output to the writable callback, before which libwebsockets writes its pending pong.
    private func requestPongWrite() {
        guard let connection = unsafe connection else { return }
        // Marked without being on the loop's list, so that the end of the turn does not flush it first.
        isDirty = true
        unsafe lws_callback_on_writable(connection)
    }

    private func waitForWritable() {
        guard let connection = unsafe connection else { return }
        isAwaitingWritable = true
        unsafe lws_callback_on_writable(connection)
    }

    // MARK: Called by the context

    /// Handles the completed handshake.
    func opened(_ connection: OpaquePointer) {
        unsafe self.connection = connection
        state = .open
        handler?.opened(self)
    }

    /// Handles a piece of a message.
    ///
    /// - Returns: `false` to close the connection at once.
    func receive(_ bytes: Span<UInt8>, _ piece: MessagePiece) -> Bool {
        let isFirst = noteInput().contains(.firstMessage)
        // Not if this connection already has output for the turn: the responses to one read are written together.
        if !isDirty { loop.noteMessage() }
        if isFirst { checkMask(of: bytes.count, in: bytes.count + piece.remaining) }
        guard state == .open else { return true }
        // The usual case: a message in one piece is passed on in the buffer of libwebsockets, without a copy.
        if piece.isFirst, piece.isFinal, bytes.count <= limits.maximumMessageBytes {
            handler?.received(bytes, isBinary: piece.isBinary, on: self)
            return true
        }
        if piece.isFirst {
            message.begin(with: loop.messageBuffers.take(), isBinary: piece.isBinary, now: loop.milliseconds)
        }
        switch message.add(bytes, piece, limits: limits) {
        case .incomplete: chargeInput()
        case .complete:
            var whole = message.take()
            chargeInput()
            // A ping between the frames must be answered before the message is.
            if whole.frames > 1 { requestPongWrite() }
            handler?.received(whole.bytes.span, isBinary: whole.isBinary, on: self)
            loop.messageBuffers.recycle(exchange(&whole.bytes, with: []))
        case .refused(let code, let reason):
            chargeInput()
            close(code: code, reason: reason)
        }
        return true
    }

    /// Handles the writable callback: bytes that libwebsockets held have been sent.
    func becameWritable() {
        guard let connection = unsafe connection else { return }
        if unsafe lws_partial_buffered(connection) == 0 {
            heldBytes = 0
            isAwaitingWritable = false
        }
        flush()
        if chargedOutput > queuedBytes { chargeOutput() }
    }

    /// Records that a pong or a piece of a message has arrived.
    ///
    /// - Returns: The input that was being waited for.
    @discardableResult
    private func noteInput() -> Awaited {
        lastInput = loop.milliseconds
        return exchange(&awaited, with: [])
    }

    /// Handles a pong.
    func receivePong() { noteInput() }

    /// Closes the connection if the number of received bytes proves that the first frame had no mask.
    private func checkMask(of piece: Int, in payload: Int) {
        guard let connection = unsafe connection else { return }
        let bytes = unsafe Int(clamping: postern_bytes_read(lws_get_socket_fd(connection))) - bytesBeforeFrames
        if ClientMask.isMissing(piece, of: payload, in: bytes) { close(code: 1002, reason: "frame without a mask") }
    }

    /// Handles a close frame of the peer.
    ///
    /// An invalid close frame is answered by one with the matching error code.
    ///
    /// - Returns: Whether libwebsockets must respond by echoing the close code.
    func receiveClose(_ payload: Span<UInt8>) -> Bool {
        remoteCloseCode = payload.count < 2 ? 1005 : UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard state == .open else { return false }
        beginClosing()
        if payload.count == 1 { appendClose(code: 1002, reason: "close code of one byte") }
        if !payload.holdsValidReason { appendClose(code: 1007, reason: "close reason is not UTF-8") }
        return closeFrameBytes == 0
    }

    /// Handles the decision of libwebsockets to close the connection: unsent output is written, then its close frame.
    func isBeingClosed() {
        guard let connection = unsafe connection else { return }
        let wasOpen = state == .open
        beginClosing()
        let hasReason = unsafe lws_get_close_length(connection) > 0
        if wasOpen, !hasReason, unsafe !Socket.hasEnded(lws_get_socket_fd(connection)) {
            // For some violations of the protocol, such as control frames that are too long, libwebsockets sets no
            // close code. The start of the next frame is unknown then, so no response is waited for.
            unsafe lws_close_reason(connection, LWS_CLOSE_STATUS_PROTOCOL_ERR, nil, 0)
            closeDeadline = loop.milliseconds + Self.farewellMilliseconds
        }
        // Only one close frame may be sent, and libwebsockets sends its own.
        if unsafe lws_get_close_length(connection) > 0 { output.removeLast(closeFrameBytes) }
        if waitingBytes > 0, unsafe lws_partial_buffered(connection) == 0 { _ = unsafe write(to: connection) }
        output.removeAll()
    }

    /// Handles the end of the connection.
    func closed() {
        unsafe connection = nil
        state = .closed
        client.releasePlaces()
        output.removeAll()
        heldBytes = 0
        message = MessageAssembly()
        handler?.closed(self)
        handler = nil
        closeAccount()
    }
}
