internal import Postern

/// Writes whole responses.
enum ResponseWriter {
    /// Appends what stands before the result; the result and a closing brace must follow.
    @inline(__always)
    static func beginResult(id: Span<UInt8>, into output: inout [UInt8]) {
        begin(id: id, into: &output)
        output.append(text: #","result":"#)
    }

    /// Appends the response to a call that failed; an empty id stands for null.
    static func append(_ failure: CallError, id: [UInt8], into output: inout [UInt8]) {
        begin(id: id.span, into: &output)
        output.append(text: #","error":"#)
        JSONRPCError.appendObject(failure, into: &output)
        output.append(Byte.closeBrace)
    }

    @inline(__always)
    private static func begin(id: Span<UInt8>, into output: inout [UInt8]) {
        output.append(text: #"{"jsonrpc":"2.0","id":"#)
        if id.count > 0 { output.append(copying: id) } else { JSON.writeNull(into: &output) }
    }
}
