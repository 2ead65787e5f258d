import PosternPacing

/// One HTTP/1 connection: reads requests one after another, and answers each before it reads the next.
///
/// It owns its descriptor until it closes it or hands it over to libwebsockets. All members belong to the loop's thread.
final class HTTPConnection: PollOwner, Flushable {
    let loop: EventLoop
    let remoteAddress: String
    let descriptor: Int32
    let worker: ServerWorker
    var poll: PollHandle?
    var state = State.readingHead
    var input: [UInt8] = []
    /// Bytes that were read since the connection was made.
    private(set) var received = 0
    var output = HTTPOutput()
    var exchange: HTTPExchange?
    /// What the service adds to every answer to the request that is being served.
    var fields = PreparedFields.none
    var requests = 0
    var closesAfterAnswer = false
    /// Whether the request that is being served came from a client of HTTP/1.0.
    var isHTTP10 = false
    var inputHasEnded = false
    /// When the state that the connection is in has taken too long.
    var deadline: UInt64
    /// Bytes of a head that is not whole yet; 0 while none of it has arrived.
    var searched = 0
    private var isProcessingPaused = false
    private var isDirty = false
    /// Whether the system has not taken all of the output.
    private(set) var hasOutputWaited = false
    /// Whether more output than the limit has waited, and not all of it has left since.
    var isCrowded = false
    /// The body that is being read.
    private var incoming = TransferPace()
    /// The output that waits.
    private var outgoing = TransferPace()
    private var progress = SocketProgress()

    enum State {
        case readingHead
        // Cases that are rare and large are kept elsewhere, so that a change of state moves little.
        indirect case readingBody(RequestBody)
        case answering
        case streaming
        /// A WebSocket that is opened once the answers before it have left.
        indirect case upgrading(WebSocketUpgrade)
        /// The answer has left; what the client still sends is thrown away, so that it can read the answer.
        case lingering
        case closed
    }

    private static let lingerMilliseconds: UInt64 = 2_000

    init(descriptor: Int32, worker: ServerWorker) {
        self.descriptor = descriptor
        self.worker = worker
        loop = worker.loop
        remoteAddress = ListeningSocket.peerAddress(of: descriptor)
        deadline = loop.milliseconds + worker.limits.headMilliseconds
    }

