import NIOCore
import NIOWebSocket
import Postern
import PosternNIO

/// The client for a server that speaks JSON-RPC over WebSocket.
struct WebSocketRemote: Sendable {
    private let connector: WebConnector
    private let fields: [HeaderField]

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - url: The URL of the WebSocket.
    ///   - security: The TLS of the connection; `nil` for none.
    ///   - fields: Header fields of the handshake.
    init(_ url: WebURL, security: TLSClient?, fields: [HeaderField]) {
        connector = WebConnector(url: url, security: security)
        self.fields = fields
    }

    /// Performs a request over a new connection, and cancels it on the server when the task is cancelled.
    ///
    /// - Throws: `ConnectionFailure` when the connection cannot be established or is lost, the `RemoteError` of the
    ///   call, or the `CallError` of a request that cannot be sent or has no answer in time.
    func perform(_ request: RemoteRequest, receive: EventReceiver) async throws {
        let connection = WebSocketConnection(connector: connector, fields: fields, request: request)
        let frames = try await connection.open()
        let channel = frames.channel
        do {
            try await withTaskCancellationHandler {
                try await frames.executeThenClose { inbound, outbound in
                    try await exchange(request, inbound, outbound, channel, receive)
                }
            } onCancel: {
                Self.cancel(channel)
            }
        } catch let error where !(error is CallError || error is RemoteError || error is ConnectionFailure) {
            throw ConnectionFailure("The connection to \(connector.url) failed: \(reason(error))", isSent: true)
        }
    }

    /// Sends the cancellation of the request.
    ///
    /// The end of the connection cancels it as well.
    private static func cancel(_ channel: any Channel) {
        channel.write(WebSocketFrame.text(Array(JSONRPCExchange.cancellation.utf8)), promise: nil)
        channel.writeAndFlush(WebSocketFrame.close, promise: nil)
    }

    private func reason(_ error: any Error) -> String {
        if let noted = connector.notes.reason { return noted }
        switch error {
        case is NIOWebSocketError: return "the server broke the rules of WebSocket"
        case ChannelError.ioOnClosedChannel: return "the server closed the connection"
        default: return ConnectFault.reason(error)
        }
    }

    /// Sends the request and receives messages until the answer is complete.
    private func exchange(
        _ request: RemoteRequest,
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>,
        _ channel: any Channel,
        _ receive: EventReceiver
    ) async throws {
        try await outbound.write(.text(try JSONRPCExchange.request(request)))
        // The server enforces the timeout too. The margin lets its error arrive first, which is more precise.
        let notes = connector.notes
        let limit = TimeAmount((request.remainingTime + .milliseconds(500)).clamped)
        let timer = channel.eventLoop.scheduleTask(in: limit) {
            notes.noteLate()
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        var exchange = JSONRPCExchange()
        for try await frame in inbound {
            guard try await take(frame, outbound, &exchange, receive) else { return }
            // A stream may take longer than the timeout, which is that of its beginning.
            if exchange.isAnswered { timer.cancel() }
        }
        if !exchange.isAnswered, notes.isLate { throw request.timeoutError(ran: .unknown) }
        let end = exchange.isAnswered ? "the stream ended" : "it answered"
        throw ConnectionFailure("The server closed the connection before \(end)", isSent: true)
    }

    /// Processes a frame, and returns whether further ones are wanted.
    private func take(
        _ frame: WebSocketFrame,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>,
        _ exchange: inout JSONRPCExchange,
        _ receive: EventReceiver
    ) async throws -> Bool {
        switch frame.opcode {
        case .text, .binary:
            let step = try exchange.take(Array(frame.unmaskedData.readableBytesView))
            if case .answer(let bytes) = step { try? await outbound.write(.text(bytes)) }
            guard Self.apply(step, receive) else {
                try? await outbound.write(.close)
                return false
            }
        case .ping:
            try await outbound.write(
                WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)
            )
        case .connectionClose: throw Self.closed(frame)
        default: break
        }
        return true
    }

    /// Passes the event of a message to `receive`, and returns whether further messages are wanted.
    private static func apply(_ step: JSONRPCExchange.Step, _ receive: EventReceiver) -> Bool {
        switch step {
        case .nothing, .answer: true
        case .event(let event): receive(event)
        case .end: false
        }
    }

    private static func closed(_ frame: WebSocketFrame) -> ConnectionFailure {
        var data = frame.unmaskedData
        let code = data.readInteger(as: UInt16.self).map { " with code \($0)" } ?? ""
        let reason = String(buffer: data)
        let text = reason.isEmpty ? "" : ": \(Printable.text(reason))"
        return ConnectionFailure("The server closed the connection\(code)\(text)", isSent: true)
    }
}

extension WebSocketFrame {
    fileprivate static func text(_ bytes: [UInt8]) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(bytes: bytes))
    }

    /// A close frame with the code 1000, which is a normal closure.
    fileprivate static var close: WebSocketFrame {
        let code = ByteBuffer(integer: UInt16(1000))
        return WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: code)
    }
}
