internal import Postern

/// Reads the members of a message object in the same pass that checks its bytes.
///
/// Nothing is copied: members are noted as ranges.
struct EnvelopeReader {
    /// The members read so far.
    private(set) var envelope = Envelope()
    /// The names of unknown members, for finding duplicates.
    private var foreignNames: JSONNames?
    /// The number of unknown members.
    private var foreignCount = 0

    /// The number of unknown members that a request may have.
    ///
    /// Each costs more than any other value, as its name is kept; a request with more is hostile.
    private static let maximumForeignNames = 64

    /// Reads an object with members in any order, with white space or escapes in names.
    static func readAnyForm(
        _ bytes: Span<UInt8>,
        with scanner: inout JSONScanner,
        depth: Int
    ) throws(JSONFault) -> Envelope {
        var reader = EnvelopeReader()
        try reader.readMembers(bytes, with: &scanner, depth: depth + 1)
        reader.checkCompleteness()
        return reader.envelope
    }

    @inline(__always)
    private mutating func readMembers(
        _ bytes: Span<UInt8>,
        with scanner: inout JSONScanner,
        depth: Int
    ) throws(JSONFault) {
        scanner.position &+= 1
        guard try scanner.nextByte(bytes) != Byte.closeBrace else {
            scanner.position &+= 1
            return
        }
        while true {
            let name = try scanner.scanName(bytes)
            // Skips white space, so that the range of the value begins at its first byte.
            _ = try scanner.nextByte(bytes)
            let start = scanner.position
            try scanner.scanValue(bytes, depth: depth)
            take(name, start..<scanner.position, bytes)
            if !scanner.notes.isEmpty { takeNotes(&scanner, name, bytes) }
            let byte = try scanner.nextByte(bytes)
            scanner.position &+= 1
            if byte == Byte.closeBrace { return }
            guard byte == Byte.comma else { throw .malformed(at: scanner.position &- 1) }
        }
    }

    /// Applies the scanner's notes of one member, and clears them for the next one.
    @inline(never)
    private mutating func takeNotes(_ scanner: inout JSONScanner, _ name: Range<Int>, _ bytes: Span<UInt8>) {
        switch Self.member(name, bytes) {
        case .params?: envelope.noteParams(scanner.notes, in: bytes)
        case let member: envelope.note(scanner.notes, isOfID: member == .id)
        }
        scanner.clearNotes()
    }

    /// Marks a request without its version or method.
    private mutating func checkCompleteness() {
        if envelope.isResponse { return }
        if !envelope.members.contains(.version) { envelope.mark(.wrongVersion) }
        if !envelope.members.contains(.method) { envelope.mark(.wrongMethod) }
    }

    /// Stores the range of a member, and marks the faults of its value.
    @inline(__always)
    private mutating func take(_ name: Range<Int>, _ value: Range<Int>, _ bytes: Span<UInt8>) {
        guard let member = Self.member(name, bytes) else { return takeForeign(name, bytes) }
        if !envelope.members.isDisjoint(with: member) { envelope.mark(.duplicateMember) }
        envelope.members.formUnion(member)
        switch member {
        case .version: takeVersion(value, bytes)
        case .id: takeID(value, bytes)
        case .method: takeMethod(value, bytes)
        case .params: takeParams(value, bytes)
        case .meta: takeMeta(value, bytes)
        // A request may have unknown members of these names, which must not overwrite its method.
        case .result, .error: if !envelope.members.contains(.method) { envelope.method = value }
        case .traceparent: envelope.traceparent = Self.text(value, bytes)
        case .tracestate: envelope.tracestate = Self.text(value, bytes)
        default: break
        }
    }

    private mutating func takeVersion(_ value: Range<Int>, _ bytes: Span<UInt8>) {
        let isPlain =
            value.count == 5 && bytes[value.lowerBound &+ 1] == UInt8(ascii: "2")
            && bytes[value.lowerBound &+ 2] == Byte.dot && bytes[value.lowerBound &+ 3] == Byte.zero
        // Any spelling of the text "2.0" is valid, but hardly any client uses escapes.
        if !isPlain, Self.decodedText(value, bytes) != Array("2.0".utf8) { envelope.mark(.wrongVersion) }
    }

    private mutating func takeID(_ value: Range<Int>, _ bytes: Span<UInt8>) {
        if isUsableID(value, bytes) { envelope.id = value } else { envelope.mark(.wrongID) }
    }

