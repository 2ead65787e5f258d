import Postern
import PosternNIO

/// The client for a server of the native protocol.
struct NativeRemote: Sendable {
    private let address: Address
    private let options: ConnectionOptions

    init(_ address: Address, options: ConnectionOptions) {
        self.address = address
        self.options = options
    }

    /// Performs a request over a new connection.
    ///
    /// - Throws: `ConnectionFailure` when the connection cannot be established or is lost, the `RemoteError` of
    ///   the call, or the `CallError` of a request that cannot be sent.
    func perform(_ request: RemoteRequest, receive: @escaping EventReceiver) async throws {
        let peer = try await connect(timeout: request.remainingTime)
        defer { peer.close() }
        do throws(CallError) {
            try await perform(request, over: peer, receive: receive)
        } catch {
            guard error.code == .unavailable, !peer.isConnected else { throw RemoteError(error) }
            throw ConnectionFailure("\(error.message)\(Self.hint(error.message))", isSent: error.executed != .no)
        }
    }

    /// Returns what to do about the reason for the end of a connection.
    private static func hint(_ reason: String) -> String {
        if reason.contains("speaks HTTP") { return "; its URL begins with ws:// or http://" }
        return reason.contains("speaks TLS") ? "; its address begins with tls:, wss:// or https://" : ""
    }

    private func connect(timeout: Duration) async throws -> Peer {
        var options = options
        options.name = "postern"
        options.connectTimeout = min(options.connectTimeout, timeout)
        do throws(CallError) { return try await NativeClient.connect(to: address, options: options) } catch {
            throw ConnectionFailure(error.message)
        }
    }

    private func perform(
        _ request: RemoteRequest,
        over peer: Peer,
        receive: @escaping EventReceiver
    ) async throws(CallError) {
        var arguments = try request.arguments.encoded(as: MessagePack.self)
        // The arguments were typed as JSON, where bytes and times are text: the server converts them by this codec.
        arguments.codec = MessagePackFromJSON.self
        var call = Call(request.method, arguments: arguments, deadline: request.deadline)
        if request.wantsProgress {
            call.progress = { payload in
                if let value = try? Self.value(of: payload) { _ = receive(.progress(value)) }
            }
        }
        switch try await peer.dispatch(call) {
        case .value(let payload): _ = receive(.result(try Self.value(of: payload)))
        case .stream(let stream):
            var items = stream.makeAsyncIterator()
            while let item = try await items.next() {
                if item.lost > 0 { _ = receive(.gap(["dropped": .integer(Int64(item.lost)), "reason": "slow"])) }
                guard receive(.item(try Self.value(of: item.payload))) else { return }
            }
        }
    }

    private static func value(of payload: Payload) throws(CallError) -> Value {
        do throws(PayloadError) { return try Value(decoding: payload) } catch {
            throw CallError(.internalError, "The answer cannot be read: \(error.message)", executed: .yes)
        }
    }
}
