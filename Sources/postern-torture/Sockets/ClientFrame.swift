/// A WebSocket frame of a client, which may break the rules.
struct ClientFrame {
    /// The kind of a frame.
    enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case reserved = 3
        case close = 8
        case ping = 9
        case pong = 10
    }

    var opcode: Opcode
    var payload: [UInt8] = []
    var isFinal = true
    var isMasked = true
    /// The three reserved bits.
    var reserved: UInt8 = 0
    /// The length in the head; by default that of the payload.
    var announcedLength: UInt64?

    /// Creates a text frame.
    static func text(_ text: String) -> ClientFrame { ClientFrame(opcode: .text, payload: Array(text.utf8)) }

    /// Creates a close frame with a code.
    static func close(_ code: UInt16) -> ClientFrame {
        ClientFrame(opcode: .close, payload: [UInt8(code >> 8), UInt8(code & 0xff)])
    }

    /// The bytes of the frame.
    ///
    /// Its mask is zero, so that the payload is not changed.
    var bytes: [UInt8] {
        let length = announcedLength ?? UInt64(payload.count)
        let mask: UInt8 = isMasked ? 0x80 : 0
        var bytes = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode.rawValue]
        switch length {
        case ...125: bytes.append(mask | UInt8(length))
        case ...0xffff: bytes += [mask | 126] + Self.bigEndian(length, count: 2)
        default: bytes += [mask | 127] + Self.bigEndian(length, count: 8)
        }
        if isMasked { bytes += [0, 0, 0, 0] }
        return bytes + payload
    }

    private static func bigEndian(_ number: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
}
