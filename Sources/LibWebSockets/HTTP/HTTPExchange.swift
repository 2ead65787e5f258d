package import PosternLedger

/// A complete request and the means to respond to it.
///
/// The first response is sent, later ones are ignored, and so is a response after the client has disconnected. All
/// members must be used on the loop's thread.
package final class HTTPExchange {
    /// The head of the request.
    package let request: HTTPRequestHead
    /// The address of the client, without the port.
    package var remoteAddress: String { connection?.client.address ?? "unknown" }
    /// A function that is called once if the client disconnects before the response is complete.
    package var onDisconnect: (() -> Void)?
    /// A function that is called when all unsent output of a stream has been sent after ``isCrowded`` was `true`.
    package var onOutputDrained: (() -> Void)?
    /// A function that is called once if the server stops before the response is complete; a response that it sends
    /// still reaches the client.
    package var onInterrupt: (() -> Void)?
    /// The loop of the connection.
    package let loop: EventLoop
    /// The connection; released as soon as nothing more can be sent.
    private var connection: HTTPConnection?
    private var phase = Phase.waiting
    /// The time at which the request was complete; `nil` if responses are not observed.
    private let began: ContinuousClock.Instant?
    /// The status of the response; 499 until there is one, in case the client disconnects before.
    private var status = 499

    private enum Phase { case waiting, streaming, done }

    init(_ request: HTTPRequestHead, on connection: HTTPConnection) {
        self.request = request
        self.connection = connection
        loop = connection.loop
        began = connection.worker.observesAnswers ? .now : nil
    }

    /// Calls `read` with the body, in place, and returns its result.
    @inlinable
    package func withBody<Result, Failure>(
        _ read: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = request.bytes
        return try read(bytes.span.extracting(request.length..<(request.length + request.contentLength)))
    }

    /// Returns a copy of the body.
    package func copyBody() -> [UInt8] {
        Array(request.bytes[request.length..<(request.length + request.contentLength)])
    }

    /// Whether a response can still be sent.
    package var isOpen: Bool { phase != .done && connection != nil }

    /// The number of unsent bytes of the connection.
    package var queuedBytes: Int { connection?.queuedBytes ?? 0 }

    /// The account of the memory that the connection makes this process hold; `nil` after the client has disconnected.
    package var account: MemoryAccount? { connection?.account }

    /// Whether unsent output has exceeded ``HTTPLimits/maximumQueuedBytes``.
    ///
    /// Once all of it has been sent, ``onOutputDrained`` is called.
    package var isCrowded: Bool { connection?.isCrowded ?? false }

    /// Whether the socket's buffer is full, since the client receives more slowly than output is written.
    package var isBlocked: Bool { connection?.hasOutputWaited ?? false }

    /// Sends a response.
    package func respond(_ response: HTTPResponse) {
        guard phase == .waiting else { return }
        status = response.status.code
        finish()?.send(response)
    }

    /// Sends a response.
    package func respond(_ status: HTTPStatus, headers: [(name: String, value: String)], body: [UInt8]) {
        respond(HTTPResponse(status, headers: headers, body: body))
    }

    /// Sends a response with a prepared head, which is the fastest way to respond.
    package func respond(_ prepared: PreparedHead, body: [UInt8]) {
        guard phase == .waiting else { return }
        status = prepared.status
        finish()?.send(prepared, body: body)
    }

    /// Sends a response with a prepared head and a large body in pieces, which are not copied.
    package func respond(_ prepared: PreparedHead, pieces: [[UInt8]]) {
        guard phase == .waiting else { return }
        status = prepared.status
        finish()?.send(prepared, pieces)
    }

    /// Begins a response of unknown length.
    ///
    /// The body is sent in chunks, one for each ``write(_:)``. For an HTTP/1.0 client the end of the connection
    /// delimits it.
    package func beginStream(_ status: HTTPStatus, headers: [(name: String, value: String)]) {
        guard phase == .waiting else { return }
        phase = .streaming
        self.status = status.code
        connection?.beginStream(status, headers: headers)
    }

    /// Writes the bytes that `body` appends to the stream.
    ///
    /// Unsent output is not limited here: the caller must pause or end the stream when ``isCrowded`` becomes `true`.
    ///
    /// - Returns: `false` if the client has disconnected.
    @discardableResult
    package func write(_ body: (inout [UInt8]) -> Void) -> Bool {
        guard phase == .streaming, let connection else { return false }
        return connection.write(body)
    }

    /// Ends the stream.
    package func end() {
        guard phase == .streaming else { return }
        finish()?.endStream()
    }

    private func finish() -> HTTPConnection? {
        phase = .done
        // The functions retain calls and sessions, which may retain the exchange.
        onDisconnect = nil
        onInterrupt = nil
        onOutputDrained = nil
        if let began { connection?.observeAnswer(to: request, status, after: .now - began) }
        return connection.take()
    }

    /// Notifies the owner that the server stops.
    func interrupted() { onInterrupt.take()?() }

    /// Notifies the owner that the client has disconnected.
    func disconnected() {
        guard phase != .done else { return }
        let notify = onDisconnect
        _ = finish()
        notify?()
    }
}
