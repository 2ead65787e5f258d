/// One request and the answer to it.
///
/// All members belong to the thread of its loop.
///
/// Answered once; when the client has gone, an answer goes nowhere.
package final class HTTPExchange {
    /// The head of the request.
    package let request: HTTPRequestHead
    /// The address of the client, without its port.
    package var remoteAddress: String { connection?.remoteAddress ?? "unknown" }
    /// Called once when the client goes before the answer was complete.
    package var onDisconnect: (() -> Void)?
    /// Called when all output of a stream has left that was crowded.
    package var onOutputDrained: (() -> Void)?
    /// Called once when the server stops before the answer was complete: what is answered now still leaves.
    package var onInterrupt: (() -> Void)?
    /// The loop of the connection.
    package let loop: EventLoop
    /// Let go of as soon as nothing more can be sent.
    private var connection: HTTPConnection?
    private var phase = Phase.waiting
    /// When the request was whole; `nil` where answers are not observed.
    private let began: ContinuousClock.Instant?
    /// The status of the answer; until there is one, that of a client that disconnects before.
    private var status = 499

    private enum Phase { case waiting, streaming, done }

    init(_ request: HTTPRequestHead, on connection: HTTPConnection) {
        self.request = request
        self.connection = connection
        loop = connection.loop
        began = connection.worker.observesAnswers ? .now : nil
    }

    /// Lends the body for reading in place.
    @inlinable
    package func withBody<Result, Failure>(
        _ read: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = request.bytes
        return try read(bytes.span.extracting(request.length..<(request.length + request.contentLength)))
    }

    /// The body, for keeping.
    package func copyBody() -> [UInt8] {
        Array(request.bytes[request.length..<(request.length + request.contentLength)])
    }

    /// Whether an answer can still reach the client.
    package var isOpen: Bool { phase != .done && connection != nil }

    /// Bytes of answers that wait until the client takes them.
    package var queuedBytes: Int { connection?.queuedBytes ?? 0 }

    /// Whether more output waits than ``HTTPLimits/maximumQueuedBytes``.
    ///
    /// Once all of it has left, ``onOutputDrained`` is called.
    package var isCrowded: Bool { connection?.isCrowded ?? false }

    /// Whether the client takes no more for now.
    package var isBlocked: Bool { connection?.hasOutputWaited ?? false }

    /// Sends the whole answer.
    package func respond(_ response: HTTPResponse) {
        respond(response.status, headers: response.headers, body: response.body.span)
    }

    /// Sends the whole answer, in one write.
    package func respond(_ status: HTTPStatus, headers: [(name: String, value: String)], body: Span<UInt8>) {
        guard phase == .waiting else { return }
        self.status = status.code
        finish()?.send(status, headers: headers, body: body)
    }

    /// Sends the whole answer of which all but the body's length was prepared; the fast way.
    package func respond(_ prepared: PreparedHead, body: Span<UInt8>) {
        guard phase == .waiting else { return }
        status = prepared.status
        finish()?.send(prepared, body: body)
    }

    /// Begins an answer whose length is not known.
    ///
    /// It is sent in chunks, one for each ``write(_:)``; to a client of HTTP/1.0 it ends with the connection.
    package func beginStream(_ status: HTTPStatus, headers: [(name: String, value: String)]) {
        guard phase == .waiting else { return }
        phase = .streaming
        self.status = status.code
        connection?.beginStream(status, headers: headers)
    }

    /// Adds to a stream whatever `body` appends.
    ///
    /// What waits has no limit here: a stream whose output ``isCrowded`` waits, or ends.
    ///
    /// - Returns: `false` when the client has disconnected.
    @discardableResult
    package func write(_ body: (inout [UInt8]) -> Void) -> Bool {
        guard phase == .streaming, let connection else { return false }
        return connection.write(body)
    }

    /// Ends a stream.
    package func end() {
        guard phase == .streaming else { return }
        finish()?.endStream()
    }

    private func finish() -> HTTPConnection? {
        phase = .done
        onDisconnect = nil
        onInterrupt = nil
        onOutputDrained = nil
        if let began { connection?.observeAnswer(to: request, status, after: .now - began) }
        return connection.take()
    }

    func interrupted() { onInterrupt.take()?() }

    func disconnected() {
        guard phase != .done else { return }
        let tell = onDisconnect
        _ = finish()
        tell?()
    }
}
