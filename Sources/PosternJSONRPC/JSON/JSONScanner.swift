/// Checks JSON text (RFC 8259) byte by byte, once, and builds nothing.
///
/// Stricter than many: no byte order mark, no comments, no trailing commas, no lone surrogates, no numbers beyond the
/// range of a `Double`. Iterative: the stack does not grow with the input.
struct JSONScanner {
    /// How many containers may stand within each other.
    static let maximumDepth = 64

    /// Where the next byte to look at stands.
    var position: Int
    /// How many more values are accepted.
    var valuesLeft: Int
    /// Whether an object was met that may be a reference.
    var sawReference = false

    init(at position: Int = 0, maximumValues: Int) {
        self.position = position
        valuesLeft = maximumValues
    }

    /// Checks one value and stops behind it; white space before it is skipped.
    ///
    /// `depth` tells how many containers are open around it.
    @inline(__always)
    mutating func scanValue(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        let byte = try nextByte(bytes)
        if byte == Byte.openBracket || byte == Byte.openBrace { return try scanContainer(bytes, depth: depth) }
        if valuesLeft <= 0 { throw .tooManyValues }
        valuesLeft &-= 1
        try scanScalar(byte, bytes)
    }

    private mutating func scanContainer(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        var nesting = Nesting(outerDepth: depth)
        repeat {
            try scanStart(bytes, &nesting)
        } while try findsAnotherValue(bytes, &nesting)
    }

    /// Demands that nothing but white space follows.
    mutating func scanEnd(_ bytes: Span<UInt8>) throws(JSONFault) {
        position = bytes.afterWhitespace(from: position)
        if position < bytes.count { throw .malformed(at: position) }
    }

    /// Skips white space and gives the byte that stands there.
    @inline(__always)
    mutating func nextByte(_ bytes: Span<UInt8>) throws(JSONFault) -> UInt8 {
        position = bytes.afterWhitespace(from: position)
        guard position < bytes.count else { throw .malformed(at: position) }
        return bytes[position]
    }

    /// Checks a member's name and the colon behind it.
    ///
    /// - Returns: The range of the name between its quotes.
    @inline(__always)
    mutating func scanName(_ bytes: Span<UInt8>) throws(JSONFault) -> Range<Int> {
        guard try nextByte(bytes) == Byte.quote else { throw .malformed(at: position) }
        let start = position &+ 1
        position = try Self.endOfString(bytes, from: start)
        let end = position &- 1
        if end &- start == ReferenceMarker.count, ReferenceMarker.isOne(bytes.extracting(start..<end)) {
            sawReference = true
        }
        guard try nextByte(bytes) == Byte.colon else { throw .malformed(at: position) }
        position &+= 1
        return start..<end
    }

    /// The containers open at one place: one bit for each, set for objects.
    private struct Nesting {
        let outerDepth: Int
        var depth = 0
        var kinds: UInt64 = 0

        var isInObject: Bool { kinds & 1 == 1 }

        mutating func open(_ kind: UInt64) throws(JSONFault) {
            depth &+= 1
            if outerDepth &+ depth > JSONScanner.maximumDepth { throw .tooDeep }
            kinds = kinds << 1 | kind
        }

        mutating func close() {
            depth &-= 1
            kinds >>= 1
        }
    }

    /// Checks a scalar, an empty container, or whatever precedes the first scalar of a container.
    @inline(__always)
    private mutating func scanStart(_ bytes: Span<UInt8>, _ nesting: inout Nesting) throws(JSONFault) {
        while true {
            let byte = try nextByte(bytes)
            if valuesLeft <= 0 { throw .tooManyValues }
            valuesLeft &-= 1
            switch byte {
            case Byte.openBracket:
                try nesting.open(0)
                position &+= 1
                if try nextByte(bytes) == Byte.closeBracket { return }
            case Byte.openBrace:
                try nesting.open(1)
                position &+= 1
                if try nextByte(bytes) == Byte.closeBrace { return }
                _ = try scanName(bytes)
            default: return try scanScalar(byte, bytes)
            }
        }
    }

    @inline(__always)
    private mutating func scanScalar(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONFault) {
        switch byte {
        case Byte.quote: position = try Self.endOfString(bytes, from: position &+ 1)
        case Byte.minus, Byte.zero...Byte.nine: position = try Self.endOfNumber(bytes, from: position)
        case UInt8(ascii: "t"): try scanWord("true", bytes)
        case UInt8(ascii: "f"): try scanWord("false", bytes)
        case UInt8(ascii: "n"): try scanWord("null", bytes)
        default: throw .malformed(at: position)
        }
    }

    private mutating func scanWord(_ word: String, _ bytes: Span<UInt8>) throws(JSONFault) {
        for letter in word.utf8 {
            guard position < bytes.count, bytes[position] == letter else { throw .malformed(at: position) }
            position &+= 1
        }
    }

    /// Closes containers until a comma announces another value, or until none is open.
    @inline(__always)
    private mutating func findsAnotherValue(
        _ bytes: Span<UInt8>,
        _ nesting: inout Nesting
    ) throws(JSONFault) -> Bool {
        while nesting.depth > 0 {
            let byte = try nextByte(bytes)
            position &+= 1
            if byte == Byte.comma {
                if nesting.isInObject { _ = try scanName(bytes) }
                return true
            }
            guard byte == (nesting.isInObject ? Byte.closeBrace : Byte.closeBracket) else {
                throw .malformed(at: position &- 1)
            }
            nesting.close()
        }
        return false
    }
}
