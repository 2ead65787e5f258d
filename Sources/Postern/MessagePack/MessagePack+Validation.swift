extension MessagePack {
    /// Checks whole values, one after the other, so that nothing in them has to be doubted later.
    ///
    /// Checks lengths, nesting, how many values there are, and that the names of a map are strings, each given once.
    /// Whether text is valid UTF-8 is checked by whoever reads it. Takes no stack for nesting.
    ///
    /// - Parameters:
    ///   - bytes: Nothing but the values.
    ///   - count: How many values there must be; `nil` takes any number, also none.
    ///   - limits: How deep and how many.
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

/// Walks through values with the state of every open container on a stack of its own.
private struct ValidationWalk {
    private let limits: PayloadLimits
    private var values = 0
    private var ledger = NameLedger()
    /// Values still to come in each open container.
    private var remaining = InlineArray<64, Int>(repeating: 0)
    /// Where the names of each open map begin in the ledger; -1 for an array.
    private var names = InlineArray<64, Int>(repeating: 0)
    private var depth = 0

    init(limits: PayloadLimits) { self.limits = limits }

    /// Checks the value at an offset and returns its end.
    mutating func value(at offset: Int, in bytes: Span<UInt8>) throws(PayloadError) -> Int {
        var position = offset
        repeat {
            let header = try MessagePackHeader(at: position, in: bytes)
            position = header.next
            values += 1
            guard values <= limits.values else { throw .tooManyValues }
            try noteInContainer(header, in: bytes)
            if header.isContainer { try open(header) }
            while depth > 0, remaining[depth - 1] == 0 { try close(in: bytes) }
        } while depth > 0
        return position
    }

    private mutating func noteInContainer(_ header: MessagePackHeader, in bytes: Span<UInt8>) throws(PayloadError) {
        guard depth > 0 else { return }
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
