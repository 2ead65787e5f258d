import PosternAdmission
import PosternLedger
import PosternPacing

/// An HTTP/1 connection, which serves its requests one after the other.
///
/// It owns its descriptor until it closes it or transfers it to libwebsockets. All members must be used on the loop's
/// thread.
final class HTTPConnection: PollOwner, Flushable {
    let loop: EventLoop
    /// Whether the peer is a trusted proxy.
    let isProxy: Bool
    /// The client, of which a trusted proxy names another one with each request.
    var client: HTTPClient
    /// The position among the connections without a complete request; `nil` after the first one.
    var silence: ArrivalOrder<HTTPConnection>.Ticket?
    let descriptor: Int32
    let worker: ServerWorker
    var poll: PollHandle?
    var state = State.readingHead
    var input: [UInt8] = []
    /// The number of bytes that have been read from the connection.
    private(set) var received = 0
    var output = HTTPOutput()
    /// The exchange of the current request, from the time that the request is complete.
    var exchange: HTTPExchange?
    /// The header fields that the service adds to each response to the current request.
    var fields = PreparedFields.none
    /// The number of requests so far.
    var requests = 0
    var closesAfterAnswer = false
    /// Whether the current request came from an HTTP/1.0 client.
    var isHTTP10 = false
    /// Whether the client has closed its sending direction.
    var inputHasEnded = false
    /// The time at which the current state expires, in milliseconds of the loop's clock.
    var deadline: UInt64
    /// The number of bytes of an incomplete head that the parser has searched; 0 before its first byte.
    var searched = 0
    /// Whether the next pipelined request waits until output has been sent.
    private var isProcessingPaused = false
    private(set) var isDirty = false
    var isPostponed = false
    /// Whether the socket's buffer was full when output was sent last.
    private(set) var hasOutputWaited = false
    /// Whether unsent output has exceeded its limit, and has not been sent completely since.
    var isCrowded = false
    /// The pace at which the body of the current request arrives.
    private var incoming = TransferPace()
    /// The pace at which the client receives the unsent output.
    private var outgoing = TransferPace()
    private var progress = SocketProgress()
    /// The account of the connection, created on first use.
    var openedAccount: MemoryAccount?
    /// The size of the unsent output that was charged last, in bytes.
    var chargedOutput = 0

    enum State {
        case readingHead
        // Rare cases with large values are boxed, so that an assignment of the state copies little.
        indirect case readingBody(RequestBody)
        case answering
        case streaming
        /// A WebSocket is opened once earlier responses have been sent.
        indirect case upgrading(WebSocketUpgrade)
        /// The last response has been sent or is being sent, and further input is discarded.
        ///
        /// To close a socket with unread input would reset the connection, and the client could lose the response.
        case lingering
        case closed
    }

    private static let lingerMilliseconds: UInt64 = 2_000

    init(descriptor: Int32, client: HTTPClient, isProxy: Bool, worker: ServerWorker) {
        self.descriptor = descriptor
        self.worker = worker
        loop = worker.loop
        self.client = client
        self.isProxy = isProxy
        deadline = loop.milliseconds + worker.limits.headMilliseconds
    }

    /// Starts to read.
    ///
    /// - Returns: `false` if the system cannot watch the descriptor, which the caller must close then.
    func start() -> Bool {
        poll = unsafe PollHandle(watching: descriptor, on: loop.raw.pointer, for: self)
        poll?.watch(readable: true, writable: false)
        return poll != nil
    }

    // MARK: Reading

    func descriptorIsReady(readable: Bool, writable: Bool, failed: Bool) {
        if failed { return close() }
        if writable { flush() }
        if readable { read() }
    }

    func read() {
        guard isReading else { return pauseReading() }
        if case .lingering = state { input.removeAll(keepingCapacity: true) }
        switch worker.readBuffer.receive(from: descriptor, into: &input) {
        case .wouldWait: return
        case .failed: return close()
        case .ended: return endInput()
        case .bytes(let count): received += count
        }
        switch state {
        case .readingHead, .readingBody: process()
        case .answering: if !isReading { pauseReading() }
        // No request can be pipelined behind a stream, so input means that the client no longer reads it.
        case .streaming: close()
        case .upgrading, .lingering, .closed: break
        }
    }

