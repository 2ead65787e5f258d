extension HTTPConnection {
    /// How long an idle connection may still ask when the server stops: a request may be on its way to it, as a client
    /// that keeps its connections learns of the stop only by their end.
    private static let lastRequestMilliseconds: UInt64 = 1_000
    /// After how long without an answer it is found out whether a client that sends nothing more still reads.
    private static let probeMilliseconds: UInt64 = 1_000
    private static let nextProbeMilliseconds: UInt64 = 10_000

    /// The client sends nothing more: what it has asked is answered, then the connection is closed.
    func endInput() {
        inputHasEnded = true
        poll?.watch(readable: false, writable: !output.isEmpty)
        switch state {
        case .readingHead, .readingBody: process()
        case .answering: deadline = loop.milliseconds + Self.probeMilliseconds
        case .streaming: endStreamAfterInput()
        case .lingering: if output.isEmpty { close() }
        case .upgrading, .closed: break
        }
    }

    /// Ends a stream whose client sends nothing more: it has no other way to say that it wants no more.
    func endStreamAfterInput() {
        let ended = exchange
        closesAfterAnswer = true
        endStream()
        ended?.disconnected()
    }

    /// Every whole request was answered: nothing can follow.
    func finishInput() {
        switch state {
        case .readingHead where input.isEmpty || searched == 0:
            if output.isEmpty { return close() }
            state = .lingering
            deadline = .max
        case .readingHead: refuse(.headEnded, of: nil)
        case .readingBody(let body): refuse(.bodyEnded, of: body.head)
        default: break
        }
    }

    /// Finds out whether a client that sends nothing more still reads.
    ///
    /// One that closed its socket looks the same until something is sent to it; then its system answers with a reset.
    /// An interim answer may always be sent, and is skipped by those who read (RFC 9110 section 15.2); there is none in
    /// HTTP/1.0, whose clients are answered in any case.
    private func probe(_ now: UInt64) {
        guard !isHTTP10 else { return deadline = .max }
        if output.isEmpty {
            output.bytes.append(contentsOf: Self.continueResponse)
            markDirty()
        }
        deadline = now + Self.nextProbeMilliseconds
    }

    /// Ends what takes too long; called a few times a second.
    func checkTime(_ now: UInt64) {
        if isStalled(now) { return close() }
        if isInputPaused, Socket.wasReset(descriptor) { return close() }
        if case .readingBody(let body) = state, isBodyTooSlow(now) { return refuse(.bodyTooSlow, of: body.head) }
        guard now >= deadline else { return }
        switch state {
        case .readingHead where !output.isEmpty: break
        case .readingHead where searched == 0 && (requests > 0 || worker.isDraining): close()
        case .readingHead: refuse(.headTooSlow, of: nil)
        case .readingBody: break
        case .answering: probe(now)
        case .streaming, .upgrading, .lingering, .closed: close()
        }
    }

    /// Closes the connection after the answer that is under way, or after one more that is asked for soon.
    func drain() {
        closesAfterAnswer = true
        read()
        guard case .readingHead = state, searched == 0, input.count <= 2 else { return }
        if !output.isEmpty {
            state = .lingering
            deadline = .max
        } else {
            deadline = min(deadline, loop.milliseconds + Self.lastRequestMilliseconds)
        }
    }

    /// Has the request whose answer is still to come answered now, as the server stops.
    func interrupt() {
        switch state {
        case .readingHead where searched > 0: refuse(.stopping, of: nil)
        case .readingBody(let body): refuse(.stopping, of: body.head)
        default: exchange?.interrupted()
        }
    }

    func close() {
        if case .closed = state { return }
        state = .closed
        poll?.close()
        poll = nil
        Socket.close(descriptor)
        worker.remove(self)
        exchange?.disconnected()
        exchange = nil
    }

    /// Gives the descriptor to libwebsockets, with the handshake in a form that leaves nothing to interpret.
    func handOver(_ upgrade: WebSocketUpgrade) {
        state = .closed
        poll?.close()
        poll = nil
        worker.remove(self)
        worker.openWebSocket(
            descriptor: descriptor,
            handshake: Handshake.canonical(
                upgrade.request,
                subprotocol: upgrade.echoesSubprotocol ? worker.subprotocol : nil
            ),
            socket: WebSocket(
                loop: loop,
                limits: upgrade.limits,
                remoteAddress: remoteAddress,
                bytesBeforeFrames: received - (upgrade.request.bytes.count - upgrade.request.length),
                handler: upgrade.handler
            )
        )
    }
}
