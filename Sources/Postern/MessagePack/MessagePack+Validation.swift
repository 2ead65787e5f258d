extension MessagePack {
    /// Validates a sequence of values.
    ///
    /// Checks the lengths, the nesting, the number of values, and that the names in a map are unique strings. UTF-8 is
    /// validated when a string is read. A loop rather than a recursion, so that nesting uses no stack.
    ///
    /// - Parameters:
    ///   - bytes: The values and nothing else.
    ///   - count: The required number of values, or `nil` for any number including 0.
    ///   - limits: The maximum nesting and number of values.
    /// - Throws: `.malformed`, `.limitExceeded`, `.duplicateName`, or `.typeMismatch` for a name that is no string.
    package static func validate(
        _ bytes: Span<UInt8>,
        count: Int? = 1,
        limits: PayloadLimits = .standard
    ) throws(PayloadError) {
        var walk = ValidationWalk(limits: limits)
        var found = 0
        var position = 0
        while position < bytes.count {
            if let count, found == count { throw .trailing }
            position = try walk.value(at: position, in: bytes)
            found += 1
        }
        if let count, found < count { throw .truncated }
    }
}

/// A walk over values that keeps the state of each open container on an explicit stack.
private struct ValidationWalk {
    private let limits: PayloadLimits
    private var values = 0
    private var ledger = NameLedger()
    /// The number of values that each open container still lacks; a member of a map counts as two.
    private var remaining = InlineArray<64, Int>(repeating: 0)
    /// The height of the ledger when each open map began; -1 for an array.
    private var names = InlineArray<64, Int>(repeating: 0)
    private var depth = 0

    init(limits: PayloadLimits) { self.limits = limits }

    /// Validates the value at an offset and returns its end.
    mutating func value(at offset: Int, in bytes: Span<UInt8>) throws(PayloadError) -> Int {
        var position = offset
        repeat {
            let header = try MessagePackHeader(at: position, in: bytes)
            position = header.next
            values += 1
            // Limits the time and the memory that a decoded value can take.
            guard values <= limits.values else { throw .tooManyValues }
            try noteInContainer(header, in: bytes)
            if header.isContainer { try open(header) }
            // The last value of a container may complete any number of those around it.
            while depth > 0, remaining[depth - 1] == 0 { try close(in: bytes) }
        } while depth > 0
        return position
    }

    /// Counts a value in the innermost container; adds it to the ledger if it is the name of a member.
    private mutating func noteInContainer(_ header: MessagePackHeader, in bytes: Span<UInt8>) throws(PayloadError) {
        guard depth > 0 else { return }
        // Names and values of a map alternate, so a name comes next if an even number is left.
        if names[depth - 1] >= 0, remaining[depth - 1] & 1 == 0 {
            guard header.form == .string else { throw .expected("a string as name", found: header.phrase(in: bytes)) }
            ledger.add(header.content)
        }
        remaining[depth - 1] -= 1
    }

    private mutating func open(_ header: MessagePackHeader) throws(PayloadError) {
        guard depth < limits.depth else { throw .tooDeep }
        remaining[depth] = header.children
        names[depth] = header.form == .map ? ledger.height : -1
        depth += 1
    }

    private mutating func close(in bytes: Span<UInt8>) throws(PayloadError) {
        depth -= 1
        if names[depth] >= 0 { try ledger.closeMap(from: names[depth], in: bytes) }
    }
}
