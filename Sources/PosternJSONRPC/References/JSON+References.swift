package import Postern

/// References in the form of StreamJsonRpc: `{"__jsonrpc_marshaled":1,"handle":7}`.
///
/// The marker is 1 for an object of the sender, and 0 for an object of the receiver. An extension, `"kind":"function"`,
/// marks a function; without it the reference is to an object. Other members are ignored.
extension JSON: ReferenceCodec {
    /// Reads a reference.
    package static func readReference(_ value: Span<UInt8>) throws(PayloadError) -> WireReference {
        guard let reference = try reference(in: value) else { throw mismatch("a reference", value) }
        return reference
    }

    /// Appends a reference.
    package static func write(_ reference: WireReference, into output: inout [UInt8]) {
        output.append(text: #"{"__jsonrpc_marshaled":"#)
        write(reference.isReturned ? ReferenceDraft.returned : ReferenceDraft.lent, into: &output)
        output.append(text: #","handle":"#)
        write(reference.number, into: &output)
        if reference.kind == .function { output.append(text: #","kind":"function""#) }
        output.append(Byte.closeBrace)
    }

    /// Returns the handles of the references in a value, each once.
    ///
    /// - Throws: `.typeMismatch` for a reference without a valid handle.
    static func references(in value: Span<UInt8>) throws(PayloadError) -> ReferenceNumbers {
        var numbers = ReferenceNumbers()
        guard value.count > 0 else { return numbers }
        _ = try collect(value, from: value.afterWhitespace(from: 0), &numbers)
        return ReferenceNumbers(lent: unique(numbers.lent), returned: unique(numbers.returned))
    }

    /// Returns the reference that a value is, or `nil` for any other value.
    private static func reference(in value: Span<UInt8>) throws(PayloadError) -> WireReference? {
        guard value.count > 0, value[0] == Byte.openBrace else { return nil }
        var walk = JSONContainerWalk(value, from: 0)
        var draft = ReferenceDraft()
        while let (name, member) = try walk.nextMember(value) { try draft.note(name, member, in: value) }
        return try draft.reference
    }

    /// Collects the references in the value at an offset.
    ///
    /// Recursive: the scanner has limited the depth of the value before.
    ///
    /// - Returns: The offset after the value.
    private static func collect(
        _ bytes: Span<UInt8>,
        from start: Int,
        _ numbers: inout ReferenceNumbers
    ) throws(PayloadError) -> Int {
        guard start < bytes.count, bytes[start] == Byte.openBracket || bytes[start] == Byte.openBrace else {
            return try JSONWalker.endOfValue(bytes, from: start)
        }
        var walk = JSONContainerWalk(bytes, from: start)
        if bytes[start] == Byte.openBracket {
            while let element = try walk.nextStart(bytes) {
                walk.resume(at: try collect(bytes, from: element, &numbers))
            }
            return walk.end
        }
        var draft = ReferenceDraft()
        while let name = try walk.nextName(bytes) {
            let end = try collect(bytes, from: walk.end, &numbers)
            try draft.note(name, walk.end..<end, in: bytes)
            walk.resume(at: end)
        }
        if let reference = try draft.reference {
            if reference.isReturned {
                numbers.returned.append(reference.number)
            } else {
                numbers.lent.append(reference.number)
            }
        }
        return walk.end
    }

    /// Returns the numbers without duplicates, in their order.
    private static func unique(_ numbers: [UInt64]) -> [UInt64] {
        var known: Set<UInt64> = []
        return numbers.filter { known.insert($0).inserted }
    }
}
