internal import Postern

/// Checks JSON text (RFC 8259) in one pass, without building values.
///
/// A byte order mark, comments and trailing commas are faults. Defects such as halves of surrogate pairs, numbers
/// beyond the range of a `Double` and values above a limit are only noted: the scan continues, so that the request can
/// be answered with its id. The scan is iterative, so that the stack does not grow with the input.
struct JSONScanner {
    /// The number of containers that may be nested.
    static let maximumDepth = 64

    /// The offset of the next byte to check.
    var position: Int
    /// The number of further values within the limit; negative above it.
    var valuesLeft: Int
    /// The observations so far.
    var notes: JSONNotes = []
    /// A filter with one bit for each name of an inner object, chosen by its size and its first and last byte.
    ///
    /// Equal names share a bit, so that a message without a shared bit needs no comparison of names.
    private var nameBits: UInt64 = 0

    init(at position: Int = 0, maximumValues: Int) {
        self.position = position
        valuesLeft = maximumValues
    }

    /// Checks one value, after any white space; `depth` is the number of containers around it.
    @inline(__always)
    mutating func scanValue(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        let byte = try nextByte(bytes)
        if byte == Byte.openBracket || byte == Byte.openBrace { return try scanContainer(bytes, depth: depth) }
        countValue()
        try scanScalar(byte, bytes)
    }

    /// Checks a container; if it is too deep, starts again with a stack of any size.
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

    /// Notes and checks a container that is nested too deep.
    @inline(never)
    private mutating func scanDeepContainer(_ bytes: Span<UInt8>) throws(JSONFault) {
        notes.insert(.tooDeep)
        var nesting = DeepNesting()
        repeat {
            _ = try scanStart(bytes, &nesting)
        } while try findsAnotherValue(bytes, &nesting)
    }

    /// Counts a value, and notes one above the limit.
    @inline(__always)
    private mutating func countValue() {
        // The scan continues above the limit, to find the end of the message and its id.
        if valuesLeft <= 0 { notes.insert(.tooManyValues) }
        valuesLeft &-= 1
    }

    /// Checks that only white space follows.
    mutating func scanEnd(_ bytes: Span<UInt8>) throws(JSONFault) {
        position = bytes.afterWhitespace(from: position)
        if position < bytes.count { throw .malformed(at: position) }
    }

    /// Skips white space and returns the next byte without consuming it.
    @inline(__always)
    mutating func nextByte(_ bytes: Span<UInt8>) throws(JSONFault) -> UInt8 {
        position = bytes.afterWhitespace(from: position)
        guard position < bytes.count else { throw .malformed(at: position) }
        return bytes[position]
    }

    /// Checks the name of a member and the colon after it.
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

    /// Checks the name of a member, and notes a name of an inner object that may be repeated.
    @inline(__always)
    private mutating func scanName(_ bytes: Span<UInt8>, at depth: Int) throws(JSONFault) {
        let name = try scanName(bytes)
        // The names of the outermost object are compared by its reader.
        guard depth > 1 else { return }
        let ends = name.isEmpty ? 0 : bytes[name.lowerBound] &* 7 ^ bytes[name.upperBound &- 1]
        // `&<<` keeps the lowest six bits of the hash, which select one of the 64 bits of the filter.
        let bit: UInt64 = 1 &<< UInt64(ends ^ UInt8(truncatingIfNeeded: name.count &* 19))
        notes.insert(nameBits & bit == 0 ? .innerName : [.innerName, .similarNames])
        nameBits |= bit
    }

    /// Clears the observations, before the next value is scanned.
    @inline(__always)
    mutating func clearNotes() {
        notes = []
        nameBits = 0
    }

    /// Checks a scalar or an empty container, with the opening brackets and names before it.
    ///
    /// - Returns: Whether the limit permits the containers opened.
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

    /// Checks a string, a number or a word.
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

    /// Checks closing brackets up to a comma, or until no container is open.
    ///
    /// - Returns: Whether another value follows.
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

/// The error of a scan for text that is not JSON.
struct JSONFault: Error, Hashable {
    /// The offset of the unexpected byte, or the size of text that ends too early.
    let offset: Int

    /// Returns the fault at an offset.
    static func malformed(at offset: Int) -> JSONFault { JSONFault(offset: offset) }

    /// The text of the fault in error messages.
    var explanation: String { "not JSON at offset \(offset)" }

    /// The fault as the error of a codec.
    var payloadError: PayloadError { PayloadError(.malformed, explanation) }
}