    /// Whether input is read in the current state.
    ///
    /// Input behind a handshake is for libwebsockets. Pipelined requests stay in the socket's buffer once enough of
    /// them have been read.
    private var isReading: Bool {
        switch state {
        case .upgrading, .closed: false
        case .answering: !inputHasEnded && input.count <= worker.limits.maximumPipelinedBytes
        default: !inputHasEnded
        }
    }

    /// Stops reading until the next output has been sent.
    private func pauseReading() { poll?.watch(readable: false, writable: !output.isEmpty) }

    /// Whether reading is paused, so that a reset of the connection is detected only by a query of the socket.
    var isInputPaused: Bool {
        if case .answering = state { !isReading } else { false }
    }

    /// Whether the client sends requests faster than it reads the responses; then its input is not read.
    private var hasOutputBacklog: Bool { output.count > worker.limits.maximumPipelinedBytes }

    /// Processes the complete requests of the input, each as soon as the one before it has been answered.
    func process() {
        isProcessingPaused = false
        while !isProcessingPaused, takeRequest() {}
        if inputHasEnded, !isProcessingPaused { finishInput() }
    }

    /// Continues with the current request.
    ///
    /// - Returns: Whether the next request can be processed; `false` if more input is needed, or that one must wait.
    private func takeRequest() -> Bool {
        switch state {
        case .readingHead:
            guard !input.isEmpty else { return false }
            isProcessingPaused = hasOutputBacklog
            return !isProcessingPaused && readHead()
        case .readingBody(let body):
            // The state must not hold a second reference to the body, or its array would be copied.
            state = .readingHead
            return readBody(body)
        default: return false
        }
    }

    private func readHead() -> Bool {
        let wasIdle = searched == 0
        switch worker.parser.parse(input, searched: &searched) {
        case .incomplete:
            // The time for a head begins with its first byte; the time before that is idle time.
            if wasIdle, searched > 0 { deadline = loop.milliseconds + worker.limits.headMilliseconds }
            return false
        case .refused(let refusal, let head):
            if isProxy { client.identify(head, by: worker.forwarded) }
            refuse(refusal, of: head)
            return false
        case .complete(let head):
            // The head has the same array. It must be the only owner, or the body would be appended to a copy.
            input = []
            searched = 0
            requests += 1
            if requests == 1 { worker.noteRequest(of: self) }
            isHTTP10 = head.isHTTP10
            closesAfterAnswer = head.wantsClose || requests >= worker.limits.maximumRequests || worker.isDraining
            return admit(head)
        }
    }

    private func admit(_ head: HTTPRequestHead) -> Bool {
        fields = worker.service.fieldsOfAnswers(to: head)
        guard takePlace(for: head) else {
            // Not a refusal that closes the connection: the proxy sends requests of other clients over it.
            return answer(head, worker.service.refusal(.tooManyOfOneClient, of: head, from: client.address))
        }
        switch worker.service.admit(head, from: client.address) {
        case .answer(let response): return answer(head, response)
        case .upgrade(let handler, let limits, let echoes):
            state = .upgrading(
                WebSocketUpgrade(request: head, handler: handler, limits: limits, echoesSubprotocol: echoes)
            )
            flush()
            return false
        case .readBody(let limit):
            guard head.contentLength <= limit else {
                refuse(.bodyTooLarge(limit: limit), of: head)
                return false
            }
            // The usual case: head and body have arrived in one read, and nothing after them.
            guard head.isChunked || head.bytes.count != head.length + head.contentLength else {
                respond(to: head)
                return true
            }
            return beginBody(RequestBody(of: head, atMost: limit))
        }
    }

    /// Sends a response that needs no body of the request.
    private func answer(_ head: HTTPRequestHead, _ response: HTTPResponse) -> Bool {
        // The body is not read, so the start of the next request would be unknown.
        if head.hasBody || response.closesConnection { closesAfterAnswer = true }
        input = Array(head.bytes[head.length...])
        send(response, isHead: head.method == .head)
        observeAnswer(to: head, response.status.code, after: .zero)
        return true
    }

