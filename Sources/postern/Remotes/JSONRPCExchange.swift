import Postern
import PosternJSONRPC

/// A request and its answer: a response, which is followed by events when the answer is a stream.
struct JSONRPCExchange {
    /// The effect of a message on the request.
    enum Step: Hashable {
        /// The message does not concern the request, or only begins a stream.
        case nothing
        /// The message is a part of the answer.
        case event(RemoteEvent)
        /// The message ends the stream.
        case end
        /// The message is a call, to be answered by these bytes.
        case answer([UInt8])
    }

    /// The identifier of the request, of its progress, and of the subscription when the answer is a stream.
    private static let id = Value.string("postern-1")

    /// The notification that cancels the request.
    static let cancellation = #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"postern-1"}}"#

    /// Whether the response has arrived.
    private(set) var isAnswered = false

    /// Returns a request as JSON.
    static func request(_ request: RemoteRequest) throws(CallError) -> [UInt8] {
        let (seconds, attoseconds) = request.timeout.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        var meta = [Value.Member("timeoutMs", .integer(max(1, milliseconds)))]
        if request.wantsProgress { meta.append(Value.Member("progressToken", id)) }
        let message = Value.map([
            Value.Member("jsonrpc", .string("2.0")),
            Value.Member("id", id),
            Value.Member("method", .string(request.method.replacing("/", with: "."))),
            Value.Member("params", request.arguments.value),
            Value.Member("meta", .map(meta)),
        ])
        do throws(PayloadError) { return try Payload(encoding: message, as: JSON.self).bytes } catch {
            throw CallError(error)
        }
    }

    /// Processes a message of the server.
    ///
    /// - Parameter bytes: The message.
    /// - Returns: The effect of the message on the request.
    /// - Throws: `RemoteError`: the error of the call or its stream, or an internal error for an invalid message.
    mutating func take(_ bytes: [UInt8]) throws(RemoteError) -> Step {
        let message: Value
        do throws(PayloadError) {
            try JSON.validate(bytes.span)
            message = try Value(decoding: Payload(bytes: bytes, codec: JSON.self))
        } catch {
            throw Self.fault("The server sent invalid JSON: \(error.message)")
        }
        guard message["method"] != nil else {
            // An error without a known identifier has the identifier null, and concerns the only request.
            let isResponse = message["id"] == Self.id || message["id"] == .null
            return isResponse ? try takeResponse(message) : .nothing
        }
        if let id = message["id"] { return try Self.refusal(of: id) }
        guard let event = message["params"] else { return .nothing }
        if message["method"] == "$/progress" { return Self.progress(event) }
        return event["subscription"] == Self.id ? try Self.step(of: event) : .nothing
    }

    private mutating func takeResponse(_ message: Value) throws(RemoteError) -> Step {
        isAnswered = true
        if let error = message["error"] { throw RemoteError(error) }
        guard let result = message["result"] else {
            throw Self.fault("The server sent a response without a result")
        }
        return result["subscription"] == Self.id ? .nothing : .event(.result(result))
    }

    /// Returns the answer to a call of the server, which would otherwise wait for one until the request ends.
    private static func refusal(of id: Value) throws(RemoteError) -> Step {
        let error = Value.map([
            Value.Member("code", .integer(Int64(CallError.Code.methodNotFound.rawValue))),
            Value.Member("message", .string("This client serves no methods")),
        ])
        let message = Value.map([
            Value.Member("jsonrpc", .string("2.0")), Value.Member("id", id), Value.Member("error", error),
        ])
        do throws(PayloadError) { return .answer(try Payload(encoding: message, as: JSON.self).bytes) } catch {
            throw fault("The server sent a call that cannot be answered: \(error.message)")
        }
    }

    private static func progress(_ event: Value) -> Step {
        guard event["token"] == id, let value = event["value"] else { return .nothing }
        return .event(.progress(value))
    }

    private static func step(of event: Value) throws(RemoteError) -> Step {
        if let error = event["error"] { throw RemoteError(error) }
        if let gap = event["gap"] { return .event(.gap(gap)) }
        if event["done"] == .bool(true) { return .end }
        return event["result"].map { .event(.item($0)) } ?? .nothing
    }

    private static func fault(_ message: String) -> RemoteError {
        RemoteError(CallError(.internalError, message, executed: .unknown))
    }
}
