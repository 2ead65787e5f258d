internal import Postern

/// Writes JSON-RPC responses.
enum ResponseWriter {
    /// The size in bytes above which a response is large: it is copied as seldom as possible.
    static let largeBytes = 64 << 10

    /// Appends the members before the result; the caller appends the result and a closing brace.
    @inline(__always)
    static func beginResult(id: Span<UInt8>, into output: inout [UInt8]) {
        begin(id: id, into: &output)
        output.append(text: #","result":"#)
    }

    /// Appends the response to a failed call; an empty id is written as `null`.
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

extension [UInt8] {
    /// Appends the pieces of a large response.
    package mutating func append(pieces: [[UInt8]]) {
        for piece in pieces { append(copying: piece.span) }
    }

    /// Removes the bytes from an index on, and frees their memory if they are many and more than the others.
    mutating func discard(from start: Int) {
        let isMost = count - start > Swift.max(ResponseWriter.largeBytes, start)
        if isMost { self = Array(self[..<start]) } else { removeSubrange(start...) }
    }
}
