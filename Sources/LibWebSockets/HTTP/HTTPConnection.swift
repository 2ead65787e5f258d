/// One HTTP/1.1 connection: reads requests one after another, and answers each before it reads the next.
///
/// It owns its descriptor until it closes it or hands it over to libwebsockets. All members belong to the loop's thread.
final class HTTPConnection: PollOwner, Flushable {
    let loop: EventLoop
    let remoteAddress: String
    private let descriptor: Int32
    private let worker: ServerWorker
    private var poll: PollHandle?
    private var state = State.readingHead
    private var input: [UInt8] = []
    private var searched = 0
    private var output: [UInt8] = []
    private var sent = 0
    private var isDirty = false
    private var exchange: HTTPExchange?
    /// What the service adds to every answer to the request that is being served.
    private var fields = PreparedFields.none
    private var requests = 0
    private var closesAfterAnswer = false
    private var inputHasEnded = false
    private var isHeldBack = false
    /// When the state that the connection is in has taken too long.
    private var deadline: UInt64
    /// When output has waited too long without any of it leaving; never while none waits.
    private var stallDeadline = UInt64.max

    private enum State {
        case readingHead
        case readingBody(HTTPRequestHead)
        case answering
        case streaming
        /// The answer has left; what the client still sends is thrown away, so that it can read the answer.
        case lingering
        case closed
    }

    private static let lingerMilliseconds: UInt64 = 2_000
    /// How long a connection that has not asked anything yet may still do so when the server stops.
    private static let lastRequestMilliseconds: UInt64 = 1_000
    private static let keptBytes = 4_096

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

    private func read() {
        if case .lingering = state { input.removeAll(keepingCapacity: true) }
        switch worker.readBuffer.receive(from: descriptor, into: &input) {
        case .wouldWait: return
        case .ended: return endInput()
        case .bytes: break
        }
        switch state {
        case .readingHead, .readingBody: process()
        case .answering: if input.count > worker.limits.maximumPipelinedBytes { close() }
        // A client of a stream has nothing to say.
        case .streaming: close()
        case .lingering, .closed: break
        }
    }

    /// The client will send nothing more: what was answered still leaves, what was asked is given up.
    private func endInput() {
        switch state {
        case .readingHead where waitingBytes > 0, .lingering where waitingBytes > 0:
            inputHasEnded = true
            state = .lingering
            deadline = .max
            poll?.watch(readable: false, writable: true)
        default: close()
        }
    }

    /// Bytes of answers that have not left yet.
    private var waitingBytes: Int { output.count - sent }
    /// Whether a client asks faster than it reads the answers; then nothing more is read from it.
    private var isChoked: Bool { waitingBytes > worker.limits.maximumPipelinedBytes }

    /// Takes as many whole requests from the input as there are answers for.
    private func process() {
        while true {
            switch state {
            case .readingHead:
                guard !input.isEmpty else { return }
                isHeldBack = isChoked
                guard !isHeldBack, readHead() else { return }
            case .readingBody(let head):
                state = .readingHead
                guard readBody(head) else { return }
            default: return
            }
        }
    }

    /// Reads a head; `false` when there is nothing to go on with.
    private func readHead() -> Bool {
        if searched == 0 { deadline = loop.milliseconds + worker.limits.headMilliseconds }
        switch worker.parser.parse(input, searched: &searched) {
        case .incomplete: return false
        case .refused(let refusal, let head):
            refuse(refusal, of: head)
            return false
        case .complete(let head):
            input = []
            searched = 0
            requests += 1
            closesAfterAnswer = head.wantsClose || requests >= worker.limits.maximumRequests || worker.isDraining
            return admit(head)
        }
    }

    private func admit(_ head: HTTPRequestHead) -> Bool {
        fields = worker.service.fieldsOfAnswers(to: head)
        switch worker.service.admit(head, from: remoteAddress) {
        case .answer(let response):
            if head.contentLength > 0 || response.closesConnection { closesAfterAnswer = true }
            input = Array(head.bytes[min(head.bytes.count, head.length + head.contentLength)...])
            send(response.status, headers: response.headers, body: response.body.span, isHead: head.method == .head)
        case .upgrade(let handler, let limits, let echoes):
            handOver(head, to: handler, limits: limits, echoesSubprotocol: echoes)
            return false
        case .readBody(let limit):
            guard !head.isChunked else {
                refuse(HTTPRefusal(.notImplemented, "Transfer-Encoding is not decoded here"), of: head)
                return false
            }
            guard head.contentLength <= limit else {
                refuse(.bodyTooLarge(limit: limit), of: head)
                return false
            }
            if head.expectsContinue, head.bytes.count < head.length + head.contentLength {
                output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
                markDirty()
            }
            deadline = loop.milliseconds + worker.limits.bodyMilliseconds
            state = .readingBody(head)
        }
        return true
    }

    /// Joins the body to its head and hands the request on when it is whole.
    private func readBody(_ head: consuming HTTPRequestHead) -> Bool {
        var head = head
        let end = head.length + head.contentLength
        if !input.isEmpty {
            head.bytes.append(contentsOf: input)
            input.removeAll(keepingCapacity: true)
        }
        guard head.bytes.count >= end else {
            state = .readingBody(head)
            return false
        }
        if head.bytes.count > end {
            input = Array(head.bytes[end...])
            head.bytes.removeLast(head.bytes.count - end)
        }
        state = .answering
        deadline = .max
        let exchange = HTTPExchange(head, on: self)
        self.exchange = exchange
        worker.service.respond(to: exchange)
        return true
    }

    // MARK: Answering

    func send(_ status: HTTPStatus, headers: [(name: String, value: String)], body: Span<UInt8>) {
        send(status, headers: headers, body: body, isHead: exchange?.request.method == .head)
    }

