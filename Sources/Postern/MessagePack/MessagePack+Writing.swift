extension MessagePack {
    /// Appends nil.
    package static func writeNull(into output: inout [UInt8]) { output.append(0xc0) }

    /// Appends a truth value.
    package static func write(_ value: Bool, into output: inout [UInt8]) { output.append(value ? 0xc3 : 0xc2) }

    /// Appends an integer in as few bytes as it takes.
    package static func write(_ value: Int64, into output: inout [UInt8]) {
        if value >= 0 { return write(UInt64(value), into: &output) }
        switch value {
        case (-32)...: output.append(UInt8(truncatingIfNeeded: value))
        case Int64(Int8.min)...: append(0xd0, UInt64(bitPattern: value), bytes: 1, to: &output)
        case Int64(Int16.min)...: append(0xd1, UInt64(bitPattern: value), bytes: 2, to: &output)
        case Int64(Int32.min)...: append(0xd2, UInt64(bitPattern: value), bytes: 4, to: &output)
        default: append(0xd3, UInt64(bitPattern: value), bytes: 8, to: &output)
        }
    }

    /// Appends an integer in as few bytes as it takes.
    package static func write(_ value: UInt64, into output: inout [UInt8]) {
        switch value {
        case ...0x7f: output.append(UInt8(truncatingIfNeeded: value))
        case ...0xff: append(0xcc, value, bytes: 1, to: &output)
        case ...0xffff: append(0xcd, value, bytes: 2, to: &output)
        case ...0xffff_ffff: append(0xce, value, bytes: 4, to: &output)
        default: append(0xcf, value, bytes: 8, to: &output)
        }
    }

    /// Appends a number, always as 64 bits.
    package static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError) {
        append(0xcb, value.bitPattern, bytes: 8, to: &output)
    }

    /// Appends text.
    package static func write(_ value: String, into output: inout [UInt8]) {
        let count = UInt64(value.utf8.count)
        switch count {
        case ...31: output.append(0xa0 | UInt8(truncatingIfNeeded: count))
        case ...0xff: append(0xd9, count, bytes: 1, to: &output)
        case ...0xffff: append(0xda, count, bytes: 2, to: &output)
        default: append(0xdb, count, bytes: 4, to: &output)
        }
        output.append(contentsOf: value.utf8)
    }

    /// Appends raw bytes.
    package static func write(bytes: Span<UInt8>, into output: inout [UInt8]) {
        let count = UInt64(bytes.count)
        switch count {
        case ...0xff: append(0xc4, count, bytes: 1, to: &output)
        case ...0xffff: append(0xc5, count, bytes: 2, to: &output)
        default: append(0xc6, count, bytes: 4, to: &output)
        }
        output.append(copying: bytes)
    }

    /// Appends a timestamp as extension -1, in 4, 8 or 12 bytes.
    package static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
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

    /// Begins an array whose length is not known yet.
    package static func beginArray(into output: inout [UInt8]) -> ContainerMark { begin(0xdd, into: &output) }

    /// Counts the next element.
    package static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8]) { mark.count += 1 }

    /// Ends an array by writing its length into its header.
    package static func endArray(_ mark: ContainerMark, into output: inout [UInt8]) { end(mark, 0x90, in: &output) }

    /// Begins a map whose length is not known yet.
    package static func beginMap(into output: inout [UInt8]) -> ContainerMark { begin(0xdf, into: &output) }

    /// Writes the name of the next member.
    package static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8]) {
        mark.count += 1
        write(name, into: &output)
    }

    /// Ends a map by writing its length into its header.
    package static func endMap(_ mark: ContainerMark, into output: inout [UInt8]) { end(mark, 0x80, in: &output) }

    /// Appends a first byte and the low bytes of a number, the most significant first.
    @inline(__always)
    static func append(_ first: UInt8, _ value: UInt64, bytes: Int, to output: inout [UInt8]) {
        output.append(first)
        var shift = UInt64(8 * bytes)
        while shift > 0 {
            shift -= 8
            output.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private static let headerBytes = 5

    private static func begin(_ first: UInt8, into output: inout [UInt8]) -> ContainerMark {
        let mark = ContainerMark(start: output.count)
        append(first, 0, bytes: 4, to: &output)
        return mark
    }

    /// Writes the count into the room left for it; a short container gets a header of one byte.
    private static func end(_ mark: ContainerMark, _ shortFirst: UInt8, in output: inout [UInt8]) {
        let body = mark.start + headerBytes
        if mark.count <= 15, output.count - body <= longestMovedBody {
            output[mark.start] = shortFirst | UInt8(truncatingIfNeeded: mark.count)
            for index in body..<output.count { output[index - headerBytes + 1] = output[index] }
            output.removeLast(headerBytes - 1)
        } else {
            for step in 0..<4 {
                output[mark.start + 1 + step] = UInt8(truncatingIfNeeded: mark.count >> (24 - 8 * step))
            }
        }
    }

    /// Moving more than this costs more than the four bytes it saves.
    private static let longestMovedBody = 256
}
