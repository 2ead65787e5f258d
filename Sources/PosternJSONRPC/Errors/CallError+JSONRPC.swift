internal import Postern

extension CallError {
    /// Creates the error for text that is not JSON.
    init(_ fault: JSONFault) { self.init(.parseError, "Parse error", details: .text(fault.explanation)) }

    /// Returns the error for JSON that is no valid request.
    static func invalidRequest(_ reason: String) -> CallError {
        CallError(.invalidRequest, "Invalid Request", details: .text(reason))
    }

    static var duplicateID: CallError { .invalidRequest("duplicate id") }

    static var methodNotFound: CallError { CallError(.methodNotFound, "Method not found") }

    static var noTimeLeft: CallError { CallError(.deadlineExceeded, "No time was left for the call", ran: .no) }

    static var tooManyCalls: CallError { CallError(.busy, "Too many calls in flight") }

    /// Returns the error for references on a connection that does not last.
    static func referencesUnavailable(ran: Executed = .no) -> CallError {
        CallError(.invalidRequest, "References need a WebSocket", ran: ran)
    }

    /// Returns the error for a subscription on a connection that cannot carry events.
    ///
    /// `ran` is `.yes` if a handler returned the stream, and `.no` if the request was refused before.
    static func subscriptionsUnavailable(ran: Executed) -> CallError {
        CallError(.methodNotFound, "Subscriptions need a WebSocket", ran: ran)
    }
}

extension CallError {
    /// Returns the error for a result that cannot be written as JSON.
    static func notWritable(_ result: Payload, _ reason: PayloadError) -> CallError {
        result.holdsReferences ? .referencesUnavailable(ran: .yes) : .unwritableResult(reason)
    }
}

extension Payload {
    /// Returns a JSON string as a payload.
    static func text(_ text: String) -> Payload {
        var bytes: [UInt8] = []
        JSON.write(text, into: &bytes)
        return Payload(bytes: bytes, codec: JSON.self)
    }

    /// Appends the value as JSON.
    ///
    /// - Throws: `.noConnection` for references that are not exported to a client, or the error of the transcoding.
    func appendJSON(to output: inout [UInt8]) throws(PayloadError) {
        if codec == JSON.self || holdsReferences {
            // References are exported by `JSONRPCClient.outgoing`, which encodes the value as JSON; any other encoding
            // shows that there is no client.
            guard codec == JSON.self else { throw PayloadError(.noConnection, "a reference needs a WebSocket") }
            output.append(copying: bytes.span)
        } else {
            try codec.transcode(bytes.span, to: JSON.self, into: &output)
        }
    }
}
