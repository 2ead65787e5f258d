/// Headers of WebSocket frames as a server sends them (RFC 6455 section 5.2): whole messages, not masked.
enum WebSocketFrame {
    /// What a frame carries.
    enum Kind: UInt8 {
        case text = 0x81
        case binary = 0x82
        case close = 0x88
        case ping = 0x89
    }

    /// Appends a frame around what `body` appends; no message when it appends nothing, unless empty ones are kept.
    ///
    /// The short header is written first. A longer payload is moved up by the few bytes that its header needs.
    ///
    /// - Returns: The length of the payload in bytes.
    @discardableResult
    static func append(
        _ kind: Kind,
        to output: inout [UInt8],
        keepsEmpty: Bool = false,
        body: (inout [UInt8]) -> Void
    ) -> Int {
        let start = output.count
        output.append(kind.rawValue)
        output.append(0)
        body(&output)
        let length = output.count - start - 2
        switch length {
        case 0 where !keepsEmpty && (kind == .text || kind == .binary):
            output.removeLast(2)
        case ...125:
            output[start + 1] = UInt8(length)
        case ...0xFFFF:
            output[start + 1] = 126
            output.makeRoom(for: 2, at: start + 2)
            output[start + 2] = UInt8(length >> 8)
            output[start + 3] = UInt8(length & 0xFF)
        default:
            output[start + 1] = 127
            output.makeRoom(for: 8, at: start + 2)
            for index in 0..<8 { output[start + 2 + index] = UInt8(truncatingIfNeeded: length >> (56 - 8 * index)) }
        }
        return length
    }

    /// Appends a close frame; the reason is cut at 123 bytes.
    static func appendClose(code: UInt16, reason: String, to output: inout [UInt8]) {
        append(.close, to: &output) { payload in
            payload.append(UInt8(code >> 8))
            payload.append(UInt8(code & 0xFF))
            payload.append(contentsOf: reason.utf8.prefix(123))
        }
    }
}
