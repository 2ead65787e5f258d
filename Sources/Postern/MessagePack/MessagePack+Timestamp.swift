extension MessagePack {
    /// The type byte of extension -1.
    static let timestampType: UInt8 = 0xff

    /// Reads a timestamp.
    public static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp {
        let header = try MessagePackHeader(only: value)
        guard header.form == .extension, value[header.body - 1] == timestampType else {
            throw .expected(Timestamp.phrase, found: header.phrase(in: value))
        }
        return try timestamp(at: header, in: value)
    }

    /// Appends a timestamp as extension -1, in 4, 8 or 12 bytes.
    public static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
        let nanoseconds = UInt64(value.nanoseconds)
        if let seconds = UInt64(exactly: value.seconds), seconds < 1 << 34 {
            if nanoseconds == 0, seconds < 1 << 32 {
                append(0xd6, UInt64(timestampType) << 32 | seconds, bytes: 5, to: &output)
            } else {
                output.append(0xd7)
                append(timestampType, nanoseconds << 34 | seconds, bytes: 8, to: &output)
            }
        } else {
            output.append(0xc7)
            output.append(12)
            append(timestampType, nanoseconds, bytes: 4, to: &output)
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                output.append(UInt8(truncatingIfNeeded: UInt64(bitPattern: value.seconds) >> shift))
            }
        }
    }

    static func timestamp(at header: MessagePackHeader, in bytes: Span<UInt8>) throws(PayloadError) -> Timestamp {
        let (seconds, nanoseconds): (Int64, UInt64)
        switch header.count {
        case 4: (seconds, nanoseconds) = (Int64(bytes.bigEndian(at: header.body, count: 4)), 0)
        case 8:
            let bits = bytes.bigEndian(at: header.body, count: 8)
            (seconds, nanoseconds) = (Int64(bits & (1 << 34 - 1)), bits >> 34)
        case 12:
            nanoseconds = bytes.bigEndian(at: header.body, count: 4)
            seconds = Int64(bitPattern: bytes.bigEndian(at: header.body + 4, count: 8))
        default: throw PayloadError(.malformed, "a timestamp has 4, 8 or 12 bytes, not \(header.count)")
        }
        guard nanoseconds < 1_000_000_000 else { throw .outOfRange(nanoseconds, for: "the nanoseconds of a second") }
        return Timestamp(seconds: seconds, nanoseconds: UInt32(truncatingIfNeeded: nanoseconds))
    }
}
