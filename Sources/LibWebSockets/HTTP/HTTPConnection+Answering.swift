extension HTTPConnection {
    func send(_ response: HTTPResponse) { send(response, isHead: exchange?.request.method == .head) }

    func send(_ response: HTTPResponse, isHead: Bool) {
        let form = HTTPResponse.form(of: response.body, response.status, isHead: isHead)
        HTTPResponse.appendHead(response.status, headers: response.headers, form, to: &output.bytes)
        endHead()
        if !isHead { output.append(response.body, isShared: response.hasSharedBody) }
        finishAnswer()
    }

    func send(_ prepared: PreparedHead, body: [UInt8]) {
        begin(prepared, bodyBytes: body.count)
        output.append(body, isShared: false)
        finishAnswer()
    }

    func send(_ prepared: PreparedHead, _ pieces: [[UInt8]]) {
        begin(prepared, bodyBytes: pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { output.append(piece, isShared: false) }
        finishAnswer()
    }

    @inline(__always)
    private func begin(_ prepared: PreparedHead, bodyBytes: Int) {
        output.bytes.append(contentsOf: prepared.bytes)
        output.bytes.appendDecimal(bodyBytes)
        endHead()
    }

    func beginStream(_ status: HTTPStatus, headers: [(name: String, value: String)]) {
        // HTTP/1.0 has no chunks, so the end of the connection delimits the body.
        if isHTTP10 { closesAfterAnswer = true }
        HTTPResponse.appendHead(status, headers: headers, isHTTP10 ? .undelimited : .chunked, to: &output.bytes)
        endHead()
        state = .streaming
        markDirty()
        if inputHasEnded { worker.scheduleRead(self) }
    }

    var queuedBytes: Int { output.count }

    func write(_ body: (inout [UInt8]) -> Void) -> Bool {
        guard case .streaming = state else { return false }
        if isHTTP10 { body(&output.bytes) } else { output.bytes.appendChunk(body) }
        guard output.count > EventLoop.longBytes else {
            markDirty()
            return true
        }
        if output.count > worker.limits.maximumQueuedBytes { isCrowded = true }
        // A handler may write much in one turn, and an event goes to many clients. What the socket takes is sent now
        // rather than collected until the end of the turn, and the rest is charged.
        if hasOutputWaited { chargeOutput() } else { flush() }
        if case .closed = state { return false }
        return true
    }

    func endStream() {
        guard case .streaming = state else { return }
        if !isHTTP10 { output.bytes.append(contentsOf: "0\r\n\r\n".utf8) }
        finishAnswer()
    }

    private func endHead() {
        if !fields.bytes.isEmpty { output.bytes.append(contentsOf: fields.bytes) }
        let connection: HeadEnding.Connection = closesAfterAnswer ? .closes : isHTTP10 ? .isKept : .staysOpen
        worker.headEnding.append(connection, to: &output.bytes, now: loop.milliseconds)
    }

    private func finishAnswer() {
        if exchange.take()?.hasLongBody == true { releaseInput() }
        // A large response is charged at once: many may be written in one turn, before any is sent.
        if output.count > worker.limits.maximumQueuedBytes { chargeOutput() }
        if isProxy { client.finishRequest() }
        // In any other state `process()` is on the stack, and continues with pipelined requests itself.
        let isLater =
            switch state {
            case .answering, .streaming: true
            default: false
            }
        markDirty()
        guard !closesAfterAnswer else {
            state = .lingering
            deadline = .max
            return
        }
        state = .readingHead
        deadline = loop.milliseconds + worker.limits.idleMilliseconds
        // Pipelined requests are processed once this call has returned to the loop.
        if isLater, !input.isEmpty || inputHasEnded { worker.scheduleRead(self) }
    }

    func refuse(_ refusal: HTTPRefusal, of head: HTTPRequestHead?) {
        closesAfterAnswer = true
        releaseInput()
        fields = worker.service.fieldsOfAnswers(to: head)
        let response = worker.service.refusal(refusal, of: head, from: client.address)
        send(response, isHead: head?.method == .head)
        observeAnswer(to: head, response.status.code, after: .zero)
    }

    func observeAnswer(to request: HTTPRequestHead?, _ status: Int, after duration: Duration) {
        guard worker.observesAnswers else { return }
        worker.service.answered(request, with: status, after: duration, to: client.address)
    }
}
