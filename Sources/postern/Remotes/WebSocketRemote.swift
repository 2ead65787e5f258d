import NIOCore
import NIOWebSocket
import Postern
import PosternJSONRPC
import PosternPrograms

/// The client for a server that speaks JSON-RPC over WebSocket.
struct WebSocketRemote {
    private let url: WebSocketURL

    init(_ url: WebSocketURL) { self.url = url }

    /// Performs a request over a new connection.
    ///
    /// - Throws: `ConnectionFailure` when the connection cannot be established or is lost, or the `CallError` of the
    ///   call.
    func perform(_ request: RemoteRequest, receive: (RemoteAnswer) -> Bool) async throws {
        let frames = try await WebSocketConnection.open(url, timeout: request.timeout)
        do {
            try await frames.executeThenClose { inbound, outbound in
                try await exchange(request, inbound, outbound, frames.channel, receive)
            }
        } catch let error where !(error is CallError || error is ConnectionFailure) {
            throw ConnectionFailure("The connection failed: \(error)")
        }
    }

    /// Sends the request and receives messages until the answer is complete.
    private func exchange(
        _ request: RemoteRequest,
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>,
        _ channel: any Channel,
        _ receive: (RemoteAnswer) -> Bool
    ) async throws {
        try await outbound.write(.text(try JSONRPCExchange.request(request)))
        // The server enforces the timeout too. The margin lets its error arrive first, which is more precise.
        let limit = NIODeadline.now() + TimeAmount(request.timeout.clamped + .milliseconds(500))
        let timer = channel.eventLoop.scheduleTask(deadline: limit) { channel.close(promise: nil) }
        defer { timer.cancel() }
        var exchange = JSONRPCExchange()
        for try await frame in inbound {
            guard try await take(frame, outbound, &exchange, receive) else { return }
            // A stream may take longer than the timeout, which is that of its beginning.
            if exchange.isAnswered { timer.cancel() }
        }
        if !exchange.isAnswered, .now() >= limit { throw Self.silence(request) }
        throw ConnectionFailure("The server closed the connection")
    }

    /// Processes a frame, and returns whether further ones are wanted.
    private func take(
        _ frame: WebSocketFrame,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>,
        _ exchange: inout JSONRPCExchange,
        _ receive: (RemoteAnswer) -> Bool
    ) async throws -> Bool {
        switch frame.opcode {
        case .text, .binary:
            let step = try exchange.take(Array(frame.unmaskedData.readableBytesView))
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

    /// Passes the value of a message to `receive`, and returns whether further messages are wanted.
    private static func apply(_ step: JSONRPCExchange.Step, _ receive: (RemoteAnswer) -> Bool) -> Bool {
        switch step {
        case .nothing: return true
        case .result(let value): return receive(RemoteAnswer(value: value, isStream: false))
        case .item(let value): return receive(RemoteAnswer(value: value, isStream: true))
        case .gap(let gap):
            Output.error("gap \(PrettyJSON.line(gap))")
            return true
        case .end: return false
        }
    }

    private static func silence(_ request: RemoteRequest) -> CallError {
        CallError(.deadlineExceeded, "No answer came within \(request.timeout)")
    }

    private static func closed(_ frame: WebSocketFrame) -> ConnectionFailure {
        var data = frame.unmaskedData
        let code = data.readInteger(as: UInt16.self).map { " with code \($0)" } ?? ""
        let reason = String(buffer: data)
        return ConnectionFailure("The server closed the connection\(code)\(reason.isEmpty ? "" : ": \(reason)")")
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
