internal import Postern

/// An iterator over the elements of an array or the members of an object.
///
/// The bytes are an argument of each step, as a `Span` cannot be stored in a value that escapes.
struct JSONContainerWalk {
    private var position: Int
    private var isFirst = true
    private let closing: UInt8

    /// Creates an iterator over the container at an offset, which must be within the bytes.
    init(_ bytes: Span<UInt8>, from start: Int) {
        position = start &+ 1
        closing = bytes[start] == Byte.openBracket ? Byte.closeBracket : Byte.closeBrace
    }

    /// The offset after the bytes consumed so far.
    var end: Int { position }

    /// Returns the range of the next element, or `nil` after the last one.
    @inline(__always)
    mutating func nextElement(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        guard let start = try nextStart(bytes) else { return nil }
        return try value(bytes, from: start)
    }

    /// Returns the ranges of the next member's name, between its quotes, and of its value, or `nil` after the last one.
    @inline(__always)
    mutating func nextMember(_ bytes: Span<UInt8>) throws(PayloadError) -> (name: Range<Int>, value: Range<Int>)? {
        guard let start = try nextName(bytes) else { return nil }
        return (start, try value(bytes, from: position))
    }

    /// Returns the range of the next member's name, or `nil` after the last one.
    ///
    /// The iterator stops before the value; the caller reads it and calls ``resume(at:)``.
    mutating func nextName(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        guard let start = try nextStart(bytes) else { return nil }
        guard bytes[start] == Byte.quote else { throw JSON.malformed }
        let end = try JSONWalker.endOfString(bytes, from: start &+ 1)
        let colon = bytes.afterWhitespace(from: end)
        guard colon < bytes.count, bytes[colon] == Byte.colon else { throw JSON.malformed }
        position = bytes.afterWhitespace(from: colon &+ 1)
        return start &+ 1..<end &- 1
    }

    /// Returns the offset of the next element or name, or `nil` after the last one.
    ///
    /// The caller reads the element and calls ``resume(at:)``.
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

    /// Continues at the offset after a value that the caller has read.
    mutating func resume(at position: Int) { self.position = position }

    /// Returns the range of the value at an offset, and moves after it.
    @inline(__always)
    private mutating func value(_ bytes: Span<UInt8>, from start: Int) throws(PayloadError) -> Range<Int> {
        position = try JSONWalker.endOfValue(bytes, from: start)
        return start..<position
    }
}
