import Postern
import PosternNIO
import PosternPrograms

/// The client for a server of the native protocol.
struct NativeRemote {
    private let address: Address
    private let options: ConnectionOptions

    init(_ address: Address, options: ConnectionOptions) {
        self.address = address
        self.options = options
    }

    /// Performs a request over a new connection.
    ///
    /// - Throws: `ConnectionFailure` when the connection cannot be established or is lost, or the `CallError` of the
    ///   call.
    func perform(_ request: RemoteRequest, receive: (RemoteAnswer) -> Bool) async throws {
        let peer = try await connect(timeout: request.timeout)
        defer { peer.close() }
        do throws(CallError) {
            try await perform(request, over: peer, receive: receive)
        } catch {
            if error.code == .unavailable, !peer.isConnected { throw ConnectionFailure(error.message) }
            throw error
        }
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
        receive: (RemoteAnswer) -> Bool
    ) async throws(CallError) {
        var arguments = try request.arguments.encoded(as: MessagePack.self)
        // The arguments were typed as JSON, where bytes and times are text: the server converts them by this codec.
        arguments.codec = MessagePackFromJSON.self
        let call = Call(request.method, arguments: arguments, deadline: .now.later(by: request.timeout))
        switch try await peer.dispatch(call) {
        case .value(let payload): _ = receive(RemoteAnswer(value: try Self.value(of: payload), isStream: false))
        case .stream(let stream):
            var items = stream.makeAsyncIterator()
            while let item = try await items.next() {
                if item.lost > 0 { Output.error("gap {\"dropped\":\(item.lost),\"reason\":\"slow\"}") }
                guard receive(RemoteAnswer(value: try Self.value(of: item.payload), isStream: true)) else { return }
            }
        }
    }

    private static func value(of payload: Payload) throws(CallError) -> Value {
        do throws(PayloadError) { return try Value(decoding: payload) } catch {
            throw CallError(.internalError, "The answer cannot be read: \(error.message)", executed: .yes)
        }
    }
}
