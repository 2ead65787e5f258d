internal import Postern

/// Checks JSON text (RFC 8259) byte by byte, once, and builds nothing.
///
/// Stricter than many: no byte order mark, no comments, no trailing commas. Halves of surrogate pairs, numbers beyond the
/// range of a `Double` and what is above a limit are JSON, but noted: the scan goes on, so that a request is answered
/// with its id. Iterative: the stack does not grow with the input.
struct JSONScanner {
    /// How many containers may stand within each other.
    static let maximumDepth = 64

    /// Where the next byte to look at stands.
    var position: Int
    /// How many more values are accepted; negative above the limit.
    var valuesLeft: Int
    /// What was met so far.
    var notes: JSONNotes = []
    /// A bit for each name of an inner object, by its length and its ends: only names that share one may be equal.
    private var nameBits: UInt64 = 0

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
        countValue()
        try scanScalar(byte, bytes)
    }

    private mutating func scanContainer(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        let (start, valuesLeft) = (position, valuesLeft)
        var nesting = ShallowNesting(outerDepth: depth)
        repeat {
            guard try scanStart(bytes, &nesting) else {
                (position, self.valuesLeft) = (start, valuesLeft)
                return try scanDeepContainer(bytes)
            }
        } while try findsAnotherValue(bytes, &nesting)
    }

    /// Finds the end of a container that is nested too deep.
    @inline(never)
    private mutating func scanDeepContainer(_ bytes: Span<UInt8>) throws(JSONFault) {
        notes.insert(.tooDeep)
        var nesting = DeepNesting()
        repeat {
            _ = try scanStart(bytes, &nesting)
        } while try findsAnotherValue(bytes, &nesting)
    }

    @inline(__always)
    private mutating func countValue() {
        if valuesLeft <= 0 { notes.insert(.tooManyValues) }
        valuesLeft &-= 1
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
        position = try endOfString(bytes, from: start)
        let end = position &- 1
        if end &- start == ReferenceMarker.count, ReferenceMarker.matches(bytes.extracting(start..<end)) {
            notes.insert(.reference)
        }
        guard try nextByte(bytes) == Byte.colon else { throw .malformed(at: position) }
        position &+= 1
        return start..<end
    }

    /// Checks the name of a member of a container, and notes one that an inner object may have twice.
    @inline(__always)
    private mutating func scanName(_ bytes: Span<UInt8>, at depth: Int) throws(JSONFault) {
        let name = try scanName(bytes)
        guard depth > 1 else { return }
        let ends = name.isEmpty ? 0 : bytes[name.lowerBound] &* 7 ^ bytes[name.upperBound &- 1]
        let bit: UInt64 = 1 &<< UInt64(ends ^ UInt8(truncatingIfNeeded: name.count &* 19))
        notes.insert(nameBits & bit == 0 ? .innerName : [.innerName, .similarNames])
        nameBits |= bit
    }

    /// Forgets what was met, before the next value is scanned.
    @inline(__always)
    mutating func clearNotes() {
        notes = []
        nameBits = 0
    }

    /// Checks a scalar, an empty container, or whatever precedes the first scalar of a container.
    ///
    /// - Returns: Whether there was room for the containers.
    @inline(__always)
    private mutating func scanStart(
        _ bytes: Span<UInt8>,
        _ nesting: inout some JSONNesting
    ) throws(JSONFault) -> Bool {
        while true {
            let byte = try nextByte(bytes)
            countValue()
            switch byte {
            case Byte.openBracket:
                guard nesting.open(0) else { return false }
                position &+= 1
                if try nextByte(bytes) == Byte.closeBracket { return true }
            case Byte.openBrace:
                guard nesting.open(1) else { return false }
                position &+= 1
                if try nextByte(bytes) == Byte.closeBrace { return true }
                try scanName(bytes, at: nesting.depth)
            default:
                try scanScalar(byte, bytes)
                return true
            }
        }
    }

    @inline(__always)
    private mutating func scanScalar(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONFault) {
        switch byte {
        case Byte.quote: position = try endOfString(bytes, from: position &+ 1)
        case Byte.minus, Byte.zero...Byte.nine: position = try endOfNumber(bytes, from: position)
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
        _ nesting: inout some JSONNesting
    ) throws(JSONFault) -> Bool {
        while nesting.depth > 0 {
            let byte = try nextByte(bytes)
            position &+= 1
            if byte == Byte.comma {
                if nesting.isInObject { try scanName(bytes, at: nesting.depth) }
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

/// Bytes that are no JSON: the byte at this offset may not be there; at the end of the bytes, something is missing.
struct JSONFault: Error, Hashable {
    let offset: Int

    static func malformed(at offset: Int) -> JSONFault { JSONFault(offset: offset) }

    /// The fault for people.
    var explanation: String { "not JSON at offset \(offset)" }

    /// The same fault as readers of payloads report it.
    var payloadError: PayloadError { PayloadError(.malformed, explanation) }
}
