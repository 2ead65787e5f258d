extension MessagePack {
    /// Appends nil.
    package static func writeNull(into output: inout [UInt8]) { output.append(0xc0) }

    /// Appends a Boolean value.
    package static func write(_ value: Bool, into output: inout [UInt8]) { output.append(value ? 0xc3 : 0xc2) }

    /// Appends a signed integer in its shortest form.
    package static func write(_ value: Int64, into output: inout [UInt8]) {
        // Positive integers have the unsigned form, which is never longer.
        if value >= 0 { return write(UInt64(value), into: &output) }
        switch value {
        case (-32)...: output.append(UInt8(truncatingIfNeeded: value))
        case Int64(Int8.min)...: append(0xd0, UInt64(bitPattern: value), bytes: 1, to: &output)
        case Int64(Int16.min)...: append(0xd1, UInt64(bitPattern: value), bytes: 2, to: &output)
        case Int64(Int32.min)...: append(0xd2, UInt64(bitPattern: value), bytes: 4, to: &output)
        default: append(0xd3, UInt64(bitPattern: value), bytes: 8, to: &output)
        }
    }

    /// Appends an unsigned integer in its shortest form.
    package static func write(_ value: UInt64, into output: inout [UInt8]) {
        switch value {
        case ...0x7f: output.append(UInt8(truncatingIfNeeded: value))
        case ...0xff: append(0xcc, value, bytes: 1, to: &output)
        case ...0xffff: append(0xcd, value, bytes: 2, to: &output)
        case ...0xffff_ffff: append(0xce, value, bytes: 4, to: &output)
        default: append(0xcf, value, bytes: 8, to: &output)
        }
    }

    /// Appends a number in its 64-bit form.
    package static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError) {
        append(0xcb, value.bitPattern, bytes: 8, to: &output)
    }

    /// Appends a string.
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

    /// Appends a timestamp as extension -1 in the shortest of its forms: 4, 8 or 12 bytes.
    package static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
        let nanoseconds = UInt64(value.nanoseconds)
        if let seconds = UInt64(exactly: value.seconds), seconds < 1 << 34 {
            if nanoseconds == 0, seconds < 1 << 32 {
                // 4 bytes: the seconds as 32 bits. The type byte is written as part of the number.
                append(0xd6, UInt64(timestampType) << 32 | seconds, bytes: 5, to: &output)
            } else {
                // 8 bytes: 30 bits of nanoseconds, then 34 bits of seconds.
                output.append(0xd7)
                append(timestampType, nanoseconds << 34 | seconds, bytes: 8, to: &output)
            }
        } else {
            // 12 bytes: 32 bits of nanoseconds, then the seconds as a signed 64-bit integer.
            output.append(0xc7)
            output.append(12)
            append(timestampType, nanoseconds, bytes: 4, to: &output)
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                output.append(UInt8(truncatingIfNeeded: UInt64(bitPattern: value.seconds) >> shift))
            }
        }
    }

    /// Begins an array of unknown length.
    package static func beginArray(into output: inout [UInt8]) -> ContainerMark { begin(0xdd, into: &output) }

    /// Counts the next element, which has no bytes of its own.
    package static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8]) { mark.count += 1 }

    /// Ends an array by writing its count into its header.
    package static func endArray(_ mark: ContainerMark, into output: inout [UInt8]) { end(mark, 0x90, in: &output) }

    /// Begins a map of unknown length.
    package static func beginMap(into output: inout [UInt8]) -> ContainerMark { begin(0xdf, into: &output) }

    /// Appends the name of the next member.
    package static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8]) {
        mark.count += 1
        write(name, into: &output)
    }

    /// Ends a map by writing its count into its header.
    package static func endMap(_ mark: ContainerMark, into output: inout [UInt8]) { end(mark, 0x80, in: &output) }

    /// Appends a first byte and the low-order bytes of a number in big-endian order.
    @inline(__always)
    static func append(_ first: UInt8, _ value: UInt64, bytes: Int, to output: inout [UInt8]) {
        output.append(first)
        var shift = UInt64(8 * bytes)
        while shift > 0 {
            shift -= 8
            output.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// The size of the longest header of a container: the first byte and a count of 32 bits.
    private static let headerBytes = 5

    /// Appends the longest header, because the count of the container is not known yet.
    private static func begin(_ first: UInt8, into output: inout [UInt8]) -> ContainerMark {
        let mark = ContainerMark(start: output.count)
        append(first, 0, bytes: 4, to: &output)
        return mark
    }

    /// Writes the count into the header; shortens the header of a small container to one byte.
    private static func end(_ mark: ContainerMark, _ shortFirst: UInt8, in output: inout [UInt8]) {
        let body = mark.start + headerBytes
        if mark.count <= 15, output.count - body <= longestMovedBody {
            output[mark.start] = shortFirst | UInt8(truncatingIfNeeded: mark.count)
            // Forwards, because source and destination overlap.
            for index in body..<output.count { output[index - headerBytes + 1] = output[index] }
            output.removeLast(headerBytes - 1)
        } else {
            for step in 0..<4 {
                output[mark.start + 1 + step] = UInt8(truncatingIfNeeded: mark.count >> (24 - 8 * step))
            }
        }
    }

    /// The maximum size of a body that is moved, in bytes: moving more costs more time than four bytes are worth.
    private static let longestMovedBody = 256
}