    /// Whether a value is a string, an integer or `null` within the limit of size.
    private func isUsableID(_ value: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        switch bytes[value.lowerBound] {
        case Byte.quote: return value.count <= JSONRPCLimits.maximumNameBytes + 2
        case UInt8(ascii: "n"): return true
        // The scanner has accepted the number; a fraction or an exponent makes it no integer here, even in `1.0`.
        case Byte.minus, Byte.zero...Byte.nine:
            guard value.count <= JSONRPCLimits.maximumNameBytes else { return false }
            for index in value.dropFirst() where !bytes[index].isDigit { return false }
            return true
        default: return false
        }
    }

    private mutating func takeMethod(_ value: Range<Int>, _ bytes: Span<UInt8>) {
        guard bytes[value.lowerBound] == Byte.quote else { return envelope.mark(.wrongMethod) }
        envelope.method = value.lowerBound &+ 1..<value.upperBound &- 1
        let name = bytes.extracting(envelope.method)
        envelope.methodHasEscapes = JSON.hasEscape(name)
        // The limit is on the name itself, not on its spelling with escapes.
        let count = envelope.methodHasEscapes ? JSONEscape.decoded(name)?.count ?? .max : name.count
        if count > JSONRPCLimits.maximumNameBytes { envelope.mark(.wrongMethod) }
    }

    private mutating func takeParams(_ value: Range<Int>, _ bytes: Span<UInt8>) {
        switch bytes[value.lowerBound] {
        case Byte.openBracket, Byte.openBrace: envelope.params = value
        case UInt8(ascii: "n"): break
        default: envelope.mark(.wrongParams)
        }
    }

    private mutating func takeMeta(_ value: Range<Int>, _ bytes: Span<UInt8>) {
        switch bytes[value.lowerBound] {
        case Byte.openBrace: envelope.meta = value
        case UInt8(ascii: "n"): break
        default: envelope.mark(.wrongMeta)
        }
    }

    private mutating func takeForeign(_ name: Range<Int>, _ bytes: Span<UInt8>) {
        foreignCount &+= 1
        guard foreignCount <= Self.maximumForeignNames else { return envelope.mark(.tooManyMembers) }
        var names = foreignNames.take() ?? JSONNames()
        if !names.insert(name, in: bytes) { envelope.mark(.duplicateMember) }
        foreignNames = names
    }
}

extension EnvelopeReader {
    /// Returns the known member with a name, which may have escapes, or `nil` for an unknown one.
    ///
    /// Names of up to eight bytes are compared as one masked word instead of byte by byte.
    @inline(__always)
    fileprivate static func member(_ name: Range<Int>, _ bytes: Span<UInt8>) -> Envelope.Members? {
        guard name.count <= 8, !name.isEmpty, bytes.count &- name.lowerBound >= 8 else {
            return longMember(bytes.extracting(name))
        }
        let word = bytes.word(at: name.lowerBound) & (.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* name.count))
        return shortMember(word) ?? longMember(bytes.extracting(name))
    }

    /// Returns the member whose name is a little-endian word.
    @inline(__always)
    private static func shortMember(_ word: UInt64) -> Envelope.Members? {
        switch word {
        case 0x6469: .id
        case 0x646F_6874_656D: .method
        case 0x736D_6172_6170: .params
        case 0x63_7072_6E6F_736A: .version
        case 0x6174_656D: .meta
        case 0x746C_7573_6572: .result
        case 0x72_6F72_7265: .error
        default: nil
        }
    }

    @inline(never)
    private static func longMember(_ name: Span<UInt8>) -> Envelope.Members? {
        guard JSON.hasEscape(name) else { return plainMember(name) }
        guard let plain = JSONEscape.decoded(name) else { return nil }
        return plainMember(plain.span)
    }

    private static func plainMember(_ name: Span<UInt8>) -> Envelope.Members? {
        if JSON.isWord(name, "traceparent") { return .traceparent }
        if JSON.isWord(name, "tracestate") { return .tracestate }
        guard name.count <= 8 else { return nil }
        var word: UInt64 = 0
        for index in name.indices { word |= UInt64(name[index]) << UInt64(8 &* index) }
        return shortMember(word)
    }

    /// Returns the range between the quotes of a string, or an empty range for any other value.
    fileprivate static func text(_ value: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        bytes[value.lowerBound] == Byte.quote ? value.lowerBound &+ 1..<value.upperBound &- 1 : 0..<0
    }

    /// Returns the text of a string without escapes, or `nil` for any other value.
    fileprivate static func decodedText(_ value: Range<Int>, _ bytes: Span<UInt8>) -> [UInt8]? {
        bytes[value.lowerBound] == Byte.quote ? JSONEscape.decoded(bytes.extracting(text(value, bytes))) : nil
    }
}
