import Postern
import PosternJSONRPC

/// The error of a call, as its server sent it.
struct RemoteError: Error, Hashable, Sendable {
    /// The JSON-RPC error object.
    let object: Value
    /// The traces of the peers that the error came through, a line each.
    let trace: [String]

    /// Creates an error from the error object of a message.
    init(_ object: Value) {
        self.object = object
        trace = []
    }

    /// Creates an error from that of a native call.
    init(_ error: CallError) {
        var bytes: [UInt8] = []
        JSONRPCError.appendObject(error, into: &bytes)
        object = (try? Value(decoding: Payload(bytes: bytes, codec: JSON.self))) ?? .null
        // The description contains the message and the traces, and nothing else when there is no trace.
        let isTraced = error.hops.contains { $0.trace != nil }
        let lines = error.description.dropFirst(error.message.count).split(separator: "\n")
        trace = isTraced ? lines.map(String.init) : []
    }

    /// Whether the time of the call was over.
    var isTimeout: Bool { code == CallError.Code.deadlineExceeded.rawValue }

    /// The code of the error; an internal error for an object without one.
    var code: Int {
        if case .integer(let number)? = object["code"] { return Int(number) }
        return CallError.Code.internalError.rawValue
    }

    /// The description of the error.
    var message: String {
        if case .string(let text)? = object["message"] { return text }
        return "the server stated no reason"
    }

    /// The word of the error: that of the server, or else that of the code.
    var name: String {
        if case .string(let word)? = object["data"]?["name"] { return word }
        return CallError(CallError.Code(rawValue: code), "").name.word
    }
}