    private func beginBody(_ body: consuming RequestBody) -> Bool {
        if body.head.expectsContinue, !body.hasBegun {
            output.bytes.append(contentsOf: Self.continueResponse)
            markDirty()
        }
        deadline = .max
        incoming.end()
        _ = isBodyTooSlow(loop.milliseconds)
        return readBody(body)
    }

    private func readBody(_ body: consuming RequestBody) -> Bool {
        var body = body
        let outcome = body.take(&input)
        guard chargeInput(of: body, outcome) else {
            refuse(.tooMuchMemory, of: body.head)
            return false
        }
        switch outcome {
        case .incomplete:
            state = .readingBody(body)
            return false
        case .refused(let refusal):
            refuse(refusal, of: body.head)
            return false
        case .complete(let head):
            respond(to: head)
            return true
        }
    }

    /// Passes a complete request to the service.
    private func respond(to request: consuming HTTPRequestHead) {
        state = .answering
        deadline = .max
        let exchange = HTTPExchange(request, on: self)
        self.exchange = exchange
        worker.service.respond(to: exchange)
        chargeRequest()
    }

    /// Continues with pipelined requests after ``process()`` has stopped.
    func readPipelined() {
        switch state {
        case .readingHead: process()
        case .streaming where inputHasEnded: endStreamAfterInput()
        default: break
        }
    }

    // MARK: Writing

    /// The interim response that asks for the body, and that probes half-closed clients.
    static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.markDirty(self)
    }

    func endTurn() { if output.count > EventLoop.muchBytes { loop.postpone(self) } else { flush() } }

    /// Sends the unsent output, as much as the socket's buffer takes.
    func flush() {
        isDirty = false
        if case .closed = state { return }
        switch output.send(to: descriptor) {
        case .empty: finishFlush()
        case .waits:
            hasOutputWaited = true
            chargeOutput()
            poll?.watch(readable: isReading && !hasOutputBacklog, writable: true)
        case .failed: close()
        }
    }

    /// Continues after all output has been sent.
    private func finishFlush() {
        let hasWaited = hasOutputWaited
        hasOutputWaited = false
        outgoing.end()
        if chargedOutput > 0 { chargeOutput() }
        if isCrowded {
            isCrowded = false
            exchange?.onOutputDrained?()
        }
        if case .upgrading(let upgrade) = state { return loop.isReceiving ? markDirty() : finishUpgrade(upgrade) }
        poll?.watch(readable: isReading, writable: false)
        switch state {
        case .lingering:
            if inputHasEnded { return close() }
            // The client reads the end of the response and closes; the descriptor stays open until then.
            Socket.finishSending(on: descriptor)
            deadline = min(deadline, loop.milliseconds + Self.lingerMilliseconds)
        case .readingHead:
            if hasWaited { deadline = loop.milliseconds + worker.limits.idleMilliseconds }
            if isProcessingPaused { worker.scheduleRead(self) }
        default: break
        }
    }

    // MARK: Time

    /// Returns whether the client receives the unsent output too slowly or not at all.
    func isStalled(_ now: UInt64) -> Bool {
        guard hasOutputWaited else { return false }
        let demand = TransferPace.Demand(
            patience: worker.limits.stallMilliseconds,
            bytesPerSecond: worker.limits.minimumRate
        )
        return outgoing.check(moved: progress.read(descriptor), at: now, demand) != .moves
    }

    /// Returns whether the body of the current request arrives too slowly or not at all.
    func isBodyTooSlow(_ now: UInt64) -> Bool {
        let demand = TransferPace.Demand(
            patience: worker.limits.bodyMilliseconds,
            bytesPerSecond: worker.limits.minimumRate
        )
        return incoming.check(moved: UInt64(received), at: now, demand) != .moves
    }
}

/// An accepted handshake that has not been passed to libwebsockets yet.
struct WebSocketUpgrade {
    let request: HTTPRequestHead
    let handler: any WebSocketHandler
    let limits: WebSocketLimits
    /// Whether the response confirms the subprotocol.
    let echoesSubprotocol: Bool
}
