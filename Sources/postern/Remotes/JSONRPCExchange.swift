import Postern
import PosternJSONRPC
import PosternPrograms

/// One request and what comes back for it: a response, and events when that says that it is a stream.
struct JSONRPCExchange {
    /// What one message means for the request.
    enum Step: Hashable {
        /// Something else.
        case nothing
        /// The one result.
        case result(Value)
        /// An item of the stream.
        case item(Value)
        /// Items that will never come.
        case gap(Value)
        /// The end of the stream.
        case end
    }

    /// The id of the request, and of the subscription where the answer is a stream.
    private static let id = Value.string("postern-1")

    /// Whether the response has come.
    private(set) var isAnswered = false

    /// The request as JSON.
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

    /// Takes one message of the server.
    ///
    /// - Throws: The error that the call or its stream ended with.
    mutating func take(_ bytes: [UInt8]) throws(CallError) -> Step {
        let message: Value
        do throws(PayloadError) {
            try JSON.validate(bytes.span)
            message = try Value(decoding: Payload(bytes: bytes, codec: JSON.self))
        } catch {
            throw CallError(.internalError, "The server sent what is no JSON: \(error.message)")
        }
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
    /// Reads the error object of a message.
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
