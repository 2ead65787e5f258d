extension EnvelopeReader {
    /// Reads the object at the scanner's position.
    ///
    /// - Parameters:
    ///   - bytes: The whole message.
    ///   - scanner: The scanner, which continues after the object.
    ///   - depth: The number of containers around the object.
    /// - Returns: The members of the object, and the first fault that makes it invalid.
    /// - Throws: The fault of text that is not JSON.
    @inline(__always)
    static func read(
        _ bytes: Span<UInt8>,
        with scanner: inout JSONScanner,
        depth: Int
    ) throws(JSONFault) -> Envelope {
        scanner.clearNotes()
        if let envelope = try readUsualForm(bytes, with: &scanner, depth: depth) { return envelope }
        return try readAnyForm(bytes, with: &scanner, depth: depth)
    }

    /// Reads a request in the form that most clients write:
    /// `{"jsonrpc":"2.0","id":1,"method":"name","params":[…]}`, without white space between the members.
    ///
    /// Every byte is checked as in any other form, but eight at a time. If the form turns out to be another one, the
    /// scanner is reset and the object is read member by member.
    ///
    /// - Returns: The envelope, or `nil` for any other form.
    /// - Throws: The fault of the params, if they are not JSON.
    @inline(__always)
    static func readUsualForm(
        _ bytes: Span<UInt8>,
        with scanner: inout JSONScanner,
        depth: Int
    ) throws(JSONFault) -> Envelope? {
        let (start, valuesLeft) = (scanner.position, scanner.valuesLeft)
        guard let id = usualID(bytes, from: start),
            let method = usualMethod(bytes, from: id.upperBound),
            let params = startOfUsualParams(bytes, from: method.upperBound + 1)
        else { return nil }
        scanner.position = params
        // The values before the params count towards the limit as they do in any other form.
        scanner.valuesLeft &-= membersBeforeParams
        try scanner.scanValue(bytes, depth: depth + 1)
        guard scanner.position < bytes.count, bytes[scanner.position] == Byte.closeBrace else {
            (scanner.position, scanner.valuesLeft) = (start, valuesLeft)
            scanner.clearNotes()
            return nil
        }
        var envelope = Envelope()
        envelope.members = [.version, .id, .method, .params]
        envelope.id = id
        envelope.method = method
        envelope.params = params..<scanner.position
        if !scanner.notes.isEmpty { envelope.noteParams(scanner.notes, in: bytes) }
        scanner.position &+= 1
        return envelope
    }

    private static let membersBeforeParams = 3

    /// Returns the digits after `{"jsonrpc":"2.0","id":`, or `nil` for any other text.
    @inline(__always)
    private static func usualID(_ bytes: Span<UInt8>, from start: Int) -> Range<Int>? {
        // Little-endian, the words are `{"jsonrp`, `c":"2.0"` and `0","id":`; the last two overlap by two bytes.
        guard bytes.count &- start >= 40, bytes.word(at: start) == 0x7072_6E6F_736A_227B,
            bytes.word(at: start &+ 8) == 0x2230_2E32_223A_2263, bytes.word(at: start &+ 14) == 0x3A22_6469_222C_2230
        else { return nil }
        let digits = start &+ 22
        var end = digits
        while end < bytes.count, bytes[end].isDigit { end &+= 1 }
        // At most 19 digits without leading zeros; other numbers are checked by the scanner in the general form.
        let isCanonical = end > digits && end &- digits <= 19 && (bytes[digits] != Byte.zero || end == digits &+ 1)
        return isCanonical ? digits..<end : nil
    }

    /// Returns the name after `,"method":"`, or `nil` for any other text and for names with escapes.
    @inline(__always)
    private static func usualMethod(_ bytes: Span<UInt8>, from start: Int) -> Range<Int>? {
        // The word is `,"method`; `":"` follows.
        guard bytes.count &- start >= 12, bytes.word(at: start) == 0x646F_6874_656D_222C,
            bytes[start &+ 8] == Byte.quote, bytes[start &+ 9] == Byte.colon, bytes[start &+ 10] == Byte.quote
        else { return nil }
        let name = start &+ 11
        let end = bytes.afterPlainText(from: name)
        guard end < bytes.count, bytes[end] == Byte.quote, end &- name <= JSONRPCLimits.maximumNameBytes else {
            return nil
        }
        return name..<end
    }

    /// Returns the offset of the array or object after `,"params":`, or `nil` for any other text.
    @inline(__always)
    private static func startOfUsualParams(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        // The word is `,"params`; `":` follows.
        guard bytes.count &- start >= 12, bytes.word(at: start) == 0x736D_6172_6170_222C,
            bytes[start &+ 8] == Byte.quote, bytes[start &+ 9] == Byte.colon,
            bytes[start &+ 10] == Byte.openBracket || bytes[start &+ 10] == Byte.openBrace
        else { return nil }
        return start &+ 10
    }
}
