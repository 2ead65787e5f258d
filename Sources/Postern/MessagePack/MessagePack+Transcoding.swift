extension MessagePack {
    /// Appends one value in another encoding, in one pass and without an intermediate tree.
    ///
    /// The output is unchanged if this throws. References are rejected.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcode(value, TranscodingWalk(target: target), into: &output)
    }

    /// Appends one value in another encoding, with references renamed for another connection.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let writer = TranscodingWalk.ReferenceWriter(target: target, naming: naming)
        try transcode(value, TranscodingWalk(target: target, references: writer), into: &output)
    }

    /// Appends one value in another encoding, and stops soon after the output exceeds a size.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        atMost limit: Int,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcode(value, TranscodingWalk(target: target, limit: limit), into: &output)
    }

    private static func transcode(
        _ value: Span<UInt8>,
        _ walk: consuming TranscodingWalk,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let start = output.count
        do throws(PayloadError) {
            guard try walk.value(at: 0, in: value, depth: 0, into: &output) == value.count else { throw .trailing }
        } catch {
            output.removeLast(output.count - start)
            throw error
        }
    }

    /// Appends encoded arguments in another encoding, in one pass; appends nothing if there are none.
    ///
    /// - Throws: `.notEncodable` if the call has both positional and named arguments, which only MessagePack can
    ///   represent.
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcodeArguments(arguments, TranscodingWalk(target: target), into: &output)
    }

    /// Appends encoded arguments in another encoding, with references renamed for another connection.
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let writer = TranscodingWalk.ReferenceWriter(target: target, naming: naming)
        try transcodeArguments(arguments, TranscodingWalk(target: target, references: writer), into: &output)
    }

    private static func transcodeArguments(
        _ arguments: Span<UInt8>,
        _ walk: consuming TranscodingWalk,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let start = output.count
        do throws(PayloadError) {
            try transcodePair(arguments, walk, into: &output)
        } catch {
            output.removeLast(output.count - start)
            throw error
        }
    }

    /// Appends the positional or the named arguments, whichever the call has.
    private static func transcodePair(
        _ arguments: Span<UInt8>,
        _ walk: consuming TranscodingWalk,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let target = walk.target
        guard arguments.count > 0 else { return }
        let positional = try positionalHeader(in: arguments)
        // Both values are located before anything is written, to know which of them has the arguments.
        let middle = try end(ofValueAt: 0, in: arguments)
        let named = try namedHeader(at: middle, in: arguments)
        guard try end(ofValueAt: middle, in: arguments) == arguments.count else { throw .trailing }
        if positional.count > 0, named.count > 0 {
            throw PayloadError(.notEncodable, "\(target.name) takes arguments by position or by name, not both")
        }
        let isNamed = named.count > 0
        guard isNamed || positional.count > 0 else { return }
        var mark = target.beginArguments(named: isNamed, into: &output)
        // The container of the arguments is the first level of nesting.
        try walk.contents(of: isNamed ? named : positional, &mark, in: arguments, depth: 1, into: &output)
        target.endArguments(mark, named: isNamed, into: &output)
    }
}

/// A recursive walk that reads values and writes them with another codec; at most 64 levels deep.
private struct TranscodingWalk {
    /// The writer of references; without one, they are rejected.
    struct ReferenceWriter {
        let target: any ReferenceCodec.Type
        let naming: ReferenceNaming
    }

    let target: any PayloadCodec.Type
    private let references: ReferenceWriter?
    /// The maximum size of the output, in bytes.
    private let limit: Int
    private var values = 0
    private var ledger = NameLedger()

    /// The size in bytes of a text that is written before its size in the other encoding is known.
    private static let shortBytes = 16 << 10

    init(target: any PayloadCodec.Type, references: ReferenceWriter? = nil, limit: Int = .max) {
        self.target = target
        self.limit = limit
        self.references = references
    }

    /// Appends the value at an offset and returns its end.
    mutating func value(
        at offset: Int,
        in bytes: Span<UInt8>,
        depth: Int,
        into output: inout [UInt8]
    ) throws(PayloadError) -> Int {
        let header = try MessagePackHeader(at: offset, in: bytes)
        values += 1
        guard values <= PayloadLimits.standard.values else { throw .tooManyValues }
        guard output.count <= limit else { throw .tooLarge }
        switch header.form {
        case .array:
            var mark = target.beginArray(into: &output)
            let end = try contents(of: header, &mark, in: bytes, depth: depth + 1, into: &output)
            target.endArray(mark, into: &output)
            return end
        case .map:
            var mark = target.beginMap(into: &output)
            let end = try contents(of: header, &mark, in: bytes, depth: depth + 1, into: &output)
            target.endMap(mark, into: &output)
            return end
        default:
            let value = bytes.extracting(offset..<header.next)
            if header.count > Self.shortBytes { try check(header, value, output.count) }
            try scalar(header, value, into: &output)
            return header.next
        }
    }

    /// Appends the elements or members of a container and returns its end.
    @discardableResult
    mutating func contents(
        of header: MessagePackHeader,
        _ mark: inout ContainerMark,
        in bytes: Span<UInt8>,
        depth: Int,
        into output: inout [UInt8]
    ) throws(PayloadError) -> Int {
        guard depth <= PayloadLimits.largestDepth else { throw .tooDeep }
        let height = ledger.height
        var position = header.body
        for _ in 0..<header.count {
            if header.form == .map {
                let name = try MessagePack.nameHeader(at: position, in: bytes)
                ledger.add(name.content)
                target.nextMember(named: try MessagePack.text(at: name.content, in: bytes), &mark, into: &output)
                // A name counts as a value of its own, as in `validate`.
                values += 1
                position = name.next
            } else {
                target.nextElement(&mark, into: &output)
            }
            position = try value(at: position, in: bytes, depth: depth, into: &output)
        }
        // For an array nothing was added since `height`, so nothing is checked.
        try ledger.closeMap(from: height, in: bytes)
        return position
    }

    /// Throws if a long text or binary would exceed the limit, since a text may grow to six times its size in JSON.
    private func check(_ header: MessagePackHeader, _ value: Span<UInt8>, _ written: Int) throws(PayloadError) {
        let content = value.extracting((value.count - header.count)..<value.count)
        let byteCount = header.form == .string ? target.byteCount(ofText: content) : content.count
        guard byteCount <= limit - min(limit, written) else { throw .tooLarge }
    }

    /// Appends a value that is no container.
    private func scalar(
        _ header: MessagePackHeader,
        _ value: Span<UInt8>,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        switch header.form {
        case .null: target.writeNull(into: &output)
        case .bool: target.write(try MessagePack.readBool(value), into: &output)
        case .unsigned: target.write(try MessagePack.readUInt64(value), into: &output)
        case .signed: target.write(try MessagePack.readInt64(value), into: &output)
        case .float: try target.write(try MessagePack.readDouble(value), into: &output)
        case .string: target.write(try MessagePack.readString(value), into: &output)
        case .bytes: target.write(bytes: value.extracting((value.count - header.count)..<value.count), into: &output)
        case .array, .map, .extension:
            // Only extensions arrive here, whose type byte precedes their content.
            if let references, value[value.count - header.count - 1] == MessagePack.referenceType {
                let reference = try MessagePack.readReference(value)
                return references.target.write(try references.naming(reference), into: &output)
            }
            let time = try MessagePack.readTimestamp(value)
            try target.write(time, into: &output)
        }
    }
}
