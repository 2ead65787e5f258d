import Postern
import PosternJSONRPC
import PosternPrograms

/// A request and its answer: a response, which is followed by events when the answer is a stream.
struct JSONRPCExchange {
    /// The effect of a message on the request.
    enum Step: Hashable {
        /// The message does not concern the request, or only begins a stream.
        case nothing
        /// The message is the result.
        case result(Value)
        /// The message is an item of the stream.
        case item(Value)
        /// The message reports items that were lost.
        case gap(Value)
        /// The message ends the stream.
        case end
    }

    /// The identifier of the request, and of the subscription when the answer is a stream.
    private static let id = Value.string("postern-1")

    /// Whether the response has arrived.
    private(set) var isAnswered = false

    /// Returns a request as JSON.
    static func request(_ request: RemoteRequest) throws(CallError) -> [UInt8] {
        let (seconds, attoseconds) = request.timeout.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        let message = Value.map([
            Value.Member("jsonrpc", .string("2.0")),
            Value.Member("id", id),
            Value.Member("method", .string(request.method.replacing("/", with: "."))),
            Value.Member("params", request.arguments.value),
            Value.Member("meta", .map([Value.Member("timeoutMs", .integer(max(1, milliseconds)))])),
        ])
        do throws(PayloadError) { return try Payload(encoding: message, as: JSON.self).bytes } catch {
            throw CallError(error)
        }
    }

    /// Processes a message of the server.
    ///
    /// - Parameter bytes: The message.
    /// - Returns: The effect of the message on the request.
    /// - Throws: `CallError`: the error of the call or its stream, or `.internalError` for an invalid message.
    mutating func take(_ bytes: [UInt8]) throws(CallError) -> Step {
        let message: Value
        do throws(PayloadError) {
            try JSON.validate(bytes.span)
            message = try Value(decoding: Payload(bytes: bytes, codec: JSON.self))
        } catch {
            throw CallError(.internalError, "The server sent invalid JSON: \(error.message)")
        }
        // An error without a known identifier has the identifier null, and concerns the only request.
        if message["method"] == nil, message["id"] == Self.id || message["id"] == .null {
            return try takeResponse(message)
        }
        guard let event = message["params"], event["subscription"] == Self.id else { return .nothing }
        return try Self.step(of: event)
    }

    private mutating func takeResponse(_ message: Value) throws(CallError) -> Step {
        isAnswered = true
        if let error = message["error"] { throw CallError(reading: error) }
        guard let result = message["result"] else {
            throw CallError(.internalError, "The server sent a response without a result")
        }
        return result["subscription"] == Self.id ? .nothing : .result(result)
    }

    private static func step(of event: Value) throws(CallError) -> Step {
        if let error = event["error"] { throw CallError(reading: error) }
        if let gap = event["gap"] { return .gap(gap) }
        if event["done"] == .bool(true) { return .end }
        return event["result"].map(Step.item) ?? .nothing
    }
}

extension CallError {
    /// Creates an error from the error object of a message.
    fileprivate init(reading error: Value) {
        var code = Code.internalError
        if case .integer(let number)? = error["code"], let number = Int(exactly: number) {
            code = Code(rawValue: number)
        }
        var message = ""
        if case .string(let text)? = error["message"] { message = text }
        var name: Name?
        if case .string(let word)? = error["data"]?["name"] { name = Name(word: word) }
        self.init(code, message, name: name)
    }
}
