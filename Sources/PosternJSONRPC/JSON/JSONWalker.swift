internal import Postern

/// Finds the ends of values in text that a ``JSONScanner`` has accepted.
///
/// For any other bytes the results are meaningless, but the functions never trap and always return or throw.
enum JSONWalker {
    /// Returns the offset after the value at an offset.
    @inline(__always)
    static func endOfValue(_ bytes: Span<UInt8>, from start: Int) throws(PayloadError) -> Int {
        guard start < bytes.count else { throw JSON.malformed }
        switch bytes[start] {
        case Byte.quote: return try endOfString(bytes, from: start &+ 1)
        case Byte.openBracket, Byte.openBrace: return try endOfContainer(bytes, from: start)
        default:
            var position = start
            while position < bytes.count, !isDelimiter(bytes[position]) { position &+= 1 }
            guard position > start else { throw JSON.malformed }
            return position
        }
    }

    /// Returns the offset after the closing quote of a string; `start` is after the opening one.
    static func endOfString(_ bytes: Span<UInt8>, from start: Int) throws(PayloadError) -> Int {
        var position = bytes.afterPlainText(from: start)
        while position < bytes.count {
            let byte = bytes[position]
            if byte == Byte.quote { return position &+ 1 }
            // Skips the byte after a backslash, which may be a quote; the digits of `\u` are plain text.
            position = bytes.afterPlainText(from: position &+ (byte == Byte.backslash ? 2 : 1))
        }
        throw JSON.malformed
    }

    /// Returns the offset after a container, from the number of its brackets alone: the scanner has matched them.
    private static func endOfContainer(_ bytes: Span<UInt8>, from start: Int) throws(PayloadError) -> Int {
        var position = start
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case Byte.quote:
                position = try endOfString(bytes, from: position &+ 1)
                continue
            case Byte.openBracket, Byte.openBrace: depth &+= 1
            case Byte.closeBracket, Byte.closeBrace:
                depth &-= 1
                if depth == 0 { return position &+ 1 }
            default: break
            }
            position &+= 1
        }
        throw JSON.malformed
    }

    /// Whether a byte ends a number or a word.
    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte.isWhitespace || byte == Byte.comma || byte == Byte.closeBracket || byte == Byte.closeBrace
            || byte == Byte.colon || byte == Byte.quote
    }
}
