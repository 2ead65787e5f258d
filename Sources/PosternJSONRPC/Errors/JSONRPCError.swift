package import Postern

/// Writes and reads JSON-RPC error objects.
package enum JSONRPCError {
    /// Appends the response to a failed call.
    ///
    /// - Parameters:
    ///   - error: The error of the call.
    ///   - id: The bytes of the request's id; if empty, `null` is written, as for a request whose id cannot be read.
    ///   - output: The buffer that the response is appended to.
    package static func append(_ error: CallError, id: [UInt8] = [], into output: inout [UInt8]) {
        ResponseWriter.append(error, id: id, into: &output)
    }

    /// Appends the error object alone, for HTTP responses that are no JSON-RPC messages.
    package static func appendObject(_ error: CallError, into output: inout [UInt8]) {
        output.append(text: #"{"code":"#)
        JSON.write(Int64(error.code.rawValue), into: &output)
        output.append(text: #","message":"#)
        JSON.write(error.message, into: &output)
        output.append(text: #","data":{"name":""#)
        output.append(copying: error.name.word.utf8.span)
        output.append(
            text: error.isRetryable ? #"","retryable":true,"executed":""# : #"","retryable":false,"executed":""#
        )
        output.append(copying: error.executed.rawValue.utf8.span)
        output.append(Byte.quote)
        if let time = error.retryAfterMilliseconds {
            output.append(text: #","retryAfterMs":"#)
            JSON.write(Int64(time), into: &output)
        }
        if let traceID = error.traceID {
            output.append(text: #","traceId":"#)
            JSON.write(traceID, into: &output)
        }
        if let details = error.details { append(details, into: &output) }
        output.append(text: "}}")
    }

    private static func append(_ details: Payload, into output: inout [UInt8]) {
        let start = output.count
        output.append(text: #","details":"#)
        do throws(PayloadError) {
            try details.appendJSON(to: &output)
        } catch {
            // Details that cannot be written as JSON are dropped, so that the error itself still arrives.
            output.removeSubrange(start...)
        }
    }

    /// Returns the error in a client's response; missing and invalid members are replaced by defaults.
    static func error(in object: Span<UInt8>) -> CallError {
        // Read leniently: a caller waits for this error, whatever the client puts into it.
        let members = (try? Value(decoding: Payload(bytes: [UInt8](copying: object), codec: JSON.self))) ?? .null
        let data = members["data"]
        var code = CallError.Code.internalError
        if case .integer(let number)? = members["code"] { code = CallError.Code(rawValue: Int(clamping: number)) }
        var message = "The client stated no reason"
        if case .string(let text)? = members["message"] { message = text }
        var executed: CallError.Executed?
        if case .string(let word)? = data?["executed"] { executed = CallError.Executed(rawValue: word) }
        var name: CallError.Name?
        if case .string(let word)? = data?["name"] { name = CallError.Name(word: word) }
        let details = data?["details"].flatMap { try? Payload(encoding: $0, as: JSON.self) }
        return CallError(code, message, name: name, ran: executed ?? code.usualExecution, details: details)
    }
}
