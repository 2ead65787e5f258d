internal import Postern

/// Walks over the elements of an array, or the members of an object.
struct JSONContainerWalk {
    private var position: Int
    private var isFirst = true
    private let closing: UInt8

    /// Enters the container whose first byte stands at an offset, which lies within the bytes.
    init(_ bytes: Span<UInt8>, from start: Int) {
        position = start &+ 1
        closing = bytes[start] == Byte.openBracket ? Byte.closeBracket : Byte.closeBrace
    }

    /// The offset behind what was walked over so far.
    var end: Int { position }

    /// The range of the next element, or `nil` behind the closing bracket.
    @inline(__always)
    mutating func nextElement(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        guard let start = try nextStart(bytes) else { return nil }
        return try value(bytes, from: start)
    }

    /// The range of the next member's name between its quotes and the range of its value, or `nil` at the end.
    @inline(__always)
    mutating func nextMember(_ bytes: Span<UInt8>) throws(PayloadError) -> (name: Range<Int>, value: Range<Int>)? {
        guard let start = try nextName(bytes) else { return nil }
        return (start, try value(bytes, from: position))
    }

    /// The range of the next member's name; leaves the walk before the value, to be ended with ``resume(at:)``.
    mutating func nextName(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        guard let start = try nextStart(bytes) else { return nil }
        guard bytes[start] == Byte.quote else { throw JSON.malformed }
        let end = try JSONWalker.endOfString(bytes, from: start &+ 1)
        let colon = bytes.afterWhitespace(from: end)
        guard colon < bytes.count, bytes[colon] == Byte.colon else { throw JSON.malformed }
        position = bytes.afterWhitespace(from: colon &+ 1)
        return start &+ 1..<end &- 1
    }

    /// The offset of the next element or name, or `nil` behind the closing bracket.
    @inline(__always)
    mutating func nextStart(_ bytes: Span<UInt8>) throws(PayloadError) -> Int? {
        position = bytes.afterWhitespace(from: position)
        guard position < bytes.count else { throw JSON.malformed }
        if bytes[position] == closing {
            position &+= 1
            return nil
        }
        if !isFirst {
            guard bytes[position] == Byte.comma else { throw JSON.malformed }
            position = bytes.afterWhitespace(from: position &+ 1)
        }
        isFirst = false
        guard position < bytes.count else { throw JSON.malformed }
        return position
    }

    /// Goes on behind a value that was read by somebody else.
    mutating func resume(at position: Int) { self.position = position }

    @inline(__always)
    private mutating func value(_ bytes: Span<UInt8>, from start: Int) throws(PayloadError) -> Range<Int> {
        position = try JSONWalker.endOfValue(bytes, from: start)
        return start..<position
    }
}