    /// Begins to read; `false` when the system cannot watch the descriptor, which then stays the caller's.
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
        // A client of a stream has nothing to say.
        case .streaming: close()
        case .upgrading, .lingering, .closed: break
        }
    }

    /// Whether more is read at all: what follows a handshake is for libwebsockets, and requests that come ahead of an
    /// answer wait in the system's buffers once there are many.
    private var isReading: Bool {
        switch state {
        case .upgrading, .closed: false
        case .answering: !inputHasEnded && input.count <= worker.limits.maximumPipelinedBytes
        default: !inputHasEnded
        }
    }

    /// Reads nothing until the next output has left.
    private func pauseReading() { poll?.watch(readable: false, writable: !output.isEmpty) }

    /// Whether the end of the client would be noticed only by a look at the socket.
    var isInputPaused: Bool {
        if case .answering = state { !isReading } else { false }
    }

    /// Whether a client asks faster than it reads the answers; then nothing more is read from it.
    private var hasOutputBacklog: Bool { output.count > worker.limits.maximumPipelinedBytes }

    /// Takes as many whole requests from the input as there are answers for.
    func process() {
        isProcessingPaused = false
        while !isProcessingPaused, takeRequest() {}
        if inputHasEnded, !isProcessingPaused { finishInput() }
    }

    /// Goes on with the request that is being read; `false` when more of it has to come, or nothing more is read.
    private func takeRequest() -> Bool {
        switch state {
        case .readingHead:
            guard !input.isEmpty else { return false }
            isProcessingPaused = hasOutputBacklog
            return !isProcessingPaused && readHead()
        case .readingBody(let body):
            state = .readingHead
            return readBody(body)
        default: return false
        }
    }

    private func readHead() -> Bool {
        let wasIdle = searched == 0
        switch worker.parser.parse(input, searched: &searched) {
        case .incomplete:
            if wasIdle, searched > 0 { deadline = loop.milliseconds + worker.limits.headMilliseconds }
            return false
        case .refused(let refusal, let head):
            refuse(refusal, of: head)
            return false
        case .complete(let head):
            input = []
            searched = 0
            requests += 1
            isHTTP10 = head.isHTTP10
            closesAfterAnswer = head.wantsClose || requests >= worker.limits.maximumRequests || worker.isDraining
            return admit(head)
        }
    }

    private func admit(_ head: HTTPRequestHead) -> Bool {
        fields = worker.service.fieldsOfAnswers(to: head)
        switch worker.service.admit(head, from: remoteAddress) {
        case .answer(let response):
            if head.hasBody || response.closesConnection { closesAfterAnswer = true }
            input = Array(head.bytes[head.length...])
            send(response.status, headers: response.headers, body: response.body.span, isHead: head.method == .head)
            observeAnswer(to: head, response.status.code, after: .zero)
            return true
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
            guard head.isChunked || head.bytes.count != head.length + head.contentLength else {
                respond(to: head)
                return true
            }
            return beginBody(RequestBody(of: head, atMost: limit))
        }
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
        switch body.take(&input) {
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

    /// Hands on a request that is whole.
    private func respond(to request: consuming HTTPRequestHead) {
        state = .answering
        deadline = .max
        let exchange = HTTPExchange(request, on: self)
        self.exchange = exchange
        worker.service.respond(to: exchange)
    }

    /// Reads on where ``process()`` stopped.
    func readPipelined() {
        switch state {
        case .readingHead: process()
        case .streaming where inputHasEnded: endStreamAfterInput()
        default: break
        }
    }

    // MARK: Writing

    static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.markDirty(self)
    }

    func flush() {
        isDirty = false
        if case .closed = state { return }
        switch output.send(to: descriptor) {
        case .empty: finishFlush()
        case .waits:
            hasOutputWaited = true
            poll?.watch(readable: isReading && !hasOutputBacklog, writable: true)
        case .failed: close()
        }
    }

    private func finishFlush() {
        let hasWaited = hasOutputWaited
        hasOutputWaited = false
        outgoing.end()
        if isCrowded {
            isCrowded = false
            exchange?.onOutputDrained?()
        }
        if case .upgrading(let upgrade) = state { return handOver(upgrade) }
        poll?.watch(readable: isReading, writable: false)
        switch state {
        case .lingering:
            if inputHasEnded { return close() }
            Socket.finishSending(on: descriptor)
            deadline = min(deadline, loop.milliseconds + Self.lingerMilliseconds)
        case .readingHead:
            if hasWaited { deadline = loop.milliseconds + worker.limits.idleMilliseconds }
            if isProcessingPaused { worker.scheduleRead(self) }
        default: break
        }
    }

    // MARK: Time

    /// Whether output waits that the client does not take, or not fast enough.
    func isStalled(_ now: UInt64) -> Bool {
        guard hasOutputWaited else { return false }
        let demand = TransferPace.Demand(
            patience: worker.limits.stallMilliseconds,
            bytesPerSecond: worker.limits.minimumRate
        )
        return outgoing.check(moved: progress.read(descriptor), at: now, demand) != .moves
    }

    /// Whether the body that is being read does not move, or arrives too slowly.
    func isBodyTooSlow(_ now: UInt64) -> Bool {
        let demand = TransferPace.Demand(
            patience: worker.limits.bodyMilliseconds,
            bytesPerSecond: worker.limits.minimumRate
        )
        return incoming.check(moved: UInt64(received), at: now, demand) != .moves
    }
}

/// A handshake that was accepted, and is not in the hands of libwebsockets yet.
struct WebSocketUpgrade {
    let request: HTTPRequestHead
    let handler: any WebSocketHandler
    let limits: WebSocketLimits
    /// Whether the answer names our subprotocol.
    let echoesSubprotocol: Bool
}
