internal import Postern

extension CallError {
    /// The error for bytes that are no JSON.
    init(_ fault: JSONFault) { self.init(.parseError, "Parse error", details: .text(fault.explanation)) }

    /// The error for JSON that is no request.
    static func invalidRequest(_ reason: String) -> CallError {
        CallError(.invalidRequest, "Invalid Request", details: .text(reason))
    }

    static var duplicateID: CallError { .invalidRequest("duplicate id") }

    static var methodNotFound: CallError { CallError(.methodNotFound, "Method not found") }

    static var noTimeLeft: CallError { CallError(.deadlineExceeded, "No time was left for the call", ran: .no) }

    static var tooManyCalls: CallError { CallError(.busy, "Too many calls in flight") }

    static func referencesUnavailable(ran: Executed = .no) -> CallError {
        CallError(.invalidRequest, "References need a WebSocket", ran: ran)
    }

    // It ran where a handler has answered with a stream.
    static func subscriptionsUnavailable(ran: Executed) -> CallError {
        CallError(.methodNotFound, "Subscriptions need a WebSocket", ran: ran)
    }
}

extension CallError {
    /// The error of a result that cannot be written.
    static func notWritable(_ result: Payload, _ reason: PayloadError) -> CallError {
        result.holdsReferences ? .referencesUnavailable(ran: .yes) : .unwritableResult(reason)
    }
}

extension Payload {
    /// Text as a JSON value.
    static func text(_ text: String) -> Payload {
        var bytes: [UInt8] = []
        JSON.write(text, into: &bytes)
        return Payload(bytes: bytes, codec: JSON.self)
    }

    /// Appends the value as JSON.
    func appendJSON(to output: inout [UInt8]) throws(PayloadError) {
        if codec == JSON.self || holdsReferences {
            // References are named by who knows the client; without one there is nobody to lend them to.
            guard codec == JSON.self else { throw PayloadError(.noConnection, "a reference needs a WebSocket") }
            output.append(copying: bytes.span)
        } else {
            try codec.transcode(bytes.span, to: JSON.self, into: &output)
        }
    }
}
