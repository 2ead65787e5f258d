package import Postern

/// Writes errors as JSON-RPC objects.
package enum JSONRPCError {
    /// Appends the whole response to a call that failed.
    ///
    /// - Parameters:
    ///   - error: What went wrong.
    ///   - id: The bytes of the request's id as they came; empty where it could not be read, which is told as null.
    ///   - output: Where the response is appended.
    package static func append(_ error: CallError, id: [UInt8] = [], into output: inout [UInt8]) {
        ResponseWriter.append(error, id: id, into: &output)
    }

    /// Appends the error object alone, as the body of an HTTP answer that is no JSON-RPC message.
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
            // Details that have no form in JSON must not hide the error they belong to.
            output.removeSubrange(start...)
        }
    }

    /// Reads the error object of a client's answer; what is missing or odd in it is replaced.
    static func error(in object: Span<UInt8>) -> CallError {
        let members = (try? Value(decoding: Payload(bytes: [UInt8](copying: object), codec: JSON.self))) ?? .null
        let data = members["data"]
        var code = CallError.Code.internalError
        if case .integer(let number)? = members["code"] { code = CallError.Code(rawValue: Int(clamping: number)) }
        var message = "The client gave no reason"
        if case .string(let text)? = members["message"] { message = text }
        var executed: CallError.Executed?
        if case .string(let word)? = data?["executed"] { executed = CallError.Executed(rawValue: word) }
        var name: CallError.Name?
        if case .string(let word)? = data?["name"] { name = CallError.Name(word: word) }
        let details = data?["details"].flatMap { try? Payload(encoding: $0, as: JSON.self) }
        return CallError(code, message, name: name, ran: executed ?? code.usualExecution, details: details)
    }
}
