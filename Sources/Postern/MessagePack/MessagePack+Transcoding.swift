extension MessagePack {
    /// Writes one value in another encoding, in one pass and without building a tree.
    ///
    /// What was appended is taken off again when it fails.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcode(value, TranscodingWalk(target: target), into: &output)
    }

    /// The same with references, which are named anew.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let writer = TranscodingWalk.ReferenceWriter(target: target, naming: naming)
        try transcode(value, TranscodingWalk(target: target, references: writer), into: &output)
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

    /// Writes encoded arguments as another encoding carries them, in one pass; nothing when there are none.
    ///
    /// - Throws: `.notEncodable` for positional and named arguments in one call, which only MessagePack carries.
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcodeArguments(arguments, TranscodingWalk(target: target), into: &output)
    }

    /// The same with references, which are named anew.
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

    private static func transcodePair(
        _ arguments: Span<UInt8>,
        _ walk: consuming TranscodingWalk,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let target = walk.target
        guard arguments.count > 0 else { return }
        let positional = try positionalHeader(in: arguments)
        let middle = try end(ofValueAt: 0, in: arguments)
        let named = try namedHeader(at: middle, in: arguments)
        guard try end(ofValueAt: middle, in: arguments) == arguments.count else { throw .trailing }
        if positional.count > 0, named.count > 0 {
            throw PayloadError(.notEncodable, "\(target.name) takes arguments by position or by name, not both")
        }
        let isNamed = named.count > 0
        guard isNamed || positional.count > 0 else { return }
        var mark = target.beginArguments(named: isNamed, into: &output)
        try walk.contents(of: isNamed ? named : positional, &mark, in: arguments, depth: 1, into: &output)
        target.endArguments(mark, named: isNamed, into: &output)
    }
}

/// Reads values and writes them with the functions of another codec; goes as deep as the values, at most 64.
private struct TranscodingWalk {
    /// How references are written; without it they are refused.
    struct ReferenceWriter {
        let target: any ReferenceCodec.Type
        let naming: ReferenceNaming
    }

    let target: any PayloadCodec.Type
    private let references: ReferenceWriter?
    private var values = 0
    private var ledger = NameLedger()

    init(target: any PayloadCodec.Type, references: ReferenceWriter? = nil) {
        self.target = target
        self.references = references
    }

    /// Writes the value at an offset and returns its end.
    mutating func value(
        at offset: Int,
        in bytes: Span<UInt8>,
        depth: Int,
        into output: inout [UInt8]
    ) throws(PayloadError) -> Int {
        let header = try MessagePackHeader(at: offset, in: bytes)
        values += 1
        guard values <= PayloadLimits.standard.values else { throw .tooManyValues }
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
            try scalar(header, bytes.extracting(offset..<header.next), into: &output)
            return header.next
        }
    }

    /// Writes what a container holds and returns its end.
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
                values += 1
                position = name.next
            } else {
                target.nextElement(&mark, into: &output)
            }
            position = try value(at: position, in: bytes, depth: depth, into: &output)
        }
        try ledger.closeMap(from: height, in: bytes)
        return position
    }

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
            if let references, value[value.count - header.count - 1] == MessagePack.referenceType {
                let reference = try MessagePack.readReference(value)
                return references.target.write(try references.naming(reference), into: &output)
            }
            let time = try MessagePack.readTimestamp(value)
            try target.write(time, into: &output)
        }
    }
}