    private func send(_ status: HTTPStatus, headers: [(name: String, value: String)], body: Span<UInt8>, isHead: Bool) {
        HTTPResponse.appendHead(
            status,
            headers: headers,
            contentLength: HTTPResponse.length(of: body, status, isHead: isHead),
            adding: fields,
            closes: closesAfterAnswer,
            to: &output
        )
        if !isHead { output.append(contentsOf: body) }
        finishAnswer()
    }

    func send(_ prepared: PreparedHead, body: Span<UInt8>) {
        output.append(contentsOf: prepared.bytes)
        output.appendDecimal(body.count)
        output.append(contentsOf: fields.bytes)
        output.append(contentsOf: (closesAfterAnswer ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n").utf8)
        output.append(contentsOf: body)
        finishAnswer()
    }

    func beginStream(_ status: HTTPStatus, headers: [(name: String, value: String)]) {
        HTTPResponse.appendHead(
            status,
            headers: headers,
            contentLength: nil,
            adding: fields,
            closes: true,
            to: &output
        )
        state = .streaming
        markDirty()
    }

    func write(_ body: (inout [UInt8]) -> Void) -> Bool {
        guard case .streaming = state else { return false }
        body(&output)
        guard waitingBytes <= worker.limits.maximumQueuedBytes else {
            close()
            return false
        }
        markDirty()
        return true
    }

    func endStream() {
        guard case .streaming = state else { return }
        closesAfterAnswer = true
        finishAnswer()
    }

    private func finishAnswer() {
        exchange = nil
        let wasWaiting = if case .answering = state { true } else { false }
        markDirty()
        guard !closesAfterAnswer else {
            state = .lingering
            deadline = .max
            return
        }
        state = .readingHead
        deadline = loop.milliseconds + worker.limits.idleMilliseconds
        // What was sent ahead of the answer is read once this call has returned to the loop.
        if wasWaiting, !input.isEmpty { worker.readAgain(self) }
    }

    /// Reads on where ``process()`` stopped.
    func readPipelined() {
        if case .readingHead = state { process() }
    }

    private func refuse(_ refusal: HTTPRefusal, of head: HTTPRequestHead?) {
        closesAfterAnswer = true
        fields = worker.service.fieldsOfAnswers(to: head)
        let response = worker.service.refusal(refusal, of: head, from: remoteAddress)
        send(response.status, headers: response.headers, body: response.body.span, isHead: false)
    }

    // MARK: Writing

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.markDirty(self)
    }

    func flush() {
        isDirty = false
        if case .closed = state { return }
        let sentBefore = sent
        while sent < output.count {
            switch Socket.send(output, from: sent, to: descriptor) {
            case .bytes(let count): sent += count
            case .wouldWait: return waitForRoom(hasSent: sent > sentBefore)
            case .ended: return close()
            }
        }
        finishFlush()
    }

    private func waitForRoom(hasSent: Bool) {
        if hasSent || stallDeadline == .max { stallDeadline = loop.milliseconds + worker.limits.stallMilliseconds }
        if sent >= Self.keptBytes, sent >= waitingBytes {
            output.removeFirst(sent)
            sent = 0
        }
        poll?.watch(readable: !isChoked && !inputHasEnded, writable: true)
    }

    private func finishFlush() {
        let hasWaited = stallDeadline != .max
        stallDeadline = .max
        output.removeAll(keepingCapacity: output.capacity <= Self.keptBytes)
        sent = 0
        poll?.watch(readable: true, writable: false)
        switch state {
        case .lingering:
            if inputHasEnded { return close() }
            Socket.finishSending(on: descriptor)
            deadline = min(deadline, loop.milliseconds + Self.lingerMilliseconds)
        case .readingHead:
            if hasWaited { deadline = loop.milliseconds + worker.limits.idleMilliseconds }
            if isHeldBack { worker.readAgain(self) }
        default: break
        }
    }

    // MARK: Ending

    /// Ends what takes too long; called a few times a second.
    func checkTime(_ now: UInt64) {
        if now >= stallDeadline { return close() }
        guard now >= deadline else { return }
        switch state {
        case .readingHead where waitingBytes > 0: break
        case .readingHead where input.isEmpty && (requests > 0 || worker.isDraining): close()
        case .readingHead: refuse(.headTooSlow, of: nil)
        case .readingBody(let head): refuse(.bodyTooSlow, of: head)
        default: close()
        }
    }

    /// Closes the connection if it waits for a request, else after the answer that is under way.
    ///
    /// A request that has arrived and was not read yet is answered.
    func drain() {
        closesAfterAnswer = true
        read()
        guard case .readingHead = state, input.isEmpty else { return }
        if waitingBytes > 0 {
            state = .lingering
            deadline = .max
        } else if requests > 0 {
            close()
        } else {
            deadline = min(deadline, loop.milliseconds + Self.lastRequestMilliseconds)
        }
    }

    func close() {
        if case .closed = state { return }
        state = .closed
        poll?.close()
        poll = nil
        Socket.close(descriptor)
        worker.forget(self)
        exchange?.disconnected()
        exchange = nil
    }

    /// Gives the descriptor to libwebsockets, with the handshake in a form that leaves nothing to interpret.
    private func handOver(
        _ head: HTTPRequestHead,
        to handler: any WebSocketHandler,
        limits: WebSocketLimits,
        echoesSubprotocol: Bool
    ) {
        state = .closed
        poll?.close()
        poll = nil
        worker.forget(self)
        worker.openWebSocket(
            descriptor: descriptor,
            handshake: Handshake.canonical(head, subprotocol: echoesSubprotocol ? worker.subprotocol : nil),
            socket: WebSocket(loop: loop, limits: limits, remoteAddress: remoteAddress, handler: handler)
        )
    }
}
