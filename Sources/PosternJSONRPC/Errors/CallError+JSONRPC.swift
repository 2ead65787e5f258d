package import Postern

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
        if reason == .tooLarge { return .responseTooLarge() }
        return result.holdsReferences ? .referencesUnavailable(ran: .yes) : .unwritableResult(reason)
    }
}

extension Payload {
    /// Returns a JSON string as a payload.
    static func text(_ text: String) -> Payload {
        var bytes: [UInt8] = []
        JSON.write(text, into: &bytes)
        return Payload(bytes: bytes, codec: JSON.self)
    }

    /// Returns a large value in the encoding of responses; small values, and those with references, are unchanged.
    ///
    /// Writing a large value takes long, so it is done on the thread of the handler instead of that of the client.
    ///
    /// - Parameter limit: The maximum size of the value, in bytes.
    /// - Returns: The value as JSON, or the value itself.
    /// - Throws: The error for the caller if the value is too large or cannot be written.
    package func preparedForJSON(atMost limit: Int) throws(CallError) -> Payload {
        guard isWorthPreparing else { return self }
        var output: [UInt8] = []
        // JSON is a little longer than MessagePack. An array that grows takes twice the memory that it needs.
        output.reserveCapacity(min(bytes.count + bytes.count / 4, limit))
        do throws(PayloadError) { try appendJSON(to: &output, atMost: limit) } catch {
            throw .notWritable(self, error)
        }
        return Payload(bytes: output, codec: JSON.self)
    }

    /// Whether ``preparedForJSON(atMost:)`` changes the value.
    package var isWorthPreparing: Bool {
        bytes.count > ResponseWriter.largeBytes && codec != JSON.self && !holdsReferences
    }

    /// Appends the value as JSON.
    ///
    /// - Parameters:
    ///   - output: The buffer to append to.
    ///   - limit: The size in bytes above which writing stops; the output may exceed it by a little.
    /// - Throws: `.noConnection` for references that are not exported to a client, `.tooLarge` above the limit, or the
    ///   error of the transcoding.
    func appendJSON(to output: inout [UInt8], atMost limit: Int = .max) throws(PayloadError) {
        if codec == JSON.self || holdsReferences {
            // References are exported by `JSONRPCClient.outgoing`, which encodes the value as JSON; any other encoding
            // shows that there is no client.
            guard codec == JSON.self else { throw PayloadError(.noConnection, "a reference needs a WebSocket") }
            guard bytes.count <= limit else { throw .tooLarge }
            output.append(copying: bytes.span)
        } else {
            let end = limit < .max - output.count ? output.count + limit : .max
            try codec.transcode(bytes.span, to: JSON.self, atMost: end, into: &output)
        }
    }
}
