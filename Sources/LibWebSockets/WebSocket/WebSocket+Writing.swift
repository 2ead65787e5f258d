import CLibWebSockets

/// The passage of output to libwebsockets, which takes all of it and keeps what the socket's buffer has no room for.
extension WebSocket {
    /// The size in bytes above which pieces that wait in libwebsockets are not joined any more.
    ///
    /// It keeps at most 1,024 of them.
    private static let joinedBytes = 512 << 10

    /// Passes the output to libwebsockets.
    ///
    /// - Returns: `false` if the connection has failed.
    @inline(__always)
    func write(to connection: OpaquePointer) -> Bool {
        if output.earlierCount > 0, unsafe !writeEarlier(to: connection) { return false }
        guard output.bytes.count > WebSocketOutput.prefix else { return true }
        let isWritten = unsafe write(&output.bytes, to: connection)
        // Moved to the pool: a second reference would have it copied there.
        loop.outputBuffers.recycle(exchange(&output.bytes, with: []))
        return isWritten
    }

    /// Passes the pieces before the last one, joined once the socket's buffer is full.
    @inline(never)
    private func writeEarlier(to connection: OpaquePointer) -> Bool {
        var pieces = output.takeEarlier()
        var joined: [UInt8] = []
        while var piece = pieces.popLast() {
            if unsafe lws_partial_buffered(connection) == 0 {
                guard unsafe write(&piece, to: connection) else { return false }
                continue
            }
            if joined.isEmpty { joined = [UInt8](repeating: 0, count: WebSocketOutput.prefix) }
            joined.append(contentsOf: piece[WebSocketOutput.prefix...])
            guard joined.count > Self.joinedBytes || pieces.isEmpty else { continue }
            guard unsafe write(&joined, to: connection) else { return false }
            joined.removeLast(joined.count - WebSocketOutput.prefix)
        }
        return true
    }

    @inline(__always)
    private func write(_ piece: inout [UInt8], to connection: OpaquePointer) -> Bool {
        unsafe piece.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return true }
            let count = buffer.count - WebSocketOutput.prefix
            // `LWS_WRITE_HTTP` sends the bytes unchanged: they contain the headers of many frames.
            return unsafe lws_write(connection, start + WebSocketOutput.prefix, count, LWS_WRITE_HTTP) >= 0
        }
    }
}
