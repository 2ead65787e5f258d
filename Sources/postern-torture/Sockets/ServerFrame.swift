import NIOCore

/// A WebSocket frame of a server.
struct ServerFrame: Hashable, Sendable {
    let opcode: UInt8
    let payload: [UInt8]

    /// Removes a frame from the front of the input; returns `nil` while it is incomplete.
    static func parse(_ input: inout ByteBuffer) -> ServerFrame? {
        let start = input.readerIndex
        guard let head: UInt16 = input.getInteger(at: start) else { return nil }
        var (length, headBytes) = (Int(head & 0x7f), 2)
        if length == 126 {
            guard let long: UInt16 = input.getInteger(at: start + 2) else { return nil }
            (length, headBytes) = (Int(long), 4)
        } else if length == 127 {
            guard let long: UInt64 = input.getInteger(at: start + 2) else { return nil }
            (length, headBytes) = (Int(clamping: long), 10)
        }
        guard input.readableBytes - headBytes >= length else { return nil }
        input.moveReaderIndex(forwardBy: headBytes)
        return input.readBytes(length: length).map { ServerFrame(opcode: UInt8(head >> 8) & 0x0f, payload: $0) }
    }

    /// The text of the payload.
    var text: String { String(decoding: payload, as: UTF8.self) }

    /// The code of a close frame; 1005 when it has none, and `nil` for other frames.
    var closeCode: Int? {
        guard opcode == ClientFrame.Opcode.close.rawValue else { return nil }
        return payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005
    }
}
