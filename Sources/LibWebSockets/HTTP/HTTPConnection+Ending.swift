extension HTTPConnection {
    /// The time in which an idle connection may send a last request when the server stops.
    ///
    /// The client learns of the stop only when the connection closes, and by then its next request may be in flight.
    private static let lastRequestMilliseconds: UInt64 = 1_000
    /// The time after which a half-closed client without a response is probed, and the interval of further probes.
    private static let probeMilliseconds: UInt64 = 1_000
    private static let nextProbeMilliseconds: UInt64 = 10_000

    /// Handles the end of the client's input: the requests that it has sent are answered, then the connection closes.
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

    /// Ends a stream whose client has half-closed the connection, which is its only way to cancel the stream.
    func endStreamAfterInput() {
        let ended = exchange
        closesAfterAnswer = true
        endStream()
        ended?.disconnected()
    }

    /// Closes the connection after the end of the input, once every complete request has been answered.
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

    /// Sends an interim response to find out whether a half-closed client still reads.
    ///
    /// A client that has closed its socket looks the same until something is sent to it, upon which its system answers
    /// with a reset. Clients that read ignore interim responses (RFC 9110 section 15.2). HTTP/1.0 has none, so its
    /// clients are not probed.
    private func probe(_ now: UInt64) {
        guard !isHTTP10 else { return deadline = .max }
        if output.isEmpty {
            output.bytes.append(contentsOf: Self.continueResponse)
            markDirty()
        }
        deadline = now + Self.nextProbeMilliseconds
    }

    /// Closes the connection or refuses its request if a deadline has passed; called a few times per second.
    func checkTime(_ now: UInt64) {
        if isStalled(now) {
            worker.service.cutSlowReader(at: client.address)
            return close()
        }
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

    /// Closes the connection after the response in flight, or after one more request that arrives soon.
    func drain() {
        closesAfterAnswer = true
        // A request that has already arrived in the socket's buffer is served.
        read()
        guard case .readingHead = state, searched == 0, input.count <= 2 else { return }
        if !output.isEmpty {
            state = .lingering
            deadline = .max
        } else {
            deadline = min(deadline, loop.milliseconds + Self.lastRequestMilliseconds)
        }
    }

    /// Refuses an incomplete request, or requests an immediate response to a complete one, since the server stops.
    func interrupt() {
        switch state {
        case .readingHead where searched > 0: refuse(.stopping, of: nil)
        case .readingBody(let body): refuse(.stopping, of: body.head)
        default: exchange?.interrupted()
        }
    }

    /// Closes the connection at once.
    func close() {
        if case .closed = state { return }
        state = .closed
        poll?.close()
        poll = nil
        Socket.close(descriptor)
        client.releasePlaces()
        worker.remove(self)
        exchange?.disconnected()
        exchange = nil
        // The loop may retain a connection whose output it has postponed.
        output = HTTPOutput()
        closeAccount()
    }

    /// Transfers the descriptor to libwebsockets, with the handshake in canonical form.
    func finishUpgrade(_ upgrade: WebSocketUpgrade) {
        // Two poll handles must not watch one descriptor, so ours is closed before libwebsockets opens its own.
        state = .closed
        closeAccount()
        poll?.close()
        poll = nil
        worker.remove(self)
        // The WebSocket has a copy, with which the places are released.
        defer { client.releasePlaces() }
        worker.openWebSocket(
            descriptor: descriptor,
            handshake: Handshake.canonical(
                upgrade.request,
                subprotocol: upgrade.echoesSubprotocol ? worker.subprotocol : nil
            ),
            socket: WebSocket(
                loop: loop,
                limits: upgrade.limits,
                memory: worker.memory,
                client: client,
                bytesBeforeFrames: received - (upgrade.request.bytes.count - upgrade.request.length),
                handler: upgrade.handler
            )
        )
    }
}
