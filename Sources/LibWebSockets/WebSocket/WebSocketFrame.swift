/// The encoding of WebSocket frames that a server sends (RFC 6455 section 5.2): unfragmented and without a mask.
enum WebSocketFrame {
    /// The first byte of a frame: the final bit and the opcode.
    enum Kind: UInt8 {
        case text = 0x81
        case binary = 0x82
        case close = 0x88
        case ping = 0x89
    }

    /// Appends a frame whose payload is what `body` appends.
    ///
    /// - Parameters:
    ///   - kind: The kind of the frame.
    ///   - output: The buffer to append to.
    ///   - keepsEmpty: Whether a message without a payload is sent; otherwise nothing is appended for it.
    ///   - body: A function that appends the payload.
    /// - Returns: The size of the payload in bytes.
    @discardableResult
    static func append(
        _ kind: Kind,
        to output: inout [UInt8],
        keepsEmpty: Bool = false,
        body: (inout [UInt8]) -> Void
    ) -> Int {
        // The length is unknown before the payload is written. A short header is reserved, since most messages are
        // short; a longer payload is moved by the bytes that its header has in addition.
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

    /// Appends the header of a text frame with a payload of more than 65,535 bytes.
    static func appendLongHeader(payload length: Int, to output: inout [UInt8]) {
        output.append(Kind.text.rawValue)
        output.append(127)
        for index in 0..<8 { output.append(UInt8(truncatingIfNeeded: length >> (56 - 8 * index))) }
    }

    /// Appends a close frame.
    ///
    /// The reason is truncated to 123 bytes: the payload of a control frame is at most 125, of which the code has two.
    static func appendClose(code: UInt16, reason: String, to output: inout [UInt8]) {
        append(.close, to: &output) { payload in
            payload.append(UInt8(code >> 8))
            payload.append(UInt8(code & 0xFF))
            payload.append(contentsOf: reason.utf8.prefix(123))
        }
    }
}

extension Span<UInt8> {
    /// Whether the reason in the payload of a close frame is valid UTF-8 (RFC 6455 section 7.1.6).
    var holdsValidReason: Bool {
        guard count > 2 else { return true }
        return (try? UTF8Span(validating: extracting(2..<count))) != nil
    }
}

/// A check that a client masks its frames, as RFC 6455 section 5.1 demands.
///
/// libwebsockets 4.1 accepts frames with and without a mask and does not report which it was. A mask has four bytes,
/// though, so the number of bytes that the system has received shows it.
enum ClientMask {
    /// Returns whether the first frame certainly had no mask, because it arrived in fewer bytes than a masked one has.
    ///
    /// - Parameters:
    ///   - piece: The number of bytes of the payload that have arrived.
    ///   - payload: The size of the frame's payload in bytes.
    ///   - bytes: The number of bytes that were read after the handshake with the piece.
    /// - Returns: `true` if the mask is missing; `false` also if bytes of another frame have arrived too, since their
    ///   number proves nothing then.
    static func isMissing(_ piece: Int, of payload: Int, in bytes: Int) -> Bool {
        let header = payload <= 125 ? 2 : payload <= 0xFFFF ? 4 : 10
        return (header + piece..<header + maskBytes + piece).contains(bytes)
    }

    private static let maskBytes = 4
}
