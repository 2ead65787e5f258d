import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Postern
import PosternNIO

/// The client for a server that accepts JSON-RPC by POST.
struct HTTPRemote: Sendable {
    private typealias Exchange = NIOAsyncChannel<NIOHTTPClientResponseFull, HTTPClientRequestPart>

    private let connector: WebConnector
    private let fields: [HeaderField]

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - url: The URL that calls are posted to.
    ///   - security: The TLS of the connection; `nil` for none.
    ///   - fields: Header fields of the request.
    init(_ url: WebURL, security: TLSClient?, fields: [HeaderField]) {
        connector = WebConnector(url: url, security: security)
        self.fields = fields
    }

    /// Posts a request; closing the connection cancels the call.
    ///
    /// - Throws: `ConnectionFailure` when there is no JSON-RPC answer, the `RemoteError` of the call, or the `CallError`
    ///   of a request that cannot be sent or has no answer in time.
    func perform(_ request: RemoteRequest, receive: EventReceiver) async throws {
        let body = try JSONRPCExchange.request(request)
        let answer = try await post(body, request)
        var exchange = JSONRPCExchange()
        guard answer.message != nil, case .event(let event) = try exchange.take(answer.body) else {
            throw ConnectionFailure(answer.fault(of: connector.url, insteadOf: "JSON-RPC"), isSent: true)
        }
        _ = receive(event)
    }

    private func post(_ body: [UInt8], _ request: RemoteRequest) async throws -> WebAnswer {
        let connection = try await connector.connect(timeout: request.remainingTime) { channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            let aggregator = NIOHTTPClientResponseAggregator(maxContentLength: WebAnswer.maximumBytes)
            try channel.pipeline.syncOperations.addHandler(aggregator)
            return try Exchange(wrappingChannelSynchronously: channel)
        }
        let channel = connection.channel
        // The server enforces the timeout too. The margin lets its error arrive first, which is more precise.
        let notes = connector.notes
        let limit = TimeAmount((request.remainingTime + .milliseconds(500)).clamped)
        let timer = channel.eventLoop.scheduleTask(in: limit) {
            notes.noteLate()
            Self.reset(channel)
        }
        defer { timer.cancel() }
        let head = head(of: body.count)
        do {
            return try await withTaskCancellationHandler {
                try await connection.executeThenClose { inbound, outbound in
                    try await outbound.write(.head(head))
                    try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body))))
                    try await outbound.write(.end(nil))
                    for try await response in inbound { return WebAnswer(response) }
                    throw ChannelError.eof
                }
            } onCancel: {
                Self.reset(channel)
            }
        } catch {
            if notes.isLate { throw request.timeoutError(ran: .unknown) }
            throw connector.failure(awaiting: error, isSent: true)
        }
    }

    /// Closes a connection by a reset, which cancels the call.
    ///
    /// An ordinary end could be that of a client that only ends its requests, and is still answered.
    private static func reset(_ channel: any Channel) {
        if let socket = channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        channel.close(promise: nil)
    }

    private func head(of count: Int) -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "Host": connector.url.authority, "Content-Type": "application/json", "Accept": "application/json",
            "Content-Length": "\(count)", "Connection": "close",
        ]
        headers.add(fields)
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: connector.url.path, headers: headers)
    }
}
